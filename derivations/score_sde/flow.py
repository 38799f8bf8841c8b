# %% [markdown]
# # The probability flow of Gaussian data
# Without noise, the reverse of any of these processes moves a mode in proportion to its spread.

# %%
import sympy as sp
from sympy import sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE, POSITIVE, REAL
from theory.rules import Conserved, Evolves, Given, Rewrites, Substitutes

from .kernels import variance_flow
from .setting import (
    alpha,
    alpha_of,
    f,
    g2,
    lam,
    mode_variance,
    mu,
    sigma2,
    sigma2_of,
    signal,
    t,
    v_of,
)

x_s = Parameter("x_s", "coordinate where the flow starts", REAL, extremes=(-1e3, 1e3))
alpha_s = Parameter(
    "alpha_s", "signal level where the flow starts", POSITIVE, latex=r"\alpha_s", extremes=(1e-3, 1)
)
sigma2_s = Parameter(
    "sigma2_s",
    "noise variance where the flow starts",
    NONNEGATIVE,
    latex=r"\sigma^2_s",
    extremes=(1e-6, 1e4),
)
v_s = Parameter("v_s", "variance of the noisy mode where the flow starts", POSITIVE)
y_s = Parameter("y_s", "deviation from the noisy mean where the flow starts", REAL)
x, y, score_of = sp.Function("x"), sp.Function("y"), sp.Function("s")

# %%
score = Claim(
    score_of(t), -(x(t) - alpha_of(t) * mu) / v_of(t), Given("the score of a Gaussian of variance v")
)
flow = Claim(x(t).diff(t), f(t) * x(t) - g2(t) / 2 * score_of(t), Given("the probability-flow equation"))
flow_of_mode = Claim(
    x(t).diff(t),
    f(t) * x(t) + g2(t) / (2 * v_of(t)) * (x(t) - alpha_of(t) * mu),
    Substitutes(flow, score),
)
deviation = Claim(y(t), x(t) - alpha_of(t) * mu, Given("the deviation from the noisy mean"))
deviation_flow = Claim(
    y(t).diff(t),
    (f(t) + g2(t) / (2 * v_of(t))) * (x(t) - alpha_of(t) * mu),
    Evolves(deviation, (flow_of_mode, signal)),
)
growth = Claim(y(t).diff(t), (f(t) + g2(t) / (2 * v_of(t))) * y(t), Substitutes(deviation_flow, deviation))

# %% [markdown]
# The rate is half that of $\ln v$: the deviation in units of the spread never changes.

# %%
invariant = Claim(
    y(t) / sqrt(v_of(t)),
    y_s / sqrt(v_s),
    Conserved((growth, variance_flow), t, conditions=[(y(0), y_s), (v_of(0), v_s)]),
)
start = Claim(y_s, x_s - alpha_s * mu, Given("the deviation where the flow starts"))
spread_at_start = Claim(v_s, alpha_s**2 * lam + sigma2_s, Given("signal and noise are independent"))
gain = sp.Symbol("phi")
at_the_end = {alpha_of(t): alpha, sigma2_of(t): sigma2}
deviation_at_the_end = Claim(y(t), y_s * sqrt(v_of(t) / v_s), Substitutes(invariant, factor=sqrt(v_of(t))))
gained = Claim(gain, y(t) / y_s, Given("the factor by which the flow scales a deviation"))
factor = Claim(
    gain,
    sqrt((alpha**2 * lam + sigma2) / (alpha_s**2 * lam + sigma2_s)),
    Substitutes(gained, deviation_at_the_end, mode_variance, spread_at_start, at=at_the_end),
)
endpoint = sp.Symbol("x_t")
arrival = Claim(
    endpoint,
    alpha * mu + (x_s - alpha_s * mu) * sqrt((alpha**2 * lam + sigma2) / (alpha_s**2 * lam + sigma2_s)),
    Substitutes(
        deviation_at_the_end,
        deviation,
        mode_variance,
        start,
        spread_at_start,
        at={x(t): endpoint, **at_the_end},
    ),
)

# %% [markdown]
# Where the data's variance dominates, mean and deviation nearly cancel; the sum of start and mean does not.

# %%
stable_arrival = Claim(
    endpoint,
    x_s * factor.rhs
    + mu
    * (alpha**2 * sigma2_s - alpha_s**2 * sigma2)
    / ((alpha_s**2 * lam + sigma2_s) * (alpha + alpha_s * factor.rhs)),
    Rewrites(arrival),
)

# %%
probability_flow_factor = ExplicitForm(factor, (lam, alpha, sigma2, alpha_s, sigma2_s))
probability_flow = ExplicitForm(
    arrival, (x_s, lam, mu, alpha, sigma2, alpha_s, sigma2_s), forms=((stable_arrival, True),)
)
