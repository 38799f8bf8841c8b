# %% [markdown]
# # When the ensemble is a posterior
# The NNGP posterior is what the Gaussian process of the network at its start is, given the training data with
# noise of variance $\sigma^2$: mean $Cy$ and covariance $K_{SS} - CK_{XS}$ with $C = K_{SX}(K_{XX} +
# \sigma^2)^{-1}$. No linear map of the residual has a smaller covariance. An ensemble of networks reaches it
# if only the last layer is trained, as then $\Theta = K$; for any other tangent kernel it is not a posterior.

# %%
import numpy as np
import sympy as sp
from sympy import Identity, exp

from theory import Claim, Parameter
from theory.matrix import MatrixForm, MatrixParameter, Rewrites, function_of, symmetric
from theory.parameter import NONNEGATIVE
from theory.rules import Given
from theory.rules import Rewrites as RewritesScalar

from .dynamics import (
    K_SS,
    K_SX,
    K_XX,
    A,
    A_s,
    P,
    S,
    Sigma,
    between_times,
    eta,
)
from .gains import gain, gain_of, lam, t

sigma2 = Parameter("sigma2", "variance of the noise of the targets", NONNEGATIVE, latex=r"\sigma^2")
C = MatrixParameter("C", S, P, "what the posterior makes of the targets")
R = MatrixParameter("R", S, S, "covariance of the posterior", kind=symmetric)
Sigma_n = MatrixParameter("Sigma_n", S, S, "covariance of an ensemble on noisy targets", latex=r"\Sigma_n")

# %%
regression = Claim(C, K_SX * (K_XX + sigma2 * Identity(P)).I, Given("the mean of a Gaussian, given the data"))
posterior = Claim(R, K_SS - C * K_SX.T, Given("the covariance of a Gaussian, given the data"))
without_noise = Claim(sigma2, 0, Given("targets without noise"))

# %% [markdown]
# ## The covariance of an ensemble, completed to squares
# At equal times $s = t$ the second part has no negative eigenvalue: what an ensemble is uncertain of beyond
# the posterior.

# %%
completed = Claim(
    Sigma,
    R + (A_s - C) * K_XX * (A - C).T,
    Rewrites(between_times, posterior, regression, without_noise),
)

# %% [markdown]
# ## Only the last layer trained
# Then $\Theta = K$. Two linear maps $\Phi_s$, $\Phi_t$ of the residual make the covariance $K_{SS} -
# K_{SX}(\Phi_s + \Phi_t - \Phi_sK_{XX}\Phi_t)K_{XS}$: in a mode of eigenvalue $\lambda$ what training has
# taken from the covariance is one gain at the time $s + t$. At $s = \infty$ it is the posterior without
# noise, also between the trained network and the same one at any earlier time.

# %%
Phi_s = MatrixParameter("Phi_s", P, P, "what is made of the residual by time s", kind=function_of(K_XX))
Phi_t = MatrixParameter("Phi_t", P, P, "what is made of the residual by time t", kind=function_of(K_XX))
last_layer = Claim(A, K_SX * Phi_t, Given("the tangent kernel of the last layer is the NNGP kernel"))
last_layer_before = Claim(A_s, K_SX * Phi_s, Given("the tangent kernel of the last layer is the NNGP kernel"))
taken = Claim(
    Sigma,
    K_SS - K_SX * (Phi_s + Phi_t - Phi_s * K_XX * Phi_t) * K_SX.T,
    Rewrites(between_times, last_layer, last_layer_before),
)
for_ever = Claim(Phi_s, K_XX.I, Given("the gains of the last layer at s = oo"))
at_last = Claim(Sigma, R, Rewrites(taken, for_ever, posterior, regression, without_noise))
s_ = Parameter("s", "training time of the other network", NONNEGATIVE, extremes=(1e-6, 1e6))
taken_of_mode = sp.Symbol("h")
by_gains = Claim(
    taken_of_mode,
    gain_of(s_) + gain_of(t) - lam * gain_of(s_) * gain_of(t),
    Given("the same, for one mode"),
)
by_one_gain = Claim(
    taken_of_mode, (1 - exp(-eta * lam * (s_ + t))) / lam, RewritesScalar(by_gains, using=(gain,))
)

# %% [markdown]
# ## Noisy targets
# An ensemble whose members are pulled to their own start with strength $r = \sigma^2$, each trained to
# targets with a noise of its own of that variance, samples the posterior given noisy data (Matthews et al.
# 2017; Osband et al. 2018). With the noise left out its covariance is smaller than the posterior's.

# %%
pulled = Claim(A, C, Given("a pull of the noise's variance, for ever, the last layer trained"))
pulled_before = Claim(A_s, C, Given("a pull of the noise's variance, for ever, the last layer trained"))
sampled = Claim(
    Sigma_n,
    Sigma + sigma2 * A * A.T,
    Given("every member has targets with a noise of its own"),
)
sample_then_optimise = Claim(
    Sigma_n, R, Rewrites(sampled, between_times, pulled, pulled_before, posterior, regression)
)
same_targets = Claim(
    Sigma,
    R - sigma2 * C * C.T,
    Rewrites(between_times, pulled, pulled_before, posterior, regression),
)

# %% [markdown]
# ## For the computer

# %%
POSTERIOR = (K_SS, C, K_SX)


def _parts(xp, **arguments) -> dict:
    return {x: arguments[x.name] for x in POSTERIOR}


def _balls(K_SS, C, K_SX):
    return K_SS - (K_SX * C.transpose()).transpose()


def _sample(rng) -> dict:
    rows, points = rng.integers(1, 5, size=2)
    B = rng.normal(size=(rows + points, rows + points))
    K = B @ B.T
    C = np.linalg.solve(K[rows:, rows:] + np.eye(points), K[rows:, :rows]).T
    return {"K_SS": K[:rows, :rows], "C": C, "K_SX": K[:rows, rows:]}


posterior_covariance = MatrixForm(posterior, POSTERIOR, _parts, balls=_balls, sample=_sample)
