# %% [markdown]
# # Mixtures
# A density $p = \pi_1 p_1 + \pi_2 p_2$ of any two positive, differentiable densities, seen in two
# coordinates $a$ and $b$ of the sample. As $p_2$ may itself be a mixture, what is shown holds for any
# number of components by induction: the responsibilities of a mixture within a mixture multiply.

# %%
import sympy as sp
from sympy import Derivative, exp, log, pi, sqrt, tanh

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE, REAL
from theory.rules import Differentiates, Given, Rewrites, Substitutes

from .setting import alpha, sigma, x

pi_1 = Parameter("pi_1", "weight of the first component", POSITIVE, latex=r"\pi_1", extremes=(1e-6, 1))
pi_2 = Parameter("pi_2", "weight of the second component", POSITIVE, latex=r"\pi_2", extremes=(1e-6, 1))
a = Parameter("a", "a coordinate of the noisy sample", REAL)
b = Parameter("b", "another coordinate of it", REAL)
p_1, p_2 = (sp.Function(f"p_{i}", positive=True)(a, b) for i in (1, 2))
w_1, w_2 = (sp.Function(f"w_{i}", positive=True)(a, b) for i in (1, 2))
s_1a, s_1b, s_2a, s_2b = (sp.Function(f"s_{name}", real=True)(a, b) for name in ("1a", "1b", "2a", "2b"))
ln_p = sp.Function("ln_p", real=True)(a, b)

# %% [markdown]
# The responsibilities $w_i$ are the probabilities of the components, given the sample; $s_i$ are the
# components' own scores.

# %%
log_mixture = Claim(ln_p, log(pi_1 * p_1 + pi_2 * p_2), Given("the log-density of the mixture"))
first_share = Claim(w_1, pi_1 * p_1 / (pi_1 * p_1 + pi_2 * p_2), Given("Bayes' rule"))
second_share = Claim(w_2, pi_2 * p_2 / (pi_1 * p_1 + pi_2 * p_2), Given("Bayes' rule"))
score_1a = Claim(s_1a, p_1.diff(a) / p_1, Given("the score of the first component"))
score_1b = Claim(s_1b, p_1.diff(b) / p_1, Given("the score of the first component"))
score_2a = Claim(s_2a, p_2.diff(a) / p_2, Given("the score of the second component"))
score_2b = Claim(s_2b, p_2.diff(b) / p_2, Given("the score of the second component"))
parts = (first_share, second_share, score_1a, score_1b, score_2a, score_2b)

# %%
score_by_densities = Claim(
    Derivative(ln_p, a),
    (pi_1 * p_1.diff(a) + pi_2 * p_2.diff(a)) / (pi_1 * p_1 + pi_2 * p_2),
    Differentiates(log_mixture, a),
)
mixture_score = Claim(Derivative(ln_p, a), w_1 * s_1a + w_2 * s_2a, Rewrites(score_by_densities, using=parts))

# %% [markdown]
# The score's Jacobian has the covariance of the components' scores in it. (For $b$ the same coordinate as
# $a$ too: the derivation makes no difference between them.)

# %%
jacobian_by_densities = Claim(
    Derivative(ln_p, a, b),
    (pi_1 * p_1.diff(a, b) + pi_2 * p_2.diff(a, b)) / (pi_1 * p_1 + pi_2 * p_2)
    - (pi_1 * p_1.diff(a) + pi_2 * p_2.diff(a))
    * (pi_1 * p_1.diff(b) + pi_2 * p_2.diff(b))
    / (pi_1 * p_1 + pi_2 * p_2) ** 2,
    Differentiates(score_by_densities, b),
)
mixture_jacobian = Claim(
    Derivative(ln_p, a, b),
    w_1 * (s_1a * s_1b + s_1a.diff(b))
    + w_2 * (s_2a * s_2b + s_2a.diff(b))
    - (w_1 * s_1a + w_2 * s_2a) * (w_1 * s_1b + w_2 * s_2b),
    Rewrites(jacobian_by_densities, using=parts),
)

# %% [markdown]
# Of a Gaussian component with mean $(m_a, m_b)$ and precision matrix $P = C^{-1}$ the score is linear.

# %%
m_a, m_b, P_aa, P_ab, P_bb = (
    Parameter(name, meaning, REAL)
    for name, meaning in (
        ("m_a", "mean of the noisy component in a"),
        ("m_b", "mean of the noisy component in b"),
        ("P_aa", "entry of the precision matrix"),
        ("P_ab", "entry of the precision matrix"),
        ("P_bb", "entry of the precision matrix"),
    )
)
ln_q = sp.Function("ln_q", real=True)(a, b)
gaussian = Claim(
    ln_q,
    -(P_aa * (a - m_a) ** 2 + 2 * P_ab * (a - m_a) * (b - m_b) + P_bb * (b - m_b) ** 2) / 2,
    Given("the log-density of a Gaussian component, less a constant"),
)
gaussian_score = Claim(Derivative(ln_q, a), -P_aa * (a - m_a) - P_ab * (b - m_b), Differentiates(gaussian, a))
gaussian_score_b = Claim(
    Derivative(ln_q, b), -P_ab * (a - m_a) - P_bb * (b - m_b), Differentiates(gaussian, b)
)
gaussian_slope = Claim(Derivative(ln_q, a, b), -P_ab, Differentiates(gaussian_score, b))

# %% [markdown]
# ## Points
# Of a training set every point is a component without variance, so that $C_i = \sigma^2 I$. The
# denoiser is then a mean of the points, and its Jacobian their covariance, given the sample.

