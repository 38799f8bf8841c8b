# %% [markdown]
# # Moments, and what outputs that share a scale know of each other
# The moments of an inverse-gamma scale come from the same integral over the precision. The fourth moments
# show that values are not Gaussian, and that outputs without correlation depend on each other (R1).

# %%
import sympy as sp
from sympy import gamma, lowergamma, oo

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import COUNTING
from theory.rules import Given, Limit, Rewrites, Solves, Substitutes

from .setting import K, a, b, h, prior, s, w

k = Parameter("k", "order of the moment", COUNTING, extremes=(1, 8))
T_of = sp.Function("T", real=True)
mean_of_power, first, second = sp.symbols("E_s^k E_s E_s^2", positive=True)
variance, fourth, crossed, kurtosis, dependence = sp.symbols("E_f^2 E_f^4 E_f^2g^2 kappa delta")

# %%
gathers = Claim(
    T_of(w).diff(w), w ** (-k) * h * s**2, Given("each precision adds its part of the mean of s^k")
)
gathered = Claim(
    T_of(w).diff(w),
    b**a / gamma(a) * w ** (a - k - 1) * sp.exp(-b * w),
    Substitutes(gathers, prior, at={s: 1 / w}),
)
up_to_w = Claim(
    T_of(w),
    b**k / gamma(a) * lowergamma(a - k, b * w),
    Solves(gathered, conditions=[(T_of(0), 0)]),
    where=a > k,
)
moment = Claim(mean_of_power, b**k * gamma(a - k) / gamma(a), Limit(up_to_w, w, oo))
mean = Claim(mean_of_power, b / (a - 1), Substitutes(moment, at={k: 1}), where=a > 1, everywhere=True)
square = Claim(
    mean_of_power, b**2 / ((a - 1) * (a - 2)), Substitutes(moment, at={k: 2}), where=a > 2, everywhere=True
)

# %% [markdown]
# Given $s$, a Gaussian of variance $sK$ has the fourth moment $3 (sK)^2$; two independent ones have
# $E f_1^2 f_2^2 = (sK)^2$.

# %%
first_moment = Claim(first, mean.rhs, Rewrites(mean))
second_moment = Claim(second, square.rhs, Rewrites(square))
variance_of_value = Claim(variance, first * K, Given("the variance of a value is the mean of s K"))
fourth_moment = Claim(fourth, 3 * second * K**2, Given("the fourth moment of a Gaussian of variance s K"))
crossed_moment = Claim(crossed, second * K**2, Given("two independent Gaussians of variance s K"))
marginal_variance = Claim(
    variance, b * K / (a - 1), Substitutes(variance_of_value, first_moment), where=a > 1
)
ratio = Claim(kurtosis, fourth / variance**2, Given("the kurtosis of a value"))
kurtosis_of_value = Claim(
    kurtosis,
    3 * (a - 1) / (a - 2),
    Substitutes(ratio, fourth_moment, variance_of_value, first_moment, second_moment),
)
shared = Claim(dependence, crossed / variance**2, Given("1 where two outputs are independent"))
dependence_of_outputs = Claim(
    dependence,
    (a - 1) / (a - 2),
    Substitutes(shared, crossed_moment, variance_of_value, first_moment, second_moment),
)

# %%
mean_scale = ExplicitForm(mean, (a, b))
variance_of_a_value = ExplicitForm(marginal_variance, (K, a, b))
kurtosis_ratio = ExplicitForm(kurtosis_of_value, (a,))
dependence_ratio = ExplicitForm(dependence_of_outputs, (a,))
