# %% [markdown]
# # The spectrum of random data
# For $N, P \to \infty$ at the ratio $\alpha = P/N$ the trace of the resolvent, $G = \langle 1/(\lambda +
# \gamma)\rangle$ over all $N$ modes, solves a quadratic equation, and belongs to the law of Marchenko and
# Pastur (R1). With $\lambda = 1 + \alpha - 2\sqrt\alpha\cos\vartheta$ its density is smooth in the angle
# $\vartheta$.

# %%
import sympy as sp
from sympy import Abs, Derivative, Integral, Max, Min, Ne, atan, cos, oo, pi, sin, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE
from theory.rules import (
    Assumption,
    Differentiates,
    Equates,
    FixedPoint,
    Given,
    Integrates,
    Limit,
    Rewrites,
    Solves,
    Substitutes,
)

from .setting import alpha, lam

gamma = Parameter(
    "gamma", "ridge: strength of the L2 penalty", POSITIVE, latex=r"\gamma", extremes=(1e-6, 1e6)
)
G = Parameter("G", "mean of 1/(lambda + gamma) over all N modes", POSITIVE)
v = Parameter("vartheta", "angle along the spectrum", sp.Interval.open(0, pi), latex=r"\vartheta")
u = Parameter("u_half", "tangent of half the angle", POSITIVE, latex="u")
x = Parameter("vartheta_1", "angle up to which is counted", sp.Interval.open(0, pi), latex=r"\vartheta_1")
G_of, rho = sp.Function("G_of", real=True)(gamma), sp.Function("rho", real=True)(lam)
ell, w = sp.Function("ell", real=True)(v), sp.Function("w", real=True)(v)
J = sp.Function("J", real=True)
J_all, bulk, inverse_of, m_1, m_2 = sp.symbols("J_all q m_inverse m_1 m_2")

# %%
resolvent_equation = Claim(
    G,
    1 / (gamma + alpha / (1 + G)),
    Assumption(
        "N and P are large: the trace of the resolvent does not fluctuate, nor do single data move it"
    ),
)
root = sqrt((gamma + alpha - 1) ** 2 + 4 * gamma)
edges = ((1 + sqrt(alpha)) ** 2 + gamma) / root
resolvent = Claim(G, (root - (gamma + alpha - 1)) / (2 * gamma), FixedPoint(resolvent_equation, G))
many_data = Claim(G, 2 / (root + (gamma + alpha - 1)), Rewrites(resolvent))
trace = Claim(G_of, G, Given("the same, as a function of the ridge"))
trace_in_full = Claim(G_of, resolvent.rhs, Substitutes(trace, resolvent))
slope = Claim(
    Derivative(G_of, gamma),
    -resolvent.rhs * (1 + resolvent.rhs) / root,
    Differentiates(trace_in_full, gamma),
)

# %% [markdown]
# The density with this resolvent; a fraction $(1 - \alpha)_+$ of the modes has no data, $\lambda = 0$.

# %%
density = Claim(
    rho,
    sqrt(((sqrt(alpha) + 1) ** 2 - lam) * (lam - (sqrt(alpha) - 1) ** 2)) / (2 * pi * lam),
    Given("the law of Marchenko and Pastur"),
)
eigenvalue = Claim(ell, 1 + alpha - 2 * sqrt(alpha) * cos(v), Given("the angle along the spectrum"))
weight_by_density = Claim(
    w, rho.subs(lam, ell) * Derivative(ell, v), Given("the fraction of the modes per angle")
)
weight = Claim(
    w,
    2 * alpha * sin(v) ** 2 / (pi * (1 + alpha - 2 * sqrt(alpha) * cos(v))),
    Substitutes(weight_by_density, density, eigenvalue),
)

# %% [markdown]
# That this law has the resolvent $G$: the integral of $\lambda/(\lambda + \gamma)$ over it, up to an angle of
# tangent $u = \tan(\vartheta/2)$ and over all of it, and at $\gamma = 0$, the number of modes with data.

