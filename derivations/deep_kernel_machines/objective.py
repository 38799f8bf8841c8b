# %% [markdown]
# # The objective and its gradient
# Per feature the log-posterior of the Gram matrices is $\mathcal L = \nu_{L+1}\,\ell(G_L) - \sum_l
# \nu_lD(G_l\,\|\,K(G_{l-1}))$ (R1): the fit of the outputs, less what each layer's representation costs.
# Its gradient is found along any path of Gram matrices, where $K$ moves with the layer before: it is what
# multiplies the rates.

# %%
from sympy import Determinant, Identity, Rational, Symbol, Trace, ZeroMatrix, symbols

from theory import Claim, Parameter, matrix
from theory.matrix import MatrixParameter, Rate, symmetric
from theory.parameter import POSITIVE
from theory.rules import Given

from .setting import G, K, P, nu, sigma2

half = Rational(1, 2)

# %% [markdown]
# ## The divergence
# The logarithm of a determinant moves as the determinant over itself, by Jacobi's formula.

# %%
V = MatrixParameter("V", P, P, "rate of the Gram matrix", kind=symmetric)
V_K = MatrixParameter("V_K", P, P, "rate of the kernel", kind=symmetric)
ln_rate, D_rate = symbols("r_T r_D")
moves = Claim(Rate(G), V, Given("a path of Gram matrices"))
kernel_moves = Claim(Rate(K), V_K, Given("the kernel along it"))
log_determinant = Claim(
    ln_rate, Rate(Determinant(K.I * G)) / Determinant(K.I * G), Given("the derivative of the logarithm")
)
jacobi = Claim(
    ln_rate, Trace(G.I * V) - Trace(K.I * V_K), matrix.Differentiates(log_determinant, moves, kernel_moves)
)
divergence_rate = Claim(
    D_rate, (Rate(Trace(K.I * G)) - ln_rate) / 2, Given("the divergence's rate, part by part")
)
gradients = Claim(
    D_rate,
    Trace((K.I - G.I) * V) / 2 + Trace((K.I - K.I * G * K.I) * V_K) / 2,
    matrix.Differentiates(divergence_rate, jacobi, moves, kernel_moves),
)

# %% [markdown]
# ## The outputs
# Of outputs with second moment $S$ and noise, $\ell = -\frac12(\ln|C| + \mathrm{tr}\,SC^{-1})$ with
# $C = K + \sigma^2 I$. The fit is best where the model's covariance is the data's.

# %%
C = MatrixParameter("C", P, P, "covariance of the outputs", kind=symmetric, moves=True)
S = MatrixParameter("S", P, P, "second moment of the outputs", kind=symmetric)
l_rate, lnC_rate = symbols("r_l r_C")
noisy = Claim(C, K + sigma2 * Identity(P), Given("the kernel of the last layer, and noise"))
covariance_moves = Claim(Rate(C), V_K, matrix.Differentiates(noisy, kernel_moves))
log_covariance = Claim(
    lnC_rate, Rate(Determinant(C)) / Determinant(C), Given("the derivative of the logarithm")
)
fit_rate = Claim(l_rate, -(lnC_rate + Rate(Trace(S * C.I))) / 2, Given("the fit's rate, part by part"))
fit_gradient = Claim(
    l_rate,
    Trace((C.I * S * C.I - C.I) * V_K) / 2,
    matrix.Differentiates(fit_rate, log_covariance, covariance_moves),
)
as_modelled = Claim(S, K + sigma2 * Identity(P), Given("outputs as the model draws them"))
best_fit = Claim(
    C.I * S * C.I - C.I, ZeroMatrix(P, P), matrix.Substitutes(noisy, as_modelled), where=sigma2 > 0
)

# %% [markdown]
# ## A layer in between
# The Gram matrix of a layer enters its own divergence, and the next layer's by the kernel.

# %%
G_1 = MatrixParameter("G_1", P, P, "Gram matrix of the next layer", kind=symmetric)
K_1 = MatrixParameter("K_1", P, P, "kernel of this layer", kind=symmetric, moves=True)
K_0 = MatrixParameter("K_0", P, P, "kernel of the layer before", kind=symmetric)
nu_1 = Parameter("nu_1", "width of the next layer over N", POSITIVE, latex=r"\nu_{l+1}")
L_rate = Symbol("r_L")
next_moves = Claim(Rate(K_1), V_K, Given("its kernel along the path"))
own_det = Determinant(K_0.I * G)
next_det = Determinant(K_1.I * G_1)
two_layers = Claim(
    L_rate,
    -nu * (Rate(Trace(K_0.I * G)) - Rate(own_det) / own_det) / 2
    - nu_1 * (Rate(Trace(K_1.I * G_1)) - Rate(next_det) / next_det) / 2,
    Given("the rate of the two divergences in which this layer enters"),
)
layer_gradient = Claim(
    L_rate,
    Trace(nu / 2 * (G.I - K_0.I) * V) + Trace(nu_1 / 2 * (K_1.I * G_1 * K_1.I - K_1.I) * V_K),
    matrix.Differentiates(two_layers, moves, next_moves),
)
