# %% [markdown]
# # Linear layers
# The dual of the identity is the covariance.

# %%
import sympy as sp
from sympy import Derivative, cos, sin, sqrt

from theory import Claim, ExplicitForm
from theory.rules import Differentiates, Given, Rewrites, Substitutes

from ..models.activation import Activation
from ..models.activation import u as preactivation
from ..setting import Tdot, c, q, q_1, q_2, theta
from .correlated import angle, dual_of, price

T, kappa, kappa_dot, gap = sp.symbols("T kappa kappa_dot gap")

# %%
dual = Claim(dual_of(c), c, Given("the mean of u v"))
dual_slope = Claim(Derivative(dual_of(c), c), 1, Differentiates(dual, c))
derivative_dual = Claim(Tdot, 1, Substitutes(price, dual_slope))
diagonal = Claim(T, q, Substitutes(dual, at={c: q, dual_of(q): T}))

# %%
cosine = Claim(kappa, dual_of(c) / (sqrt(q_1) * sqrt(q_2)), Given("the dual, over its scale"))
cosine_map = Claim(kappa, cos(theta), Substitutes(cosine, dual, angle))
distance = Claim(gap, 1 - kappa, Given("the distance from 1"))
gap_map = Claim(gap, 1 - cos(theta), Substitutes(distance, cosine_map))
gap_by_half_angle = Claim(gap, 2 * sin(theta / 2) ** 2, Rewrites(gap_map))

# %%
linear_dual = ExplicitForm(dual, (c,))
linear_derivative_dual = ExplicitForm(derivative_dual, (c,))
linear_diagonal = ExplicitForm(diagonal, (q,))
linear_derivative_diagonal = ExplicitForm(derivative_dual, (q,))
linear_kappa = ExplicitForm(cosine_map, (theta,))
linear_kappa_dot = ExplicitForm(derivative_dual, (theta,))
linear_gap = ExplicitForm(gap_by_half_angle, (theta,))

# %%
linear = Activation(
    "linear",
    preactivation,
    {},
    degree=1,
    kappa=linear_kappa,
    kappa_dot=linear_kappa_dot,
    gap=linear_gap,
    scale_form=linear_diagonal,
    scale_dot_form=linear_derivative_diagonal,
    pair_form=linear_dual,
    derivative_pair_form=linear_derivative_dual,
    odd=True,
)
