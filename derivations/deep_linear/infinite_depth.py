# %% [markdown]
# # Infinite depth
# In the scaled time $L t/\tau$ (here $t$) the flow has a limit as $L \to \infty$: learning does not stop
# at large depth. Its solution is a Lambert W function. Corrections at finite $L$ are $O(1/L)$.

# %%
import sympy as sp
from sympy import LambertW, Or, Rational, exp, hyper, log
from sympy.codegen.cfunctions import log1p

from theory import Claim, ExplicitForm, Parameter
from theory.closed_form import Root
from theory.functions import wright_omega
from theory.rules import Limit, Rewrites, Separates, Solves, Substitutes

from .depth import depth_flow
from .setting import L, T, s, t, tau, u, u0, uf

# %%
scaled_flow = Claim(
    u(t).diff(t), u(t) ** (2 - 2 / L) * (s - u(t)), Substitutes(depth_flow, at={tau: L}, factor=1 / L)
)
limiting_flow = Claim(u(t).diff(t), u(t) ** 2 * (s - u(t)), Limit(scaled_flow, L, sp.oo))
time_to_learn = Claim(
    T(uf),
    log(uf * (s - u0) / (u0 * (s - uf))) / s**2 + (1 / u0 - 1 / uf) / s,
    Separates(limiting_flow, uf, u0),
    where=Or((u0 <= uf) & (uf < s), (uf <= u0) & (uf > s)),
)
time_by_difference = Claim(
    T(uf), log1p(s * (uf - u0) / (u0 * (s - uf))) / s**2 + (1 - u0 / uf) / (s * u0), Rewrites(time_to_learn)
)
kappa = s / u0 - 1
trajectory = Claim(
    u(t),
    s / (1 + LambertW(kappa * exp(kappa - s**2 * t))),
    Solves(limiting_flow, conditions=[(u(0), u0)]),
)

# %% [markdown]
# For small $u_0$ the exponential overflows; Wright's $\omega(x) = W_0(e^x)$ takes its logarithm instead.
# Above the fixed point $W_0$ is ill-conditioned near its branch point: there $\zeta = s/u$ is the root
# of $-\ln(1-\zeta) - \zeta = s^2 t + \text{const}$, whose left side is a series for small $\zeta$.

# %%
from_below = Claim(
    u(t),
    s / (1 + wright_omega(log((s - u0) / u0) + (s - u0) / u0 - s**2 * t)),
    Rewrites(trajectory),
    where=u0 < s,
)
at_rest = Claim(u(t), s, Substitutes(trajectory, at={u0: s}))
zeta = Parameter("zeta", "s/u", sp.Interval.open(0, 1), latex=r"\zeta")
falling = (s < uf, uf <= u0)


def series(z):
    """-log(1 - z) - z without its cancellation, for small z."""
    return z**2 / 2 * hyper([1, 2], [3], z)


def logarithm(z):
    return -log1p(-z) - z


def descent(z):
    return sp.Piecewise((series(z), z <= Rational(1, 2)), (logarithm(z), True))


fall_far_above = Claim(
    T(uf), (series(s / uf) - series(s / u0)) / s**2, Rewrites(time_to_learn), where=(*falling, 2 * s <= uf)
)
fall_across = Claim(
    T(uf),
    (logarithm(s / uf) - series(s / u0)) / s**2,
    Rewrites(time_to_learn),
    where=(*falling, uf <= 2 * s, 2 * s <= u0),
)
fall_from_far = Claim(
    T(s / zeta),
    (descent(zeta) - series(s / u0)) / s**2,
    Substitutes(time_to_learn, at={uf: s / zeta}),
    where=(2 * s <= u0, s <= zeta * u0),
    everywhere=True,
)
fall_from_near = Claim(
    T(s / zeta),
    (logarithm(zeta) - logarithm(s / u0)) / s**2,
    Substitutes(time_to_learn, at={uf: s / zeta}),
    where=(s < u0, u0 <= 2 * s, s <= zeta * u0),
    everywhere=True,
)

# %%
infinite_depth_learning_time = ExplicitForm(
    time_to_learn,
    (uf, s, u0),
    forms=(
        (fall_far_above, uf >= 2 * s),
        (fall_across, (uf > s) & (u0 >= 2 * s)),
        (time_by_difference, True),
    ),
)
infinite_depth_mode_strength = ExplicitForm(
    trajectory,
    (t, s, u0),
    forms=(
        (at_rest, sp.Eq(u0, s)),
        (from_below, u0 < s),
        (Root(fall_from_far, zeta, t, (s / u0, 1), s / zeta), 2 * s <= u0),
        (Root(fall_from_near, zeta, t, (s / u0, 1), s / zeta), True),
    ),
    reference=((at_rest, sp.Eq(u0, s)), (from_below, u0 < s)),
)
