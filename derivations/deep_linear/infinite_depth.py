# %% [markdown]
# # Infinite depth
# In the scaled time $L t/\tau$ (here $t$) the flow has a limit as $L \to \infty$: learning does not stop
# at large depth. Its solution is a Lambert W function. Corrections at finite $L$ are $O(1/L)$.

# %%
import sympy as sp
from sympy import LambertW, Rational, exp, hyper, log
from sympy.codegen.cfunctions import log1p
from theory.functions import wright_omega

from theory import Claim, ExplicitForm, ImplicitForm, Parameter
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
    where=(u0 <= uf, uf < s),
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
descent = lambda z: sp.Piecewise(  # noqa: E731
    (z**2 / 2 * hyper([1, 2], [3], z), z <= Rational(1, 2)), (-log1p(-z) - z, True)
)
time_to_fall = Claim(
    T(s / zeta), (descent(zeta) - descent(s / u0)) / s**2, Separates(limiting_flow, zeta, u0), where=(s < u0, s <= zeta * u0)
)
