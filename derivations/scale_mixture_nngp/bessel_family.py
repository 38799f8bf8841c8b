# %% [markdown]
# # Generalised inverse Gaussian and gamma scales
# With a density $\propto s^{\nu - 1} e^{-(\alpha s + \beta/s)/2}$ of the scale (GIG) or a gamma density all
# that was a power becomes a Bessel function (R4). Every integral is one over $z$, with $s$ a constant
# times $e^z$.

# %%
import sympy as sp
from sympy import Integral, besselk, cosh, exp, gamma, log, loggamma, oo, pi, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.functions import log1p, log_besselke, log_gamma_ratio, log_matern
from theory.parameter import POSITIVE, REAL
from theory.rules import Given, Limit, Rewrites, Substitutes

from .setting import D, K, N, Q, b, f, h, n, normal, s
from .student_t import density as student_t_density

a = Parameter("a", "shape of the gamma prior", POSITIVE, extremes=(0.1, 50))
nu = Parameter("nu", "order of the GIG prior", REAL, latex=r"\nu", extremes=(-50, 50))
alpha = Parameter("alpha", "GIG: rate of large scales", POSITIVE, latex=r"\alpha", extremes=(1e-3, 1e3))
beta = Parameter("beta", "GIG: rate of small scales", POSITIVE, latex=r"\beta", extremes=(1e-3, 1e3))
z = sp.Symbol("z", real=True)
g, Z, Z_1, ln_Z, p, ln_p, h_y, E_s = sp.symbols("g Z Z_1 ln_Z p ln_p h_y E_s")
g_y, Z_y, j = sp.symbols("g_y Z_y j")

# %%
weight = Claim(
    g, s**nu * exp(-(alpha * s + beta / s) / 2), Given("the weight of a scale, times s, as ds = s dz")
)
weight_in_z = Claim(
    g,
    (beta / alpha) ** (nu / 2) * exp(nu * z - sqrt(alpha * beta) * cosh(z)),
    Substitutes(weight, at={s: sqrt(beta / alpha) * exp(z)}),
)
total = Claim(Z, Integral(g, (z, -oo, oo)), Given("the weight of all scales"))
total_in_z = Claim(
    Z,
    (beta / alpha) ** (nu / 2) * Integral(exp(nu * z - sqrt(alpha * beta) * cosh(z)), (z, -oo, oo)),
    Substitutes(total, weight_in_z),
)
normaliser = Claim(Z, 2 * (beta / alpha) ** (nu / 2) * besselk(nu, sqrt(alpha * beta)), Rewrites(total_in_z))
log_weight_of_all = Claim(ln_Z, log(Z), Given("its logarithm"))
log_normaliser = Claim(
    ln_Z,
    log_besselke(nu, sqrt(alpha * beta)) - sqrt(alpha * beta) + nu / 2 * log(beta / alpha) + log(2),
    Substitutes(log_weight_of_all, normaliser),
)
weighed = Claim(h, s ** (nu - 1) * exp(-(alpha * s + beta / s) / 2) / Z, Given("the GIG prior of s"))
prior = Claim(
    h,
    s ** (nu - 1)
    * exp(-(alpha * s + beta / s) / 2)
    / (2 * (beta / alpha) ** (nu / 2) * besselk(nu, sqrt(alpha * beta))),
    Substitutes(weighed, normaliser),
)
one_more_power = Claim(
    Z_1,
    2 * (beta / alpha) ** ((nu + 1) / 2) * besselk(nu + 1, sqrt(alpha * beta)),
    Substitutes(normaliser, at={Z: Z_1, nu: nu + 1}),
)
mean_by_weights = Claim(E_s, Z_1 / Z, Given("the mean scale: one more power of s in the weight"))
mean = Claim(
    E_s,
    sqrt(beta / alpha) * besselk(nu + 1, sqrt(alpha * beta)) / besselk(nu, sqrt(alpha * beta)),
    Substitutes(mean_by_weights, one_more_power, normaliser),
)
# where the order is negative, as after many values, without a difference of large logarithms
mean_from_below = Claim(
    E_s,
    beta / (-2 * nu - 2) * exp(log_matern(-nu - 1, sqrt(alpha * beta)) - log_matern(-nu, sqrt(alpha * beta))),
    Rewrites(mean),
    where=nu < -1,
)

