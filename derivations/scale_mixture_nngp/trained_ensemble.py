# %% [markdown]
# # Ensembles of trained networks
# Each network has a scale $s$ of its own, and a tangent kernel $s\Theta$ (its output is multiplied by
# $\sqrt s$). Trained by gradient flow on the mean square error to the end it takes the value
# $f_\infty = f_0 - A (f_0(X) - y)$ at a test point, with $A = \Theta_{*X}\Theta_{XX}^{-1}$ free of $s$ (R5).
# The formulas are for one data point, or one mode of $\Theta_{XX}$: modes add up.

# %%
import sympy as sp
from sympy import exp, gamma, log, pi, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE, POSITIVE, REAL
from theory.rules import Given, Rewrites, Solves, Substitutes

from .convergence import M, a, heavier_mean, lighter_mean, slope, weighted_mean, z
from .convergence import stable_transform as stable_error
from .convergence import stable_weighted_mean as stable_weighted
from .convergence import transform as mean_error
from .setting import D, K, Q, b, f, half, m, n, s
from .student_t import density, p

t = Parameter("t", "training time, learning rate times steps", NONNEGATIVE)
lam = Parameter("lam", "eigenvalue of the tangent kernel at s = 1", POSITIVE, latex=r"\lambda")
y = Parameter("y", "target in the mode", REAL, extremes=(-1e3, 1e3))
f_0 = Parameter("f_0", "value of the mode at the start", REAL, extremes=(-1e3, 1e3))
A = Parameter(
    "A", "weight of the data point at the test point, Theta_*X/Theta_XX", REAL, extremes=(-1e3, 1e3)
)
k = Parameter("k", "kernel between data and test point", REAL, extremes=(-1e3, 1e3))
K_s = Parameter("K_s", "kernel at the test point", POSITIVE, latex="K_*")
f_of, g_of = sp.Function("f", real=True), sp.Function("g", real=True)
f_s = Parameter("f_s", "value at the test point at the start", REAL, latex="f_*")
loss, E_1, E_2, mean_value, Sigma = sp.symbols("L E_1 E_2 F Sigma", positive=True)

# %%
flow = Claim(f_of(t).diff(t), -s * lam * (f_of(t) - y), Given("gradient flow, tangent kernel s lambda"))
mode = Claim(f_of(t), y + (f_0 - y) * exp(-s * lam * t), Solves(flow, conditions=[(f_of(0), f_0)]))
test_flow = Claim(
    g_of(t).diff(t),
    -s * lam * A * (f_of(t) - y),
    Given("the test point moves with the kernel's column A lambda"),
)
moved = Claim(g_of(t).diff(t), -s * lam * A * (f_0 - y) * exp(-s * lam * t), Substitutes(test_flow, mode))
test_value = Claim(
    g_of(t),
    f_s - A * (f_0 - y) * (1 - exp(-s * lam * t)),
    Solves(moved, conditions=[(g_of(0), f_s)]),
)

# %% [markdown]
# The start is Gaussian of mean 0 and variance $sK$, given $s$. The mean over the ensemble has $M(z)$ in it,
# the mean square error also $E[s e^{-zs}]$.

# %%
mean_of_test = Claim(
    mean_value, A * y * (1 - M), Given("the mean of a test value over starts and scales, z = lambda t")
)
finite_time_mean = Claim(mean_value, A * y * (1 - mean_error.rhs), Substitutes(mean_of_test, mean_error))
ensemble_loss = Claim(
    loss,
    y**2 * E_1 + K * E_2,
    Given("the mean square error: the target's part, and the start's of variance s K"),
)
twice = Claim(E_1, mean_error.rhs.subs(z, 2 * z), Substitutes(mean_error, at={M: E_1, z: 2 * z}))
twice_weighted = Claim(
    E_2, weighted_mean.rhs.subs(z, 2 * z), Substitutes(weighted_mean, at={slope: E_2, z: 2 * z})
)
loss_of_mode = Claim(
    loss,
    y**2 * mean_error.rhs.subs(z, 2 * z) + K * weighted_mean.rhs.subs(z, 2 * z),
    Substitutes(ensemble_loss, twice, twice_weighted),
)
stable_loss = Claim(
    loss,
    y**2 * stable_error.rhs.subs(z, 2 * z) + K * stable_weighted.rhs.subs(z, 2 * z),
    Rewrites(loss_of_mode),
)
lighter_loss = Claim(
    loss,
    y**2 * stable_error.rhs.subs(z, 2 * z) + K * lighter_mean.rhs.subs(z, 2 * z),
    Rewrites(loss_of_mode),
    where=a > 1,
)
heavier_loss = Claim(
    loss,
    y**2 * stable_error.rhs.subs(z, 2 * z) + K * heavier_mean.rhs.subs(z, 2 * z),
    Rewrites(loss_of_mode),
    where=a < 1,
)

# %% [markdown]
# At the end of the training: Student-t around $Ay$, with the prior's $2a$ degrees of freedom. If only the
# last layer is trained, $A = K_{*X}K_{XX}^{-1}$ and the spread is the posterior's $r_*$, on the prior's
# scale.

# %%
spread = Claim(
    Sigma,
    K_s + A**2 * K - 2 * A * k,
    Given("the variance of f_* - A f_0(X), at s = 1"),
)
end = Claim(
    p,
    gamma(a + half)
    / gamma(a)
    / sqrt(2 * pi * b * Sigma)
    * (1 + (f - m) ** 2 / (2 * b * Sigma)) ** (-a - half),
    Substitutes(density, at={n: 1, D: log(Sigma), Q: (f - m) ** 2 / Sigma}),
)
last_layer = Claim(Sigma, K_s - k**2 / K, Substitutes(spread, at={A: k / K}))

# %%
loss_of_the_ensemble = ExplicitForm(
    loss_of_mode,
    (z, y, K, a, b),
    forms=((lighter_loss, a > 1), (heavier_loss, a < 1), (stable_loss, True)),
)
spread_of_trained = ExplicitForm(spread, (K_s, K, k, A))
