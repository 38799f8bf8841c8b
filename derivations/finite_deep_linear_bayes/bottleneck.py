# %% [markdown]
# # Infinite layers with finite bottlenecks
# A bottleneck of $B$ linear units draws a kernel, $\mathcal W(K/B, B)$; a layer of infinite width maps the
# kernel to another one. ReLUs of weight variance $2/N$ keep the diagonal and take the correlation $r$ of two
# inputs to $T(r) = [\sqrt{1 - r^2} + r(\pi - \arccos r)]/\pi$: the diagonal's law is that of `diagonal`, with
# $B$ for $N$, and the correlation is the sample correlation of $B$ pairs of Gaussians of known mean (R7).

# %%
import sympy as sp
from sympy import Integral, Rational, acos, cosh, exp, gamma, hyper, pi, sqrt

from theory import Claim, ExplicitForm, Parameter, QuadratureForm
from theory.parameter import POSITIVE
from theory.rules import Assumption, Given, Rewrites, Substitutes

B = Parameter("B", "width of the bottleneck", sp.Range(2, sp.oo), unit="units", extremes=(2, 60))
rho = Parameter("rho", "correlation before the bottleneck", sp.Interval.open(-1, 1), latex=r"\rho")
r = Parameter("r", "correlation after the bottleneck", sp.Interval.open(-1, 1))
a = Parameter("a", "sum of squares of the first input's features", POSITIVE)
b = Parameter("b", "sum of squares of the second one's", POSITIVE)
tau = Parameter("tau", "sqrt(a b)", POSITIVE, latex=r"\tau")
s = Parameter("s", "ln sqrt(a/b)", latex="s")
v = sp.Symbol("v", positive=True)
w, w_s, h, c, p, m_r, m_T, T_r, F_s = sp.symbols("w w_s h c p m_r m_T T_r F_s")
half = Rational(1, 2)

# %%
joint = Claim(
    w,
    (a * b) ** (B / 2 - 1)
    * (1 - r**2) ** ((B - 3) * half)
    * exp(-(a + b - 2 * rho * r * sqrt(a * b)) / (2 * (1 - rho**2)))
    / (2**B * sqrt(pi) * gamma(B / 2) * gamma((B - 1) / 2) * (1 - rho**2) ** (B / 2)),
    Given("Wishart's density of a, b and r"),
)
volume = Claim(w_s, 2 * tau * w, Given("the density of tau, s and r: da db = 2 tau dtau ds"))
in_polar = Claim(
    w_s,
    2 * tau ** (B - 1)
    * (1 - r**2) ** ((B - 3) * half)
    * exp(-tau * (cosh(s) - rho * r) / (1 - rho**2))
    / (2**B * sqrt(pi) * gamma(B / 2) * gamma((B - 1) / 2) * (1 - rho**2) ** (B / 2)),
    Substitutes(volume, joint, at={a: tau * exp(s), b: tau * exp(-s)}),
)  # fmt: skip

# %% [markdown]
# The integral over $\tau$ is a gamma function, that over $s$ Fisher's (1915), on a finite range in
# $v = e^{-s}$.

# %%
of_tau = Claim(
    h, tau ** (B - 1) * exp(-tau * (cosh(s) - rho * r) / (1 - rho**2)), Given("what in it holds tau or s")
)
rest = Claim(c, w_s / h, Given("what does not"))
rest_in_full = Claim(
    c,
    2
    * (1 - r**2) ** ((B - 3) * half)
    / (2**B * sqrt(pi) * gamma(B / 2) * gamma((B - 1) / 2) * (1 - rho**2) ** (B / 2)),
    Substitutes(rest, in_polar, of_tau),
)
duplication = Claim(
    c,
    (1 - r**2) ** ((B - 3) * half) / (2 * pi * gamma(B - 1) * (1 - rho**2) ** (B / 2)),
    Rewrites(rest_in_full),
)
over_sizes = Claim(
    p,
    2 * c * gamma(B) * (1 - rho**2) ** B * F_s,
    Given("Euler's integral over tau; F_s is what is left to integrate, over s > 0"),
)
fisher = Claim(
    p,
    (B - 1) / pi * (1 - rho**2) ** (B / 2) * (1 - r**2) ** ((B - 3) * half) * F_s,
    Substitutes(over_sizes, duplication),
)
of_s = Claim(
    F_s,
    Integral(2**B * v ** (B - 1) / (1 + v**2 - 2 * rho * r * v) ** B, (v, 0, 1)),
    Given("the integral of (cosh(s) - rho r)^-B, with ds = -dv/v and 2 cosh(s) = v + 1/v"),
)
density = Claim(
    p,
    (B - 1)
    * gamma(B)
    / (sqrt(2 * pi) * gamma(B + half))
    * (1 - rho**2) ** (B / 2)
    * (1 - r**2) ** ((B - 3) * half)
    / (1 - rho * r) ** (B - half)
    * hyper((half, half), (B + half,), (1 + rho * r) / 2),
    Rewrites(fisher, using=(of_s,)),
)
at_zero = Claim(
    p,
    gamma(B / 2) / (sqrt(pi) * gamma((B - 1) / 2)) * (1 - r**2) ** ((B - 3) * half),
    Substitutes(density, at={rho: 0}),
)

# %% [markdown]
# Its mean is Hotelling's (1953), and that after the next infinite layer an integral.

# %%
mean = Claim(
    m_r,
    2 / B * (gamma((B + 1) / 2) / gamma(B / 2)) ** 2 * rho * hyper((half, half), (B / 2 + 1,), rho**2),
    Assumption("Hotelling's mean of r over `density`"),
)
mean_of_five_units = Claim(
    m_r,
    128 / (75 * pi) * hyper((half, half), (7 * half,), Rational(9, 25)),
    Substitutes(mean, at={B: 5, rho: Rational(3, 5)}),
)
relu_map = Claim(
    T_r,
    (sqrt(1 - r**2) + r * (pi - acos(r))) / pi,
    Given("infinite width: the dual of the ReLU (Cho and Saul)"),
)
next_mean = Claim(m_T, Integral(T_r * p, (r, -1, 1)), Given("its mean over the bottleneck"))
next_mean_in_full = Claim(
    m_T,
    Integral(relu_map.rhs * density.rhs, (r, -1, 1)),
    Substitutes(next_mean, relu_map, density),
)

# %%
correlation_density = ExplicitForm(density, (r, B, rho))
mean_correlation = ExplicitForm(mean, (B, rho))
mean_correlation_of_next_layer = QuadratureForm(next_mean_in_full, (B, rho))
relu_correlation = ExplicitForm(relu_map, (r,))
