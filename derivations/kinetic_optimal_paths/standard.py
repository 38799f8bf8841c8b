# %% [markdown]
# # Standard schedules need one number of the data
# With $m^2\dot r$ constant in time the data enter through $M = \int_0^\infty (1 - \lambda)\,dr$ alone: so it
# is for Cond-OT, $(a, m) = (t, 1 - t)$, and for the cosine schedule (R4).

# %%
import sympy as sp
from sympy import Integral, cos, pi, sin, sqrt, tan

from derivations.gaussian_score.schedules import sigma, vp_rate
from derivations.score_sde.setting import beta_min
from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE
from theory.rules import Differentiates, Given, Inverts, Limit, Substitutes

from .separation import M as mode_M
from .separation import mode_part
from .setting import a_of, l, m_of, r_of, ratio, t

M = Parameter("M", "integral of 1 - lambda over the ratio r", NONNEGATIVE, extremes=(1e-6, 1.5))
E, K, w = sp.symbols("E K w")
inside = (t < 1,)

# %%
cond_ot_signal = Claim(a_of(t), t, Given("Cond-OT: a straight line for every pair of noise and data"))
cond_ot_noise = Claim(m_of(t), 1 - t, Given("Cond-OT"))
cosine_signal = Claim(a_of(t), sin(pi * t / 2), Given("the cosine schedule preserves the variance"))
cosine_noise = Claim(m_of(t), cos(pi * t / 2), Given("the cosine schedule"))

# %%
cond_ot_ratio = Claim(r_of(t), t / (1 - t), Substitutes(ratio, cond_ot_signal, cond_ot_noise), where=inside)
cosine_ratio = Claim(r_of(t), tan(pi * t / 2), Substitutes(ratio, cosine_signal, cosine_noise), where=inside)
cond_ot_ratio_rate = Claim(r_of(t).diff(t), 1 / (1 - t) ** 2, Differentiates(cond_ot_ratio, t), where=inside)
cosine_ratio_rate = Claim(
    r_of(t).diff(t), pi / (2 * cos(pi * t / 2) ** 2), Differentiates(cosine_ratio, t), where=inside
)
weight = Claim(w, m_of(t) ** 2 * r_of(t).diff(t), Given("what multiplies (1 - lambda) dr in the energy"))
cond_ot_weight = Claim(w, 1, Substitutes(weight, cond_ot_ratio_rate, cond_ot_noise), where=inside)
cosine_weight = Claim(w, pi / 2, Substitutes(weight, cosine_ratio_rate, cosine_noise), where=inside)
reduced = Claim(E, K - w * M, Given("the energy integral, its last term taken over r instead of t"))
pair_energy = Claim(
    K,
    a_of(t).diff(t) ** 2 + m_of(t).diff(t) ** 2,
    Given("what the pairs of noise and data spend, constant in time here"),
)
cond_ot = (cond_ot_signal, cond_ot_noise, cond_ot_weight)
cosine = (cosine_signal, cosine_noise, cosine_weight)
cond_ot_by_M = Claim(E, 2 - M, Substitutes(reduced, pair_energy, *cond_ot), everywhere=True)
cosine_by_M = Claim(E, pi**2 / 4 - pi / 2 * M, Substitutes(reduced, pair_energy, *cosine), everywhere=True)

# %% [markdown]
# Cosine beats Cond-OT where $M$ is above 0.8189: where the data are little more than noise.

# %%
advantage, E_line = sp.symbols("Delta E_line")
line_energy = Claim(E_line, E, Given("the energy of Cond-OT"))
line_by_M = Claim(E_line, 2 - M, Substitutes(line_energy, cond_ot_by_M))
difference = Claim(advantage, E_line - E, Given("what the cosine schedule saves"))
by_how_much = Claim(
    advantage, (pi / 2 - 1) * M - (pi**2 / 4 - 2), Substitutes(difference, line_by_M, cosine_by_M)
)
critical = Claim(M, (pi**2 / 4 - 2) / (pi / 2 - 1), Inverts(by_how_much, M, 0))

# %% [markdown]
# A Gaussian mode of variance $l$ spends by itself:

# %%
mode_pairs = Claim(
    K,
    l * a_of(t).diff(t) ** 2 + m_of(t).diff(t) ** 2,
    Given("what the pairs of noise and data spend in a mode, at a time"),
)
cond_ot_pairs = Claim(K, 1 + l, Substitutes(mode_pairs, cond_ot_signal, cond_ot_noise))
cosine_pairs = Claim(
    K,
    pi**2 / 4 * (l * cos(pi * t / 2) ** 2 + sin(pi * t / 2) ** 2),
    Substitutes(mode_pairs, cosine_signal, cosine_noise),
)
mode_reduced = Claim(E, Integral(K, (t, 0, 1)) - w * mode_M, Given("the energy of a mode"))
cond_ot_in_mode = Claim(
    E,
    1 + l - pi / 2 * sqrt(l),
    Substitutes(mode_reduced, cond_ot_pairs, mode_part, cond_ot_weight),
    everywhere=True,
)
cosine_in_mode = Claim(
    E,
    pi**2 / 8 * (1 - sqrt(l)) ** 2,
    Substitutes(mode_reduced, cosine_pairs, mode_part, cosine_weight),
    everywhere=True,
)

# %% [markdown]
# The mean of the cosine energy over the path is not that of its ends: it is the best variance-preserving
# schedule only if $\sqrt G\,\dot\theta$ is constant, which then spends $\Phi^2$, the square of the stretched
# angle. VP with a linear rate $\beta$ cannot be compared on a finite data set: a time $\tau$ before the data
# its noise level is $\sqrt{\beta_{\min}\tau}$, so that its energy grows by $\beta_{\min}/4$ for every e-fold
# that it is followed further.

# %%
per_fold = sp.Symbol("P")
e_fold = Claim(
    per_fold, t * sigma(t).diff(t) ** 2, Given("the energy per e-fold of the time t before the data")
)
linear_e_fold = Claim(per_fold, t * vp_rate.rhs**2, Substitutes(e_fold, vp_rate), where=(t > 0,))
divergence = Claim(per_fold, beta_min / 4, Limit(linear_e_fold, t, 0), everywhere=True)

# %%
cond_ot_energy = ExplicitForm(cond_ot_by_M, (M,))
cosine_energy = ExplicitForm(cosine_by_M, (M,))
cond_ot_mode_energy = ExplicitForm(cond_ot_in_mode, (l,))
cosine_mode_energy = ExplicitForm(cosine_in_mode, (l,))
vp_linear_energy_per_fold = ExplicitForm(divergence, (beta_min,))
