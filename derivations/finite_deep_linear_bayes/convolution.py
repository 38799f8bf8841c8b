# %% [markdown]
# # Convolutional against locally connected networks
# One linear layer with $N$ channels at $S$ locations, with filters of $C$ inputs: the covariance of the
# features at the locations $s$ and $r$ is $A_{is,jr} = \frac1C\sum_\delta K^0_{i,s+\delta;j,r+\delta}$ where
# weights are shared, and 0 off $s = r$ where they are not. The kernel averaged over locations has the same
# mean for both, but sharing keeps its fluctuations: they do not average out over the locations (R8).

# %%
import sympy as sp
from sympy import Sum, exp, expm1

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import COUNTING, POSITIVE, REAL
from theory.rules import Given, Recursion, Rewrites, Substitutes

from .setting import N

S = Parameter("S", "number of locations", COUNTING, extremes=(1, 1000))
