# %% [markdown]
# # Few inducing points instead of all data
# The divergences are those of the Gram matrices $G_{ii}$ of a few inducing points. What a layer makes of
# other points follows: given the inducing points' features theirs are normal, of mean $WF_i$, $W =
# K_{ti}K_{ii}^{-1}$ (R8). A layer costs $O(P_tP_i^2 + P_i^3)$. The last layer has an approximate posterior of
# the inducing outputs, whose optimum is known (Titsias, 2009). Predictions are the same with the training
# points in the place of the inducing points (R9).

# %%
from sympy import Determinant, Identity, Trace, symbols

from theory import Claim, Parameter, matrix
from theory.matrix import MatrixForm, MatrixParameter, Rate, symmetric
from theory.parameter import COUNTING
from theory.rules import Given

from .setting import sigma2

P_i = Parameter("P_i", "number of inducing points", COUNTING)
P_t = Parameter("P_t", "number of other points", COUNTING)
K_ii = MatrixParameter("K_ii", P_i, P_i, "kernel of the inducing points", kind=symmetric, latex="K_{ii}")
K_ti = MatrixParameter("K_ti", P_t, P_i, "kernel of other and inducing points", latex="K_{ti}")
K_tt = MatrixParameter("K_tt", P_t, P_t, "kernel of the other points", kind=symmetric, latex="K_{tt}")
G_ii = MatrixParameter("G_ii", P_i, P_i, "Gram matrix of the inducing points", kind=symmetric, latex="G_{ii}")
W = MatrixParameter("W", P_t, P_i, "what the inducing points say of the others")
R = MatrixParameter("R", P_t, P_t, "covariance they leave open", kind=symmetric)

# %% [markdown]
# ## The other points' features
# $F_t = WF_i + E$, where $E$ has nothing to do with $F_i$: that sets $W$ and the covariance $R$ of $E$.

# %%
C_ti = MatrixParameter("C_ti", P_t, P_i, "prior covariance of F_t and F_i", latex="C_{ti}")
C_tt = MatrixParameter("C_tt", P_t, P_t, "prior covariance of F_t", latex="C_{tt}")
G_ti = MatrixParameter("G_ti", P_t, P_i, "Gram matrix of other and inducing points", latex="G_{ti}")
G_tt = MatrixParameter("G_tt", P_t, P_t, "Gram matrix of the other points", kind=symmetric, latex="G_{tt}")
prior_cross = Claim(C_ti, W * K_ii, Given("F_t = W F_i + E, of inducing features of covariance K_ii"))
prior_own = Claim(C_tt, W * K_ii * W.T + R, Given("the same, with E of covariance R"))
weights = Claim(W, K_ti * K_ii.I, Given("the mean of a normal vector, given another"))
left_open = Claim(R, K_tt - W * K_ti.T, Given("the covariance of a normal vector, given another"))
as_it_should = Claim(C_ti, K_ti, matrix.Substitutes(prior_cross, weights))
as_they_should = Claim(C_tt, K_tt, matrix.Substitutes(prior_own, left_open, weights))

# %% [markdown]
# The posterior changes the law of $F_i$ only: their covariance becomes $G_{ii}$.

# %%
posterior_cross = Claim(G_ti, W * G_ii, Given("the same, of inducing features of covariance G_ii"))
posterior_own = Claim(G_tt, W * G_ii * W.T + R, Given("the same, with E as before"))
cross = Claim(G_ti, K_ti * K_ii.I * G_ii, matrix.Substitutes(posterior_cross, weights))
own = Claim(
    G_tt,
    K_tt - K_ti * K_ii.I * K_ti.T + K_ti * K_ii.I * G_ii * K_ii.I * K_ti.T,
    matrix.Substitutes(posterior_own, left_open, weights),
)
by_difference = Claim(G_tt, K_tt - W * (K_ii - G_ii) * W.T, matrix.Rewrites(own, weights))

# %% [markdown]
# ## The outputs
# The bound of one output column, with a normal law of mean $m$ and covariance $A$ of the inducing outputs, is
# stationary where both its slopes vanish.

