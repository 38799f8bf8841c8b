# %% [markdown]
# # A half-Cauchy scale
# The standard deviation $\sigma_v = \sqrt s$ has the density $2/(\pi(1 + \sigma_v^2))$ (R4). The integral
# over the precision, with $w = v^2$, is an exponential integral: Tricomi's $U(c, c, z)$ is
# $e^z z^{1-c} E_c(z)$.

# %%
import sympy as sp
from sympy import Integral, exp, expint, gamma, log, oo, pi, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.functions import log_gamma_ratio
from theory.parameter import POSITIVE
from theory.rules import Given, Rewrites, Substitutes

from .setting import D, K, N, Q, f, h, half, n, normal, s

sigma = sp.Symbol("sigma_v", positive=True)
v = Parameter("v", "root of the precision", POSITIVE)
g, p, ln_p, density_of_sigma, j, E_s, J, J_1 = sp.symbols("g p ln_p c j E_s J J_1")

# %%
half_cauchy = Claim(density_of_sigma, 2 / (pi * (1 + sigma**2)), Given("the prior of the standard deviation"))
changed = Claim(h, density_of_sigma / (2 * sigma), Given("the density of s, as ds = 2 sigma dsigma"))
prior = Claim(h, 1 / (pi * sqrt(s) * (1 + s)), Substitutes(changed, half_cauchy, at={sigma: sqrt(s)}))
joint = Claim(j, N * h * 2 * s * sqrt(s), Given("the joint density of the values and v, as s = 1/v^2"))
joint_in_v = Claim(
    j,
    (2 * pi) ** (-n / 2) * exp(-D / 2) * 2 / pi * v**n / (1 + v**2) * exp(-Q * v**2 / 2),
    Substitutes(joint, normal, prior, at={s: v**-2}),
)
marginal = Claim(p, Integral(j, (v, 0, oo)), Given("the density of the values"))
density = Claim(
    p,
    (2 * pi) ** (-n / 2)
    * exp(-D / 2)
    / pi
    * gamma((n + 1) / 2)
    * exp(Q / 2)
    * (Q / 2) ** ((1 - n) / 2)
    * expint((n + 1) / 2, Q / 2),
    Substitutes(marginal, joint_in_v),
)
one_value = Claim(
    p,
    exp(f**2 / (2 * K)) * expint(1, f**2 / (2 * K)) / (pi * sqrt(2 * pi * K)),
    Substitutes(density, at={n: 1, D: log(K), Q: f**2 / K}),
)

# %% [markdown]
# For the computer: the exponential integral without its exponential, as an integral of positive numbers.

# %%
scaled = Claim(J, exp(Q / 2) * expint((n + 1) / 2, Q / 2), Given("what neither over- nor underflows"))
scaled_by_integral = Claim(
    J, Integral(2 * v * exp(-Q * v**2 / 2) * (1 + v**2) ** (-(n + 1) / 2), (v, 0, oo)), Rewrites(scaled)
)
logarithm = Claim(ln_p, log(p), Given("the log-density"))
log_density = Claim(
    ln_p,
    log(exp(Q / 2) * expint((n + 1) / 2, Q / 2))
    + log_gamma_ratio(half, n / 2)
    + (n - 1) / 2 * log((n + 1) / (2 * pi * Q))
    + log((n + 1) / (4 * pi**2)) / 2
    - D / 2,
    Substitutes(logarithm, density),
)
log_density_by_integral = Claim(
    ln_p,
    log(scaled_by_integral.rhs)
    + log_gamma_ratio(half, n / 2)
    + (n - 1) / 2 * log((n + 1) / (2 * pi * Q))
    + log((n + 1) / (4 * pi**2)) / 2
    - D / 2,
    Rewrites(log_density),
)

# %% [markdown]
# The mean scale, given the data, needs two values at least.

# %%
fewer = sp.Symbol("p_fewer")
two_fewer = Claim(
    fewer,
    (2 * pi) ** (1 - n / 2)
    * exp(-D / 2)
    / pi
    * gamma((n - 1) / 2)
    * exp(Q / 2)
    * (Q / 2) ** ((3 - n) / 2)
    * expint((n - 1) / 2, Q / 2),
    Substitutes(density, at={p: fewer, n: n - 2}),
    where=n > 1,
)
with_s = Claim(
    J_1, fewer / (2 * pi), Given("the mean of s times the density: s takes the factor of two values away")
)
posterior = Claim(E_s, J_1 / p, Given("the mean scale, given the data"))
posterior_mean = Claim(
    E_s,
    2 / ((n - 1) * exp(Q / 2) * expint((n + 1) / 2, Q / 2)) - 1,
    Substitutes(posterior, with_s, two_fewer, density),
)

# %%
half_cauchy_log_density = ExplicitForm(log_density, (n, Q, D), forms=((log_density_by_integral, True),))
