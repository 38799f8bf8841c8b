# %% [markdown]
# # Many dimensions at the cost of few
# Data that vary in $K$ of $D$ directions: the inverse of the noisy covariance needs the inverse of a
# diagonal matrix only (R1), so that score and denoiser cost $O(DK)$ a sample.

# %%
from sympy import Identity

from theory import Claim, Parameter
from theory.matrix import MatrixParameter, Substitutes, diagonal, orthonormal, symmetric
from theory.parameter import COUNTING
from theory.rules import Given

from .setting import alpha, sigma

D = Parameter("D", "number of dimensions", COUNTING)
K = Parameter("K", "number of directions in which the data vary", COUNTING)
U = MatrixParameter("U", D, K, "directions in which the data vary", kind=orthonormal)
Lambda = MatrixParameter("Lambda", K, K, "variances of the data along them", kind=diagonal, latex=r"\Lambda")
Sigma = MatrixParameter("Sigma", D, D, "covariance of the data", kind=symmetric, latex=r"\Sigma")
P = MatrixParameter("P", D, D, "inverse covariance of the noisy data", kind=symmetric)
G = MatrixParameter("G", D, D, "what the denoiser makes of a deviation from the noisy mean")
few = (K <= D,)

# %%
spectrum = Claim(Sigma, U * Lambda * U.T, Given("the covariance in its eigenbasis"), where=few)
noisy = alpha**2 * Lambda + sigma**2 * Identity(K)
precision = Claim(
    P, (alpha**2 * Sigma + sigma**2 * Identity(D)).I, Given("minus the derivative of the score"), where=few
)
low_rank_precision = Claim(
    P,
    (Identity(D) - U * (alpha**2 * Lambda * noisy.I) * U.T) / sigma**2,
    Substitutes(precision, spectrum),
    where=few,
)
split_precision = Claim(
    P, U * noisy.I * U.T + (Identity(D) - U * U.T) / sigma**2, Substitutes(precision, spectrum), where=few
)
tweedie = Claim(G, (Identity(D) - sigma**2 * P) / alpha, Given("Tweedie's formula"), where=(*few, alpha > 0))
low_rank_denoiser = Claim(
    G, alpha * U * Lambda * noisy.I * U.T, Substitutes(tweedie, split_precision), where=(*few, alpha > 0)
)
