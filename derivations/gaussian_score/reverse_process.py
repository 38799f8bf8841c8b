# %% [markdown]
# # The reverse process, with any amount of noise
# The reverse equations $dx = [f x - \tfrac{1+\kappa}{2} g^2 s]\,dt + \sqrt\kappa\,g\,d\bar w$ all keep
# the densities of the forward process: $\kappa = 0$ is the probability flow, $\kappa = 1$ the reverse of
# the forward equation. Of a start that is not quite right they make different things (R8).

# %%
import sympy as sp
from sympy import exp, sqrt
from sympy.codegen.cfunctions import expm1, log1p

from derivations.score_sde.setting import alpha_of, f, g2, sigma2_of, signal, t, v_of
from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE, POSITIVE, REAL
from theory.rules import Conserved, Given, Rewrites, Substitutes

from .setting import lam
from .trajectory import alpha as alpha_any
from .trajectory import alpha_T as alpha_T_any
from .trajectory import mode_variance, sigma, sigma_T, spread_at_start, v_T, variance_flow

kappa = Parameter("kappa", "noise of the reverse process", NONNEGATIVE, latex=r"\kappa", extremes=(1e-3, 10))
alpha = Parameter("alpha", "signal level on arrival", POSITIVE, latex=r"\alpha", extremes=alpha_any.extremes)
alpha_T = Parameter(
    "alpha_T", "signal level where it starts", POSITIVE, latex=r"\alpha_T", extremes=alpha_any.extremes
)
V_T = Parameter("V_T", "variance of the mode where it starts", NONNEGATIVE, extremes=(1e-6, 1e6))
m_T = Parameter("m_T", "mean deviation where it starts", REAL)
m, V, rate = sp.Function("m"), sp.Function("V"), sp.Symbol("rate")
phi, variance, given_start, w2 = sp.symbols("Phi Var Var_given W2")

# %%
drift = Claim(
    rate, f(t) + (1 + kappa) / 2 * g2(t) / v_of(t), Given("the drift, with the score of a Gaussian mode")
)
mean_flow = Claim(m(t).diff(t), rate * m(t), Given("the mean of a linear stochastic equation"))
spread_flow = Claim(
    V(t).diff(t), 2 * rate * V(t) - kappa * g2(t), Given("its variance; the noise enters as time runs back")
)
mean_rate = Claim(
    m(t).diff(t), (f(t) + (1 + kappa) / 2 * g2(t) / v_of(t)) * m(t), Substitutes(mean_flow, drift)
)
spread_rate = Claim(
    V(t).diff(t),
    2 * (f(t) + (1 + kappa) / 2 * g2(t) / v_of(t)) * V(t) - kappa * g2(t),
    Substitutes(spread_flow, drift),
)

# %% [markdown]
# Two invariants solve them: the forward variance is one solution, and what differs from it decays.

# %%
start = [(m(0), m_T), (V(0), V_T), (v_of(0), v_T), (alpha_of(0), alpha_T)]
mean_invariant = Claim(
    m(t) * alpha_of(t) ** kappa * v_of(t) ** (-(1 + kappa) / 2),
    m_T * alpha_T**kappa * v_T ** (-(1 + kappa) / 2),
    Conserved((mean_rate, variance_flow, signal), t, conditions=start),
)
spread_invariant = Claim(
    (V(t) - v_of(t)) * alpha_of(t) ** (2 * kappa) * v_of(t) ** (-1 - kappa),
    (V_T - v_T) * alpha_T ** (2 * kappa) * v_T ** (-1 - kappa),
    Conserved((spread_rate, variance_flow, signal), t, conditions=start),
)
spread_factor = alpha_of(t) ** (-2 * kappa) * v_of(t) ** (1 + kappa)
mean = Claim(
    m(t),
    m_T * (alpha_T / alpha_of(t)) ** kappa * (v_of(t) / v_T) ** ((1 + kappa) / 2),
    Substitutes(mean_invariant, factor=alpha_of(t) ** (-kappa) * v_of(t) ** ((1 + kappa) / 2)),
)
spread = Claim(
    V(t),
    v_of(t) + (V_T - v_T) * (alpha_T / alpha_of(t)) ** (2 * kappa) * (v_of(t) / v_T) ** (1 + kappa),
    Substitutes(spread_invariant, factor=spread_factor),
)

# %% [markdown]
# At a level, on a schedule. With $q$ the ratio of $\lambda + \rho^2$ on arrival and at the start the
# factor is $\tfrac{\alpha}{\alpha_T} q^{(1+\kappa)/2}$: the noise makes a wrong start matter less.

