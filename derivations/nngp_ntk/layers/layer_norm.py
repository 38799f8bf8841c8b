# %% [markdown]
# # Layer normalisation
# Every input's preactivations are divided by their root mean square over the $n$ channels. Of the channels,
# take one, $z$, and another, $z'$; $q_1$ is what the rest of them has as mean square.

# %%
import sympy as sp
from sympy import Derivative, oo, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import REAL
from theory.rules import Assumption, Differentiates, Given, Limit, Substitutes

from ..setting import Theta, c, q_1, q_2
from .dense import n

z = Parameter("z", "preactivation of one channel", REAL)
z_other = Parameter("z_other", "preactivation of another channel", REAL, latex="z'")
y = sp.Function("y", real=True)(z, z_other)
y_z, y_other, r_1, r_2, s_1, s_2 = sp.symbols("y_z y_other r_1 r_2 s_1 s_2", real=True)
K_normed, Theta_normed = sp.symbols("K_normed Theta_normed", real=True)

# %%
normalised = Claim(
    y, z / sqrt(q_1 + (z**2 + z_other**2) / n), Given("one channel over the root mean square of all")
)
own_derivative = Claim(
    Derivative(y, z),
    (q_1 + z_other**2 / n) / (q_1 + (z**2 + z_other**2) / n) ** sp.Rational(3, 2),
    Differentiates(normalised, z),
)
other_derivative = Claim(
    Derivative(y, z_other),
    -z * z_other / n / (q_1 + (z**2 + z_other**2) / n) ** sp.Rational(3, 2),
    Differentiates(normalised, z_other),
)

# %% [markdown]
# At infinite width the normaliser is a constant: a single channel does not move it. What the $n$ other
# channels move together, as a sum of squares, vanishes with $1/n$.

# %%
value_at_infinite_width = Claim(y, z / sqrt(q_1), Limit(normalised, n, oo))
own_at_infinite_width = Claim(Derivative(y, z), 1 / sqrt(q_1), Limit(own_derivative, n, oo))
sum_over_others = Claim(
    y_other, n * Derivative(y, z_other) ** 2, Given("$n$ channels, each with its own parameters")
)
others = Claim(
    y_other,
    z**2 * z_other**2 / n / (q_1 + (z**2 + z_other**2) / n) ** 3,
    Substitutes(sum_over_others, other_derivative),
)
others_at_infinite_width = Claim(y_other, 0, Limit(others, n, oo))

# %% [markdown]
# So both kernels are divided by the two normalisers.

# %%
covariance_of_normalised = Claim(K_normed, r_1 * r_2 * c, Given("preactivations times $r$, at either input"))
tangent_of_normalised = Claim(
    Theta_normed, r_1 * r_2 * Theta, Given("the chain rule, at either input; what other channels add is 0")
)
first_normaliser = Claim(
    r_1,
    1 / sqrt(q_1),
    Assumption("the mean square over channels does not fluctuate", (own_at_infinite_width,)),
)
second_normaliser = Claim(
    r_2, 1 / sqrt(q_2), Assumption("the same at the second input", (own_at_infinite_width,))
)
normalised_covariance = Claim(
    K_normed, c / sqrt(q_1 * q_2), Substitutes(covariance_of_normalised, first_normaliser, second_normaliser)
)
normalised_tangent = Claim(
    Theta_normed,
    Theta / sqrt(q_1 * q_2),
    Substitutes(tangent_of_normalised, first_normaliser, second_normaliser),
)

# %%
layer_norm_nngp = ExplicitForm(normalised_covariance, (c, q_1, q_2))
layer_norm_ntk = ExplicitForm(normalised_tangent, (Theta, q_1, q_2))
