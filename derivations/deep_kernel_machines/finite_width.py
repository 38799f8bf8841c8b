# %% [markdown]
# # One point at finite width, exactly
# One hidden layer of $N$ features and $N$ outputs, linear, without noise, on one data point: the posterior of
# the Gram value is a generalised inverse Gaussian law of order 0 (R5). Its moments are ratios of Bessel
# functions, which tend to the geometric mean $\sqrt{g_0s}$ as $1/N$; a feature is normal in the limit only.

# %%
import sympy as sp
from sympy import Integral, Rational, besselk, cosh, exp, gamma, log, oo, pi, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.functions import log_besselke
from theory.parameter import POSITIVE
from theory.rules import Given, Rewrites, Series, Substitutes

from .gram_density import f, ln_p, log_density, moment, mu, one_point, p
from .gram_density import m as power
from .setting import N, P, g, g_0, k, ln_G, s, t

m = Parameter("m", "power of the Gram value", sp.Range(1, 13), extremes=(1, 12))
x = sp.Symbol("x", real=True)
h, like, w, v, j, B, Z, Z_0, M = sp.symbols("h like w v j B Z Z_0 M")

# %% [markdown]
# ## The posterior

# %%
prior = Claim(p, one_point.rhs.subs(k, g_0), Substitutes(one_point, at={k: g_0}))
likelihood = Claim(
    like, (2 * pi * g) ** (-N / 2) * exp(-N * s / (2 * g)), Given("N outputs of variance g, mean square s")
)
joint = Claim(h, p * like, Given("Bayes' rule"))
weight = Claim(
    w,
    g**m * exp(-N / 2 * (g / g_0 + s / g)),
    Given("the posterior's weight times g^m and g, as dg = g d ln g"),
)
constant = Claim(j, h * g ** (m + 1) / w, Given("the joint density over the weight"))
free_of_g = Claim(
    j,
    (N / (2 * g_0)) ** (N / 2) / gamma(N / 2) * (2 * pi) ** (-N / 2),
    Substitutes(constant, joint, prior, likelihood, weight),
)

# %% [markdown]
# Any number of points has such a posterior: beside $e^{-\frac N2\mathrm{tr}(G_0^{-1}G + SG^{-1})}$ only the
# volume $|G|^{-(P + 1)/2}$ is left, whatever the width.

# %%
t_s = Parameter("t_s", "trace of S G^-1", POSITIVE)
ln_h, ln_like = sp.symbols("ln_h ln_like")
likelihood_of_many = Claim(
    ln_like,
    -N / 2 * (P * log(2 * pi) + ln_G + t_s),
    Given("N outputs of covariance G, their second moment S"),
)
joint_of_many = Claim(ln_h, ln_p + ln_like, Given("Bayes' rule for the Gram matrix"))
posterior_of_many = Claim(
    ln_h,
    -(P + 1) / 2 * ln_G
    - N / 2 * (t + t_s)
    + (log_density.rhs - N * P / 2 * log(2 * pi)).subs({ln_G: 0, t: 0}),
    Substitutes(joint_of_many, log_density, likelihood_of_many),
)

# %% [markdown]
# ## Its moments
# With $g = \sqrt{g_0s}\,e^x$ the exponent is $-z\cosh x$, $z = N\sqrt{s/g_0}$.

# %%
z = Parameter("z", "N sqrt(s/g_0)", POSITIVE)
weight_in_x = Claim(
    w,
    (g_0 * s) ** (m * Rational(1, 2)) * exp(m * x - N * sqrt(s / g_0) * cosh(x)),
    Substitutes(weight, at={g: sqrt(g_0 * s) * exp(x)}),
)
factor = Claim(v, w / (g_0 * s) ** (m * Rational(1, 2)), Given("the weight, without what is free of x"))
exponential = Claim(v, exp(m * x - N * sqrt(s / g_0) * cosh(x)), Substitutes(factor, weight_in_x))
in_z = Claim(v, exp(m * x - z * cosh(x)), Substitutes(exponential, at={s: g_0 * (z / N) ** 2}))
all_x = Claim(B, Integral(v, (x, -oo, oo)), Given("all of that weight"))
bessel = Claim(B, 2 * besselk(m, z), Substitutes(all_x, in_z))
total = Claim(Z, (g_0 * s) ** (m * Rational(1, 2)) * B, Given("the weight of all Gram values"))
by_bessel = Claim(
    Z,
    2 * (g_0 * s) ** (m * Rational(1, 2)) * besselk(m, N * sqrt(s / g_0)),
    Substitutes(total, bessel, at={z: N * sqrt(s / g_0)}),
)
normaliser = Claim(Z_0, 2 * besselk(0, N * sqrt(s / g_0)), Substitutes(by_bessel, at={Z: Z_0, m: 0}))
mean = Claim(M, Z / Z_0, Given("the mean of g^m"))
moments = Claim(
    M,
    (g_0 * s) ** (m * Rational(1, 2)) * besselk(m, N * sqrt(s / g_0)) / besselk(0, N * sqrt(s / g_0)),
    Substitutes(mean, by_bessel, normaliser),
)
by_logarithms = Claim(
    M,
    (g_0 * s) ** (m * Rational(1, 2))
    * exp(log_besselke(m, N * sqrt(s / g_0)) - log_besselke(0, N * sqrt(s / g_0))),
    Rewrites(moments),
)

