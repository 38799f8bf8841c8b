# %% [markdown]
# # The Schroedinger bridge of a mode
# Of all processes that take the first law to the second, the bridge is closest to the Brownian motion
# $\sigma W$. Its ends are joined by $f(x_0)\,g(x_1)\,e^{-(x_1 - x_0)^2/2\sigma^2}$: of two Gaussians, a
# Gaussian whose joint precision is $-1/\sigma^2$ off the diagonal (R6).

# %%
import sympy as sp
from sympy import exp, sqrt
from sympy.codegen.cfunctions import log1p

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE
from theory.rules import Differentiates, Given, Limit, Rewrites, Solves, Substitutes

from .setting import alpha, beta, c_0, c_1, gamma, m_0, m_1, t, v, variance, x

sigma = Parameter("sigma", "noise of the reference process", POSITIVE, latex=r"\sigma", extremes=(1e-4, 1e4))
k, S, dS, slope, drift, gam, dgam, ratio, scaled_k, precision = sp.symbols(
    "k S dS a b_F gamma_t dgamma_t r kappa P_01"
)
K, Theta, time_spent = sp.Function("K", positive=True), sp.Function("Theta"), sp.Symbol("Theta_1")
T = Parameter("T", "time reached", sp.Interval(0, 1))

# %%
D = sqrt(4 * c_0 * c_1 + sigma**4)
off_diagonal = Claim(precision, -k / (c_0 * c_1 - k**2), Given("the inverse of the joint covariance"))
joined = Claim(k / (c_0 * c_1 - k**2), 1 / sigma**2, Given("the ends are joined by Brownian motion"))
coupling = Claim(
    k,
    (D - sigma**2) / 2,
    Solves(joined, conditions=[(sqrt(k**2) / k, 1)]),
)
stable_coupling = Claim(k, 2 * c_0 * c_1 / (D + sigma**2), Rewrites(coupling))
recovered = Claim(precision, -1 / sigma**2, Substitutes(off_diagonal, coupling))

# %% [markdown]
# Little noise couples the ends as optimal transport does, much noise leaves them independent.

# %%
transport_limit = Claim(k, sqrt(c_0 * c_1), Limit(coupling, sigma, 0))
scaled = Claim(scaled_k, sigma**2 * k, Given("the covariance in units of the noise"))
scaled_coupling = Claim(
    scaled_k, 2 * c_0 * c_1 * sigma**2 / (D + sigma**2), Substitutes(scaled, stable_coupling)
)
independent_limit = Claim(scaled_k, c_0 * c_1, Limit(scaled_coupling, sigma, sp.oo))

# %% [markdown]
# Between its ends the process is a Brownian bridge: the linear interpolant of coupled ends, with
# $\gamma = \sigma\sqrt{t(1-t)}$.

# %%
spread = Claim(
    S,
    (1 - t) ** 2 * c_0 + t**2 * c_1 + 2 * t * (1 - t) * k + sigma**2 * t * (1 - t),
    Given("two coupled ends and the noise of a Brownian bridge"),
)
marginal = Claim(S, (1 - t) ** 2 * c_0 + t**2 * c_1 + t * (1 - t) * D, Substitutes(spread, coupling))
marginal_rate = Claim(
    sp.Derivative(S, t), 2 * t * c_1 - 2 * (1 - t) * c_0 + (1 - 2 * t) * D, Differentiates(marginal, t)
)
same_as_independent = Claim(
    v,
    (1 - t) ** 2 * c_0 + t**2 * c_1 + t * (1 - t) * D,
    Substitutes(variance, at={alpha: 1 - t, beta: t, gamma: sqrt(t * (1 - t) * D)}),
)

# %% [markdown]
# The forward drift pulls towards the end that is expected, $E[(x_1 - x)/(1 - t)\,|\,x]$; in terms of the
# variance it is that of an interpolant with diffusion $\epsilon = \sigma^2/2$. The noise's levels fit
# this: their rate, less what the diffusion adds, is a pull as well.

