# %% [markdown]
# # Setting: a Gaussian process whose scale is random
# A network of infinite width is a Gaussian process with a kernel $K$ (the NNGP of a last layer with unit
# variance). Its last-layer weights have the variance $s/\text{width}$ with one random scale
# $s = \sigma_v^2$ for all of them, so that $f \mid s \sim \mathcal N(0, sK)$. Of $n$ values $f$ of the
# process only two numbers count: $Q = f^\top K^{-1} f$ and $D = \ln|K|$. Several outputs that share the
# scale count as further values: $Q$ and $D$ add up.

# %%
import sympy as sp
from sympy import Rational, exp, gamma, pi

from theory import Claim, Parameter
from theory.parameter import COUNTING, POSITIVE, REAL
from theory.rules import Given

n = Parameter(
    "n", "number of values of the process (data, or data times outputs)", COUNTING, extremes=(1, 5000)
)
a = Parameter("a", "shape of the prior of the scale", POSITIVE, extremes=(0.1, 1e6))
b = Parameter("b", "inverse-gamma: scale, gamma: rate of the prior", POSITIVE, extremes=(1e-4, 1e6))
s = Parameter("s", "scale: variance of the last layer's weights", POSITIVE, extremes=(1e-4, 1e4))
w = Parameter("w", "precision, 1/s", POSITIVE)
Q = Parameter("Q", "quadratic form f' K^-1 f of the values", POSITIVE, extremes=(1e-6, 1e6))
D = Parameter("D", "logarithm of the determinant of K", REAL, extremes=(-1e4, 1e4))
K = Parameter("K", "kernel of one value, its variance at s = 1", POSITIVE, extremes=(1e-4, 1e4))
f = Parameter("f", "a value of the process", REAL, extremes=(-1e3, 1e3))
m = Parameter("m", "mean at a test point, K_*X K_XX^-1 y", REAL, extremes=(-1e3, 1e3))
r = Parameter(
    "r", "what of K_** the data leave open, K_** - K_*X K_XX^-1 K_X*", POSITIVE, extremes=(1e-6, 1e3)
)

N, h = sp.symbols("N h", positive=True)
half = Rational(1, 2)

# %%
normal = Claim(
    N, (2 * pi * s) ** (-n / 2) * exp(-D / 2 - Q / (2 * s)), Given("the density of the values, given s")
)
prior = Claim(h, b**a / gamma(a) * s ** (-a - 1) * exp(-b / s), Given("the inverse-gamma prior of s"))
