# %% [markdown]
# # Activations without criticality
# Where $\langle\sigma\sigma''\rangle_K$ has one sign for every $K > 0$ the susceptibilities are never equal
# (R3): it is negative for the sigmoid, positive for the softplus.

# %%
import sympy as sp
from sympy import Derivative, cosh, exp, log, tanh

from theory import Claim
from theory.rules import Differentiates, Given, Maximises, Rewrites, Substitutes

from .setting import C_W, C_b, z

phi, even, top = sp.symbols("sigma e_z e_max")

# %% [markdown]
# The sigmoid: the even part of $\sigma\sigma''$ is a negative square; its largest value is 0, at $z = 0$.

# %%
sigmoid = Claim(phi, (1 + tanh(z / 2)) / 2, Given("the activation sigmoid"))
sigmoid_slope = Claim(Derivative(phi, z), (1 - tanh(z / 2) ** 2) / 4, Differentiates(sigmoid, z))
sigmoid_bend = Claim(
    Derivative(phi, z, z), -tanh(z / 2) * (1 - tanh(z / 2) ** 2) / 4, Differentiates(sigmoid_slope, z)
)
product = sigmoid.rhs * sigmoid_bend.rhs
even_part = Claim(even, (product + product.subs(z, -z)) / 2, Given("the even part, which alone has a mean"))
negative_square = Claim(even, -(tanh(z / 2) ** 2) / (8 * cosh(z / 2) ** 2), Rewrites(even_part))
never_positive = Claim(top, 0, Maximises(negative_square, z, 0))

# %% [markdown]
# At $K \to 0$ both would need $C_W = 1/\sigma'(0)^2 = 16$, with $\sigma(0)^2 = 1/4$: a negative variance of
# the biases.

# %%
value = sp.Symbol("sigma_0")
at_zero = Claim(value, phi, Given("the value at 0"))
sigmoid_at_zero = Claim(value, sp.Rational(1, 2), Substitutes(at_zero, sigmoid, at={z: 0}))
unit_slope = Claim(C_W * Derivative(phi, z) ** 2, 1, Given("chi_perp = 1 at K -> 0"))
sigmoid_gain = Claim(C_W, 16, Substitutes(unit_slope, sigmoid_slope, at={z: 0}, factor=16))
stays = Claim(C_b + C_W * value**2, 0, Given("the kernel stays 0"))
sigmoid_bias = Claim(C_b, -4, Substitutes(stays, sigmoid_at_zero, sigmoid_gain))

# %% [markdown]
# The softplus: $\sigma'' = 1/(4\cosh^2(z/2))$ and $\sigma$ are positive everywhere, and so is every mean of
# their product.

# %%
softplus = Claim(phi, log(1 + exp(z)), Given("the activation softplus"))
softplus_slope = Claim(Derivative(phi, z), 1 / (1 + exp(-z)), Differentiates(softplus, z))
softplus_bend = Claim(Derivative(phi, z, z), 1 / (4 * cosh(z / 2) ** 2), Differentiates(softplus_slope, z))
