# %% [markdown]
# # Data separation in the exact cases
# Of one point nothing is missing: $\lambda = 1$. A Gaussian mode of variance $l$ is told up to the
# posterior variance; data with the eigenvalues $l_k$ (1 on average) have the mean of it over the modes.

# %%
import sympy as sp
from sympy import Integral, atan, cos, oo, pi, sin, sqrt, tan

from derivations.gaussian_score.posterior import posterior_variance, remaining
from derivations.gaussian_score.setting import alpha, sigma
from derivations.gaussian_score.setting import lam as variance
from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE, REAL
from theory.rules import Defines, Given, Integrates, Limit, Maximises, Series, Substitutes

from .setting import G, l, r, theta

q, M = sp.symbols("q M")
x = Parameter("x", "a ratio of signal to noise on the way", NONNEGATIVE)
w = Parameter("w", "weight of a linear denoiser", REAL)

# %%
at_ratio = Claim(q, remaining, Given("the error of a mode: its posterior variance at a/m = r"))
mode_error = Claim(
    q, l / (1 + l * r**2), Substitutes(at_ratio, posterior_variance, at={alpha: r, sigma: 1, variance: l})
)
standard_normal = Claim(q, 1 / (1 + r**2), Substitutes(mode_error, at={l: 1}))

# %% [markdown]
# No law of the same covariance is told worse: the conditional mean is the best denoiser, and the best
# linear one has the error of the Gaussian (R2).

# %%
linear_error = Claim(
    sp.Symbol("L"), -((1 - w * r) ** 2) * l - w**2, Given("the mean square error of w y, negative")
)
best_linear = Claim(
    sp.Symbol("L_max"), -l / (1 + l * r**2), Maximises(linear_error, w, l * r / (1 + l * r**2))
)

# %% [markdown]
# It is concave in $l$: its tangent at 1 lies above, so that of all spectra of mean 1 the flat one is told
# worst, and $1 - \lambda \le 1/(1 + r^2)$, $G \ge 0$.

# %%
below_tangent = Claim(
    sp.Symbol("q_1"),
    mode_error.rhs - (l - 1) / (1 + r**2) ** 2,
    Given("the error of a mode less what vanishes on average"),
)
worst = Claim(sp.Symbol("q_max"), 1 / (1 + r**2), Maximises(below_tangent, l, 1))

# %% [markdown]
# With little signal, and with much:

# %%
small_ratio = Claim(q, l - l**2 * r**2, Series(mode_error, r, 3))
up_to = Claim(Integral(l / (1 + l * x**2), (x, 0, r)), sqrt(l) * atan(sqrt(l) * r), Integrates(r))
share_up_to = Claim(M, Integral(l / (1 + l * x**2), (x, 0, r)), Given("the error, over the ratios up to r"))
mode_up_to = Claim(M, sqrt(l) * atan(sqrt(l) * r), Substitutes(share_up_to, up_to))
mode_part = Claim(M, pi / 2 * sqrt(l), Limit(mode_up_to, r, oo))

# %% [markdown]
# The stretch $G$, mode by mode. The 1 in it may be taken as the mean of the $l_k$, or of ones: two forms,
# without cancellation where there is little signal, or little noise.

# %%
stretch_by_variance = Claim(
    G, l - q / cos(theta) ** 2, Defines("the part of a mode, with l for its part of the 1")
)
near_noise = Claim(
    G,
    l * (l - 1) * sin(theta) ** 2 / (cos(theta) ** 2 + l * sin(theta) ** 2),
    Substitutes(stretch_by_variance, mode_error, at={r: tan(theta)}),
)
G_1 = sp.Symbol("G_1")
stretch_by_one = Claim(G_1, G + 1 - l, Given("1 for its part of the 1: the same on average"))
near_data = Claim(
    G_1,
    (1 - l) * cos(theta) ** 2 / (cos(theta) ** 2 + l * sin(theta) ** 2),
    Substitutes(stretch_by_one, near_noise),
)

# %%
mode_mmse = ExplicitForm(mode_error, (r, l))
mode_integral = ExplicitForm(mode_part, (l,))
stretch_near_noise = ExplicitForm(near_noise, (theta, l))
stretch_near_data = ExplicitForm(near_data, (theta, l))
