# %% [markdown]
# # The edge of chaos
# In a wide network $x^{l+1} = W\tanh(x^l)$ with weights of variance $g^2/N$ the preactivations are
# Gaussian; their variance has a fixed point $v$, and squared gradients grow by $\chi$ per layer.

# %%
import sympy as sp
from sympy import Integral, Rational, exp, pi, sech, sqrt, tanh

from theory import Claim, ImplicitForm, Parameter
from theory.closed_form import Root
from theory.parameter import POSITIVE
from theory.rules import (
    Approximates,
    Assumption,
    Defines,
    Expands,
    Given,
    Series,
    Solves,
    Substitutes,
)

g = Parameter("g", "gain: standard deviation of the weights times sqrt(N)", POSITIVE, extremes=(0.1, 100))
v = Parameter("v", "preactivation variance", POSITIVE, extremes=(1e-12, 1e4))
y = Parameter("y", "a preactivation", POSITIVE)
eps = Parameter("epsilon", "g**2 - 1", POSITIVE, latex=r"\varepsilon")
z, k = sp.Symbol("z", real=True), sp.Symbol("k", integer=True, positive=True)
chi = sp.Symbol("chi", positive=True)
M, S, r = sp.Function("M"), sp.Function("S"), sp.Symbol("r")


def gaussian_mean(f):
    """The mean of f(z) over a standard normal z."""
    return Integral(exp(-(z**2) / 2) / sqrt(2 * pi) * f, (z, -sp.oo, sp.oo))


# %% [markdown]
# The two means, and the mean-field equations at large width.

# %%
activity = Claim(M(v), gaussian_mean(tanh(sqrt(v) * z) ** 2), Defines("mean squared activity"))
slope = Claim(S(v), gaussian_mean(sech(sqrt(v) * z) ** 4), Defines("mean squared slope"))
fixed_point = Claim(v, g**2 * M(v), Assumption("large width: the preactivations are Gaussian", (activity,)))
gradient_factor = Claim(
    chi, g**2 * S(v), Assumption("large width: forward and backward weights are independent", (slope,))
)

# %% [markdown]
# The gain that has its fixed point at $v$, and what follows for the gradient.

# %%
gain = Claim(g**2, v / M(v), Substitutes(fixed_point, activity, factor=-1 / M(v)))
gradient_by_variance = Claim(chi, v * S(v) / M(v), Substitutes(gradient_factor, gain, slope, activity))
excess = Claim(eps, g**2 - 1, Given("the distance from the edge"))
excess_by_variance = Claim(eps, v / M(v) - 1, Substitutes(excess, gain, activity))

# %% [markdown]
# Just above $g = 1$ the gradient factor departs from 1 only quadratically in
# $\varepsilon = g^2 - 1$: to first order the whole line is critical. At $g = 1.05$ squared gradients
# grow by no more than 0.3 % per layer.

# %%
small_excess = Claim(eps, 2 * v - Rational(5, 3) * v**2 + 6 * v**3, Series(excess_by_variance, v, 3))
small_gradient = Claim(chi, 1 + Rational(4, 3) * v**2 - 8 * v**3, Series(gradient_by_variance, v, 3))
variance_series = Claim(
    v, eps / 2 + Rational(5, 24) * eps**2 - Rational(29, 144) * eps**3, Expands(small_excess, eps, 3)
)
gradient_series = Claim(
    chi, 1 + eps**2 / 3 - Rational(13, 18) * eps**3, Expands(small_gradient, eps, 3, using=(variance_series,))
)

# %% [markdown]
# For $g \le 1$ activity dies out and the network is linear there.

# %%
quiet = Claim((v, chi), (0, g**2), Solves((fixed_point, gradient_factor)), where=g <= 1)

# %% [markdown]
# ## For the computer
# The trapezoid rule is exact to round-off for these means. For small $v$ it runs over $z$, for large
# $v$ over $x = \sqrt{v} z$, where it is the squared slope that is localised. Above the edge the
# variance is the root of $M(v)/v = 1/g^2$.

# %%
ratio = sp.Symbol("q")


def trapezoid(f, step, count):
    """An even function's integral over the real line from its values at multiples of a step."""
    return step * (f(sp.Integer(0)) + 2 * sp.Sum(f(k * step), (k, 1, count)))


def mean_over_z(f):
    return trapezoid(lambda x: exp(-(x**2) / 2) * f(sqrt(v) * x), Rational(1, 5), 48) / sqrt(2 * pi)


def mean_over_preactivation(f):
    return trapezoid(lambda x: exp(-(x**2) / (2 * v)) * f(x), Rational(1, 6), 126) / sqrt(2 * pi * v)


inverse_gain = Claim(ratio, M(v) / v, Given("the inverse squared gain whose fixed point is v"))
inverse_gain_exactly = Claim(ratio, activity.rhs / v, Substitutes(inverse_gain, activity))
inverse_gain_small = Claim(
    ratio, mean_over_z(lambda x: tanh(x) ** 2) / v, Approximates(inverse_gain_exactly), where=v <= 1
)
inverse_gain_large = Claim(
    ratio,
    (1 - mean_over_preactivation(lambda x: sech(x) ** 2)) / v,
    Approximates(inverse_gain_exactly),
    where=v >= 1,
)
gradient_exactly = Claim(chi, g**2 * slope.rhs, Substitutes(gradient_factor, slope))
gradient_small = Claim(
    chi, g**2 * mean_over_z(lambda x: sech(x) ** 4), Approximates(gradient_exactly), where=v <= 1
)
gradient_large = Claim(
    chi, g**2 * mean_over_preactivation(lambda x: sech(x) ** 4), Approximates(gradient_exactly), where=v >= 1
)

# %%
variance_at_one = inverse_gain_small.rhs.subs(v, 1)
edge_of_chaos = ImplicitForm(
    inverse_gain_exactly,
    (g,),
    unknown=v,
    target=1 / g**2,
    bracket=((1 - 1 / g**2) / 2, g**2),
    also=(gradient_exactly,),
    forms=(
        (quiet, g <= 1),
        (
            Root(inverse_gain_small, v, 1 / g**2, ((1 - 1 / g**2) / 2, 1), (v, gradient_small.rhs)),
            g**2 * variance_at_one <= 1,
        ),
        (Root(inverse_gain_large, v, 1 / g**2, (1, g**2), (v, gradient_large.rhs)), True),
    ),
)
