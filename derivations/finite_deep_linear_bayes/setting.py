# %% [markdown]
# # Setting: a deep linear network with Gaussian weights
# $P$ inputs, the rows of $X$, have the kernel $K_0 = XX^\top/N_0$. Layer $\ell$ of width $N_\ell$ has the
# features $H_\ell = H_{\ell-1} W_\ell$, $H_0 = X$, with independent weights of variance $1/N_{\ell-1}$, and
# the kernel (Gram matrix) $K_\ell = H_\ell H_\ell^\top / N_\ell$; the $D$ outputs are
# $F = \sigma H_d W_{d+1}$. Given $K_{\ell-1}$ the columns of $H_\ell$ are independent Gaussians of covariance
# $K_{\ell-1}$, so that $N_\ell K_\ell$ is a Wishart matrix: a finite network has a prior over its
# representations, an infinite one has a single representation.

# %%
from theory import Parameter
from theory.parameter import COUNTING, NONNEGATIVE, POSITIVE, REAL

N = Parameter("N", "width of a hidden layer", COUNTING, unit="units", extremes=(1, 1000))
N_1 = Parameter("N_1", "width of the first hidden layer", COUNTING, unit="units", extremes=(1, 1000))
N_2 = Parameter("N_2", "width of the second hidden layer", COUNTING, unit="units", extremes=(1, 1000))
d = Parameter("d", "number of hidden layers", COUNTING, extremes=(1, 12))
P = Parameter("P", "number of inputs", COUNTING, extremes=(1, 40))
k = Parameter("k", "order of the moment", COUNTING, extremes=(1, 8))
sigma = Parameter("sigma", "scale of the outputs", POSITIVE, latex=r"\sigma", extremes=(0.1, 10))
K_0 = Parameter("K_0", "kernel of one input, its mean square", POSITIVE, extremes=(1e-3, 1e3))
q = Parameter("q", "y' (sigma^2 K_0)^-1 y of the outputs y of all inputs", POSITIVE, extremes=(1e-3, 1e4))
ln_det = Parameter("ln_det", "ln |sigma^2 K_0|", REAL, latex=r"\ln|\sigma^2 K_0|", extremes=(-1e3, 1e3))
f = Parameter("f", "size of an output (its law is even)", POSITIVE, extremes=(0.1, 100))
kappa = Parameter(
    "kappa",
    "relative size of the last kernel, K_d,ii/K_0,ii",
    POSITIVE,
    latex=r"\kappa",
    extremes=(1e-3, 1e3),
)
z = Parameter("z", "position on the line", NONNEGATIVE)
