# %% [markdown]
# # Depth: a balanced mode of a network with L weight layers
# With $L$ equal layers the mode strength obeys $\tau \dot u = L\,u^{2-2/L}(s-u)$: a plateau, then a rise.

# %%
import sympy as sp
from sympy import Eq, Integral, Piecewise, Rational, exp, hyper, log
from sympy.codegen.cfunctions import expm1, log1p

from theory import Claim, ExplicitForm, ImplicitForm, Parameter
from theory.closed_form import Root
from theory.parameter import NONNEGATIVE, POSITIVE
from theory.rules import Conserved, Evolves, Given, Rewrites, Separates, Solves, Substitutes

from .setting import L, T, s, t, tau, u, u0, uf

# %% [markdown]
# Any two layers keep the difference of their squares (here for three layers), so equal layers stay equal.

# %%
w, w1, w2, w3 = (sp.Function(name, positive=True) for name in ("w", "w1", "w2", "w3"))
first0, second0 = (
    Parameter(f"w{i}", f"initial weight of layer {i}", POSITIVE, latex=f"w_{i}") for i in (1, 2)
)
first_of_three = Claim(
    tau * w1(t).diff(t),
    w2(t) * w3(t) * (s - w1(t) * w2(t) * w3(t)),
    Given("gradient flow of the first of three layers"),
)
second_of_three = Claim(
    tau * w2(t).diff(t), w1(t) * w3(t) * (s - w1(t) * w2(t) * w3(t)), Given("gradient flow of the second")
)
balance = Claim(
    w1(t) ** 2 - w2(t) ** 2,
    first0**2 - second0**2,
    Conserved((first_of_three, second_of_three), t, conditions=[(w1(0), first0), (w2(0), second0)]),
)
layer_flow = Claim(
    tau * w(t).diff(t), w(t) ** (L - 1) * (s - w(t) ** L), Given("gradient flow of each of L equal layers")
)
depth_strength = Claim(u(t), w(t) ** L, Given("the mode strength of L equal layers"))
depth_flow = Claim(
    tau * u(t).diff(t), L * u(t) ** (2 - 2 / L) * (s - u(t)), Evolves(depth_strength, (layer_flow,))
)

# %% [markdown]
# The time to reach $u_f$ is an integral over the mode strength, for any number of layers.

# %%
rising = (u0 <= uf, uf < s)
x = sp.Symbol("x", positive=True)
time_to_learn = Claim(
    T(uf),
    tau / L * Integral(x ** (2 / L - 2) / (s - x), (x, u0, uf)),
    Separates(depth_flow, uf, u0),
    where=rising,
)
primitive = lambda v: v ** (2 / L) / (2 * s) * hyper([1, 2 / L], [1 + 2 / L], v / s)  # noqa: E731
time_by_depth = Claim(
    T(uf),
    Piecewise(
        (tau * log((s - u0) / (s - uf)), Eq(L, 1)),
        (tau / (2 * s) * log(uf * (s - u0) / (u0 * (s - uf))), Eq(L, 2)),
        (tau / s * ((u0 ** (2 / L - 1) - uf ** (2 / L - 1)) / (L - 2) + primitive(uf) - primitive(u0)), True),
    ),
    Separates(depth_flow, uf, u0),
    where=rising,
)

# %% [markdown]
# ## For the computer
# The formula above cancels near $u_f \to s$ and for large $L$. Split at half strength, where both
# hypergeometric series converge like $2^{-n}$, every term is positive: below, the power of the
# escape, a logarithm-like term and a series in $u/s$; above, a logarithm and a series in $1-u/s$.

# %%
p = 2 - 2 / L
low_series = lambda v: v ** (2 / L) * v / (1 + 2 / L) * hyper([1, 1 + 2 / L], [2 + 2 / L], v)  # noqa: E731
high_series = lambda x: p * x * hyper([1, 1, 1 + p], [2, 2], x)  # noqa: E731
ratio = lambda v, w: log1p((w - v) / v)  # noqa: E731
escape = lambda v, w: -(v ** (2 / L)) / v * expm1((2 / L - 1) * ratio(v, w)) * L / (L - 2)  # noqa: E731
between = lambda v, w: v ** (2 / L) * expm1(2 / L * ratio(v, w)) * L / 2  # noqa: E731
below_half = lambda v, w: escape(v, w) + between(v, w) + low_series(w) - low_series(v)  # noqa: E731
above_half = lambda x, y: log(x / y) + high_series(x) - high_series(y)  # noqa: E731
scale = tau * s ** (2 / L) / (L * s**2)
half = Rational(1, 2)

