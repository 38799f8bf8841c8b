# %% [markdown]
# # Energy of a mode
# The loss a mode still holds, and the rate at which it is dissipated.

# %%
import sympy as sp
from sympy import exp
from sympy.codegen.cfunctions import expm1, log1p

from theory import Claim, ExplicitForm
from theory.rules import Evolves, Given, Rewrites, Substitutes

from .balanced_mode import trajectory
from .depth import depth_flow
from .setting import L, a, b, d, s, t, tau, u, u0
from .unbalanced import whitened_first, whitened_second

# %% [markdown]
# The loss of a mode falls in proportion to itself and to $a^2 + b^2$, the squared size of the weights:
# slowly while both are small, which is the plateau. With $L$ balanced layers the factor is
# $L\,u^{2-2/L}$, and the plateau the longer the deeper the network.

# %%
E = sp.Function("E")
energy_of_weights = Claim(E(t), (s - a(t) * b(t)) ** 2 / 2, Given("the loss of one mode, whitened inputs"))
dissipation = Claim(
    tau * E(t).diff(t),
    -((s - a(t) * b(t)) ** 2) * (a(t) ** 2 + b(t) ** 2),
    Evolves(energy_of_weights, (whitened_first, whitened_second)),
)
energy = Claim(E(t), (s - u(t)) ** 2 / 2, Given("the same loss by mode strength"))
dissipation_at_depth = Claim(
    tau * E(t).diff(t), -L * u(t) ** (2 - 2 / L) * (s - u(t)) ** 2, Evolves(energy, (depth_flow,))
)

# %% [markdown]
# Along the balanced trajectory; the second form keeps its digits when the mode is almost learned.

# %%
whitened = Claim(u(t), s / (1 + (s / u0 - 1) * exp(-2 * s * t / tau)), Substitutes(trajectory, at={d: 1}))
energy_left = Claim(
    E(t), (s - s / (1 + (s / u0 - 1) * exp(-2 * s * t / tau))) ** 2 / 2, Substitutes(energy, whitened)
)
from_below = Claim(
    E(t),
    ((s - u0) / (1 - u0 / s + exp(2 * s * t / tau - log1p((s - u0) / u0)))) ** 2 / 2,
    Rewrites(energy_left),
)
from_above = Claim(
    E(t),
    ((s - u0) / (1 + u0 / s * expm1(2 * s * t / tau))) ** 2 / 2,
    Rewrites(energy_left),
)

# %%
mode_energy = ExplicitForm(
    energy_left,
    (t, s, u0, tau),
    forms=((from_below, u0 <= s), (from_above, True)),
    reference=((from_above, True),),
)
