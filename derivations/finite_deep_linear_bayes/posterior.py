# %% [markdown]
# # The learned kernel of one output
# Given the outputs $y$ (without noise) the scale $\kappa$ of one hidden layer is generalised inverse Gaussian
# (R5). Along $y$ the kernel of that layer is known; across it, it stays what the prior says: the posterior
# kernel is the prior one with a bump of rank one and size $1/N$ along the target.

# %%
import sympy as sp
from sympy import besselk, exp, sqrt

from derivations.scale_mixture_nngp import bessel_family
from theory import Claim, ExplicitForm, Parameter
from theory.closed_form import Precise
from theory.functions import log_chi2_mixture, log_matern, tilted_chi2_mean
from theory.parameter import REAL
from theory.rules import Given, Rewrites, Substitutes

from .diagonal import density
from .setting import N, P, d, kappa, q

K_0ij = Parameter("K_0ij", "entry ij of K_0", REAL, extremes=(-100, 100))
y_ij = Parameter("y_ij", "y_i y_j of the outputs, over sigma^2", REAL, extremes=(-100, 100))
g_y, m_kappa, m_inverse, E_K, E_K_y, tau, E_all, E_less = sp.symbols(
    "g_y m_kappa m_inverse E_K E_K|kappa tau E_all E_less"
)
nu, GIG = (N - P) / 2, {bessel_family.alpha: N, bessel_family.beta: q}

# %%
joint = Claim(
    g_y, density.rhs * kappa ** (-P / 2) * exp(-q / (2 * kappa)), Given("prior times likelihood of kappa")
)
posterior_weight = Claim(
    bessel_family.g,
    bessel_family.s**nu * exp(-(N * bessel_family.s + q / bessel_family.s) / 2),
    Substitutes(bessel_family.weight, at={bessel_family.nu: nu, **GIG}),
)
same_law = Claim(
    tau, g_y * kappa / bessel_family.g, Given("joint density of y and ln kappa, over the weight of a GIG law")
)
is_gig = Claim(
    tau,
    (N / 2) ** (N / 2) / sp.gamma(N / 2),
    Substitutes(same_law, joint, posterior_weight, at={bessel_family.s: kappa}),
)
mean_scale = Claim(
    bessel_family.E_s,
    sqrt(q / N) * besselk(nu + 1, sqrt(N * q)) / besselk(nu, sqrt(N * q)),
    Substitutes(bessel_family.mean, at={bessel_family.nu: nu, **GIG}),
)
# the ratio of two Bessel functions, without their difference
rising_scale = Claim(
    bessel_family.E_s,
    (N - P) / N * exp(log_matern(nu + 1, sqrt(N * q)) - log_matern(nu, sqrt(N * q))),
    Rewrites(mean_scale),
    where=N > P,
)
falling_scale = Claim(
    bessel_family.E_s,
    q / (P - N - 2) * exp(log_matern(-nu - 1, sqrt(N * q)) - log_matern(-nu, sqrt(N * q))),
    Rewrites(mean_scale),
    where=P > N + 2,
)
inverse = Claim(
    m_inverse, bessel_family.Z_1 / bessel_family.Z, Given("the mean of 1/kappa: one power less in the weight")
)
one_power_less = Claim(
    bessel_family.Z_1,
    2 * (q / N) ** ((nu - 1) / 2) * besselk(nu - 1, sqrt(N * q)),
    Substitutes(
        bessel_family.normaliser, at={bessel_family.Z: bessel_family.Z_1, bessel_family.nu: nu - 1, **GIG}
    ),
)
all_weight = Claim(
    bessel_family.Z,
    2 * (q / N) ** (nu / 2) * besselk(nu, sqrt(N * q)),
    Substitutes(bessel_family.normaliser, at={bessel_family.nu: nu, **GIG}),
)
mean_inverse = Claim(
    m_inverse,
    sqrt(N / q) * besselk(nu - 1, sqrt(N * q)) / besselk(nu, sqrt(N * q)),
    Substitutes(inverse, one_power_less, all_weight),
)
rising_inverse = Claim(
    m_inverse,
    N / (N - P - 2) * exp(log_matern(nu - 1, sqrt(N * q)) - log_matern(nu, sqrt(N * q))),
    Rewrites(mean_inverse),
    where=N > P + 2,
)
falling_inverse = Claim(
    m_inverse,
    (P - N) / q * exp(log_matern(1 - nu, sqrt(N * q)) - log_matern(-nu, sqrt(N * q))),
    Rewrites(mean_inverse),
    where=P > N,
)

# %% [markdown]
# The readout is a direction in the hidden layer: along it the features are $y/\sqrt\kappa$, and the other
# $N - 1$ columns are prior draws.

# %%
given_scale = Claim(
    E_K_y, ((N - 1) * K_0ij + y_ij / kappa) / N, Given("N - 1 columns of the prior and one along the readout")
)
averaged = Claim(
    E_K, E_K_y - y_ij / (N * kappa) + y_ij * m_inverse / N, Given("its mean, 1/kappa replaced by its own")
)
kernel = Claim(E_K, (1 - 1 / N) * K_0ij + y_ij * m_inverse / N, Substitutes(averaged, given_scale))
kernel_in_full = Claim(
    E_K,
    (1 - 1 / N) * K_0ij + y_ij / sqrt(N * q) * besselk(nu - 1, sqrt(N * q)) / besselk(nu, sqrt(N * q)),
    Substitutes(kernel, mean_inverse),
)

# %% [markdown]
# ## Any depth
# Evidence with two inputs less carries one more power of $\kappa$.

# %%
by_evidence = Claim(
    m_kappa,
    sp.exp(E_less) / sp.exp(E_all),
    Given("the mean of kappa: the mixture with h - 1 over that with h"),
)
mixture_of_all = Claim(E_all, log_chi2_mixture(q, P / 2, N, d), Given("that of P outputs"))
mixture_of_less = Claim(
    E_less, log_chi2_mixture(q, P / 2 - 1, N, d), Substitutes(mixture_of_all, at={E_all: E_less, P: P - 2})
)
mean_scale_in_depth = Claim(
    m_kappa,
    exp(log_chi2_mixture(q, P / 2 - 1, N, d) - log_chi2_mixture(q, P / 2, N, d)),
    Substitutes(by_evidence, mixture_of_all, mixture_of_less),
)
tilted_mean = Claim(m_kappa, tilted_chi2_mean(q, P / 2, N, d), Rewrites(mean_scale_in_depth))

# %%
moderate = N * q < 8 * sp.Abs(N - P)
steep, shallow = (N > P + 2) & moderate, (P > N + 2) & moderate
posterior_mean_scale = ExplicitForm(
    mean_scale,
    (q, P, N),
    forms=((rising_scale, steep), (falling_scale, shallow), (Precise(mean_scale), True)),
)
posterior_mean_inverse_scale = ExplicitForm(
    mean_inverse,
    (q, P, N),
    forms=((rising_inverse, steep), (falling_inverse, shallow), (Precise(mean_inverse), True)),
)
posterior_kernel = ExplicitForm(
    kernel_in_full, (K_0ij, y_ij, q, P, N), forms=((Precise(kernel_in_full), True),)
)
posterior_mean_scale_in_depth = ExplicitForm(mean_scale_in_depth, (q, P, N, d), forms=((tilted_mean, True),))
