# %% [markdown]
# # The edge of chaos
# In a wide network $x^{l+1} = W\tanh(x^l)$ with weights of variance $g^2/N$ the preactivations are
# Gaussian; their variance has a fixed point $v$, and gradients grow by $\chi$ per layer.

# %%
import sympy as sp
from sympy import Integral, Rational, exp, pi, sech, sqrt, tanh

from theory import Claim, Parameter
from theory.parameter import NONNEGATIVE, POSITIVE
from theory.rules import Approximates, Assumption, Expands, Given, Rewrites, Series, Substitutes

g = Parameter("g", "gain: standard deviation of the weights times sqrt(N)", POSITIVE, extremes=(0.1, 100))
v = Parameter("v", "preactivation variance", POSITIVE, extremes=(1e-12, 1e4))
z = sp.Symbol("z", real=True)
chi = sp.Symbol("chi", positive=True)


def gaussian_mean(f):
    """The mean of f(z) over a standard normal z."""
    return Integral(exp(-(z**2) / 2) / sqrt(2 * pi) * f, (z, -sp.oo, sp.oo))


# %%
fixed_point = Claim(
    v, g**2 * gaussian_mean(tanh(sqrt(v) * z) ** 2), Assumption("large width: the preactivations are Gaussian")
)
gradient_factor = Claim(
    chi,
    g**2 * gaussian_mean(sech(sqrt(v) * z) ** 4),
    Assumption("large width: forward and backward weights are independent"),
)
