# %% [markdown]
# # What representations cost
# A mode that a layer multiplies by $\tau$ costs $D = \frac12(\tau - 1 - \ln\tau)$ a feature. On the geodesic
# all layers cost the same, and together less the more there are: as $\ln^2t/4(L + 1)$ in every mode (R4). A
# deep linear network changes its representation almost for free.

# %%
import sympy as sp
from sympy import hyper, log, oo

from theory import Claim, ExplicitForm, Parameter
from theory.functions import expm1
from theory.parameter import POSITIVE
from theory.rules import Given, Limit, Rewrites, Substitutes

from .setting import L, g, k, nu
from .unequal_widths import equal, ratio

tau = Parameter(
    "tau", "factor of a mode from one layer to the next", POSITIVE, latex=r"\tau", extremes=(1e-6, 1e6)
)
D, V, W, scaled = sp.symbols("D V W c")

# %%
divergence = Claim(D, (g / k - 1 - log(g / k)) / 2, Given("the divergence of N(0, g) from N(0, k)"))
of_layer = Claim(D, (tau - 1 - log(tau)) / 2, Substitutes(divergence, at={g: tau * k}))
weighted = Claim(V, nu * D, Given("as many features as the layer has"))
cost_of_layer = Claim(V, nu * (tau - 1 - log(tau)) / 2, Substitutes(weighted, of_layer))
near_one = Claim(
    V, nu * (tau - 1) ** 2 / 4 * hyper([1, 2], [3], 1 - tau), Rewrites(cost_of_layer), where=tau < 2
)

# %% [markdown]
# ## Along the geodesic

# %%
all_layers = Claim(W, (L + 1) * D, Given("L + 1 factors, the last to the outputs"))
of_all = Claim(W, (L + 1) * (tau - 1 - log(tau)) / 2, Substitutes(all_layers, of_layer))
on_the_geodesic = Claim(
    W,
    ((L + 1) * (ratio ** (1 / (L + 1)) - 1) - log(ratio)) / 2,
    Substitutes(of_all, at={tau: equal.rhs}),
)
y = log(ratio) / (L + 1)
by_exponential = Claim(W, (L + 1) / 2 * (expm1(y) - y), Rewrites(on_the_geodesic))
short_steps = Claim(W, (L + 1) / 4 * y**2 * hyper([1], [3], y), Rewrites(on_the_geodesic))
times_layers = Claim(scaled, (L + 1) * W, Given("the cost, times the number of factors"))
of_many = Claim(
    scaled,
    (L + 1) * ((L + 1) * (ratio ** (1 / (L + 1)) - 1) - log(ratio)) / 2,
    Substitutes(times_layers, on_the_geodesic),
)
deep = Claim(scaled, log(ratio) ** 2 / 4, Limit(of_many, L, oo))

# %%
layer_cost = ExplicitForm(
    cost_of_layer, (tau, nu), forms=((near_one, (2 * tau > 1) & (2 * tau < 3)), (cost_of_layer, True))
)
geodesic_cost = ExplicitForm(
    on_the_geodesic,
    (ratio, L),
    forms=((short_steps, (2 * y < 1) & (2 * y > -1)), (by_exponential, True)),
)