# %%
more = Claim(
    J(u).diff(u), w * ell / (ell + gamma) * 2 / (1 + u**2), Given("what the modes at an angle 2 atan(u) add")
)
growth = Claim(
    J(u).diff(u),
    16
    * alpha
    * u**2
    / (pi * (1 + u**2) ** 2 * ((1 + alpha + gamma) * (1 + u**2) - 2 * sqrt(alpha) * (1 - u**2))),
    Substitutes(more, weight, eigenvalue, at={cos(v): (1 - u**2) / (1 + u**2), sin(v): 2 * u / (1 + u**2)}),
)
up_to_angle = Claim(
    J(u),
    ((1 + alpha + gamma) * atan(u) + 2 * sqrt(alpha) * u / (1 + u**2) - root * atan(edges * u)) / pi,
    Solves(growth, conditions=[(J(0), 0)]),
)
over_all = Claim(J_all, (1 + alpha + gamma - root) / 2, Limit(up_to_angle, u, oo))
in_the_bulk = Claim(bulk, Min(1, alpha), Limit(over_all, gamma, 0), where=Ne(alpha, 1))
by_the_law = Claim(
    Max(0, 1 - alpha) / gamma + (bulk - J_all) / gamma,
    resolvent.rhs,
    Equates(in_the_bulk, over_all),
)
inverse = Claim(
    inverse_of, (bulk - J_all) / gamma, Given("of modes with data: 1/(lambda + gamma) by partial fractions")
)
inverse_in_full = Claim(
    inverse_of, (Min(1, alpha) - over_all.rhs) / gamma, Substitutes(inverse, in_the_bulk, over_all)
)
mean_inverse = Claim(inverse_of, Min(1, alpha) / Abs(1 - alpha), Limit(inverse_in_full, gamma, 0))

# %% [markdown]
# For the computer: the gap $(1 - \sqrt\alpha)^2$ and the distance from it, without their difference.

# %%
stable_eigenvalue = Claim(
    ell, ((1 - alpha) / (1 + sqrt(alpha))) ** 2 + 4 * sqrt(alpha) * sin(v / 2) ** 2, Rewrites(eigenvalue)
)
stable_weight = Claim(w, 2 * alpha * sin(v) ** 2 / (pi * stable_eigenvalue.rhs), Rewrites(weight))

# %% [markdown]
# The moments of the law: 1 with the atom, $\alpha$, $\alpha(1 + \alpha)$.

# %%
first_up_to = Claim(
    Integral(2 * alpha * sin(v) ** 2 / pi, (v, 0, x)), alpha / pi * (x - sin(x) * cos(x)), Integrates(x)
)
second_up_to = Claim(
    Integral(2 * alpha * sin(v) ** 2 / pi * eigenvalue.rhs, (v, 0, x)),
    alpha / pi * ((1 + alpha) * (x - sin(x) * cos(x)) - 4 * sqrt(alpha) / 3 * sin(x) ** 3),
    Integrates(x),
)
first_integral = Claim(first_up_to.lhs.subs(x, pi), alpha, Substitutes(first_up_to, at={x: pi}))
second_integral = Claim(
    second_up_to.lhs.subs(x, pi), alpha * (1 + alpha), Substitutes(second_up_to, at={x: pi})
)
mean = Claim(m_1, Integral(w * ell, (v, 0, pi)), Given("the mean eigenvalue"))
mean_square = Claim(m_2, Integral(w * ell**2, (v, 0, pi)), Given("the mean square of the eigenvalues"))
mean_eigenvalue = Claim(m_1, alpha, Substitutes(mean, weight, eigenvalue, first_integral))
mean_squared_eigenvalue = Claim(
    m_2, alpha * (1 + alpha), Substitutes(mean_square, weight, eigenvalue, second_integral)
)

# %%
mean_inverse_with_ridge = ExplicitForm(
    resolvent, (gamma, alpha), forms=((many_data, gamma + alpha > 1), (resolvent, True))
)
eigenvalue_at_angle = ExplicitForm(eigenvalue, (v, alpha), forms=((stable_eigenvalue, True),))
modes_at_angle = ExplicitForm(weight, (v, alpha), forms=((stable_weight, True),))
second_moment_of_spectrum = ExplicitForm(mean_squared_eigenvalue, (alpha,))