# %%
on_arrival = {alpha_of(t): alpha, sigma2_of(t): sigma**2, alpha_T_any: alpha_T}
arrives = (lam + sigma > 0,)
passed = Claim(phi, m(t) / m_T, Given("the factor by which a mean deviation is scaled"))
propagator = Claim(
    phi,
    (alpha_T / alpha) ** kappa
    * ((alpha**2 * lam + sigma**2) / (alpha_T**2 * lam + sigma_T**2)) ** ((1 + kappa) / 2),
    Substitutes(passed, mean, mode_variance, spread_at_start, at=on_arrival),
    where=arrives,
)
reached = Claim(variance, V(t), Given("the variance on arrival"))
sde_spread = Claim(
    variance,
    alpha**2 * lam
    + sigma**2
    + (V_T - alpha_T**2 * lam - sigma_T**2)
    * (alpha_T / alpha) ** (2 * kappa)
    * ((alpha**2 * lam + sigma**2) / (alpha_T**2 * lam + sigma_T**2)) ** (1 + kappa),
    Substitutes(reached, spread, mode_variance, spread_at_start, at=on_arrival),
    where=arrives,
)
conditional = Claim(
    variance,
    (alpha**2 * lam + sigma**2)
    * (1 - ((lam + (sigma / alpha) ** 2) / (lam + (sigma_T / alpha_T) ** 2)) ** kappa),
    Substitutes(sde_spread, at={V_T: 0}),
    where=arrives,
)
flow_limit = Claim(
    variance,
    V_T * (alpha**2 * lam + sigma**2) / (alpha_T**2 * lam + sigma_T**2),
    Substitutes(sde_spread, at={kappa: 0}),
    where=arrives,
)

# %% [markdown]
# For the computer: of positive terms, with $q^\kappa$ from its logarithm where it is close to 1.

# %%
cleaner = (lam + sigma > 0, alpha * sigma_T >= alpha_T * sigma)
excess = (
    (alpha * sigma_T - alpha_T * sigma)
    / (alpha**2 * lam + sigma**2)
    * (alpha * sigma_T + alpha_T * sigma)
    / alpha_T**2
)
stable_propagator = Claim(
    phi, alpha / alpha_T * exp(-(1 + kappa) / 2 * log1p(excess)), Rewrites(propagator), where=arrives
)
propagator_by_roots = Claim(
    phi,
    sqrt((alpha**2 * lam + sigma**2) / (alpha_T**2 * lam + sigma_T**2))
    * (alpha_T / alpha * sqrt((alpha**2 * lam + sigma**2) / (alpha_T**2 * lam + sigma_T**2))) ** kappa,
    Rewrites(propagator),
    where=arrives,
)
stable_conditional = Claim(
    variance,
    -(alpha**2 * lam + sigma**2) * expm1(-kappa * log1p(excess)),
    Rewrites(conditional),
    where=cleaner,
)
stable_spread = Claim(
    variance,
    stable_conditional.rhs + V_T * (alpha / alpha_T) ** 2 * exp(-(1 + kappa) * log1p(excess)),
    Rewrites(sde_spread),
    where=cleaner,
)

# %% [markdown]
# How far the law of the mode is from the right one then: the squared Wasserstein distance of two
# Gaussians.

# %%
delta = Parameter("delta", "difference of the means", REAL, latex=r"\delta", extremes=(1e-6, 1e3))
v_p = Parameter("v_p", "variance of one", NONNEGATIVE, extremes=(1e-6, 1e6))
v_q = Parameter("v_q", "variance of the other", POSITIVE, extremes=(1e-6, 1e6))
transport = Claim(w2, delta**2 + (sqrt(v_p) - sqrt(v_q)) ** 2, Given("both are moved by the monotone map"))
stable_transport = Claim(w2, delta**2 + ((v_p - v_q) / (sqrt(v_p) + sqrt(v_q))) ** 2, Rewrites(transport))

# %%
levels = (lam, alpha, sigma, alpha_T, sigma_T)
sde_gain = ExplicitForm(
    propagator,
    (kappa, *levels),
    forms=(
        (stable_propagator, sp.And(kappa >= 1, 4 * excess >= -1, excess <= 1)),
        (propagator_by_roots, True),
    ),
)
sde_conditional_variance = ExplicitForm(stable_conditional, (kappa, *levels))
sde_variance = ExplicitForm(stable_spread, (kappa, V_T, *levels))
mode_w2_squared = ExplicitForm(transport, (delta, v_p, v_q), forms=((stable_transport, True),))