# %% [markdown]
# Values of the process add their number to the order and their quadratic form to $\beta$.

# %%
own_weight = Claim(
    g_y,
    s ** (nu - n / 2) * exp(-(alpha * s + (beta + Q) / s) / 2),
    Substitutes(weight, at={g: g_y, nu: nu - n / 2, beta: beta + Q}),
)
own_total = Claim(
    Z_y,
    2 * ((beta + Q) / alpha) ** ((nu - n / 2) / 2) * besselk(nu - n / 2, sqrt(alpha * (beta + Q))),
    Substitutes(normaliser, at={Z: Z_y, nu: nu - n / 2, beta: beta + Q}),
)
constant = Claim(j, N * h * s / g_y, Given("the joint density of values and ln s, over that weight"))
constant_in_full = Claim(
    j,
    (2 * pi) ** (-n / 2) * exp(-D / 2) / (2 * (beta / alpha) ** (nu / 2) * besselk(nu, sqrt(alpha * beta))),
    Substitutes(constant, normal, prior, own_weight),
)
marginal = Claim(p, j * Z_y, Given("it is free of s: the density is that constant times all of the weight"))
density = Claim(
    p,
    (2 * pi) ** (-n / 2)
    * exp(-D / 2)
    * (alpha / beta) ** (nu / 2)
    / besselk(nu, sqrt(alpha * beta))
    * ((beta + Q) / alpha) ** ((nu - n / 2) / 2)
    * besselk(nu - n / 2, sqrt(alpha * (beta + Q))),
    Substitutes(marginal, constant_in_full, own_total),
)
logarithm = Claim(ln_p, log(p), Given("the log-density"))
log_density = Claim(
    ln_p,
    log_besselke(nu - n / 2, sqrt(alpha * (beta + Q)))
    - log_besselke(nu, sqrt(alpha * beta))
    - alpha * Q / (sqrt(alpha * (beta + Q)) + sqrt(alpha * beta))
    + nu / 2 * log(1 + Q / beta)
    - n / 4 * log(4 * pi**2 * (beta + Q) / alpha)
    - D / 2,
    Substitutes(logarithm, density),
)
falling = Claim(
    ln_p,
    log_matern(n / 2 - nu, sqrt(alpha * (beta + Q)))
    - log_matern(-nu, sqrt(alpha * beta))
    + log_gamma_ratio(-nu, n / 2)
    + n / 2 * log((n - 2 * nu) / (2 * pi * (beta + Q)))
    + nu * log1p(Q / beta)
    - D / 2,
    Rewrites(log_density),
    where=nu < 0,
)
level = Claim(
    ln_p,
    log_matern(n / 2 - nu, sqrt(alpha * (beta + Q)))
    - log_besselke(nu, sqrt(alpha * beta))
    + sqrt(alpha * beta)
    + log_gamma_ratio(1, n / 2 - nu - 1)
    + (n / 2 - nu - 1) * log((n - 2 * nu) / (2 * pi * (beta + Q)))
    - log(2 * pi * (beta + Q))
    + nu / 2 * log(alpha / (4 * pi**2 * beta))
    - D / 2,
    Rewrites(log_density),
    where=2 * nu < n,
)
rising = Claim(
    ln_p,
    log_matern(nu - n / 2, sqrt(alpha * (beta + Q)))
    - log_matern(nu, sqrt(alpha * beta))
    - log_gamma_ratio(nu - n / 2, n / 2)
    + n / 2 * log(alpha / (4 * pi * nu))
    - D / 2,
    Rewrites(log_density),
    where=2 * nu > n,
)
bayes = Claim(h_y, N * h / p, Given("Bayes' rule for the scale"))
scale_posterior = Claim(
    h_y,
    prior.rhs.subs({nu: nu - n / 2, beta: beta + Q}, simultaneous=True),
    Substitutes(bayes, normal, prior, density),
)
posterior_mean = Claim(
    E_s,
    sqrt((beta + Q) / alpha)
    * besselk(nu - n / 2 + 1, sqrt(alpha * (beta + Q)))
    / besselk(nu - n / 2, sqrt(alpha * (beta + Q))),
    Substitutes(mean, at={nu: nu - n / 2, beta: beta + Q}),
)
# %% [markdown]
# ## A gamma scale
# The variance-gamma process; $a = 1$ is the multivariate Laplace distribution.

