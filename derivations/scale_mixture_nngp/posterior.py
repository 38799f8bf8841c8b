# %% [markdown]
# # The posterior without noise
# Given $n$ values $y$ the scale is inverse-gamma again, and a test value is Student-t with $2a + n$ degrees
# of freedom (R2). Its mean is that of the Gaussian process; its variance is calibrated by the data.
# With noise of variance $s\sigma^2$ all of it holds with $K_{XX} + \sigma^2 I$ in place of $K_{XX}$ (R6).

# %%
import sympy as sp
from sympy import exp, gamma, log, oo, pi, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.functions import log1p, log_gamma_ratio
from theory.parameter import POSITIVE
from theory.rules import Given, Limit, Rewrites, Substitutes

from . import moments
from .setting import D, N, Q, a, b, f, h, half, m, n, normal, prior, r, s
from .student_t import density, p

h_y, p_more, t, ln_t, E_s, V, factor, heavy = sp.symbols("h_y p_more t ln_t E_s V c l")

# %%
bayes = Claim(h_y, N * h / p, Given("Bayes' rule for the scale"))
scale_posterior = Claim(
    h_y,
    (b + Q / 2) ** (a + n / 2) / gamma(a + n / 2) * s ** (-a - n / 2 - 1) * exp(-(b + Q / 2) / s),
    Substitutes(bayes, normal, prior, density),
)
same_family = Claim(
    h_y, prior.rhs.subs({a: a + n / 2, b: b + Q / 2}, simultaneous=True), Rewrites(scale_posterior)
)
expected_scale = Claim(
    E_s,
    (b + Q / 2) / (a + n / 2 - 1),
    Substitutes(moments.mean, at={moments.mean_of_power: E_s, a: a + n / 2, b: b + Q / 2}),
    where=a + n / 2 > 1,
    everywhere=True,
)
# so that 2a is not lost in n - 2, where these nearly cancel
in_full = Claim(E_s, (b + Q / 2) / (a + (n**2 - 4) / (2 * (n + 2))), Rewrites(expected_scale))

# %% [markdown]
# One more value adds $(f_* - m_*)^2/r_*$ to $Q$ and $\ln r_*$ to $D$ (shown in the next file). Its density
# given the data is the ratio of the densities with and without it.


# %%
def student(nu, mean, variance):
    """The Student-t density of f with nu degrees of freedom and squared scale ``variance``."""
    return (
        gamma((nu + 1) / 2)
        / gamma(nu / 2)
        / sqrt(pi * nu * variance)
        * (1 + (f - mean) ** 2 / (nu * variance)) ** (-(nu + 1) / 2)
    )


more = Claim(
    p_more,
    gamma(a + (n + 1) / 2)
    / gamma(a)
    * b**a
    * (2 * pi) ** (-(n + 1) / 2)
    * exp(-D / 2)
    / sqrt(r)
    * (b + Q / 2 + (f - m) ** 2 / (2 * r)) ** (-a - (n + 1) / 2),
    Substitutes(density, at={p: p_more, n: n + 1, D: D + log(r), Q: Q + (f - m) ** 2 / r}),
)
conditional = Claim(t, p_more / p, Given("the density of a test value, given the data"))
predictive = Claim(
    t,
    gamma(a + (n + 1) / 2)
    / gamma(a + n / 2)
    / sqrt(2 * pi * (b + Q / 2) * r)
    * (1 + (f - m) ** 2 / ((2 * b + Q) * r)) ** (-a - (n + 1) / 2),
    Substitutes(conditional, more, density),
)
student_predictive = Claim(t, student(2 * a + n, m, (b + Q / 2) / (a + n / 2) * r), Rewrites(predictive))
log_of_predictive = Claim(ln_t, log(t), Given("its logarithm"))
log_predictive = Claim(
    ln_t,
    log_gamma_ratio(a + n / 2, half)
    + log((2 * a + n + 1) / (2 * pi * (2 * b + Q) * r)) / 2
    - (a + (n + 1) / 2) * log1p((f - m) ** 2 / ((2 * b + Q) * r)),
    Substitutes(log_of_predictive, predictive),
)

# %% [markdown]
# Its variance is the Gaussian process' times the mean scale, which tends to $Q/n$: the data's own scale.
# Far out the density falls as a power of the distance.

# %%
q = Parameter("q", "quadratic form of the data per value, Q/n", POSITIVE, extremes=(1e-4, 1e4))
variance = Claim(V, E_s * r, Given("the mean of the variance s r; the mean does not depend on s"))
predictive_variance = Claim(V, (b + Q / 2) / (a + n / 2 - 1) * r, Substitutes(variance, expected_scale))
variance_in_full = Claim(V, in_full.rhs * r, Rewrites(predictive_variance))
per_value = Claim(
    E_s,
    (b + n * q / 2) / (a + n / 2 - 1),
    Substitutes(expected_scale, at={Q: n * q}),
    where=a + n / 2 > 1,
    everywhere=True,
)
calibrated = Claim(E_s, q, Limit(per_value, n, oo))
scaled_tail = Claim(heavy, t * f ** (2 * a + n + 1), Given("the density, times a power of the test value"))
predictive_tail = Claim(
    heavy,
    predictive.rhs * f ** (2 * a + n + 1),
    Substitutes(scaled_tail, predictive),
    where=f > 0,
)
tail_height = Claim(
    heavy,
    gamma(a + (n + 1) / 2) / gamma(a + n / 2) / sqrt(pi) * ((2 * b + Q) * r) ** (a + n / 2),
    Limit(predictive_tail, f, oo),
    everywhere=True,
)

# %%
log_predictive_density = ExplicitForm(log_predictive, (f, m, r, n, Q, a, b))
posterior_mean_scale = ExplicitForm(expected_scale, (n, Q, a, b), forms=((in_full, True),))
variance_at_a_test_point = ExplicitForm(
    predictive_variance, (r, n, Q, a, b), forms=((variance_in_full, True),)
)
