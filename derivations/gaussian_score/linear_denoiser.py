# %% [markdown]
# # How a linear denoiser learns
# At one noise level of EDM a linear denoiser $Wx + b$ is trained on the clean data $x_0$ by gradient flow
# of the loss $E|Wx + b - x_0|^2$ (R12). The data are centred, and every entry of $W$ in the eigenbasis of
# their covariance learns by itself: those on the diagonal are the weights of the modes.

# %%
import sympy as sp
from sympy import Eq, Identity, Trace, exp
from sympy.codegen.cfunctions import expm1

from theory import Claim, ExplicitForm, Parameter, matrix
from theory.matrix import MatrixParameter, Rate, diagonal, orthonormal, symmetric
from theory.parameter import COUNTING, NONNEGATIVE, POSITIVE, REAL
from theory.rules import (
    Defines,
    Differentiates,
    Evolves,
    Given,
    Limit,
    Maximises,
    Rewrites,
    Solves,
    Substitutes,
)

from .setting import lam, sigma

tau = Parameter("tau", "learning time", NONNEGATIVE, latex=r"\tau", extremes=(1e-6, 1e6))
eta = Parameter("eta", "learning rate", POSITIVE, latex=r"\eta", extremes=(1e-3, 1e3))
w0 = Parameter("w0", "weight of the mode at the start", REAL, latex="w_0", extremes=(-1e3, 1e3))
w_s = Parameter("w0", "weight of the mode at the start", NONNEGATIVE, latex="w_0", extremes=(1e-9, 1e3))
b0 = Parameter("b0", "bias in the mode at the start", REAL, latex="b_0", extremes=(-1e3, 1e3))
w = Parameter("w", "weight of the mode", REAL)
b = Parameter("b", "bias in the mode", REAL)
q = Parameter("q", "weight of either layer", REAL)
D = Parameter("D", "number of modes", COUNTING)
L, G, S, N = sp.symbols("L G S N")
w_of, b_of, q_of = sp.Function("w"), sp.Function("b"), sp.Function("q")

# %% [markdown]
# The error $(w - 1)x_0 + w\sigma\varepsilon + b$ has three parts, of which no two are correlated.

# %%
squared_error = Claim(L, (w - 1) ** 2 * S + w**2 * N + b**2, Given("the mean squared error, part by part"))
of_clean = Claim(S, lam, Given("the mean square of the clean data, whose mean is 0"))
of_noise = Claim(N, sigma**2, Given("the mean square of the noise"))
loss = Claim(
    L,
    w**2 * (lam + sigma**2) - 2 * w * lam + lam + b**2,
    Substitutes(squared_error, of_clean, of_noise),
)
slope = Claim(sp.Derivative(L, w), 2 * (w * (lam + sigma**2) - lam), Differentiates(loss, w))
slope_of_bias = Claim(sp.Derivative(L, b), 2 * b, Differentiates(loss, b))
stationary = Claim(
    2 * (w * (lam + sigma**2) - lam), 0, Substitutes(slope, at={sp.Derivative(L, w): 0}, factor=-1)
)
best_weight = Claim(w, lam / (lam + sigma**2), Solves(stationary))
gained = Claim(G, -L, Given("what training raises"))
gain_of_mode = Claim(G, 2 * w * lam - w**2 * (lam + sigma**2) - lam - b**2, Substitutes(gained, loss))
gain_unbiased = Claim(G, 2 * w * lam - w**2 * (lam + sigma**2) - lam, Substitutes(gain_of_mode, at={b: 0}))
most = Claim(
    sp.Symbol("G_max"), -lam * sigma**2 / (lam + sigma**2), Maximises(gain_unbiased, w, best_weight.rhs)
)

# %% [markdown]
# ## One layer
# The weight relaxes exponentially, the faster the larger the variance of the noisy mode; the bias does so
# at a rate that no data enter.

# %%
descent = Claim(w_of(tau).diff(tau), -eta * sp.Derivative(L, w), Given("gradient flow of the weight"))
along = {w: w_of(tau), b: b_of(tau)}
weight_flow = Claim(
    w_of(tau).diff(tau),
    -2 * eta * (w_of(tau) * (lam + sigma**2) - lam),
    Substitutes(descent, slope, at=along),
)
descent_of_bias = Claim(b_of(tau).diff(tau), -eta * sp.Derivative(L, b), Given("gradient flow of the bias"))
bias_flow = Claim(
    b_of(tau).diff(tau), -2 * eta * b_of(tau), Substitutes(descent_of_bias, slope_of_bias, at=along)
)
learned = Claim(
    w_of(tau),
    lam / (lam + sigma**2) + (w0 - lam / (lam + sigma**2)) * exp(-2 * eta * tau * (lam + sigma**2)),
    Solves(weight_flow, conditions=[(w_of(0), w0)]),
)
learned_by_weights = Claim(
    w_of(tau),
    w0 * exp(-2 * eta * tau * (lam + sigma**2))
    - lam / (lam + sigma**2) * expm1(-2 * eta * tau * (lam + sigma**2)),
    Rewrites(learned),
)
forgotten = Claim(b_of(tau), b0 * exp(-2 * eta * tau), Solves(bias_flow, conditions=[(b_of(0), b0)]))
at_last = Claim(sp.Symbol("w_oo"), lam / (lam + sigma**2), Limit(learned, tau, sp.oo))