# %% [markdown]
# For wide layers, with $y = 1/z$: the mean's correction to the geometric mean falls as $1/N$.

# %%
y = Parameter("y", "1/z", POSITIVE)
excess = sp.Symbol("x_g")
relative = Claim(excess, M / sqrt(g_0 * s), Given("the mean over the geometric mean"))
mean_alone = Claim(
    M,
    sqrt(g_0 * s) * besselk(1, N * sqrt(s / g_0)) / besselk(0, N * sqrt(s / g_0)),
    Substitutes(moments, at={m: 1}),
)
of_z = Claim(
    excess,
    besselk(1, 1 / y) / besselk(0, 1 / y),
    Substitutes(relative, mean_alone, at={s: g_0 / (N * y) ** 2}),
)
wide = Claim(excess, 1 + y / 2 - y**2 / 8, Series(of_z, y, 2))

# %% [markdown]
# ## A single feature
# Given the Gram value the features are uniform on a sphere, in the prior as in the posterior. The prior's
# fourth moment gives that of a direction; the posterior's kurtosis is that, times the spread of the radius.

# %%
n_4, r_4, f_4, kurt, M_1, M_2 = sp.symbols("n_4 r_4 f_4 kappa M_1 M_2")
fourth_of_length = Claim(r_4, N * (N + 2), Substitutes(moment, at={mu: r_4, power: 2, f: N}))
fourth_of_feature = Claim(f_4, 3, Given("the fourth moment of a normal number"))
direction = Claim(n_4, f_4 / r_4, Given("direction and length are independent"))
of_direction = Claim(n_4, 3 / (N * (N + 2)), Substitutes(direction, fourth_of_feature, fourth_of_length))
kurtosis = Claim(
    kurt, n_4 * N**2 * M_2 / M_1**2, Given("fourth moment over squared variance: the length is (N g)^(1/2)")
)
first_moment = Claim(M_1, mean_alone.rhs, Substitutes(mean_alone, at={M: M_1}))
second_moment = Claim(
    M_2,
    g_0 * s * besselk(2, N * sqrt(s / g_0)) / besselk(0, N * sqrt(s / g_0)),
    Substitutes(moments, at={m: 2, M: M_2}),
)
of_feature = Claim(
    kurt,
    3
    * N
    / (N + 2)
    * besselk(2, N * sqrt(s / g_0))
    * besselk(0, N * sqrt(s / g_0))
    / besselk(1, N * sqrt(s / g_0)) ** 2,
    Substitutes(kurtosis, of_direction, first_moment, second_moment),
)
of_feature_by_logarithms = Claim(
    kurt,
    3
    * N
    / (N + 2)
    * exp(
        log_besselke(2, N * sqrt(s / g_0))
        + log_besselke(0, N * sqrt(s / g_0))
        - 2 * log_besselke(1, N * sqrt(s / g_0))
    ),
    Rewrites(of_feature),
)
radii = sp.Symbol("rho_r")
of_radii = Claim(radii, M_2 / M_1**2, Given("the spread of the radius: second moment over squared mean"))
radii_in_y = Claim(
    radii,
    besselk(2, 1 / y) * besselk(0, 1 / y) / besselk(1, 1 / y) ** 2,
    Substitutes(of_radii, first_moment, second_moment, at={s: g_0 / (N * y) ** 2}),
)
wide_radii = Claim(radii, 1 + y, Series(radii_in_y, y, 1))

# %%
few = N**2 * s < 10**4 * g_0
posterior_gram_moment = ExplicitForm(moments, (m, g_0, s, N), forms=((moments, few), (by_logarithms, True)))
feature_kurtosis = ExplicitForm(of_feature, (g_0, s, N), forms=((of_feature_by_logarithms, True),))
