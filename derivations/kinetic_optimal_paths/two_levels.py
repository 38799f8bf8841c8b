# %% [markdown]
# # Gaussian data of two levels: the optimum in closed form
# A share $c$ of the coordinates has the variance $l_1 \ge 1$, the rest $l_2 \le 1$, with mean 1:
# $c = (1 - l_2)/(l_1 - l_2)$. Data on a linear manifold are the case $l_2 = 0$. Then everything has a
# formula, and the kinetic-optimal path is optimal transport itself: the spread of every mode grows evenly.

# %%
import sympy as sp
from sympy import atan, cos, sin, sqrt

from theory import Claim, ExplicitForm, Parameter, TrajectoryForm
from theory.rules import Differentiates, Given, Rewrites, Separates, Solves, Substitutes

from .chord import R2, F, Phi, S, chord_energy, equation, radius_squared, rho
from .separation import near_noise
from .setting import ANGLES, SHARE, G, l, t, theta, theta_of

l_1 = Parameter("l_1", "variance of the data in the wide modes", sp.Interval(1, sp.oo), extremes=(1, 1e4))
l_2 = Parameter("l_2", "variance of the data in the narrow modes", SHARE, extremes=(1e-6, 1))
s = Parameter("s", "share of the signal in the sample, sin(theta)^2", SHARE)
c, W = sp.symbols("c W")
apart = (l_1 > 1, l_2 < 1)
root = sqrt((1 + (l_1 - 1) * s) * (1 - (1 - l_2) * s))
span = sqrt((l_1 - 1) * (1 - l_2))
sum_of_roots, product_of_roots = sqrt(l_1) + sqrt(l_2), sqrt(l_1 * l_2)

# %%
wide_share = Claim(c, (1 - l_2) / (l_1 - l_2), Given("the mean of the variances is 1"), where=apart)
G_mean, G_of = sp.symbols("G_mean"), near_noise.rhs
both = Claim(
    G_mean,
    c * G_of.subs(l, l_1) + (1 - c) * G_of.subs(l, l_2),
    Given("the mean of G over the modes"),
)
level_stretch = Claim(
    G_mean,
    (l_1 - 1)
    * (1 - l_2)
    * sin(theta) ** 2
    * cos(theta) ** 2
    / ((cos(theta) ** 2 + l_1 * sin(theta) ** 2) * (cos(theta) ** 2 + l_2 * sin(theta) ** 2)),
    Substitutes(both, wide_share),
)

# %% [markdown]
# ## The stretched angle
# In terms of $s = \sin^2\theta$, $ds = 2\sin\theta\cos\theta\,d\theta$, its rate has an elementary integral.

# %%
rate, s_of = sp.Symbol("f"), sp.Function("s", positive=True)
y = Parameter("y", "the stretched angle", ANGLES)
by_angle = Claim(
    rate,
    sqrt(G_mean) / (2 * sin(theta) * cos(theta)),
    Given("the rate of the stretched angle in s: sqrt(G) dtheta over ds"),
    where=(theta > 0, theta < sp.pi / 2),
)
by_share = Claim(
    rate,
    span / (2 * root),
    Substitutes(by_angle, level_stretch, at={theta: sp.asin(sqrt(s))}),
    where=(s > 0, s < 1),
)
by_angle_of_share = Claim(
    s_of(y).diff(y), 1 / rate, Given("the other way round, how s grows with the stretched angle")
)
growth = Claim(
    s_of(y).diff(y),
    2 * sqrt((1 + (l_1 - 1) * s_of(y)) * (1 - (1 - l_2) * s_of(y))) / span,
    Substitutes(by_angle_of_share, by_share, at={s: s_of(y)}, factor=1),
    everywhere=True,
    where=apart,
)
level_angle = Claim(F, atan(span * s / (1 + root)), Separates(growth, s, 0), everywhere=True)
total = Claim(Phi, F, Given("the stretched angle of the whole way, s = 1"))
level_total = Claim(
    Phi, atan(span / (1 + product_of_roots)), Substitutes(total, level_angle, at={s: 1}), everywhere=True
)

# %% [markdown]
# ## The energy, and Wasserstein's bound
# No path spends less than the squared Wasserstein distance, here $2 - 2c\sqrt{l_1} - 2(1 - c)\sqrt{l_2}$
# per coordinate. With two levels the bound is attained (R6).

