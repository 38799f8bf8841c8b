# %% [markdown]
# # One balanced mode of a network with two weight layers
# The mode strength follows a sigmoid whose time scale is $\tau/(2s)$: strong modes are learned first.
# From a small start it stays on a plateau for a time that grows like $\ln(s/u_0)$, then rises quickly.

# %%
import sympy as sp
from sympy import Or, exp, log
from sympy.codegen.cfunctions import expm1, log1p

from theory import Claim, ExplicitForm
from theory.rules import Conserved, Evolves, Inverts, Limit, Rewrites, Solves, Substitutes

from .setting import T, a, a0, b, b0, d, first_layer, s, second_layer, strength, t, tau, u, u0, uf

# %% [markdown]
# The difference of the squared weights is conserved, so that a balanced start ($a = b$) stays balanced.

# %%
balance = Claim(
    a(t) ** 2 - b(t) ** 2,
    a0**2 - b0**2,
    Conserved((first_layer, second_layer), t, conditions=[(a(0), a0), (b(0), b0)]),
)
product_flow = Claim(
    tau * u(t).diff(t),
    (a(t) ** 2 + b(t) ** 2) * (s - d * a(t) * b(t)),
    Evolves(strength, (first_layer, second_layer)),
)
balanced_flow = Claim(
    tau * u(t).diff(t),
    2 * u(t) * (s - d * u(t)),
    Substitutes(product_flow, at={a(t): sp.sqrt(u(t)), b(t): sp.sqrt(u(t))}),
)

# %% [markdown]
# The flow is a logistic equation.

# %%
trajectory = Claim(
    u(t),
    s / (d + (s / u0 - d) * exp(-2 * s * t / tau)),
    Solves(balanced_flow, conditions=[(u(0), u0)]),
)
final_strength = Claim(sp.Symbol("u_oo"), s / d, Limit(trajectory, t, sp.oo))

# %% [markdown]
# Two forms for the computer: below the fixed point every term is positive, above it the growth is
# written with $e^x - 1$.

# %%
from_below = Claim(
    u(t),
    u0 / (d * u0 / s + (1 - d * u0 / s) * exp(-2 * s * t / tau)),
    Rewrites(trajectory),
)
from_above = Claim(
    u(t),
    u0 / (1 + (1 - d * u0 / s) * expm1(-2 * s * t / tau)),
    Rewrites(trajectory),
)

# %% [markdown]
# The time to reach a strength $u_f$ between the start and the fixed point, and half of the latter.
# Written by the difference $u_f - u_0$ it keeps its digits when that is small, or when $u_0 \gg s$.

# %%
time_to_learn = Claim(
    T(uf),
    tau / (2 * s) * log(uf * (s - d * u0) / (u0 * (s - d * uf))),
    Inverts(trajectory, t, uf),
    where=Or((u0 <= uf) & (d * uf < s), (uf <= u0) & (d * uf > s)),
)
time_by_difference = Claim(
    T(uf),
    tau / (2 * s) * log1p(s * (uf - u0) / (u0 * (s - d * uf))),
    Rewrites(time_to_learn),
)
time_to_half = Claim(
    T(s / (2 * d)),
    tau / (2 * s) * log(s / (d * u0) - 1),
    Substitutes(time_to_learn, at={uf: s / (2 * d)}),
    where=2 * d * u0 <= s,
    everywhere=True,
)

# %%
mode_strength = ExplicitForm(
    trajectory, (t, s, u0, tau, d), forms=((from_below, d * u0 <= s), (from_above, True)), defaults={d: 1}
)
learning_time = ExplicitForm(
    time_to_learn, (uf, s, u0, tau, d), forms=((time_by_difference, True),), defaults={d: 1}
)
half_time = ExplicitForm(time_to_half, (s, u0, tau, d), defaults={d: 1})
