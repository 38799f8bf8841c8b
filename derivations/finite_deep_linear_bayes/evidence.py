# %% [markdown]
# # The exact marginal likelihood of one output
# Given the last kernel the outputs $y$ of all $P$ inputs are Gaussian. Along $y$ that kernel is $\kappa K_0$,
# with the $\kappa$ of one input: a scale mixture, for any depth (R4). With one hidden layer it is that of a
# gamma scale, with more of them a Meijer G-function. The $D$ outputs of one input have the same law, with $D$
# for $P$, $\|f\|^2/(\sigma^2 K_0)$ for $q$ and $D \ln \sigma^2 K_0$ for the determinant.

# %%
from functools import cache

import sympy as sp
from sympy import besselk, exp, gamma, log, loggamma, pi, sqrt

from derivations.scale_mixture_nngp import bessel_family
from theory import Claim, ExplicitForm
from theory.backends.functions import lookup
from theory.closed_form import Precise
from theory.functions import log_besselke, log_chi2_mixture, log_gamma_ratio, log_matern, log_meijer_g
from theory.rules import Given, Rewrites, Substitutes

from .diagonal import density
from .setting import N_1, N_2, N, P, d, kappa, ln_det, q

p, p_y, constant, L_d = sp.symbols("p p_y constant L_d")
half = sp.Rational(1, 2)
E_mix = sp.Symbol("E_mix", positive=True)
GAMMA = {
    bessel_family.n: P, bessel_family.Q: q, bessel_family.D: ln_det,
    bessel_family.a: N / 2, bessel_family.b: N / 2,
}  # fmt: skip

# %% [markdown]
# ## One hidden layer

# %%
prior_of_scale = Claim(
    bessel_family.h,
    (N / 2) ** (N / 2) / gamma(N / 2) * bessel_family.s ** (N / 2 - 1) * exp(-N * bessel_family.s / 2),
    Substitutes(density, at={kappa: bessel_family.s, density.lhs: bessel_family.h}),
)
is_gamma = Claim(bessel_family.h, prior_of_scale.rhs, Substitutes(bessel_family.gamma_prior, at=GAMMA))
one_layer = Claim(
    bessel_family.p,
    (2 * pi) ** (-P / 2)
    * exp(-ln_det / 2)
    * 2
    * (N / 2) ** (N / 2)
    / gamma(N / 2)
    * (q / N) ** ((N - P) / 4)
    * besselk((N - P) / 2, sqrt(N * q)),
    Substitutes(bessel_family.gamma_density, is_gamma, at=GAMMA),
)
log_one_layer = Claim(
    bessel_family.ln_p,
    log_besselke((N - P) / 2, sqrt(N * q))
    - sqrt(N * q)
    + N / 4 * log(N * q / 4)
    - P / 4 * log(4 * pi**2 * q / N)
    - loggamma(N / 2)
    + log(2)
    - ln_det / 2,
    Substitutes(bessel_family.logarithm, one_layer),
)
wide = Claim(
    bessel_family.ln_p,
    log_matern((N - P) / 2, sqrt(N * q))
    - log_gamma_ratio((N - P) / 2, P / 2)
    - P / 2 * log(2 * pi)
    - ln_det / 2,
    Rewrites(log_one_layer),
    where=N > P,
)
narrow = Claim(
    bessel_family.ln_p,
    log_matern((P - N) / 2, sqrt(N * q))
    + log_gamma_ratio(N / 2, P / 2 - N)
    + (P / 2 - N) * log((P - N) / (2 * pi * q))
    + N / 2 * log(N / (4 * pi**2 * q))
    - ln_det / 2,
    Rewrites(log_one_layer),
    where=N < P,
)

# %% [markdown]
# ## Any depth
# The mean over $\kappa$ is Mellin's convolution of gamma densities. With $c = 2^{d+1}/\prod_\ell N_\ell$
# $$p(y) = \frac{|\sigma^2 K_0|^{-1/2}}{(\pi c)^{P/2} \prod_\ell \Gamma(N_\ell/2)}
# G^{d+1,0}_{0,d+1}\Big(\frac qc \Big| 0, \tfrac{N_1 - P}2, \dots, \tfrac{N_d - P}2\Big),$$
# proved below for two layers of three units. Evaluated is the mean itself: no large gamma function is in it.

