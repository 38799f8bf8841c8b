# %% [markdown]
# # Infinite layers with finite bottlenecks
# A bottleneck of $B$ linear units draws a kernel, $\mathcal W(K/B, B)$; a layer of infinite width maps the
# kernel to another one. ReLUs of weight variance $2/N$ keep the diagonal and take the correlation $r$ of two
# inputs to $T(r) = [\sqrt{1 - r^2} + r(\pi - \arccos r)]/\pi$: the diagonal's law is that of `diagonal`, with
# $B$ for $N$, and the correlation is the sample correlation of $B$ pairs of Gaussians of known mean (R7).

# %%
import sympy as sp
from sympy import Integral, Rational, acos, cosh, exp, gamma, hyper, log, pi, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.closed_form import Precise
from theory.parameter import POSITIVE
from theory.rules import Assumption, Differentiates, Given, Rewrites, Substitutes

B = Parameter("B", "width of the bottleneck", sp.Range(2, sp.oo), unit="units", extremes=(2, 60))
rho = Parameter("rho", "correlation before the bottleneck", sp.Interval.open(-1, 1), latex=r"\rho")
r = Parameter("r", "correlation after the bottleneck", sp.Interval.open(-1, 1))
a = Parameter("a", "sum of squares of the first input's features", POSITIVE)
b = Parameter("b", "sum of squares of the second one's", POSITIVE)
tau = Parameter("tau", "sqrt(a b)", POSITIVE, latex=r"\tau")
s = Parameter("s", "ln sqrt(a/b)", latex="s")
v = Parameter("v", "exp(-s)", POSITIVE)
w, w_s, h, c, p, m_r, T_0, F_s, w_v = sp.symbols("w w_s h c p m_r T_0 F_s w_v")
T_of = sp.Function("T_of", real=True)
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
    w_v, (cosh(s) - rho * r) ** (-B) / v, Given("the integrand over s > 0, with ds = -dv/v, v = exp(-s)")
)
of_v = Claim(
    w_v,
    2**B * v ** (B - 1) / (1 + v**2 - 2 * rho * r * v) ** B,
    Substitutes(of_s, at={s: -log(v)}),
)
over_v = Claim(F_s, Integral(w_v, (v, 0, 1)), Given("its integral"))
density = Claim(
    p,
    (B - 1)
    * gamma(B)
    / (sqrt(2 * pi) * gamma(B + half))
    * (1 - rho**2) ** (B / 2)
    * (1 - r**2) ** ((B - 3) * half)
    / (1 - rho * r) ** (B - half)
    * hyper((half, half), (B + half,), (1 + rho * r) / 2),
    Rewrites(fisher, using=(over_v, of_v)),
)
at_zero = Claim(
    p,
    gamma(B / 2) / (sqrt(pi) * gamma((B - 1) / 2)) * (1 - r**2) ** ((B - 3) * half),
    Substitutes(density, at={rho: 0}),
)

# %% [markdown]
# Its mean is Hotelling's (1953). The mean after the next infinite layer is that of $T(r)$, by quadrature:
# `mean_correlation_of_next_layer`.

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
    T_of(r),
    (sqrt(1 - r**2) + r * (pi - acos(r))) / pi,
    Given("infinite width: the dual of the ReLU (Cho and Saul)"),
)
relu_slope = Claim(T_of(r).diff(r), 1 - acos(r) / pi, Differentiates(relu_map, r))
relu_of_none = Claim(T_0, 1 / pi, Substitutes(relu_map, at={T_of(r): T_0, r: 0}))

# %%
# in arbitrary precision: the hypergeometric series beyond 1/2, high powers, and what cancels next to r = -1
correlation_density = ExplicitForm(
    density, (r, B, rho), forms=((density, (rho * r <= 0) & (B < 12)), (Precise(density), True))
)
mean_correlation = ExplicitForm(mean, (B, rho), forms=((mean, 2 * rho**2 <= 1), (Precise(mean), True)))
relu_correlation = ExplicitForm(relu_map, (r,), forms=((relu_map, r > -half), (Precise(relu_map), True)))
