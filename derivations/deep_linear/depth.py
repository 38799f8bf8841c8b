# %% [markdown]
# # Depth: a balanced mode of a network with L weight layers
# With $L$ equal layers the mode strength obeys $\tau \dot u = L\,u^{2-2/L}(s-u)$: a plateau, then a rise.

# %%
import sympy as sp
from sympy import Eq, Integral, Piecewise, Rational, exp, hyper, log
from sympy.codegen.cfunctions import expm1, log1p

from theory import Claim, ExplicitForm, ImplicitForm, Parameter
from theory.parameter import POSITIVE
from theory.rules import Conserved, Evolves, Given, Rewrites, Separates, Solves, Substitutes

from .setting import L, T, s, t, tau, u, u0, uf

# %% [markdown]
# Any two layers keep the difference of their squares (here for three layers), so equal layers stay equal.

# %%
w, w1, w2, w3 = (sp.Function(name, positive=True) for name in ("w", "w1", "w2", "w3"))
first0, second0 = (Parameter(f"w{i}", f"initial weight of layer {i}", POSITIVE, latex=f"w_{i}") for i in (1, 2))
first_of_three = Claim(
    tau * w1(t).diff(t), w2(t) * w3(t) * (s - w1(t) * w2(t) * w3(t)), Given("gradient flow of the first of three layers")
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
depth_flow = Claim(tau * u(t).diff(t), L * u(t) ** (2 - 2 / L) * (s - u(t)), Evolves(depth_strength, (layer_flow,)))

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
