# %% [markdown]
# # The prior: a Student-t process
# With an inverse-gamma scale the values are jointly Student-t, with $2a$ degrees of freedom and scale matrix
# $(b/a) K$ (R1). The integral over the scale is taken over the precision $w = 1/s$: $P(w)$ is the part of the
# density that comes from precisions up to $w$.

# %%
import sympy as sp
from sympy import exp, gamma, log, lowergamma, oo, pi, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.functions import log1p, log_gamma_ratio
from theory.parameter import POSITIVE
from theory.rules import Given, Limit, Rewrites, Solves, Substitutes

from .setting import D, K, N, Q, a, b, f, h, half, n, normal, prior, s, w

P_of = sp.Function("P", real=True)
g, p, ln_p = sp.symbols("g p ln_p")

# %%
joint = Claim(g, N * h * s**2, Given("the joint density of values and precision, as |ds| = s^2 dw"))
joint_in_w = Claim(
    g,
    (2 * pi) ** (-n / 2) * exp(-D / 2) * b**a / gamma(a) * w ** (a + n / 2 - 1) * exp(-(b + Q / 2) * w),
    Substitutes(joint, normal, prior, at={s: 1 / w}),
)
grows = Claim(P_of(w).diff(w), g, Given("each precision adds its joint density"))
growth = Claim(P_of(w).diff(w), joint_in_w.rhs, Substitutes(grows, joint_in_w))
up_to_w = Claim(
    P_of(w),
    (2 * pi) ** (-n / 2)
    * exp(-D / 2)
    * b**a
    / gamma(a)
    * lowergamma(a + n / 2, (b + Q / 2) * w)
    / (b + Q / 2) ** (a + n / 2),
    Solves(growth, conditions=[(P_of(0), 0)]),
)
density = Claim(
    p,
    gamma(a + n / 2) / gamma(a) * b**a * (2 * pi) ** (-n / 2) * exp(-D / 2) * (b + Q / 2) ** (-a - n / 2),
    Limit(up_to_w, w, oo),
)

# %% [markdown]
# Its logarithm, also the log-evidence of data $y$ (R3), in a spelling that keeps its digits up to the
# Gaussian process, $a = b \to \infty$.

# %%
logarithm = Claim(ln_p, log(p), Given("the log-density"))
log_density = Claim(
    ln_p,
    log_gamma_ratio(a, n / 2)
    + n / 2 * log((2 * a + n) / (2 * pi * (2 * b + Q)))
    - D / 2
    - a * log1p(Q / (2 * b)),
    Substitutes(logarithm, density),
)
with_equal = Claim(
    ln_p,
    log_gamma_ratio(a, n / 2)
    + n / 2 * log((2 * a + n) / (2 * pi * (2 * a + Q)))
    - D / 2
    - a * log1p(Q / (2 * a)),
    Substitutes(log_density, at={b: a}),
)
gaussian_limit = Claim(ln_p, -n / 2 * log(2 * pi) - D / 2 - Q / 2, Limit(with_equal, a, oo))

# %% [markdown]
# One value has $Q = f^2/K$; for $a = 1/2$ the process is Cauchy. Of two values the ellipse $Q < q$ has the
# area $\pi q \sqrt{|K|}$, and the chance to be outside falls as a power of $q$.

# %%
q = Parameter("q", "level of the quadratic form of two values", POSITIVE, extremes=(1e-6, 1e6))
outside = sp.Function("S", real=True)
one_value = Claim(
    p,
    gamma(a + half) / gamma(a) * b**a / sqrt(2 * pi * K) * (b + f**2 / (2 * K)) ** (-a - half),
    Substitutes(density, at={n: 1, D: log(K), Q: f**2 / K}),
)
cauchy = Claim(p, sqrt(2 * b * K) / (pi * (2 * b * K + f**2)), Substitutes(one_value, at={a: half}))
two_values = Claim(
    p,
    a * b**a / (2 * pi) * exp(-D / 2) * (b + q / 2) ** (-a - 1),
    Substitutes(density, at={n: 2, Q: q}),
)
leaves = Claim(outside(q).diff(q), -pi * exp(D / 2) * p, Given("the density times the area of a thin ring"))
loss = Claim(outside(q).diff(q), -a * b**a / 2 * (b + q / 2) ** (-a - 1), Substitutes(leaves, two_values))
tail = Claim(outside(q), (1 + q / (2 * b)) ** (-a), Solves(loss, conditions=[(outside(0), 1)]))
stable_tail = Claim(outside(q), exp(-a * log1p(q / (2 * b))), Rewrites(tail))

# %%
log_density_of_values = ExplicitForm(log_density, (n, Q, D, a, b))
tail_of_two_values = ExplicitForm(tail, (q, a, b), forms=((stable_tail, True),))
cauchy_density = ExplicitForm(cauchy, (f, K, b))
