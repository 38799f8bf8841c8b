# %% [markdown]
# # Optimal activations
# A vote with $\lVert x - x'\rVert^{-\alpha}$ is Bayes-consistent for $\alpha = d$ (R4). Of the cubics with
# slope 2 at 1 exactly one family has it.

# %%
import sympy as sp
from sympy import Integral, exp, log, oo, pi, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.rules import Given, Integrates, Solves, Substitutes

d = Parameter("d", "dimension of the data", sp.Range(2, sp.oo), extremes=(2, 60))
z = Parameter("z", "preactivation")
w1, w2, w3, w7 = sp.symbols("w_1 w_2 w_3 w_7", positive=True)
exponent = sp.Symbol("alpha")

# %%
unit_sum = Claim(w1 + w2 + w3 + w7, 1, Given("normalised"))
slope_two = Claim(w1 + 2 * w2 + 3 * w3 + 7 * w7, 2, Given("slope 2 at 1"))
exponent_d = Claim(-2 * log(w1), d * log(2), Given("the exponent is d"))
optimal_cubic = Claim(
    sp.Tuple(w1, w2, w3, w7),
    sp.Tuple(2 ** (-d / 2), 1 - 2 ** (1 - d / 2), 2 ** (-d / 2), 0),
    Solves((unit_sum, slope_two, exponent_d)),
)
exponent_of_weights = Claim(
    exponent, -2 * log(w1) / log(w1 + 2 * w2 + 3 * w3 + 7 * w7), Given("the exponent by the weights")
)
exponent_is_dimension = Claim(exponent, d, Substitutes(exponent_of_weights, optimal_cubic))

# %% [markdown]
# In one dimension the second weight would be negative: the seventh polynomial takes the place of the third.

# %%
exponent_one = Claim(-2 * log(w1), log(2), Given("the exponent is 1"))
optimal_on_a_line = Claim(
    sp.Tuple(w1, w2, w3, w7),
    sp.Tuple(1 / sqrt(2), 1 - 3 * sqrt(2) / 5, 0, sqrt(2) / 10),
    Solves((unit_sum, slope_two, exponent_one)),
)

line_exponent = Claim(exponent, 1, Substitutes(exponent_of_weights, optimal_on_a_line))

# %% [markdown]
# The activations themselves, as Gaussian integrals: norm, Hermite coefficients and mean square slope of the
# cubic for every $d \ge 2$, and of the polynomial of degree 7 for $d = 1$.

# %%
normal = exp(-(z**2) / 2) / sqrt(2 * pi)
second_moment = Claim(Integral(normal * z**2, (z, -oo, oo)), 1, Integrates())
fourth_moment = Claim(Integral(normal * z**4, (z, -oo, oo)), 3, Integrates())
sixth_moment = Claim(Integral(normal * z**6, (z, -oo, oo)), 15, Integrates())
moments = (second_moment, fourth_moment, sixth_moment)


def mean(polynomial):
    """The Gaussian mean of a polynomial in z of degree up to 6, by the moments."""
    terms = sp.Poly(polynomial, z).as_dict().items()
    return sum(c * (moments[k // 2 - 1].lhs if k else 1) for (k,), c in terms if k % 2 == 0)


# %%
h2, h3 = (z**2 - 1) / sqrt(2), (z**3 - 3 * z) / sqrt(6)
phi = 2 ** (-d / 4) * (z + h3) + sqrt(1 - 2 ** (1 - d / 2)) * h2
norm, in_h1, in_h2, in_h3, slope = sp.symbols("N a_1 a_2 a_3 D")
mean_square = Claim(norm, mean(phi**2), Given("E phi^2 by the moments"))
unit_norm = Claim(norm, 1, Substitutes(mean_square, *moments))
mean_with_h1 = Claim(in_h1, mean(phi * z), Given("E phi h_1"))
first_coefficient = Claim(in_h1, 2 ** (-d / 4), Substitutes(mean_with_h1, *moments))
mean_with_h2 = Claim(in_h2, mean(phi * h2), Given("E phi h_2"))
second_coefficient = Claim(in_h2, sqrt(1 - 2 ** (1 - d / 2)), Substitutes(mean_with_h2, *moments))
mean_with_h3 = Claim(in_h3, mean(phi * h3), Given("E phi h_3"))
third_coefficient = Claim(in_h3, 2 ** (-d / 4), Substitutes(mean_with_h3, *moments))
mean_square_of_slope = Claim(slope, mean(phi.diff(z) ** 2), Given("E phi'^2"))
mean_square_slope = Claim(slope, 2, Substitutes(mean_square_of_slope, *moments))

# %%
h7 = (z**7 - 21 * z**5 + 105 * z**3 - 105 * z) / sqrt(5040)
phi_on_a_line = sqrt(1 / sqrt(2)) * z + sqrt(1 - 3 * sqrt(2) / 5) * h2 + sqrt(sqrt(2) / 10) * h7
unit_norm_on_a_line = Claim(Integral(normal * phi_on_a_line**2, (z, -oo, oo)), 1, Integrates())
first_on_a_line = Claim(Integral(normal * phi_on_a_line * z, (z, -oo, oo)) ** 2, 1 / sqrt(2), Integrates())
seventh_on_a_line = Claim(
    Integral(normal * phi_on_a_line * h7, (z, -oo, oo)) ** 2, sqrt(2) / 10, Integrates()
)
slope_on_a_line = Claim(Integral(normal * phi_on_a_line.diff(z) ** 2, (z, -oo, oo)), 2, Integrates())

# %%
optimal_weights = ExplicitForm(optimal_cubic, (d,))
