# %% [markdown]
# # How fast an ensemble trains
# A network of scale $s$ has $s$ times the tangent kernel, so that its error in a mode of eigenvalue $\lambda$
# falls as $e^{-zs}$ with $z = \eta\lambda t$. The ensemble's mean error falls as the Laplace transform of the
# prior, $M(z) = E e^{-zs}$ (R5): a stretched exponential for inverse-gamma scales, whose small ones are rare,
# and a power law for priors with networks of almost no scale.

# %%
import sympy as sp
from sympy import (
    Derivative,
    Integral,
    besselk,
    cosh,
    erfc,
    exp,
    gamma,
    log,
    loggamma,
    lowergamma,
    oo,
    pi,
    sqrt,
)

from theory import Claim, ExplicitForm, Parameter
from theory.functions import log1p, log_besselke, log_matern
from theory.parameter import POSITIVE
from theory.rules import Differentiates, Given, Limit, Rewrites, Solves, Substitutes

from . import bessel_family, half_cauchy
from .bessel_family import alpha, beta, nu
from .setting import b, h, half, prior, s

a = Parameter("a", "shape of the prior of the scale", POSITIVE, extremes=(0.1, 50))
z = Parameter("z", "time in units of the mode, eta lambda t", POSITIVE, extremes=(1e-3, 1e4))
x = sp.Symbol("x", real=True)
u = Parameter("u", "standard deviation of the last layer's weights", POSITIVE)
j, M, slope, scaled, M_gig, M_gamma, M_half, Z_z = sp.symbols("j M mu m M_GIG M_gamma M_C Z_z")
T_of = sp.Function("T", real=True)

# %%
joint = Claim(j, exp(-z * s) * h * s, Given("the error of a network, times the density of x = ln s"))
joint_in_x = Claim(
    j,
    b**a / gamma(a) * (z / b) ** (a / 2) * exp(-a * x - 2 * sqrt(b * z) * cosh(x)),
    Substitutes(joint, prior, at={s: sqrt(b / z) * exp(x)}),
)
mean = Claim(M, Integral(j, (x, -oo, oo)), Given("the mean over the scales"))
transform = Claim(
    M, 2 * (b * z) ** (a / 2) / gamma(a) * besselk(a, 2 * sqrt(b * z)), Substitutes(mean, joint_in_x)
)
stable_transform = Claim(
    M,
    exp(log_matern(a, 2 * sqrt(b * z))),
    Rewrites(transform),
)
exponential = Claim(M, exp(-2 * sqrt(b * z)), Substitutes(transform, at={a: half}))
stretched = Claim(
    scaled,
    M * exp(2 * sqrt(b * z)) * (b * z) ** (sp.Rational(1, 4) - a / 2),
    Given("the mean error over a stretched exponential and a power"),
)
stretched_transform = Claim(
    scaled,
    2 * (b * z) ** sp.Rational(1, 4) / gamma(a) * besselk(a, 2 * sqrt(b * z)) * exp(2 * sqrt(b * z)),
    Substitutes(stretched, transform),
)
late = Claim(scaled, sqrt(pi) / gamma(a), Limit(stretched_transform, z, oo))

# %% [markdown]
# The mean of $s e^{-zs}$, of which the variance of the ensemble is made, is the slope of the transform.

# %%
falls = Claim(
    Derivative(M, z),
    -2 * b * (b * z) ** ((a - 1) / 2) / gamma(a) * besselk(a - 1, 2 * sqrt(b * z)),
    Differentiates(transform, z),
)
weighted = Claim(slope, -Derivative(M, z), Given("the mean of s exp(-z s)"))
weighted_mean = Claim(
    slope,
    2 * b * (b * z) ** ((a - 1) / 2) / gamma(a) * besselk(a - 1, 2 * sqrt(b * z)),
    Substitutes(weighted, falls),
)
lighter_mean = Claim(
    slope,
    b / (a - 1) * exp(log_matern(a - 1, 2 * sqrt(b * z))),
    Rewrites(weighted_mean),
    where=a > 1,
)
heavier_mean = Claim(
    slope,
    b * gamma(1 - a) / gamma(a) * (b * z) ** (a - 1) * exp(log_matern(1 - a, 2 * sqrt(b * z))),
    Rewrites(weighted_mean),
    where=a < 1,
)
stable_weighted_mean = Claim(
    slope,
    exp(
        log_besselke(a - 1, 2 * sqrt(b * z))
        - 2 * sqrt(b * z)
        + (a - 1) / 2 * log(b * z)
        - loggamma(a)
        + log(2 * b)
    ),
    Rewrites(weighted_mean),
)

