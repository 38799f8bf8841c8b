# %% [markdown]
# # A two-layer student aligned with the data
# Every mode of the data owns one hidden unit, $u = ab$, started balanced at $a = b = \epsilon$ (R9). Each
# grows along a sigmoid to the least-squares weight $z/\lambda$, where $z = \lambda\bar z +
# \sqrt\lambda\,\tilde\varepsilon$ is the mode's correlation with the labels. A mode with $z < 0$ never
# leaves 0: the product of equal weights cannot change its sign.

# %%
import sympy as sp
from sympy import Derivative, Integral, Ne, exp, oo, pi, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.functions import expm1
from theory.parameter import POSITIVE, REAL
from theory.rules import Conserved, Differentiates, Evolves, Given, Limit, Rewrites, Solves, Substitutes

from .setting import SNR, lam, t, z_bar

c = Parameter("c", "correlation of the mode with the labels", REAL, latex="z", extremes=(-1e3, 1e3))
start = Parameter(
    "epsilon_0", "initial weight of both layers", POSITIVE, latex=r"\epsilon", extremes=(1e-4, 10)
)
weight = Parameter("u_mode", "the student's weight of the mode", REAL, latex="u", extremes=(-1e3, 1e3))
a_of, b_of = sp.Function("a", positive=True)(t), sp.Function("b", positive=True)(t)
u = sp.Function("u", positive=True)(c, t)
late, e_x, expectation = sp.symbols("u_infinity e_lambda m")
left, spread = sp.symbols("V S", positive=True)
ln_p, e_c = sp.Function("ln_p", real=True)(z_bar), sp.Function("e", real=True)(c, t)
x = sp.Symbol("x", real=True)

# %%
first = Claim(Derivative(a_of, t), b_of * (c - lam * a_of * b_of), Given("gradient flow of the first layer"))
second = Claim(
    Derivative(b_of, t), a_of * (c - lam * a_of * b_of), Given("gradient flow of the second layer")
)
starts = [(a_of.subs(t, 0), start), (b_of.subs(t, 0), start)]
balance = Claim(a_of**2 - b_of**2, 0, Conserved([first, second], t, conditions=starts))
product = Claim(u, a_of * b_of, Given("the weight of the mode, end to end"))
growth = Claim(
    Derivative(u, t), (a_of**2 + b_of**2) * (c - lam * a_of * b_of), Evolves(product, [first, second])
)
equal = Claim(b_of, a_of, Solves(balance))
own_growth = Claim(Derivative(u, t), 2 * u * (c - lam * u), Substitutes(growth, equal, at={a_of: sqrt(u)}))
sigmoid = Claim(
    u,
    c * start**2 / (lam * start**2 + (c - lam * start**2) * exp(-2 * c * t)),
    Solves(own_growth, conditions=[(u.subs(t, 0), start**2)]),
    where=Ne(c, 0),
    everywhere=True,
)
rising = Claim(
    u, start**2 / (exp(-2 * c * t) - lam * start**2 * expm1(-2 * c * t) / c), Rewrites(sigmoid), where=c > 0
)
falling = Claim(
    u, start**2 * exp(2 * c * t) / (1 + lam * start**2 * expm1(2 * c * t) / c), Rewrites(sigmoid), where=c < 0
)
learned = Claim(late, c / lam, Limit(rising, t, oo))
never_learned = Claim(late, 0, Limit(falling, t, oo))

# %% [markdown]
# What the correlation tells of the teacher: given $z$ its weight has the mean $z/(\lambda + 1/\mathrm{SNR})$
# and the variance $1/(1 + \lambda\,\mathrm{SNR})$, in units in which $\sigma_w = 1$; $z$ itself has the
# variance $\lambda^2 + \lambda/\mathrm{SNR}$.

# %%
joint = Claim(
    ln_p,
    -(z_bar**2) / 2 - SNR * (c - lam * z_bar) ** 2 / (2 * lam),
    Given("the log-density of teacher and correlation, c = lam z_bar + sqrt(lam) noise, up to a constant"),
)
rate = Claim(Derivative(ln_p, z_bar), SNR * (c - lam * z_bar) - z_bar, Differentiates(joint, z_bar))
curvature = Claim(Derivative(ln_p, z_bar, z_bar), -SNR * lam - 1, Differentiates(rate, z_bar))
top = Claim(Derivative(ln_p, z_bar), 0, Given("at the mean, as the density is Gaussian"))
balance_at_top = Claim(SNR * (c - lam * z_bar), z_bar, Substitutes(top, rate))
expected = Claim(z_bar, c / (lam + 1 / SNR), Solves(balance_at_top))
width = Claim(left, -1 / Derivative(ln_p, z_bar, z_bar), Given("the variance of a Gaussian density"))
left_open = Claim(left, 1 / (1 + lam * SNR), Substitutes(width, curvature))
correlation = Claim(spread, lam**2 + lam / SNR, Given("the variance of c, of a teacher of variance 1"))
density = Claim(
    ln_p,
    -((z_bar - c / (lam + 1 / SNR)) ** 2) / (2 / (1 + lam * SNR)) - c**2 / (2 * spread),
    Rewrites(joint, using=(correlation,)),
)

# %% [markdown]
# The error of the mode: what the labels leave open, and what the student makes of the rest.

# %%
normal = exp(-(x**2) / 2) / sqrt(2 * pi)
square = Claim(
    e_c,
    left + (expectation - u) ** 2,
    Given("the mean of (z_bar - u)^2 given c: variance, and square of the difference from the mean"),
)
named = Claim(expectation, z_bar, Given("the mean of the teacher's weight, given c"))
error_given_correlation = Claim(
    e_c,
    1 / (1 + lam * SNR) + (c / (lam + 1 / SNR) - u) ** 2,
    Substitutes(square, left_open, named, expected),
)
at_weight = Claim(
    e_c,
    1 / (1 + lam * SNR) + (c / (lam + 1 / SNR) - weight) ** 2,
    Substitutes(error_given_correlation, at={u: weight}),
)
average = Claim(
    e_x,
    Integral(normal * e_c.subs(c, sqrt(spread) * x), (x, -oo, oo)),
    Given("the mean over correlations"),
)
mean_square = Claim(
    e_x,
    Integral(
        normal * error_given_correlation.rhs.subs(c, sqrt(lam**2 + lam / SNR) * x),
        (x, -oo, oo),
    ),
    Substitutes(average, error_given_correlation, correlation),
)
of_nothing = Claim(e_c, 1 + start**4, Substitutes(square, at={left: 1, expectation: 0, u: start**2}))

# %%
aligned_weight = ExplicitForm(sigmoid, (t, c, lam, start), forms=((rising, c > 0), (falling, True)))
aligned_error_given_correlation = ExplicitForm(at_weight, (c, lam, SNR, weight))
variance_of_correlation = ExplicitForm(correlation, (lam, SNR))
aligned_error_without_data = ExplicitForm(of_nothing, (start,))