# %%
inside = (t > 0, t < 1)
regression = Claim(
    slope,
    ((1 - t) * k + t * c_1 - S) / ((1 - t) * S),
    Given("the regression of (x_1 - x)/(1 - t) on the sample"),
    where=inside,
)
pull = Claim(
    slope,
    (marginal_rate.lhs - sigma**2) / (2 * S),
    Rewrites(regression, using=(marginal_rate, marginal, coupling)),
)
pull_in_time = Claim(
    slope,
    (2 * t * c_1 - 2 * (1 - t) * c_0 + (1 - 2 * t) * D - sigma**2) / (2 * marginal.rhs),
    Rewrites(pull, using=(marginal_rate, marginal)),
    everywhere=True,
)
stable_pull = Claim(
    slope,
    (c_1 - c_0 - sigma**2)
    * (2 * c_0 * (1 - t) + t * (D + sigma**2))
    / ((D + sigma**2 + 2 * c_0) * marginal.rhs),
    Rewrites(pull_in_time),
)
towards_end = Claim(
    drift, m_1 - m_0 + slope * (x - (1 - t) * m_0 - t * m_1), Given("the mean moves in a straight line")
)
forward = Claim(
    drift,
    m_1
    - m_0
    + (2 * t * c_1 - 2 * (1 - t) * c_0 + (1 - 2 * t) * D - sigma**2)
    * (x - (1 - t) * m_0 - t * m_1)
    / (2 * ((1 - t) ** 2 * c_0 + t**2 * c_1 + t * (1 - t) * D)),
    Substitutes(towards_end, pull_in_time),
)
forward_by_parts = Claim(
    drift,
    stable_pull.rhs * x
    + (
        m_1 * ((1 - t) * c_0 + t * (D + sigma**2) / 2)
        - m_0 * ((1 - t) * 2 * c_0 * c_1 / (D + sigma**2) + t * c_1)
    )
    / marginal.rhs,
    Rewrites(forward),
)
bridge_noise = Claim(gam, sigma * sqrt(t * (1 - t)), Given("the noise of a Brownian bridge"), where=inside)
bridge_noise_rate = Claim(
    sp.Derivative(gam, t), sigma * (1 - 2 * t) / (2 * sqrt(t * (1 - t))), Differentiates(bridge_noise, t)
)
net = Claim(
    ratio, sp.Derivative(gam, t) - sigma**2 / (2 * gam), Given("the noise's rate, less the diffusion's part")
)
noise_identity = Claim(ratio, -gam / (1 - t), Substitutes(net, bridge_noise_rate, bridge_noise))

# %% [markdown]
# Run forward, the process has this covariance with its start: linear in time, and at $t = 1$ the
# coupling again. The same follows from the time spent at each variance.

# %%
memory = Claim(
    K(t).diff(t), pull_in_time.rhs * K(t), Given("the covariance with the start follows the drift")
)
start_covariance = Claim(
    K(t), (1 - t) * c_0 + t * (D - sigma**2) / 2, Solves(memory, conditions=[(K(0), c_0)])
)
spent = Claim(Theta(T).diff(T), 1 / marginal.rhs.subs(t, T), Given("time in units of the variance"))
time_integral = Claim(
    Theta(T),
    log1p(2 * sigma**2 * T / (2 * c_0 * (1 - T) + T * (D - sigma**2))) / sigma**2,
    Solves(spent, conditions=[(Theta(0), 0)]),
)
stable_time = Claim(
    Theta(T),
    log1p(sigma**2 * T / (c_0 * (1 - T) + T * (2 * c_0 * c_1 / (D + sigma**2)))) / sigma**2,
    Rewrites(time_integral),
)
whole = Claim(time_spent, Theta(T), Given("the time spent from end to end, T = 1"))
all_time = Claim(
    time_spent, log1p(2 * sigma**2 / (D - sigma**2)) / sigma**2, Substitutes(whole, time_integral, at={T: 1})
)
coupling_by_time = Claim(
    k, sqrt(c_0 * c_1) * exp(-(sigma**2) / 2 * time_spent), Rewrites(coupling, using=(all_time,))
)

# %%
law = (c_0, c_1, sigma)
bridge_covariance = ExplicitForm(coupling, law, forms=((stable_coupling, True),))
bridge_variance = ExplicitForm(marginal, (t, *law))
bridge_drift = ExplicitForm(forward, (x, t, m_0, c_0, m_1, c_1, sigma), forms=((forward_by_parts, True),))
bridge_pull = ExplicitForm(pull_in_time, (t, *law), forms=((stable_pull, True),))
bridge_time = ExplicitForm(time_integral, (T, *law), forms=((stable_time, True),))
