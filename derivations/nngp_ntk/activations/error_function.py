# %% [markdown]
# # Error function and normal cdf
# Their slopes are Gaussians, so that the derivative dual is a Gaussian integral and the dual an integral of
# it over the covariance (Williams, 1997): $\mathrm{erf}(bu)$, and $\Phi(u) = \frac12 +
# \frac12\mathrm{erf}(u/\sqrt2)$.

# %%
import sympy as sp
from sympy import Derivative, Integral, atan, erf, exp, oo, pi, sin, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE
from theory.rules import Equates, Given, Integrates, Rewrites, Solves, Substitutes

from ..models.activation import Activation
from ..models.activation import u as argument
from ..setting import T, Tdot, c, correlated, q, q_1, q_2, theta
from .correlated import p, price, sine, u, v
