# %% [markdown]
# # Activations whose duals have no formula
# They are integrated numerically, to the accuracy that `quadrature` and, for arrays of pairs, `mehler` state.

# %%
from sympy import Abs, Max, exp, log
from sympy import tanh as hyperbolic_tangent

from ..models.activation import u
from ..models.mehler import smooth

logistic = (1 + hyperbolic_tangent(u / 2)) / 2
soft_step = Max(u, 0) + log(1 + exp(-Abs(u)))

tanh = smooth(hyperbolic_tangent(u), name="tanh")
sigmoid = smooth(logistic, name="sigmoid")
softplus = smooth(soft_step, name="softplus")
silu = smooth(u * logistic, name="silu")
mish = smooth(u * hyperbolic_tangent(soft_step), name="mish")
