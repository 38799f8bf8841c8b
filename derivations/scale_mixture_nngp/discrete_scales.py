# %% [markdown]
# # A few scales
# Of two scales with weights $w_1$, $w_2$ the data choose by their log-odds; of more, any two by theirs (R4).

# %%
import sympy as sp
from sympy import exp, log, pi

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE
from theory.rules import Given, Substitutes

from .setting import D, N, Q, n, normal, s

s_1, s_2 = (
    Parameter(f"s_{k}", f"the {which} scale", POSITIVE, extremes=(1e-3, 1e3))
    for k, which in ((1, "first"), (2, "second"))
)
w_1, w_2 = (
    Parameter(f"w_{k}", f"weight of the {which} scale", POSITIVE, extremes=(1e-6, 1))
    for k, which in ((1, "first"), (2, "second"))
)
N_1, N_2 = sp.symbols("N_1 N_2", positive=True)
L, E_s = sp.symbols("L E_s")

# %%
first = Claim(
    N_1,
    (2 * pi * s_1) ** (-n / 2) * exp(-D / 2 - Q / (2 * s_1)),
    Substitutes(normal, at={N: N_1, s: s_1}),
)
second = Claim(
    N_2,
    (2 * pi * s_2) ** (-n / 2) * exp(-D / 2 - Q / (2 * s_2)),
    Substitutes(normal, at={N: N_2, s: s_2}),
)
odds = Claim(L, log(w_1 * N_1) - log(w_2 * N_2), Given("the log-odds of the scales, given the data"))
log_odds = Claim(
    L,
    log(w_1 / w_2) - n / 2 * log(s_1 / s_2) + Q * (s_1 - s_2) / (2 * s_1 * s_2),
    Substitutes(odds, first, second),
)
mean = Claim(
    E_s,
    (w_1 * N_1 * s_1 + w_2 * N_2 * s_2) / (w_1 * N_1 + w_2 * N_2),
    Given("the mean scale, given the data"),
)
mean_by_odds = Claim(E_s, (s_1 * exp(L) + s_2) / (exp(L) + 1), Substitutes(mean, odds))

# %%
log_odds_of_scales = ExplicitForm(log_odds, (n, Q, s_1, s_2, w_1, w_2))
