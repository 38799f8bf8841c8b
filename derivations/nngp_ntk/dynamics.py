# %% [markdown]
# # Training: an ensemble of wide networks at any time
# The tangent kernel of an infinitely wide network stays as it was at the start, and the network is linear in
# its parameters: $f_t = f_0 + J\,\Delta\vartheta$, with $\Theta_{XX} = JJ^T$ between the $P$ training points
# and $\Theta_{SX} = J_SJ^T$ from there to any other points $S$. Trained by gradient flow at rate $\eta$ on
# half the squared error, it is a linear map of the targets $y$ and of the network at the start. That is a
# Gaussian process of covariance $K$ over the initialisations, and so is the network at any time (R7). The
# mean loss has $\eta/P$ in place of $\eta$. Parameters may be pulled to where they started, with strength
# $r$.

# %%
from sympy import Identity, ZeroMatrix

from theory import Claim, Parameter
from theory.matrix import (
    Conserved,
    Differentiates,
    Initial,
    MatrixForm,
    MatrixParameter,
    Rate,
    Solves,
    Substitutes,
    diagonal,
    function_of,
    orthonormal,
    symmetric,
)
from theory.parameter import COUNTING, NONNEGATIVE, POSITIVE
from theory.rules import Given

eta = Parameter("eta", "learning rate", POSITIVE, latex=r"\eta", extremes=(1e-6, 1e3))
r = Parameter("r", "strength of the L2 pull to the start (ridge)", NONNEGATIVE, extremes=(1e-6, 1e3))
P = Parameter("P", "number of training points", COUNTING)
S = Parameter("S", "number of other points", COUNTING)
N = Parameter("N", "number of trained parameters", COUNTING)
M = Parameter("M", "number of independent normal numbers that the start is made of", COUNTING)

J = MatrixParameter("J", P, N, "derivatives of the outputs at the training points by the parameters")
J_S = MatrixParameter("J_S", S, N, "derivatives of the outputs at other points by the parameters")
y = MatrixParameter("y", P, 1, "targets")
f_X = MatrixParameter("f_X", P, 1, "the network at the training points", moves=True)
f_S = MatrixParameter("f_S", S, 1, "the network at other points", moves=True)
a_X = MatrixParameter("a_X", P, 1, "the network at the training points at the start")
a_S = MatrixParameter("a_S", S, 1, "the network at other points at the start")
w = MatrixParameter("w", N, 1, "how far the parameters have moved", moves=True)
Theta_XX = MatrixParameter(
    "Theta_XX", P, P, "tangent kernel of the training points", kind=symmetric, latex=r"\Theta_{XX}"
)
Theta_SX = MatrixParameter(
    "Theta_SX", S, P, "tangent kernel from the training points to others", latex=r"\Theta_{SX}"
)

# %% [markdown]
# ## From the parameters to the outputs
# The parameters follow the gradient, the outputs follow the parameters.

# %%
parameters = Claim(
    Rate(w), -eta * (J.T * (f_X - y) + r * w), Given("gradient flow of half the squared error, with the pull")
)
linear = Claim(f_X, a_X + J * w, Given("the network is linear in its parameters"))
linear_elsewhere = Claim(f_S, a_S + J_S * w, Given("the network is linear in its parameters"))
tangent = Claim(Theta_XX, J * J.T, Given("the tangent kernel, between training points"))
tangent_elsewhere = Claim(Theta_SX, J_S * J.T, Given("the tangent kernel, from training points to others"))
flow = Claim(
    Rate(f_X),
    -eta * (Theta_XX * (f_X - y) + r * (f_X - a_X)),
    Differentiates(linear, parameters, tangent),
)
flow_elsewhere = Claim(
    Rate(f_S),
    -eta * (Theta_SX * (f_X - y) + r * (f_S - a_S)),
    Differentiates(linear_elsewhere, linear, parameters, tangent_elsewhere),
)

