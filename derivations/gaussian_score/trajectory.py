# %% [markdown]
# # The exact trajectory
# Without noise the reverse process moves every mode in proportion to its spread, on any schedule: the
# sample at any level is a linear map of the noise it started from.

# %%
import sympy as sp
from sympy import Eq, sqrt

from derivations.score_sde.flow import growth
from derivations.score_sde.setting import alpha_of, noise, sigma2_of, signal, t, v_of
from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE, POSITIVE, REAL
from theory.rules import Conserved, Differentiates, Evolves, Given, Rewrites, Substitutes

from .posterior import D, denoised
from .setting import alpha, lam, mu, x
from .setting import sigma as noise_level

sigma = Parameter(
    "sigma", "noise level on arrival", NONNEGATIVE, latex=r"\sigma", extremes=noise_level.extremes
)
x_T = Parameter("x_T", "coordinate where the flow starts", REAL, extremes=(-1e3, 1e3))
alpha_T = Parameter(
    "alpha_T", "signal level where the flow starts", NONNEGATIVE, latex=r"\alpha_T", extremes=(1e-3, 1)
)
sigma_T = Parameter(
    "sigma_T", "noise level where the flow starts", POSITIVE, latex=r"\sigma_T", extremes=(1e-6, 1e6)
)
y, y_T, v_T = sp.Function("y"), sp.Symbol("y_T", real=True), sp.Symbol("v_T", positive=True)
gain, endpoint, estimate = sp.symbols("phi x_t y_D")

# %%
mode_variance = Claim(
    v_of(t), alpha_of(t) ** 2 * lam + sigma2_of(t), Given("signal and noise are independent")
)
variance_flow = Claim(
    v_of(t).diff(t),
    2 * sp.Function("f")(t) * v_of(t) + sp.Function("g2")(t),
    Evolves(mode_variance, (signal, noise)),
)
invariant = Claim(
    y(t) / sqrt(v_of(t)),
    y_T / sqrt(v_T),
    Conserved((growth, variance_flow), t, conditions=[(y(0), y_T), (v_of(0), v_T)]),
)

# %% [markdown]
# The deviation from the noisy mean, in units of the spread, never changes (R4). `phi` scales it.

# %%
deviation = Claim(y(t), y_T * sqrt(v_of(t) / v_T), Substitutes(invariant, factor=sqrt(v_of(t))))
scaled = Claim(gain, y(t) / y_T, Given("the factor by which the flow scales a deviation"))
spread_at_start = Claim(v_T, alpha_T**2 * lam + sigma_T**2, Given("signal and noise are independent"))
on_arrival = {alpha_of(t): alpha, sigma2_of(t): sigma**2}
factor = Claim(
    gain,
    sqrt((alpha**2 * lam + sigma**2) / (alpha_T**2 * lam + sigma_T**2)),
    Substitutes(scaled, deviation, mode_variance, spread_at_start, at=on_arrival),
)
moved = Claim(
    endpoint, alpha * mu + gain * (x_T - alpha_T * mu), Given("the noisy mean and the deviation, scaled")
)
arrival = Claim(
    endpoint,
    alpha * mu + (x_T - alpha_T * mu) * sqrt((alpha**2 * lam + sigma**2) / (alpha_T**2 * lam + sigma_T**2)),
    Substitutes(moved, factor),
)
stable_arrival = Claim(
    endpoint,
    x_T * factor.rhs
    + mu
    * ((alpha * sigma_T - alpha_T * sigma) / (alpha_T**2 * lam + sigma_T**2))
    * ((alpha * sigma_T + alpha_T * sigma) / (alpha + alpha_T * factor.rhs)),
    Rewrites(arrival),
    where=(alpha > 0,),
)

# %% [markdown]
# In EDM's variables (R3): on the data's manifold, off it, and at the end.

# %%
edm = {alpha: 1, alpha_T: 1}
edm_factor = Claim(gain, sqrt((lam + sigma**2) / (lam + sigma_T**2)), Substitutes(factor, at=edm))
off_manifold = Claim(gain, sigma / sigma_T, Substitutes(factor, at={lam: 0}))
edm_end = Claim(gain, sqrt(lam / (lam + sigma_T**2)), Substitutes(edm_factor, at={sigma: 0}))

# %% [markdown]
# With the variance preserved a mode of the data's variance 1 does not move at all.

# %%
preserved = {sigma: sqrt(1 - alpha**2), sigma_T: sqrt(1 - alpha_T**2)}
below_one = (alpha < 1, alpha_T < 1)
vp_factor = Claim(
    gain,
    sqrt((1 + (lam - 1) * alpha**2) / (1 + (lam - 1) * alpha_T**2)),
    Substitutes(factor, at=preserved),
    where=below_one,
)
at_rest = Claim(gain, 1, Substitutes(vp_factor, at={lam: 1}), where=below_one)

# %% [markdown]
# What the denoiser makes of the sample on its way: its deviation from the data's mean (R5).

# %%
estimated = Claim(estimate, (D - mu) / y_T, Given("the endpoint estimate, per unit of the start"))
on_the_way = Claim(x, alpha * mu + gain * y_T, Given("the sample on its way"))
level_on_the_way = {noise_level: sigma}
estimate_gain = Claim(
    estimate,
    alpha * lam / (sqrt(alpha**2 * lam + sigma**2) * sqrt(alpha_T**2 * lam + sigma_T**2)),
    Substitutes(estimated, denoised, on_the_way, factor, at=level_on_the_way),
    where=(sigma > 0,),
)

# %% [markdown]
# ## Perturbations
# A deviation put in on the way, at level $(\alpha_T, \sigma_T)$, is scaled as any other (R7). At the
# end, with $\alpha = 1$ and no noise, a direction in which the data do not vary has lost it.

# %%
lasting = sp.Symbol("G")
kept = Claim(lasting, gain, Given("what is left at the end of a unit put in on the way"))
perturbation = Claim(
    lasting,
    sqrt(lam / (alpha_T**2 * lam + sigma_T**2)),
    Substitutes(kept, factor, at={alpha: 1, sigma: 0}),
)
vp_perturbation = Claim(
    lasting,
    sqrt(lam / (1 + (lam - 1) * alpha_T**2)),
    Substitutes(perturbation, at={sigma_T: sqrt(1 - alpha_T**2)}),
    where=(alpha_T < 1,),
)

# %% [markdown]
# The earlier it is put in, the more is left of it, if the data vary by more than 1; else the less.

# %%
slope_of_perturbation = Claim(
    sp.Derivative(lasting, alpha_T),
    -(lam - 1) * alpha_T * sqrt(lam) / (1 + (lam - 1) * alpha_T**2) ** sp.Rational(3, 2),
    Differentiates(vp_perturbation, alpha_T),
    where=(alpha_T < 1,),
)

# %%
levels = (alpha, sigma, alpha_T, sigma_T)
mode_flow = ExplicitForm(
    arrival, (x_T, lam, mu, *levels), forms=((arrival, Eq(alpha, 0)), (stable_arrival, True))
)
flow_gain = ExplicitForm(factor, (lam, *levels))
endpoint_gain = ExplicitForm(estimate_gain, (lam, *levels))
perturbation_gain = ExplicitForm(perturbation, (lam, alpha_T, sigma_T))
