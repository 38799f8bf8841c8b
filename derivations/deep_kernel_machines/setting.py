# %% [markdown]
# # Setting: a deep Gaussian process of finite width, and its Gram matrices
# On $P$ data points layer $l$ has the features $F_l \in \mathbb R^{P \times N_l}$. Given the layer before
# their columns are independent normal vectors of covariance $K(G_{l-1})$, where $G_l = F_lF_l^\top/N_l$ is
# the Gram matrix of a layer and $G_0$ that of the inputs. With $N_l = N\nu_l$ and as many as $N\nu_{L+1}$
# outputs of second moment $S$, $N \to \infty$ is a limit in which representations are still learned. The
# cost of a representation is the divergence $D(G\,\|\,K) = \frac12(\mathrm{tr}\,K^{-1}G - P - \ln|K^{-1}G|)$.

# %%
from theory import Parameter
from theory.matrix import MatrixParameter, symmetric
from theory.parameter import COUNTING, NONNEGATIVE, POSITIVE, REAL

P = Parameter("P", "number of data points", COUNTING, extremes=(1, 20))
N = Parameter("N", "width of a layer, its number of features", COUNTING, extremes=(1, 1000))
L = Parameter("L", "number of hidden layers", COUNTING, extremes=(1, 100))
l = Parameter("l", "layer", COUNTING)
g = Parameter("g", "Gram value of a layer: mean square of its features", POSITIVE, extremes=(1e-3, 1e3))
g_0 = Parameter("g_0", "Gram value of the inputs", POSITIVE, extremes=(1e-3, 1e3))
s = Parameter("s", "second moment of the outputs", POSITIVE, extremes=(1e-3, 1e3))
k = Parameter("k", "kernel of the layer before: variance of a feature", POSITIVE, extremes=(1e-3, 1e3))
nu = Parameter("nu", "width of a layer over N", POSITIVE, latex=r"\nu", extremes=(1e-2, 1e2))
sigma2 = Parameter(
    "sigma2", "variance of the noise of the outputs", NONNEGATIVE, latex=r"\sigma^2", extremes=(1e-3, 1e3)
)
ln_G = Parameter("ln_G", "logarithm of the determinant of the Gram matrix", REAL, latex=r"\ln|G|")
ln_K = Parameter("ln_K", "logarithm of the determinant of the kernel", REAL, latex=r"\ln|K|")
t = Parameter("t", "trace of K^-1 G", POSITIVE, extremes=(1e-2, 1e3))

G = MatrixParameter("G", P, P, "Gram matrix of a layer", kind=symmetric, moves=True)
K = MatrixParameter("K", P, P, "kernel of the layer before", kind=symmetric, moves=True)