while_below = Claim(
    T(uf), scale * below_half(u0 / s, uf / s), Rewrites(time_by_depth), where=(L >= 3, 2 * uf <= s)
)
while_above = Claim(
    T(uf),
    scale * above_half((s - u0) / s, (s - uf) / s),
    Rewrites(time_by_depth),
    where=(L >= 3, 2 * u0 >= s),
)
across_half = Claim(
    T(uf),
    scale * (below_half(u0 / s, half) + above_half(half, (s - uf) / s)),
    Rewrites(time_by_depth),
    where=(L >= 3, 2 * u0 <= s, 2 * uf >= s),
)
one_layer = Claim(T(uf), tau * log1p((uf - u0) / (s - uf)), Substitutes(time_by_depth, at={L: 1}))
two_layers = Claim(
    T(uf), tau / (2 * s) * log1p(s * (uf - u0) / (u0 * (s - uf))), Substitutes(time_by_depth, at={L: 2})
)

# %% [markdown]
# The mode strength at a given time is the root of these. Up to half strength the unknown is the power
# $q = (u/u_0)^{-(1-2/L)}$, in which the time is almost linear; above it is the logit $y$ of $u/s$.

# %%
q = Parameter("q", "(u/u0)**(2/L - 1)", sp.Interval(0, 1, True, False))
y = Parameter("y", "log(u/(s - u))", NONNEGATIVE)
by_power, by_logit = u0 * q ** (-L / (L - 2)), s / (1 + exp(-y))
powers = (
    u0 ** (2 / L) * s ** (1 - 2 / L) / u0 * (1 - q) * L / (L - 2)
    + (u0 / s) ** (2 / L) * expm1(-2 / (L - 2) * log(q)) * L / 2
    + low_series(by_power / s)
    - low_series(u0 / s)
)
rise = y + log1p(exp(-y)) - high_series(exp(-y) / (1 + exp(-y)))
time_below_half = Claim(
    T(by_power),
    scale * powers,
    Substitutes(while_below, at={uf: by_power}),
    where=(L >= 3, 2 * by_power <= s),
    everywhere=True,
)
time_past_half = Claim(
    T(by_logit),
    scale * (below_half(u0 / s, half) + rise - log(2) + high_series(half)),
    Substitutes(across_half, at={uf: by_logit}),
    where=(L >= 3, 2 * u0 <= s),
    everywhere=True,
)
time_above_half = Claim(
    T(by_logit),
    scale * (log((s - u0) / s) + rise + high_series((s - u0) / s)),
    Substitutes(while_above, at={uf: by_logit}),
    where=(L >= 3, 2 * u0 >= s, u0 <= by_logit, u0 < s),
    everywhere=True,
)
time_to_half = Claim(
    T(s / 2), scale * below_half(u0 / s, half), Substitutes(while_below, at={uf: s / 2}),
    where=(L >= 3, 2 * u0 <= s), everywhere=True,
)  # fmt: skip

# %% [markdown]
# One and two layers have their own formulas.

# %%
strength_of_one = Claim(
    u(t),
    u0 * exp(-t / tau) - s * expm1(-t / tau),
    Solves(Claim(tau * u(t).diff(t), s - u(t), Substitutes(depth_flow, at={L: 1})), conditions=[(u(0), u0)]),
)
strength_of_two = Claim(
    u(t),
    u0 / (u0 / s + (1 - u0 / s) * exp(-2 * s * t / tau)),
    Solves(
        Claim(tau * u(t).diff(t), 2 * u(t) * (s - u(t)), Substitutes(depth_flow, at={L: 2})),
        conditions=[(u(0), u0)],
    ),
)

# %%
depth_learning_time = ExplicitForm(
    time_by_depth,
    (uf, s, u0, tau, L),
    forms=(
        (one_layer, Eq(L, 1)),
        (two_layers, Eq(L, 2)),
        (while_below, 2 * uf <= s),
        (while_above, 2 * u0 >= s),
        (across_half, True),
    ),
)
logit_at_start = log(u0 / (s - u0))
depth_mode_strength = ImplicitForm(
    time_by_depth,
    (t, s, u0, tau, L),
    unknown=uf,
    target=t,
    bracket=(u0, s),
    forms=(
        (strength_of_one, Eq(L, 1)),
        (strength_of_two, Eq(L, 2)),
        (Root(time_above_half, y, t, (logit_at_start, logit_at_start + t / scale), by_logit), 2 * u0 >= s),
        (Root(time_below_half, q, t, ((2 * u0 / s) ** (1 - 2 / L), 1), by_power), t <= time_to_half.rhs),
        (Root(time_past_half, y, t, (0, t / scale), by_logit), True),
    ),
    where=(u0 < s,),
    reference=depth_learning_time.forms,
)
