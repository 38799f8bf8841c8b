# %% [markdown]
# # Activations whose duals have no formula
# They are integrated numerically, to the accuracy that `quadrature` states.

# %%
from sympy import Abs, Max, exp, log
from sympy import tanh as hyperbolic_tangent

from ..models.activation import u
from ..models.quadrature import quadrature

logistic = (1 + hyperbolic_tangent(u / 2)) / 2
soft_step = Max(u, 0) + log(1 + exp(-Abs(u)))

tanh = quadrature(hyperbolic_tangent(u), name="tanh")
sigmoid = quadrature(logistic, name="sigmoid")
softplus = quadrature(soft_step, name="softplus")
silu = quadrature(u * logistic, name="silu")
mish = quadrature(u * hyperbolic_tangent(soft_step), name="mish")