# %% [markdown]
# ## Two layers
# With $W = QQ^T$ a mode's weight is $w = q^2$ and the flow is that of $q$. It is a logistic equation:
# from a small start nothing happens for a time $\ln(w^*/w_0)/(8\eta\lambda)$, which no noise level enters.

# %%
square = Claim(w, q**2, Given("the product of two equal layers"))
loss_of_two = Claim(L, q**4 * (lam + sigma**2) - 2 * q**2 * lam + lam + b**2, Substitutes(loss, square))
slope_of_two = Claim(
    sp.Derivative(L, q), 4 * q * (q**2 * (lam + sigma**2) - lam), Differentiates(loss_of_two, q)
)
descent_of_two = Claim(q_of(tau).diff(tau), -eta * sp.Derivative(L, q), Given("gradient flow of the layer"))
layer_flow = Claim(
    q_of(tau).diff(tau),
    -4 * eta * q_of(tau) * (q_of(tau) ** 2 * (lam + sigma**2) - lam),
    Substitutes(descent_of_two, slope_of_two, at={q: q_of(tau), b: b_of(tau)}),
)
product = Claim(w_of(tau), q_of(tau) ** 2, Given("the product of two equal layers"))
product_flow = Claim(
    w_of(tau).diff(tau),
    8 * eta * w_of(tau) * (lam - w_of(tau) * (lam + sigma**2)),
    Evolves(product, (layer_flow,)),
)
logistic = Claim(
    w_of(tau),
    w_s * exp(8 * eta * lam * tau) / (1 + w_s * (lam + sigma**2) / lam * (exp(8 * eta * lam * tau) - 1)),
    Solves(product_flow, conditions=[(w_of(0), w_s)]),
)
logistic_by_decay = Claim(
    w_of(tau),
    w_s / (exp(-8 * eta * lam * tau) - w_s * (1 + sigma**2 / lam) * expm1(-8 * eta * lam * tau)),
    Rewrites(logistic),
)
never = Claim(w_of(tau), 0, Substitutes(logistic, at={w_s: 0}))
without_data = Claim(
    w_of(tau), w_s / (1 + 8 * eta * sigma**2 * tau * w_s), Limit(logistic, lam, 0), where=(w_s > 0,)
)

# %% [markdown]
# ## All modes at once
# For a whole covariance the loss falls at the rate of the squared gradient. In the data's eigenbasis every
# entry of the weights learns by itself, at the rate of its column's variance.

# %%
W = MatrixParameter("W", D, D, "weights of the denoiser", moves=True)
Sigma = MatrixParameter("Sigma", D, D, "covariance of the data", kind=symmetric, latex=r"\Sigma")
U = MatrixParameter("U", D, D, "eigenvectors of the covariance", kind=orthonormal)
Lambda = MatrixParameter("Lambda", D, D, "its eigenvalues", kind=diagonal, latex=r"\Lambda")
Omega = MatrixParameter("Omega", D, D, "weights in the eigenbasis", latex=r"\Omega")
noisy = Sigma + sigma**2 * Identity(D)
loss_of_matrix = Claim(
    L,
    Trace(W * noisy * W.T) - 2 * Trace(W * Sigma) + Trace(Sigma),
    Defines("the mean squared error, written out"),
)
matrix_flow = Claim(Rate(W), -2 * eta * (W * noisy - Sigma), Given("gradient flow of the weights"))
loss_rate = Claim(
    Rate(L), -Trace(Rate(W) * Rate(W).T) / eta, matrix.Differentiates(loss_of_matrix, matrix_flow)
)
eigenbasis = Claim(Sigma, U * Lambda * U.T, Given("the covariance in its eigenbasis"))
in_eigenbasis = Claim(W, U * Omega * U.T, Given("the weights in that basis"))
loss_of_modes = Claim(
    L,
    Trace(Omega * (Lambda + sigma**2 * Identity(D)) * Omega.T) - 2 * Trace(Omega * Lambda) + Trace(Lambda),
    matrix.Substitutes(loss_of_matrix, eigenbasis, in_eigenbasis),
)
entry_flows = Claim(
    U.T * Rate(W) * U,
    -2 * eta * (Omega * (Lambda + sigma**2 * Identity(D)) - Lambda),
    matrix.Substitutes(matrix_flow, eigenbasis, in_eigenbasis),
)

# %%
linear_denoiser_weight = ExplicitForm(
    learned, (tau, lam, sigma, w0, eta), forms=((learned_by_weights, True),)
)
linear_denoiser_bias = ExplicitForm(forgotten, (tau, b0, eta))
two_layer_denoiser_weight = ExplicitForm(
    logistic,
    (tau, lam, sigma, w_s, eta),
    forms=((never, Eq(w_s, 0)), (without_data, Eq(lam, 0)), (logistic_by_decay, True)),
    reference=((without_data, Eq(lam, 0)), (logistic, True)),
)