# %% [markdown]
# ## The other priors

# %%
all_weight = Claim(
    Z_z,
    2 * (beta / (alpha + 2 * z)) ** (nu / 2) * besselk(nu, sqrt((alpha + 2 * z) * beta)),
    Substitutes(bessel_family.normaliser, at={bessel_family.Z: Z_z, alpha: alpha + 2 * z}),
)
gig_mean = Claim(
    M_gig, Z_z / bessel_family.Z, Given("of a GIG prior exp(-z s) adds 2 z to the rate of large scales")
)
gig_transform = Claim(
    M_gig,
    (alpha / (alpha + 2 * z)) ** (nu / 2)
    * besselk(nu, sqrt((alpha + 2 * z) * beta))
    / besselk(nu, sqrt(alpha * beta)),
    Substitutes(gig_mean, all_weight, bessel_family.normaliser),
)
gamma_gathers = Claim(
    T_of(s).diff(s), exp(-z * s) * h, Given("scales up to s of the mean of exp(-z s), gamma prior")
)
gamma_gathered = Claim(
    T_of(s).diff(s),
    b**a / gamma(a) * s ** (a - 1) * exp(-(b + z) * s),
    Substitutes(gamma_gathers, bessel_family.gamma_prior),
)
gamma_up_to_s = Claim(
    T_of(s),
    (b / (b + z)) ** a * lowergamma(a, (b + z) * s) / gamma(a),
    Solves(gamma_gathered, conditions=[(T_of(0), 0)]),
)
gamma_transform = Claim(M_gamma, (1 + z / b) ** (-a), Limit(gamma_up_to_s, s, oo))
stable_gamma_transform = Claim(M_gamma, exp(-a * log1p(z / b)), Rewrites(gamma_transform))
half_joint = Claim(
    sp.Symbol("j_C"), exp(-z * s) * h * 2 * u, Given("the same for a half-Cauchy u, as ds = 2 u du")
)
half_in_u = Claim(
    sp.Symbol("j_C"),
    2 / pi * exp(-z * u**2) / (1 + u**2),
    Substitutes(half_joint, half_cauchy.prior, at={s: u**2}),
)
half_mean = Claim(M_half, Integral(sp.Symbol("j_C"), (u, 0, oo)), Given("the mean over the scales"))
half_transform = Claim(M_half, exp(z) * erfc(sqrt(z)), Substitutes(half_mean, half_in_u))
half_scaled = Claim(sp.Symbol("m_C"), M_half * sqrt(z), Given("the mean error, times the root of time"))
half_scaled_transform = Claim(
    sp.Symbol("m_C"), sqrt(z) * exp(z) * erfc(sqrt(z)), Substitutes(half_scaled, half_transform)
)
half_late = Claim(sp.Symbol("m_C"), 1 / sqrt(pi), Limit(half_scaled_transform, z, oo))

# %%
mean_error = ExplicitForm(transform, (z, a, b), forms=((stable_transform, True),))
mean_weighted_error = ExplicitForm(
    weighted_mean,
    (z, a, b),
    forms=((lighter_mean, a > 1), (heavier_mean, a < 1), (stable_weighted_mean, True)),
)
gamma_mean_error = ExplicitForm(gamma_transform, (z, a, b), forms=((stable_gamma_transform, True),))
