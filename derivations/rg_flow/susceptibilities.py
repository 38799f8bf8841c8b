# %% [markdown]
# # Susceptibilities and criticality
# A small change of the kernel grows by $\chi_\parallel = C_W g'(K)$ a layer, a difference between two
# inputs of the same norm by $\chi_\perp = C_W\langle\sigma'^2\rangle_K$ (R2). Derivatives by $K$ fall on the
# density, integrations by parts move them to the activation: here each is an identity between integrands,
# for any activation.

# %%
import sympy as sp
from sympy import Derivative, exp, pi, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE, REAL
from theory.rules import Differentiates, Given, Solves, Substitutes

from .setting import C_W, C_b, K, chi_par, chi_perp, g, kernel_flow, z

p, B_1, B_2 = sp.symbols("p B_1 B_2")
sigma = sp.Function("sigma")(z)
slope = sigma.diff(z)

# %%
density = Claim(p, exp(-(z**2) / (2 * K)) / sqrt(2 * pi * K), Given("the density of N(0, K)"))
density_rate = Claim(Derivative(p, K), (z**2 - K) / (2 * K**2) * density.rhs, Differentiates(density, K))
density_curvature = Claim(
    Derivative(p, K, K),
    (z**4 - 6 * K * z**2 + 3 * K**2) / (4 * K**4) * density.rhs,
    Differentiates(density_rate, K),
)

# %% [markdown]
# What is a derivative by $z$ has mean zero. So $\frac{1}{2K^2}\langle\sigma^2(z^2-K)\rangle =
# \frac1K\langle z\sigma\sigma'\rangle$ by the first of these, and $\frac1K\langle z\sigma\sigma'\rangle =
# \langle\sigma'^2\rangle + \langle\sigma\sigma''\rangle$ by the second.

# %%
first_boundary = Claim(
    B_1, sigma**2 * z / (2 * K) * density.rhs, Given("vanishes at infinity, as the activation grows slower")
)
first_by_parts = Claim(
    Derivative(B_1, z),
    (z * sigma * slope / K - sigma**2 * (z**2 - K) / (2 * K**2)) * density.rhs,
    Differentiates(first_boundary, z),
)
second_boundary = Claim(B_2, sigma * slope * density.rhs, Given("vanishes at infinity, too"))
second_by_parts = Claim(
    Derivative(B_2, z),
    (slope**2 + sigma * slope.diff(z) - z * sigma * slope / K) * density.rhs,
    Differentiates(second_boundary, z),
)

# %% [markdown]
# Their means, as numbers that a quadrature finds: $m_2 = \langle\sigma^2(z^2-K)\rangle$,
# $m_4 = \langle\sigma^2(z^4-6Kz^2+3K^2)\rangle$, $m_z = \langle z\sigma\sigma'\rangle$,
# $d = \langle\sigma'^2\rangle$, $c = \langle\sigma\sigma''\rangle$.

# %%
m_2 = Parameter("m_2", "mean of sigma^2 (z^2 - K)", REAL, extremes=(-1e3, 1e3))
m_4 = Parameter("m_4", "mean of sigma^2 (z^4 - 6 K z^2 + 3 K^2)", REAL, extremes=(-1e3, 1e3))
m_z = Parameter("m_z", "mean of z sigma sigma'", REAL, extremes=(-1e3, 1e3))
d = Parameter("d", "mean of sigma'^2", POSITIVE, extremes=(1e-3, 1e3))
c = Parameter("c", "mean of sigma sigma''", REAL, extremes=(-1e3, 1e3))
g_1 = sp.Symbol("g'")
g_2 = Parameter("g_2", "second derivative of the mean square", REAL, latex="g''", extremes=(-1e3, 1e3))
rate_of_g = Claim(g_1, m_2 / (2 * K**2), Given("the mean of the density's derivative"))
growth = Claim(chi_par, C_W * g_1, Given("a small change of K goes through the flow's derivative"))
parallel = Claim(chi_par, C_W * m_2 / (2 * K**2), Substitutes(growth, rate_of_g))
perpendicular = Claim(chi_perp, C_W * d, Given("a difference of two inputs goes through the slope"))
curvature_of_g = Claim(g_2, m_4 / (4 * K**4), Given("the mean of the density's second derivative"))
first_mean = Claim(m_2, 2 * K * m_z, Given("the mean of the first integration by parts"))
second_mean = Claim(m_z, K * (d + c), Given("the mean of the second"))
parallel_by_parts = Claim(chi_par, C_W * m_z / K, Substitutes(parallel, first_mean))

# %% [markdown]
# The two susceptibilities differ by $C_W\langle\sigma\sigma''\rangle$ (R3). So both are 1 where
# $\langle\sigma\sigma''\rangle_K = 0$, with one choice of $C_W$, and of $C_b$ if it is not negative.

# %%
difference = Claim(chi_par - chi_perp, C_W * c, Substitutes(parallel_by_parts, perpendicular, second_mean))
slope_by_rate = Claim(d, g_1 - c, Substitutes(second_mean, rate_of_g, first_mean, factor=-1 / K))
unit_perpendicular = Claim(C_W * d, 1, Given("criticality: chi_perp = 1, with c = 0 chi_par as well"))
stays = Claim(K, C_b + C_W * g, Given("criticality: the kernel stays"))
critical = Claim((C_W, C_b), (1 / d, K - g / d), Solves((unit_perpendicular, stays)), where=K * d >= g)

# %% [markdown]
# An activation $\alpha\,\sigma(\beta z)$ has the critical point of $\sigma$, rescaled: only one of each
# family has to be solved.

# %%
alpha = Parameter("alpha", "factor of the activation", POSITIVE, latex=r"\alpha", extremes=(1e-3, 1e3))
beta = Parameter(
    "beta", "factor of the activation's argument", POSITIVE, latex=r"\beta", extremes=(1e-3, 1e3)
)
kernel_s, gain_s, bias_s = sp.symbols("K_s C_W_s C_b_s")
g_s, d_s = sp.symbols("g_s d_s")
rescaled_kernel = Claim(kernel_s, K / beta**2, Given("beta z has the variance that z had"))
rescaled_square = Claim(g_s, alpha**2 * g, Given("the mean square at that kernel"))
rescaled_slope = Claim(d_s, (alpha * beta) ** 2 * d, Given("the mean squared slope at that kernel"))
rescaled_critical = Claim(
    (gain_s, bias_s), (1 / d_s, kernel_s - g_s / d_s), Given("criticality of the rescaled activation")
)
rescaled = Claim(
    (gain_s, bias_s),
    (C_W / (alpha * beta) ** 2, C_b / beta**2),
    Substitutes(rescaled_critical, rescaled_kernel, rescaled_square, rescaled_slope, critical),
)

# %%
kernel_step = ExplicitForm(kernel_flow, (g, C_b, C_W))
parallel_susceptibility = ExplicitForm(parallel, (m_2, K, C_W))
perpendicular_susceptibility = ExplicitForm(perpendicular, (d, C_W))
kernel_curvature = ExplicitForm(curvature_of_g, (m_4, K))
critical_initialisation = ExplicitForm(critical, (K, g, d))
rescaled_initialisation = ExplicitForm(rescaled, (C_W, C_b, alpha, beta))
