# %% [markdown]
# # The law of a Gram matrix
# Features that are independent normal vectors given the layer before have a Gram matrix with a density
# (Wishart, 1928), here built up point by point. A further point's features have a component along those of
# each point before, and a rest whose square has as many degrees of freedom less. Nothing but the
# determinants and the trace of $K^{-1}G$ enter.

# %%
import sympy as sp
from sympy import Derivative, Rational, Sum, exp, gamma, log, loggamma, pi, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.functions import log1p, log_gamma_ratio
from theory.parameter import NONNEGATIVE, POSITIVE, REAL
from theory.rules import Differentiates, Given, Limit, Recursion, Rewrites, Substitutes

from .setting import N, P, g, k, ln_G, ln_K, t

half = Rational(1, 2)
r = Parameter("r", "length of a point's features", POSITIVE)
n, A, p, ln_p, i = sp.symbols("n A p ln_p i")

# %% [markdown]
# ## One point
# The density of $N$ features times the area of the sphere of radius $r$, where $g = r^2/N$.

# %%
normal = Claim(n, (2 * pi * k) ** (-N / 2) * exp(-(r**2) / (2 * k)), Given("the density of the features"))
sphere = Claim(A, 2 * pi ** (N / 2) / gamma(N / 2) * r ** (N - 1), Given("the area of a sphere"))
length = Claim(r, sqrt(N * g), Given("the features' length"))
stretch = Claim(Derivative(r, g), sqrt(N / g) / 2, Differentiates(length, g))
by_shells = Claim(p, n * A * Derivative(r, g), Given("the density of the Gram value: shell by shell"))
one_point = Claim(
    p,
    (N / (2 * k)) ** (N / 2) / gamma(N / 2) * g ** (N / 2 - 1) * exp(-N * g / (2 * k)),
    Substitutes(by_shells, stretch, normal, sphere, at={r: sqrt(N * g)}),
)
logarithm = Claim(ln_p, log(p), Given("its logarithm"))
log_one_point = Claim(
    ln_p,
    N / 2 * log(N / 2) - log(gamma(N / 2)) + (N / 2 - 1) * log(g) - N / 2 * log(k) - N * g / (2 * k),
    Substitutes(logarithm, one_point),
)

# %% [markdown]
# ## One more point
# In units where $K = I$. Let $d = \ln|G|$ and $t = \mathrm{tr}\,G$ be those of the points so far, $d'$ and
# $t'$ those with the new one, $a^2$ the square of its components along the others, $r^2$ that of its rest.
# Then $r^2 = Ne^{d' - d}$, $a^2 + r^2 = N(t' - t)$, and the components are $\sqrt N\,G^{-1/2}$ times the new
# column.

# %%
d, d_1 = Parameter("d", "ln|G| before", REAL), Parameter("d_1", "ln|G| with the new point", REAL, latex="d'")
t_0, t_1 = Parameter("t_0", "trace before", POSITIVE), Parameter("t_1", "trace with it", POSITIVE)
a_2, r_2, c, c_1, q, ln_p0, ln_p1 = sp.symbols("a_2 r_2 c c_1 q ln_p0 ln_p1")
enough = (N > P,)
components = Claim(
    q,
    -P / 2 * log(2 * pi)
    - a_2 / 2
    + P / 2 * log(N)
    - d / 2
    + log(N)
    + ((N - P) / 2 - 1) * log(r_2)
    - r_2 / 2
    - (N - P) / 2 * log(2)
    - loggamma((N - P) / 2),
    Given("the density of P normal components and a rest of N - P degrees of freedom"),
    where=enough,
)
rest = Claim(r_2, N * exp(d_1 - d), Given("the determinant grows by the rest's square"))
both = Claim(a_2, N * (t_1 - t_0) - r_2, Given("the trace grows by the square of the whole"))
before = Claim(ln_p0, c + (N - P - 1) / 2 * d - N / 2 * t_0, Given("the log-density of the points before"))
chain = Claim(ln_p1, ln_p0 + q, Given("the chain rule"))
what_is_left = Claim(
    c_1, ln_p1 - (N - P - 2) / 2 * d_1 + N / 2 * t_1, Given("the same form, with a constant of its own")
)
constant_step = Claim(
    c_1,
    c + N / 2 * log(N / 2) - loggamma((N - P) / 2) - P / 2 * log(pi),
    Substitutes(what_is_left, chain, before, components, both, rest),
    where=enough,
)

# %% [markdown]
# The constant adds up from one point on. With a kernel the determinant and the trace are those of $K^{-1}G$,
# and $P(P+1)/2$ entries are stretched.

