# %% [markdown]
# # Between Gaussians whose covariances do not commute
# The same results in matrices: the regression, the flow, the process with noise, and the bridge. Claims
# between matrices hold for every dimension and are checked exactly at random rational matrices.

# %%
from sympy import Identity, Rational

from theory import Claim, Parameter
from theory.matrix import (
    Conserved,
    Differentiates,
    Initial,
    MatrixParameter,
    Rate,
    Rewrites,
    Solves,
    Substitutes,
    symmetric,
)
from theory.parameter import COUNTING, POSITIVE, REAL
from theory.rules import Given

from .setting import alpha, beta, gamma

d = Parameter("d", "dimension", COUNTING)
eps = Parameter("epsilon", "diffusion", REAL, latex=r"\epsilon")
sigma = Parameter("sigma", "noise of the reference process", POSITIVE, latex=r"\sigma")
C_0 = MatrixParameter("C_0", d, d, "covariance of the first law", kind=symmetric)
C_1 = MatrixParameter("C_1", d, d, "covariance of the second law", kind=symmetric)
C = MatrixParameter("C", d, d, "covariance of the interpolant", kind=symmetric, moves=True, latex="C_t")
dC = MatrixParameter("dC", d, d, "its rate in time", kind=symmetric, latex=r"\dot C_t")
M = MatrixParameter("M", d, d, "linear part of the flow map", moves=True, latex=r"\mathcal{M}_t")
V = MatrixParameter("V", d, d, "covariance of the particles", kind=symmetric, moves=True)
E = MatrixParameter("E", d, d, "error of the particles' covariance", kind=symmetric, moves=True)
V_0 = MatrixParameter("V_0", d, d, "its value at t = 0", kind=symmetric)
X = MatrixParameter("X", d, 1, "deviation that the flow makes", moves=True)
x = MatrixParameter("x", d, 1, "sample, less the mean")
eta_0 = MatrixParameter("eta_0", d, 1, "mean of x_0, given x", latex=r"\eta_0")
eta_1 = MatrixParameter("eta_1", d, 1, "mean of x_1, given x", latex=r"\eta_1")
eta_z = MatrixParameter("eta_z", d, 1, "mean of the noise, given x", latex=r"\eta_z")
R = MatrixParameter("R", d, d, "root of the first covariance", kind=symmetric)
D = MatrixParameter("D", d, d, "root of 4 R C_1 R + sigma^4", kind=symmetric)
C_s = MatrixParameter("C_s", d, d, "covariance of the two ends of the bridge", latex=r"C_\sigma")

# %% [markdown]
# The means are left out: the regressions are of deviations. They make up the sample.

# %%
spread = Claim(
    C,
    alpha**2 * C_0 + beta**2 * C_1 + gamma**2 * Identity(d),
    Given("the two laws and the noise are independent"),
)
first = Claim(eta_0, alpha * C_0 * C.I * x, Given("regression of x_0 on the sample"))
second = Claim(eta_1, beta * C_1 * C.I * x, Given("regression of x_1 on the sample"))
noise = Claim(eta_z, gamma * C.I * x, Given("regression of the noise on the sample"))
nothing_lost = Claim(alpha * eta_0 + beta * eta_1 + gamma * eta_z, x, Rewrites(first, second, noise, spread))

# %% [markdown]
# The flow's linear part carries the first covariance into that of the interpolant (R2).

# %%
spreads = Claim(Rate(C), dC, Given("the covariance's rate"))
starts = Claim(Initial(C), C_0, Given("it starts as the first law's"))
flow = Claim(Rate(M), Rational(1, 2) * dC * C.I * M, Given("the velocity's linear part moves the map"))
identity = Claim(Initial(M), Identity(d), Given("it starts as the identity"))
invariant = Claim(M.T * C.I * M, C_0.I, Conserved(flow, spreads, identity, starts))
moved = Claim(X, M * x, Given("the deviation that the flow makes of the one at t = 0"))
starts_at_sample = Claim(Initial(X), x, Substitutes(moved, identity))

# %% [markdown]
# With noise of any strength the particles' covariance is that of the interpolant (R3), forward and backward.

# %%
lyapunov = Claim(
    Rate(V),
    (Rational(1, 2) * dC - eps * Identity(d)) * C.I * V
    + V * C.I * (Rational(1, 2) * dC - eps * Identity(d))
    + 2 * eps * Identity(d),
    Given("the covariance of a linear stochastic equation"),
)
start = Claim(Initial(V), C_0, Given("the particles start with the first law"))
kept = Claim(V, C, Solves(lyapunov, spreads, starts, start))
error = Claim(E, V - C, Given("the error of the particles' covariance"))
any_start = Claim(Initial(V), V_0, Given("the covariance the particles start with"))
error_at_start = Claim(Initial(E), V_0 - C_0, Substitutes(error, any_start, starts))
error_rate = Claim(
    Rate(E),
    (Rational(1, 2) * dC - eps * Identity(d)) * C.I * E + E * C.I * (Rational(1, 2) * dC - eps * Identity(d)),
    Differentiates(error, lyapunov, spreads),
)
backward_lyapunov = Claim(
    Rate(V),
    (Rational(1, 2) * dC + eps * Identity(d)) * C.I * V
    + V * C.I * (Rational(1, 2) * dC + eps * Identity(d))
    - 2 * eps * Identity(d),
    Given("the same for the process run backward"),
)
kept_backward = Claim(V, C, Solves(backward_lyapunov, spreads, starts, start))
error_rate_backward = Claim(
    Rate(E),
    (Rational(1, 2) * dC + eps * Identity(d)) * C.I * E + E * C.I * (Rational(1, 2) * dC + eps * Identity(d)),
    Differentiates(error, backward_lyapunov, spreads),
)

# %% [markdown]
# The bridge (R6). Below $C_0 = R^2$, and $C_1$ is written by $D$, so that $D^2 = 4RC_1R + \sigma^4$.

# %%
root = Claim(C_0, R * R, Given("the root of the first covariance"))
by_root = Claim(
    C_1,
    Rational(1, 4) * R.I * (D * D - sigma**4 * Identity(d)) * R.I,
    Given("D is the root of 4 R C_1 R + sigma^4"),
)
coupling = Claim(
    C_s, Rational(1, 2) * (R * D * R.I - sigma**2 * Identity(d)), Given("the covariance of the two ends")
)
root_again = Claim(D, 2 * R.I * C_s * R + sigma**2 * Identity(d), Rewrites(coupling))
remaining = Claim(C_1 - C_s.T * C_0.I * C_s, sigma**2 * C_0.I * C_s, Rewrites(coupling, root, by_root))
precision = Claim(
    -C_0.I * C_s * (C_1 - C_s.T * C_0.I * C_s).I,
    -1 / sigma**2 * Identity(d),
    Rewrites(coupling, root, by_root),
)

# %% [markdown]
# The last line is the off-diagonal block of the joint precision: the two ends are joined by Brownian motion.
