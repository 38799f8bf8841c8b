# %% [markdown]
# # Activations without a formula
# Their duals are integrated numerically.

# %%
import sympy as sp

from ..models.activation import u
from ..models.quadrature import quadrature

logistic = 1 / (1 + sp.exp(-u))
soft = sp.Max(u, 0) + sp.log(1 + sp.exp(-sp.Abs(u)))

tanh = quadrature(sp.tanh(u), name="tanh")