# %% [markdown]
# ## The solution
# The exponential $G = e^{-\eta(\Theta_{XX} + r)t}$ and its integral $\Phi = \eta\int_0^t G$ are stated by
# their equations of motion: nothing is inverted, so that the tangent kernel may be singular.

# %%
G = MatrixParameter("G", P, P, "exp(-eta (Theta_XX + r) t)", kind=function_of(Theta_XX), moves=True)
Phi = MatrixParameter(
    "Phi", P, P, "eta times its integral over time", kind=function_of(Theta_XX), moves=True, latex=r"\Phi"
)
exponential = Claim(
    Rate(G), -eta * (Theta_XX + r * Identity(P)) * G, Given("the exponential of the pulled kernel")
)
exponential_start = Claim(Initial(G), Identity(P), Given("the exponential at t = 0"))
integral = Claim(Rate(Phi), eta * G, Given("its integral"))
integral_start = Claim(Initial(Phi), ZeroMatrix(P, P), Given("the integral starts empty"))
decay = Claim(
    G,
    Identity(P) - (Theta_XX + r * Identity(P)) * Phi,
    Conserved(exponential, integral, exponential_start, integral_start),
)
start = Claim(Initial(f_X), a_X, Given("the network at the start"))
start_elsewhere = Claim(Initial(f_S), a_S, Given("the network at the start"))
trained = Claim(f_X, a_X + Theta_XX * Phi * (y - a_X), Solves(flow, decay, integral, integral_start, start))
trained_elsewhere = Claim(
    f_S,
    a_S + Theta_SX * Phi * (y - a_X),
    Solves(flow_elsewhere, trained, decay, integral, integral_start, start_elsewhere),
)

# %% [markdown]
# Without the pull, the residual at the training points is what the exponential leaves of it.

# %%
without_pull = Claim(r, 0, Given("no pull to the start"))
residual = Claim(f_X - y, G * (a_X - y), Substitutes(trained, decay, without_pull))

# %% [markdown]
# ## The ensemble
# Over the initialisations the network at the start is Gaussian with mean 0: $B\xi$ with independent normal
# numbers $\xi$. Its covariance is the NNGP kernel, $K_{XX} = B_XB_X^T$ and so on. With $A_t =
# \Theta_{SX}\Phi_t$ the mean at time $t$ is $A_ty$; what is left is a linear map of the same $\xi$, and gives
# the covariance between the networks at the times $s$ and $t$.

# %%
A = MatrixParameter("A", S, P, "what the network makes of the residual by the time t")
A_s = MatrixParameter("A_s", S, P, "what the network makes of the residual by the time s")
B_X = MatrixParameter("B_X", P, M, "the start at the training points, as a map of normal numbers")
B_S = MatrixParameter("B_S", S, M, "the start at other points, as a map of the same numbers")
xi = MatrixParameter("xi", M, 1, "normal numbers", latex=r"\xi")
K_XX = MatrixParameter("K_XX", P, P, "NNGP kernel of the training points", kind=symmetric, latex="K_{XX}")
K_SX = MatrixParameter("K_SX", S, P, "NNGP kernel between other points and these", latex="K_{SX}")
K_SS = MatrixParameter("K_SS", S, S, "NNGP kernel of the other points", kind=symmetric, latex="K_{SS}")
D = MatrixParameter("D", S, M, "the deviation from the mean at time t, as a map of the normal numbers")
D_s = MatrixParameter("D_s", S, M, "the same at time s")
Sigma = MatrixParameter("Sigma", S, S, "covariance between the times s and t", latex=r"\Sigma")
gaussian = Claim(a_X, B_X * xi, Given("the start, at the training points"))
gaussian_elsewhere = Claim(a_S, B_S * xi, Given("the start, elsewhere"))
between_training = Claim(K_XX, B_X * B_X.T, Given("the NNGP kernel, between training points"))
between_both = Claim(K_SX, B_S * B_X.T, Given("the NNGP kernel, from training points to others"))
between_others = Claim(K_SS, B_S * B_S.T, Given("the NNGP kernel, between other points"))
learned = Claim(A, Theta_SX * Phi, Given("what is made of the residual"))
ensemble = Claim(
    f_S,
    A * y + (B_S - A * B_X) * xi,
    Substitutes(trained_elsewhere, learned, gaussian, gaussian_elsewhere),
)
deviation = Claim(D, B_S - A * B_X, Given("what multiplies the normal numbers, at time t"))
deviation_before = Claim(D_s, B_S - A_s * B_X, Given("what multiplies the normal numbers, at time s"))
covariance = Claim(Sigma, D_s * D.T, Given("the covariance of two maps of the same normal numbers"))
between_times = Claim(
    Sigma,
    K_SS + A_s * K_XX * A.T - A_s * K_SX.T - K_SX * A.T,
    Substitutes(covariance, deviation, deviation_before, between_training, between_both, between_others),
)