# %%
a_1, b_1, a_2, b_2 = (
    Parameter(name, f"coordinate of the {which} point", REAL)
    for name, which in (("a_1", "first"), ("b_1", "first"), ("a_2", "second"), ("b_2", "second"))
)
D_a, D_b = (sp.Function(f"D_{c}", real=True)(a, b) for c in "ab")
C_ab = sp.Function("C_ab", real=True)(a, b)
first_point = Claim(
    p_1,
    exp(-((a - alpha * a_1) ** 2 + (b - alpha * b_1) ** 2) / (2 * sigma**2)) / (2 * pi * sigma**2),
    Given("a noisy point"),
)
second_point = Claim(
    p_2,
    exp(-((a - alpha * a_2) ** 2 + (b - alpha * b_2) ** 2) / (2 * sigma**2)) / (2 * pi * sigma**2),
    Given("a noisy point"),
)
points = (first_share, second_share, first_point, second_point)
denoised_a = Claim(D_a, w_1 * a_1 + w_2 * a_2, Given("the mean of the clean data, given the sample"))
denoised_b = Claim(D_b, w_1 * b_1 + w_2 * b_2, Given("the mean of the clean data, given the sample"))
covariance = Claim(
    C_ab,
    w_1 * a_1 * b_1 + w_2 * a_2 * b_2 - D_a * D_b,
    Given("the covariance of the clean data, given the sample"),
)
score_by_denoiser = Claim(
    Derivative(ln_p, a),
    (alpha * D_a - a) / sigma**2,
    Rewrites(mixture_score, using=(denoised_a, score_1a, score_2a, *points)),
)
slope_by_shares = Claim(
    Derivative(D_a, b), w_1.diff(b) * a_1 + w_2.diff(b) * a_2, Differentiates(denoised_a, b)
)
slope_by_covariance = Claim(
    Derivative(D_a, b),
    alpha * C_ab / sigma**2,
    Rewrites(slope_by_shares, using=(covariance, denoised_a, denoised_b, *points)),
)

# %% [markdown]
# What decides between two points is their log-odds. The square of the sample drops out of it: a
# difference of squared distances would lose its digits wherever the noise is small.

# %%
L_ab = sp.Function("L", real=True)(a, b)
odds_of_shares = Claim(L_ab, log(w_1) - log(w_2), Given("the log-odds of the points, given the sample"))
odds_by_distance = Claim(
    L_ab,
    log(pi_1 / pi_2)
    + alpha
    * ((a_1 - a_2) * (a - alpha * (a_1 + a_2) / 2) + (b_1 - b_2) * (b - alpha * (b_1 + b_2) / 2))
    / sigma**2,
    Substitutes(odds_of_shares, *points),
)

# %% [markdown]
# ## Two points on a line

# %%
x_1 = Parameter("x_1", "the first point", REAL, extremes=(-1e3, 1e3))
x_2 = Parameter("x_2", "the second point", REAL, extremes=(-1e3, 1e3))
L, q_1, q_2, D, V = sp.symbols("L q_1 q_2 D V")
first_on_line = Claim(
    q_1, exp(-((x - alpha * x_1) ** 2) / (2 * sigma**2)) / sqrt(2 * pi * sigma**2), Given("a noisy point")
)
second_on_line = Claim(
    q_2, exp(-((x - alpha * x_2) ** 2) / (2 * sigma**2)) / sqrt(2 * pi * sigma**2), Given("a noisy point")
)
odds = Claim(L, log(pi_1 * q_1) - log(pi_2 * q_2), Given("the log-odds of the points, given the sample"))
log_odds = Claim(
    L,
    log(pi_1 / pi_2) + alpha * (x_1 - x_2) * (x - alpha * (x_1 + x_2) / 2) / sigma**2,
    Substitutes(odds, first_on_line, second_on_line),
)
mean_of_points = Claim(
    D,
    (pi_1 * q_1 * x_1 + pi_2 * q_2 * x_2) / (pi_1 * q_1 + pi_2 * q_2),
    Given("the mean of the clean data, given the sample"),
)
line_denoiser = Claim(
    D,
    (x_1 + x_2) / 2 + (x_1 - x_2) / 2 * tanh(log_odds.rhs / 2),
    Substitutes(mean_of_points, first_on_line, second_on_line),
)
line_slope = Claim(
    Derivative(D, x),
    alpha * (x_1 - x_2) ** 2 / (4 * sigma**2) * (1 - tanh(log_odds.rhs / 2) ** 2),
    Differentiates(line_denoiser, x),
)
variance_of_points = Claim(
    V,
    (pi_1 * q_1 * (x_1 - D) ** 2 + pi_2 * q_2 * (x_2 - D) ** 2) / (pi_1 * q_1 + pi_2 * q_2),
    Given("the variance of the clean data, given the sample"),
)
line_slope_by_variance = Claim(
    Derivative(D, x),
    alpha * V / sigma**2,
    Rewrites(line_slope, using=(variance_of_points, line_denoiser, first_on_line, second_on_line)),
)

# %% [markdown]
# For the computer: weights of the two points that never exceed 1.

# %%
from_first = Claim(D, (x_1 + x_2 * exp(-log_odds.rhs)) / (1 + exp(-log_odds.rhs)), Rewrites(line_denoiser))
from_second = Claim(D, (x_1 * exp(log_odds.rhs) + x_2) / (1 + exp(log_odds.rhs)), Rewrites(line_denoiser))

# %%
log_odds_of_points = ExplicitForm(log_odds, (x, x_1, x_2, pi_1, pi_2, alpha, sigma))
denoiser_of_points = ExplicitForm(
    line_denoiser,
    (x, x_1, x_2, pi_1, pi_2, alpha, sigma),
    forms=((from_first, log_odds.rhs > 0), (from_second, True)),
)