# %%
gamma_prior = Claim(h, b**a / gamma(a) * s ** (a - 1) * exp(-b * s), Given("the gamma prior of s"))
gamma_weight = Claim(
    g_y,
    s ** (a - n / 2) * exp(-b * s - Q / (2 * s)),
    Substitutes(weight, at={g: g_y, nu: a - n / 2, alpha: 2 * b, beta: Q}),
)
gamma_total = Claim(
    Z_y,
    2 * (Q / (2 * b)) ** ((a - n / 2) / 2) * besselk(a - n / 2, sqrt(2 * b * Q)),
    Substitutes(normaliser, at={Z: Z_y, nu: a - n / 2, alpha: 2 * b, beta: Q}),
)
gamma_constant = Claim(
    j,
    (2 * pi) ** (-n / 2) * exp(-D / 2) * b**a / gamma(a),
    Substitutes(constant, normal, gamma_prior, gamma_weight),
)
gamma_density = Claim(
    p,
    (2 * pi) ** (-n / 2)
    * exp(-D / 2)
    * 2
    * b**a
    / gamma(a)
    * (Q / (2 * b)) ** ((a - n / 2) / 2)
    * besselk(a - n / 2, sqrt(2 * b * Q)),
    Substitutes(marginal, gamma_constant, gamma_total),
)
gamma_log_density = Claim(
    ln_p,
    log_besselke(a - n / 2, sqrt(2 * b * Q))
    - sqrt(2 * b * Q)
    + a / 2 * log(b * Q / 2)
    - n / 4 * log(2 * pi**2 * Q / b)
    - loggamma(a)
    + log(2)
    - D / 2,
    Substitutes(logarithm, gamma_density),
)
steep_log_density = Claim(
    ln_p,
    log_matern(a - n / 2, sqrt(2 * b * Q))
    - log_gamma_ratio(a - n / 2, n / 2)
    + n / 2 * log(b / (2 * pi * a))
    - D / 2,
    Rewrites(gamma_log_density),
    where=2 * a > n,
)
flat_log_density = Claim(
    ln_p,
    log_matern(n / 2 - a, sqrt(2 * b * Q))
    + log_gamma_ratio(a, n / 2 - 2 * a)
    + (n / 2 - 2 * a) * log((n - 2 * a) / (2 * pi * Q))
    + a * log(b / (2 * pi**2 * Q))
    - D / 2,
    Rewrites(gamma_log_density),
    where=2 * a < n,
)
laplace = Claim(
    p,
    sqrt(b / (2 * K)) * exp(-sqrt(2 * b / K) * sp.Abs(f)),
    Substitutes(gamma_density, at={a: 1, n: 1, D: log(K), Q: f**2 / K}),
)
log_laplace = Claim(ln_p, log(b / (2 * K)) / 2 - sqrt(2 * b / K) * sp.Abs(f), Substitutes(logarithm, laplace))

# %% [markdown]
# Both families are ends of the GIG's.

# %%
towards_gamma = Claim(
    p,
    density.rhs.subs({nu: a, alpha: 2 * b}),
    Substitutes(density, at={nu: a, alpha: 2 * b}),
    where=a > 1,
)
gamma_limit = Claim(p, gamma_density.rhs, Limit(towards_gamma, beta, 0))
towards_student_t = Claim(
    p,
    density.rhs.subs({nu: -a, beta: 2 * b}),
    Substitutes(density, at={nu: -a, beta: 2 * b}),
    where=a > 1,
)
student_t_limit = Claim(p, student_t_density.rhs, Limit(towards_student_t, alpha, 0))

# %%
moderate = alpha * (beta + Q) < 4 * nu**2
gig_log_density = ExplicitForm(
    log_density,
    (n, Q, D, nu, alpha, beta),
    forms=(
        (falling, (nu < -1) & moderate),
        (rising, (2 * nu > n + 2) & moderate),
        (level, (nu > -1) & (2 * nu < n - 1) & (alpha * (beta + Q) < (n - 2 * nu) ** 2)),
        (log_density, True),
    ),
)
gamma_log_density_of_values = ExplicitForm(
    gamma_log_density,
    (n, Q, D, a, b),
    forms=(
        (steep_log_density, 2 * a > n + 1),
        (flat_log_density, 2 * a < n - 1),
        (gamma_log_density, True),
    ),
)
laplace_log_density = ExplicitForm(log_laplace, (f, K, b))