# %% [markdown]
# A network whose output at the start is taken off starts at 0: the mean is the same, the covariance 0.

# %%
centred = Claim(B_S, ZeroMatrix(S, M), Given("the start is taken off"))
centred_training = Claim(B_X, ZeroMatrix(P, M), Given("the start is taken off"))
without_start = Claim(f_S, A * y, Substitutes(ensemble, centred, centred_training))
certain = Claim(
    Sigma,
    ZeroMatrix(S, S),
    Substitutes(covariance, deviation, deviation_before, centred, centred_training),
)

# %% [markdown]
# ## In the eigenbasis
# With $\Theta_{XX} = V\Lambda V^T$ every mode learns by itself: $\Phi = V\Gamma V^T$ with a diagonal
# $\Gamma$, whose entry, the gain of the mode, depends on that mode's eigenvalue alone.

# %%
V = MatrixParameter("V", P, P, "eigenvectors of the tangent kernel", kind=orthonormal)
Lambda = MatrixParameter("Lambda", P, P, "its eigenvalues", kind=diagonal, latex=r"\Lambda")
Gamma = MatrixParameter("Gamma", P, P, "gains of the modes", kind=diagonal, moves=True, latex=r"\Gamma")
eigenbasis = Claim(Theta_XX, V * Lambda * V.T, Given("the tangent kernel in its eigenbasis"))
integral_of_modes = Claim(Phi, V * Gamma * V.T, Given("a function of the kernel is one of its eigenvalues"))
gain_rate = Claim(
    V.T * Rate(Phi) * V,
    eta * (Identity(P) - (Lambda + r * Identity(P)) * Gamma),
    Substitutes(integral, decay, eigenbasis, integral_of_modes),
)
network_by_modes = Claim(
    f_S, a_S + Theta_SX * V * Gamma * V.T * (y - a_X), Substitutes(trained_elsewhere, integral_of_modes)
)

# %% [markdown]
# ## For the computer
# What an ensemble is uncertain of, from arrays; stacks of $A_s$ and $A$ make a stack of covariances.

# %%
COVARIANCE = (K_SS, K_SX, K_XX, A_s, A)


def _parts(xp, **arguments) -> dict:
    return {x: arguments[x.name] for x in COVARIANCE}


def _balls(K_SS, K_SX, K_XX, A_s, A):
    """In another order: every map of the deviations at once."""
    return K_SS - A_s * K_SX.transpose() + (A_s * K_XX - K_SX) * A.transpose()


def _sample(rng) -> dict:
    rows, points = rng.integers(1, 5, size=2)
    B = rng.normal(size=(rows + points, rows + points))
    K = B @ B.T
    maps = rng.normal(size=(2, rows, points))
    return {
        "K_SS": K[:rows, :rows], "K_SX": K[:rows, rows:], "K_XX": K[rows:, rows:], "A_s": maps[0], "A": maps[1]
    }  # fmt: skip


ensemble_covariance = MatrixForm(between_times, COVARIANCE, _parts, balls=_balls, sample=_sample)