# %%
level_energy = Claim(
    S, 2 - 2 * (1 + product_of_roots) / sum_of_roots, Substitutes(chord_energy, level_total), everywhere=True
)
stable_energy = Claim(
    S,
    2 * (l_1 - 1) * (1 - l_2) / ((1 + sqrt(l_1)) * (1 + sqrt(l_2)) * sum_of_roots),
    Rewrites(level_energy),
)
wasserstein = Claim(
    W,
    2 - 2 * c * sqrt(l_1) - 2 * (1 - c) * sqrt(l_2),
    Given("squared W2 distance of the data and the noise, per coordinate"),
)
bound = Claim(W, 2 - 2 * (1 + product_of_roots) / sum_of_roots, Substitutes(wasserstein, wide_share))
attained = Claim(S, W, Rewrites(level_energy, using=(bound,)))
fraction = Parameter(
    "c_rank", "share of the coordinates in which the data vary", sp.Interval.Lopen(0, 1), latex="c"
)
manifold = {l_1: 1 / fraction, l_2: 0}
manifold_angle = Claim(Phi, sp.acos(sqrt(fraction)), Substitutes(level_total, at=manifold))
manifold_energy = Claim(S, 2 - 2 * sqrt(fraction), Substitutes(level_energy, at=manifold))

# %% [markdown]
# ## The path
# The differential equation of the angle, in $s$: regular at both ends, where $G$ vanishes.

# %%
angle_now = theta_of(t)
A2, M2, A, Mn, V_1, V_2 = sp.symbols("A2 M2 A M_n V_1 V_2")
cos_Phi = (1 + product_of_roots) / sum_of_roots
level_square = Claim(
    R2, t**2 + (1 - t) ** 2 + 2 * t * (1 - t) * cos_Phi, Substitutes(radius_squared, level_total)
)
stretch_on_the_way = Claim(G, G_mean, Given("the stretch of these data"))
stretch_of_angle = Claim(
    G,
    level_stretch.rhs.subs(theta, angle_now),
    Substitutes(stretch_on_the_way, level_stretch, at={theta: angle_now}),
)
share = Claim(s_of(t), sin(angle_now) ** 2, Given("the share of the signal"))
share_by_angle = Claim(
    s_of(t).diff(t), 2 * sin(angle_now) * cos(angle_now) * angle_now.diff(t), Differentiates(share, t)
)
share_rate = Claim(
    s_of(t).diff(t),
    2 * root / (sum_of_roots * R2),
    Substitutes(
        share_by_angle, equation, stretch_of_angle, level_total,
        at={rho: sqrt(R2), angle_now: sp.asin(sqrt(s))},
    ),
    where=(s > 0, s < 1, *apart),
    everywhere=True,
)  # fmt: skip
share_flow = Claim(
    s_of(t).diff(t),
    2
    * sqrt((1 + (l_1 - 1) * s_of(t)) * (1 - (1 - l_2) * s_of(t)))
    / (sum_of_roots * (t**2 + (1 - t) ** 2 + 2 * t * (1 - t) * cos_Phi)),
    Substitutes(share_rate, level_square, at={s: s_of(t)}),
    everywhere=True,
)

# %% [markdown]
# Its solution, and the levels of signal and noise.

# %%
signal_2 = t * (t + 2 * (1 - t) / sum_of_roots)
noise_2 = (1 - t) * (1 - t + 2 * t * product_of_roots / sum_of_roots)
level_share = Claim(s_of(t), signal_2 / (signal_2 + noise_2), Solves(share_flow, conditions=[(s_of(0), 0)]))
signal_square = Claim(A2, R2 * s_of(t), Given("polar variables"))
noise_square = Claim(M2, R2 * (1 - s_of(t)), Given("polar variables"))
level_signal_square = Claim(A2, signal_2, Substitutes(signal_square, level_square, level_share))
level_noise_square = Claim(M2, noise_2, Substitutes(noise_square, level_square, level_share))
signal_root = Claim(A, sqrt(A2), Given("the signal level a"))
noise_root = Claim(Mn, sqrt(M2), Given("the noise level m"))
level_signal = Claim(A, sqrt(signal_2), Substitutes(signal_root, level_signal_square), everywhere=True)
level_noise = Claim(Mn, sqrt(noise_2), Substitutes(noise_root, level_noise_square), everywhere=True)

# %% [markdown]
# The spread of either kind of mode goes straight from that of the noise to that of the data: what the map of
# optimal transport does.

# %%
wide_spread = Claim(V_1, l_1 * A2 + M2, Given("variance of the sample in a wide mode"))
narrow_spread = Claim(V_2, l_2 * A2 + M2, Given("variance of the sample in a narrow mode"))
wide_evenly = Claim(
    V_1, (1 - t + t * sqrt(l_1)) ** 2, Substitutes(wide_spread, level_signal_square, level_noise_square)
)
narrow_evenly = Claim(
    V_2, (1 - t + t * sqrt(l_2)) ** 2, Substitutes(narrow_spread, level_signal_square, level_noise_square)
)

# %%
levels = (l_1, l_2)
two_level_stretched_angle = ExplicitForm(level_angle, (s, *levels))
two_level_total_angle = ExplicitForm(level_total, levels)
two_level_energy = ExplicitForm(level_energy, levels, forms=((stable_energy, True),))
two_level_signal = ExplicitForm(level_signal, (t, *levels))
two_level_noise = ExplicitForm(level_noise, (t, *levels))
two_level_share = TrajectoryForm(share_flow, (t, *levels), time=t, start={s_of(t): 0})