# %%
C = sp.Function("c", real=True)
wide = (N >= P,)
step = Claim(
    C(P + 1),
    C(P) + N / 2 * log(N / 2) - loggamma((N - P) / 2) - P / 2 * log(pi),
    Substitutes(constant_step, at={c_1: C(P + 1), c: C(P)}),
    where=enough,
)
first = N / 2 * log(N / 2) - log(gamma(N / 2))
left_of_one = Claim(
    C(1), ln_p - (N - 2) / 2 * log(g / k) + N * g / (2 * k) + log(k), Given("the constant of one point")
)
one_constant = Claim(C(1), first, Substitutes(left_of_one, log_one_point))
constant = Claim(
    C(P),
    N * P / 2 * log(N / 2) - P * (P - 1) / 4 * log(pi) - Sum(loggamma((N - i) / 2), (i, 0, P - 1)),
    Recursion(step, {C(1): first}),
)
in_units_of_the_kernel = Claim(
    ln_p,
    C(P) + (N - P - 1) / 2 * (ln_G - ln_K) - N / 2 * t - (P + 1) / 2 * ln_K,
    Given("the log-density, in the coordinates of G"),
    where=wide,
)
log_density = Claim(
    ln_p,
    N * P / 2 * log(N / 2)
    - P * (P - 1) / 4 * log(pi)
    - Sum(loggamma((N - i) / 2), (i, 0, P - 1))
    + (N - P - 1) / 2 * ln_G
    - N / 2 * (ln_K + t),
    Substitutes(in_units_of_the_kernel, constant),
    where=wide,
)
of_one_again = Claim(
    ln_p, log_one_point.rhs, Substitutes(log_density, at={P: 1, ln_G: log(g), ln_K: log(k), t: g / k})
)

# %% [markdown]
# ## Wide layers
# A large width makes the log-density $-ND$: the cost of a representation. Here for three points.

# %%
per_feature = sp.Symbol("lambda")
a_feature = Claim(per_feature, ln_p / N, Given("the log-density per feature"))
of_three = Claim(
    per_feature,
    log_density.rhs.subs(P, 3) / N,
    Substitutes(a_feature, log_density, at={P: 3}),
    where=N >= 3,
    everywhere=True,
)
minus_divergence = Claim(per_feature, (3 + ln_G - ln_K - t) / 2, Limit(of_three, N, sp.oo))

# %% [markdown]
# ## The mean determinant
# Each point multiplies it by the mean square of its rest, over the width: features of fewer dimensions than
# points leave no volume.

# %%
m = Parameter("m", "power", NONNEGATIVE)
f = Parameter("f", "degrees of freedom", POSITIVE)
det_K = Parameter("det_K", "determinant of the kernel", POSITIVE, latex="|K|", extremes=(1e-3, 1e3))
mu, added, det_mean = sp.symbols("mu a_P M_G")
M_of = sp.Function("M", positive=True)
moment = Claim(
    mu,
    2**m * gamma(f / 2 + m) / gamma(f / 2),
    Given("the mean of r^(2m): a shell of f + 2m degrees of freedom over one of f"),
)
mean_square = Claim(mu, f, Substitutes(moment, at={m: 1}))
rest_adds = Claim(added, mu / N, Given("the mean square of the rest, over the width"))
factor = Claim(added, (N - P) / N, Substitutes(rest_adds, mean_square, at={f: N - P}))
multiplies = Claim(M_of(P + 1), M_of(P) * added, Given("the rest of a point depends on none before"))
mean_step = Claim(M_of(P + 1), M_of(P) * (N - P) / N, Substitutes(multiplies, factor))
in_units = Claim(M_of(P), gamma(N + 1) / (gamma(N - P + 1) * N**P), Recursion(mean_step, {M_of(1): 1}))
of_gram = Claim(det_mean, det_K * M_of(P), Given("the determinant of G, with a kernel"))
mean_det = Claim(
    det_mean, det_K * gamma(N + 1) / (gamma(N - P + 1) * N**P), Substitutes(of_gram, in_units), where=wide
)
of_three_points = Claim(
    det_mean,
    det_K * (1 - 1 / N) * (1 - 2 / N),
    Substitutes(mean_det, at={P: 3}),
    where=N >= 3,
    everywhere=True,
)
of_two = Claim(
    ln_p,
    N * log(N) - log(4 * pi) - loggamma(N - 1) + (N - 3) / 2 * ln_G - N / 2 * (ln_K + t),
    Substitutes(log_density, at={P: 2}),
    where=N >= 2,
    everywhere=True,
)

without_large_terms = Claim(
    ln_p,
    (N - 2) * log1p(1 / (N - 1))
    - log_gamma_ratio(1, N - 2)
    + log(N**2 / (4 * pi))
    + (N - 3) / 2 * ln_G
    - N / 2 * (ln_K + t),
    Rewrites(of_two),
)

# %%
log_density_of_two_points = ExplicitForm(of_two, (N, ln_G, ln_K, t), forms=((without_large_terms, True),))
mean_determinant_of_three_points = ExplicitForm(of_three_points, (N, det_K))
