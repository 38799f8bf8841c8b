# %% [markdown]
# # Residual layers
# What goes in, plus $\alpha$ times what a branch makes of it. The branch ends in weights of its own, of mean
# 0, so that products of what passes by with what comes out of the branch vanish on average.

# %%
import sympy as sp
from sympy import Derivative

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import REAL
from theory.rules import Given, Substitutes

from ..setting import K, T, Tdot, Theta, sigma_b, sigma_w
from .dense import K_next, Theta_next, ntk
from .dense import nngp as dense_covariance

alpha = Parameter("alpha", "factor of the branch", REAL, latex=r"\alpha", extremes=(-1e3, 1e3))
K_branch = Parameter("K_branch", "NNGP kernel of what comes out of the branch", REAL, extremes=(-1e3, 1e3))
Theta_branch = Parameter(
    "Theta_branch", "NTK of what comes out of the branch, all parameters before included", REAL,
    latex=r"\Theta_{branch}", extremes=(-1e3, 1e3),
)  # fmt: skip
w = sp.Symbol("w", real=True)
z_1, z_2, f_1, f_2 = (sp.Function(name, real=True)(w) for name in ("z_1", "z_2", "f_1", "f_2"))
y_1, y_2 = (sp.Function(f"y_{i}", real=True)(w) for i in (1, 2))
K_sum, Theta_sum, cross, cross_slope = sp.symbols("K_sum Theta_sum cross cross_slope", real=True)

# %%
first_output = Claim(y_1, z_1 + alpha * f_1, Given("the input and the branch's output, at the first input"))
second_output = Claim(y_2, z_2 + alpha * f_2, Given("the same at the second input"))
product_of_outputs = Claim(K_sum, y_1 * y_2, Given("the mean of this product is the kernel"))
crossing = Claim(cross, z_1 * f_2 + z_2 * f_1, Given("the terms of both"))
expanded_product = Claim(
    K_sum,
    z_1 * z_2 + alpha * cross + alpha**2 * f_1 * f_2,
    Substitutes(product_of_outputs, first_output, second_output, crossing),
)
passing = Claim(z_1 * z_2, K, Given("the kernel before"))
branching = Claim(f_1 * f_2, K_branch, Given("the kernel of the branch"))
no_cross = Claim(cross, 0, Given("the branch's last weights have mean 0"))
residual_covariance = Claim(
    K_sum,
    K + alpha**2 * K_branch,
    Substitutes(expanded_product, passing, branching, no_cross),
)

# %% [markdown]
# The tangent kernel goes the same way: a parameter $w$ of the layers before moves both parts, one of the
# branch's own only the branch.

# %%
product_of_slopes = Claim(
    Theta_sum, Derivative(y_1, w) * Derivative(y_2, w), Given("summed over all parameters")
)
crossing_slopes = Claim(
    cross_slope,
    Derivative(z_1, w) * Derivative(f_2, w) + Derivative(z_2, w) * Derivative(f_1, w),
    Given("the terms of both"),
)
expanded_slopes = Claim(
    Theta_sum,
    Derivative(z_1, w) * Derivative(z_2, w)
    + alpha * cross_slope
    + alpha**2 * Derivative(f_1, w) * Derivative(f_2, w),
    Substitutes(product_of_slopes, first_output, second_output, crossing_slopes),
)
passing_tangent = Claim(Derivative(z_1, w) * Derivative(z_2, w), Theta, Given("the tangent kernel before"))
branching_tangent = Claim(
    Derivative(f_1, w) * Derivative(f_2, w), Theta_branch, Given("the branch's tangent kernel")
)
no_cross_slope = Claim(cross_slope, 0, Given("linear in the branch's last weights, of mean 0"))
residual_tangent = Claim(
    Theta_sum,
    Theta + alpha**2 * Theta_branch,
    Substitutes(expanded_slopes, passing_tangent, branching_tangent, no_cross_slope),
)

# %% [markdown]
# For example with a branch of one activation and one dense layer:

# %%
dense_branch = Claim(K_branch, K_next, Given("the branch is an activation and a dense layer"))
dense_branch_tangent = Claim(Theta_branch, Theta_next, Given("the branch is an activation and a dense layer"))
residual_dense_covariance = Claim(
    K_sum,
    K + alpha**2 * (sigma_b**2 + sigma_w**2 * T),
    Substitutes(residual_covariance, dense_branch, dense_covariance),
)
residual_dense_tangent = Claim(
    Theta_sum,
    Theta + alpha**2 * (sigma_b**2 + sigma_w**2 * T + sigma_w**2 * Tdot * Theta),
    Substitutes(residual_tangent, dense_branch_tangent, ntk),
)

# %%
residual_nngp = ExplicitForm(residual_covariance, (K, K_branch, alpha))
residual_ntk = ExplicitForm(residual_tangent, (Theta, Theta_branch, alpha))
residual_dense_nngp = ExplicitForm(residual_dense_covariance, (K, T, alpha, sigma_w, sigma_b))
residual_dense_ntk = ExplicitForm(residual_dense_tangent, (Theta, T, Tdot, alpha, sigma_w, sigma_b))