# %%
given_scale = Claim(
    p, (2 * pi) ** (-P / 2) * exp(-ln_det / 2) * kappa ** (-P / 2) * exp(-q / (2 * kappa)),
    Given("the outputs are Gaussian of covariance sigma^2 kappa K_0, given kappa"),
)  # fmt: skip
free_of_scale = Claim(
    constant, p / (kappa ** (-P / 2) * exp(-q / (2 * kappa))), Given("the factor that is free of kappa")
)
free_of_scale_in_full = Claim(
    constant, (2 * pi) ** (-P / 2) * exp(-ln_det / 2), Substitutes(free_of_scale, given_scale)
)
mean_over_scales = Claim(p_y, constant * E_mix, Given("times the mean of kappa^(-P/2) exp(-q/(2 kappa))"))
log_of_it = Claim(L_d, log(p_y), Given("the log-evidence"))
log_of_mean = Claim(
    L_d, log(E_mix) - P / 2 * log(2 * pi) - ln_det / 2,
    Substitutes(log_of_it, mean_over_scales, free_of_scale_in_full),
)  # fmt: skip
mixture = Claim(
    log(E_mix), log_chi2_mixture(q, P / 2, N, d), Given("kappa is a product of d independent chi^2_N/N")
)
log_any_depth = Claim(
    L_d,
    log_chi2_mixture(q, P / 2, N, d) - P / 2 * log(2 * pi) - ln_det / 2,
    Substitutes(log_of_mean, mixture),
)
mixture_of_two = Claim(
    log(E_mix),
    log_chi2_mixture(q, P / 2, N_1, 1, N_2, 1),
    Given("kappa is a product of chi^2_N/N of the two widths"),
)
log_two_layers = Claim(
    L_d,
    log_chi2_mixture(q, P / 2, N_1, 1, N_2, 1) - P / 2 * log(2 * pi) - ln_det / 2,
    Substitutes(log_of_mean, mixture_of_two),
)
three_wide = Claim(
    L_d,
    log_chi2_mixture(q, half, 3, 2) - log(2 * pi) / 2 - ln_det / 2,
    Substitutes(log_any_depth, at={P: 1, N: 3, d: 2}),
)
meijer = Claim(
    L_d,
    log_meijer_g(9 * q / 8, 0, 1, 2) - log(8 * pi / 9) / 2 - 2 * loggamma(3 * half) - ln_det / 2,
    Rewrites(three_wide),
)

# %%
log_evidence_of_one_layer = ExplicitForm(
    log_one_layer,
    (q, ln_det, P, N),
    forms=((wide, N > P + 1), (narrow, P > N + 1), (Precise(log_one_layer), True)),
)
near_zero = sp.Abs(log_any_depth.rhs) < P / 10  # what two terms of P's size leave
log_evidence = ExplicitForm(
    log_any_depth,
    (q, ln_det, P, N, d),
    forms=((Precise(log_any_depth), near_zero), (log_any_depth, True)),
)
log_evidence_of_two_layers = ExplicitForm(log_two_layers, (q, ln_det, P, N_1, N_2))


def log_evidence_of_layers(q_value, log_determinant, inputs: int, widths):
    """The log-evidence for any list of widths: the right side of ``log_of_mean`` with the mean over all."""
    pairs = [x for n in sorted(set(widths)) for x in (float(n), float(list(widths).count(n)))]
    mean = lookup("log_chi2_mixture", "numpy")(q_value, inputs / 2, *pairs)
    return _with_mean()(mean, log_determinant, inputs)


@cache
def _with_mean():
    """The right side of ``log_of_mean`` as a function of the mean's logarithm, ln |sigma^2 K_0| and P."""
    free = sp.Symbol("log_mean", real=True)
    return sp.lambdify((free, ln_det, P), log_of_mean.rhs.subs(log(E_mix), free))
