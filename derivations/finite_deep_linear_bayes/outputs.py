# %% [markdown]
# # The law of one output
# For one input and one output the evidence is the density of the network's output (R3): heavier tails
# than a Gaussian's, the heavier the deeper and the narrower the network. Two hidden units make a Laplace
# distribution; the kurtosis is $3\prod_\ell(1 + 2/N_\ell)$.

# %%
import sympy as sp
from sympy import besselk, exp, gamma, log, pi, sqrt

from derivations.scale_mixture_nngp import bessel_family
from theory import Claim, ExplicitForm, RecursiveForm
from theory.functions import log_chi2_mixture
from theory.rules import Given, Rewrites, Substitutes

from .diagonal import M_d, moment_in_depth, t
from .evidence import log_any_depth, one_layer
from .gram_moments import alpha_of, alpha_of_depth, alpha_step
from .setting import N, P, d, f, k, kappa, ln_det, q, sigma

E_f, E_2, E_4, kurt, given_f, L_f, M_k = sp.symbols("E_f^2k E_f^2 E_f^4 kurtosis E_f^2k|kappa L_f M_k")

# %%
log_density = Claim(
    L_f,
    log_chi2_mixture(f**2 / sigma**2, sp.Rational(1, 2), N, d) - log(2 * pi * sigma**2) / 2,
    Substitutes(log_any_depth, at={log_any_depth.lhs: L_f, P: 1, q: f**2 / sigma**2, ln_det: log(sigma**2)}),
)
one_hidden_layer = Claim(
    bessel_family.p,
    sqrt(N) / (sqrt(pi) * sigma * gamma(N / 2))
    * (sqrt(N) * f / (2 * sigma)) ** ((N - 1) / 2)
    * besselk((N - 1) / 2, sqrt(N) * f / sigma),
    Substitutes(one_layer, at={P: 1, q: f**2 / sigma**2, ln_det: log(sigma**2)}),
)  # fmt: skip
one_unit = Claim(
    bessel_family.p, besselk(0, f / sigma) / (pi * sigma), Substitutes(one_hidden_layer, at={N: 1})
)
two_units = Claim(
    bessel_family.p,
    exp(-sqrt(2) * f / sigma) / (sqrt(2) * sigma),
    Substitutes(one_hidden_layer, at={N: 2}),
)

# %% [markdown]
# Moments are those of a Gaussian, times those of $\kappa$.

# %%
of_a_gaussian = Claim(
    given_f,
    (2 * sigma**2 * kappa) ** k * gamma(k + sp.Rational(1, 2)) / sqrt(pi),
    Given("(2k - 1)!! (sigma^2 kappa)^k, the moment of order 2k of a Gaussian"),
)
over_scales = Claim(E_f, given_f / kappa**k * M_k, Given("its mean over kappa: M_k is that of kappa^k"))
mean_of_power = Claim(
    M_k,
    ((2 / N) ** k * gamma(N / 2 + k) / gamma(N / 2)) ** d,
    Substitutes(moment_in_depth, at={M_d: M_k, t: k}),
)
moments = Claim(
    E_f,
    (2 * sigma**2) ** k
    * gamma(k + sp.Rational(1, 2))
    / sqrt(pi)
    * ((2 / N) ** k * gamma(N / 2 + k) / gamma(N / 2)) ** d,
    Substitutes(over_scales, of_a_gaussian, mean_of_power),
)
second = Claim(E_2, sigma**2, Substitutes(moments, at={E_f: E_2, k: 1}))
fourth = Claim(E_4, 3 * sigma**4 * (1 + 2 / N) ** d, Substitutes(moments, at={E_f: E_4, k: 2}))
ratio = Claim(kurt, E_4 / E_2**2, Given("the kurtosis"))
kurtosis = Claim(kurt, 3 * (1 + 2 / N) ** d, Substitutes(ratio, second, fourth))
kurtosis_by_layers = Claim(kurt, 3 * alpha_of(d), Rewrites(kurtosis, using=(alpha_of_depth,)))

# %%
log_density_of_output = ExplicitForm(log_density, (f, N, d, sigma))
laplace_density_of_output = ExplicitForm(two_units, (f, sigma))
kurtosis_of_output = RecursiveForm(
    alpha_step, (N, d), state=alpha_of(d), start=1, steps=d, value=kurtosis_by_layers.rhs
)