# %%
m = MatrixParameter("m", P_i, 1, "mean of the inducing outputs", moves=True)
A = MatrixParameter("A", P_i, P_i, "covariance of the inducing outputs", kind=symmetric, moves=True)
y = MatrixParameter("y", P_t, 1, "outputs")
v = MatrixParameter("v", P_i, 1, "rate of the mean")
V_A = MatrixParameter("V_A", P_i, P_i, "rate of the covariance", kind=symmetric)
Q = MatrixParameter("Q", P_t, P_t, "kernel by the inducing points", kind=symmetric)
bound_rate, fit, whole = symbols("r_b f_b f_y")
mean_moves = Claim(Rate(m), v, Given("a path of means"))
covariance_moves = Claim(Rate(A), V_A, Given("a path of covariances"))
bound = Claim(
    bound_rate,
    -Rate(Trace((y - W * m) * (y - W * m).T)) / (2 * sigma2)
    - Rate(Trace(W * A * W.T)) / (2 * sigma2)
    - Rate(Trace(K_ii.I * A)) / 2
    - Rate(Trace(m.T * K_ii.I * m)) / 2
    + Rate(Determinant(A)) / Determinant(A) / 2,
    Given("the rate of what depends on q: expected log-likelihood less divergence"),
)
slopes = Claim(
    bound_rate,
    Trace((W.T * (y - W * m) / sigma2 - K_ii.I * m) * v.T)
    + Trace((A.I - K_ii.I - W.T * W / sigma2) * V_A) / 2,
    matrix.Differentiates(bound, mean_moves, covariance_moves),
)
best_covariance = Claim(A, (K_ii.I + W.T * W / sigma2).I, Given("where the slope by A vanishes"))
best_mean = Claim(m, A * W.T * y / sigma2, Given("where the slope by m vanishes"))
stationary = Claim(bound_rate, 0, matrix.Substitutes(slopes, best_covariance, best_mean))

# %% [markdown]
# There it is the likelihood under the kernel $Q = WK_{it}$: the quadratic part and the determinant.

# %%
by_inducing = Claim(Q, W * K_ii * W.T, Given("the kernel by the inducing points"))
same_kernel = Claim(Q, W * K_ti.T, matrix.Rewrites(by_inducing, weights))
quadratic = Claim(
    fit,
    Trace((y - W * m) * (y - W * m).T) / sigma2 + Trace(m.T * K_ii.I * m),
    Given("misfit and size of the mean"),
)
collapsed = Claim(
    fit,
    Trace(y.T * (Q + sigma2 * Identity(P_t)).I * y),
    matrix.Rewrites(quadratic, best_mean, best_covariance, by_inducing),
)
determinants = Claim(
    Determinant(Identity(P_t) + Q / sigma2),
    Determinant(K_ii) / Determinant(A),
    matrix.Rewrites(best_covariance, by_inducing),
)

# %% [markdown]
# ## For the computer


# %%
def _parts(xp, **arguments) -> dict:
    return {x: arguments[x.name] for x in (K_ii, K_ti, K_tt, G_ii) if x.name in arguments}


def _sample(rng) -> dict:
    few, others = rng.integers(1, 5, size=2)
    half, other = rng.normal(size=(few + others, few + others + 2)), rng.normal(size=(few, few + 2))
    K = half @ half.T
    return {
        "K_tt": K[few:, few:], "K_ti": K[few:, :few], "K_ii": K[:few, :few], "G_ii": other @ other.T
    }  # fmt: skip


def _sample_of_cross(rng) -> dict:
    drawn = _sample(rng)
    return {name: drawn[name] for name in ("K_ti", "K_ii", "G_ii")}


def _cross_balls(K_ti, K_ii, G_ii):
    return K_ti * K_ii.inv() * G_ii


def _own_balls(K_tt, K_ti, K_ii, G_ii):
    weights = K_ti * K_ii.inv()
    return K_tt - weights * (K_ii - G_ii) * weights.transpose()


# %%
gram_with_inducing = MatrixForm(
    cross, (K_ti, K_ii, G_ii), _parts, balls=_cross_balls, sample=_sample_of_cross
)
gram_of_others = MatrixForm(own, (K_tt, K_ti, K_ii, G_ii), _parts, balls=_own_balls, sample=_sample)
