# %% [markdown]
# # Far field: why the Gaussian wins at high noise
# Data of one coordinate with variance $\lambda$, skewness $\gamma_3$ and excess kurtosis $\gamma_4$. Noise
# adds to the variance and to no higher cumulant: of the noisy sample the standardised cumulants are
# $\gamma_3\kappa^{3/2}$ and $\gamma_4\kappa^2$, with $\kappa = \alpha^2\lambda/(\alpha^2\lambda + \sigma^2)$
# the share of signal in its variance. In powers of $h = \sqrt\kappa$ its density is Edgeworth's.

# %%
import sympy as sp
from sympy import Integral, exp, oo, pi, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE, REAL
from theory.rules import Assumption, Given, Integrates, Series, Substitutes

from .setting import alpha, lam, sigma, spread, v

z = Parameter("z", "deviation of the noisy sample in units of its spread", REAL)
h = Parameter("h", "square root of the share of signal in the noisy variance", POSITIVE)
skewness = Parameter("skewness", "skewness of the data", REAL, latex=r"\gamma_3", extremes=(1e-3, 1e3))
kurtosis = Parameter("kurtosis", "excess kurtosis of the data", REAL, latex=r"\gamma_4", extremes=(1e-3, 1e3))
Q, R = sp.Function("Q", real=True), sp.Function("R", real=True)
unexplained = sp.Symbol("F")

# %%
edgeworth = Claim(
    Q(z),
    1 + skewness * h**3 * (z**3 - 3 * z) / 6 + kurtosis * h**4 * (z**4 - 6 * z**2 + 3) / 24,
    Assumption("little signal: of the density over the Gaussian one, Edgeworth's leading terms"),
)
missed = Claim(
    R(z), Q(z).diff(z) / Q(z), Given("what the Gaussian score misses, in units of 1/spread of the sample")
)
missed_in_full = Claim(
    R(z),
    (skewness * h**3 * (z**2 - 1) / 2 + kurtosis * h**4 * (z**3 - 3 * z) / 6)
    / (1 + skewness * h**3 * (z**3 - 3 * z) / 6 + kurtosis * h**4 * (z**4 - 6 * z**2 + 3) / 24),
    Substitutes(missed, edgeworth),
)
missed_leading = Claim(
    R(z),
    skewness * h**3 * (z**2 - 1) / 2 + kurtosis * h**4 * (z**3 - 3 * z) / 6,
    Series(missed_in_full, h, 4),
)

# %% [markdown]
# Hermite polynomials are orthogonal under the Gaussian density, so that the two parts add up.

# %%
normal = exp(-(z**2) / 2) / sqrt(2 * pi)
second_square = Claim(Integral(normal * (z**2 - 1) ** 2, (z, -oo, oo)), 2, Integrates())
third_square = Claim(Integral(normal * (z**3 - 3 * z) ** 2, (z, -oo, oo)), 6, Integrates())
orthogonal = Claim(Integral(normal * (z**2 - 1) * (z**3 - 3 * z), (z, -oo, oo)), 0, Integrates())
mean_square = Claim(
    unexplained,
    Integral(normal * R(z) ** 2, (z, -oo, oo)),
    Given("its mean square, of the score's variance 1 in these units: to leading order the Gaussian mean"),
)
by_share = Claim(
    unexplained, skewness**2 / 2 * h**6 + kurtosis**2 / 6 * h**8, Substitutes(mean_square, missed_leading)
)

# %% [markdown]
# The first corrections are of order $h^{10}$: against the skewness they fall by $\kappa^2$, against the
# kurtosis by $\kappa$ ($\kappa^2$ for a symmetric law).

# %%
signal_share = Claim(h**2, alpha**2 * lam / v, Given("the share of signal"))
far_field = Claim(
    unexplained,
    skewness**2 / 2 * (alpha**2 * lam / (alpha**2 * lam + sigma**2)) ** 3
    + kurtosis**2 / 6 * (alpha**2 * lam / (alpha**2 * lam + sigma**2)) ** 4,
    Substitutes(by_share, signal_share, spread),
)

# %%
unexplained_fraction = ExplicitForm(far_field, (lam, sigma, skewness, kurtosis, alpha), defaults={alpha: 1})
