# %% [markdown]
# # Initial conditions: products of random matrices
# Training starts from a product $M = W_L\cdots W_1$. With Gaussian factors its squared singular values
# spread (Fuss–Catalan law at large width, Lyapunov exponents at large depth); with orthogonal factors
# every singular value is exactly 1 at any depth, and greedy pretraining finds such factors.

# %%
import numpy as np
import sympy as sp
from sympy import Identity, Symbol, binomial, exp, gamma, log, polygamma
from sympy.codegen.cfunctions import expm1

from theory import Claim, ExplicitForm, Parameter
from theory.closed_form import Precise
from theory.matrix import MatrixParameter, orthonormal
from theory.matrix import Rewrites as RewritesMatrix
from theory.parameter import COUNTING, POSITIVE
from theory.rules import Assumption, Coefficients, Differentiates, Given, Maximises, Rewrites, Substitutes

from .balanced_mode import trajectory
from .matrix_setting import N1
from .setting import L, d, s, t, tau, u, u0

# %% [markdown]
# ## Large width
# The S-transform of one squared Gaussian matrix is $1/(1+z)$, and freeness multiplies. The moments
# $m_k$ of the squared singular values, with generating function $\psi(x) = \sum_k m_k x^k$, follow.

# %%
x = Parameter("x", "expansion variable of the moment series", POSITIVE)
k = Parameter("k", "order of the moment", COUNTING, extremes=(1, 20))
psi, m = sp.Function("psi"), sp.Function("m")
moment_equation = Claim(
    psi(x), x * (1 + psi(x)) ** (L + 1), Assumption("large width: the squared factors are free")
)
fuss_catalan = Claim(
    m(k),
    binomial((L + 1) * k, k) / (L * k + 1),
    Coefficients(moment_equation, psi(x), x, k, order=6, at=[{L: layers} for layers in range(1, 6)]),
)

# %% [markdown]
# The right edge of the spectrum is where the inverse $x = z/(1+z)^{L+1}$ of $\psi$ turns back.

# %%
z = Parameter("z", "a value of psi", POSITIVE)
inverse_series = Claim(
    Symbol("x_z"), z / (1 + z) ** (L + 1), Given("the moment equation solved for x, at psi = z")
)
turning_point = Claim(Symbol("x_c"), L**L / (L + 1) ** (L + 1), Maximises(inverse_series, z, 1 / L))
edge = Claim(
    Symbol("lambda_max"), 1 / Symbol("x_c"), Given("the radius of convergence is the inverse of the edge")
)
right_edge = Claim(Symbol("lambda_max"), (L + 1) ** (L + 1) / L**L, Substitutes(edge, turning_point))

# %% [markdown]
# ## Large depth
# At fixed width the product's QR factors are independent, and the diagonal ones are chi variables.

# %%
N = Parameter("N", "width", COUNTING, extremes=(1, 1000))
i = Parameter("i", "rank of the exponent, 1 the largest", COUNTING, extremes=(1, 1000))
order = Parameter("p", "order of a moment", POSITIVE)
degrees = Parameter("n", "degrees of freedom", COUNTING)
power_moment, log_moment, mu = sp.Function("M"), sp.Function("ell"), sp.Function("mu")
chi_moment = Claim(
    power_moment(order, degrees),
    2**order * gamma(degrees / 2 + order) / gamma(degrees / 2),
    Given("the moments of a chi-squared variable"),
)
log_weighted_moment = Claim(
    log_moment(order, degrees),
    2**order * gamma(degrees / 2 + order) / gamma(degrees / 2) * (log(2) + polygamma(0, degrees / 2 + order)),
    Differentiates(chi_moment, order),
)
exponent_of_chi = Claim(
    mu(i),
    (log_moment(0, N - i + 1) - log(N)) / 2,
    Assumption("large depth: the exponents are mean logarithms of the diagonal QR factors"),
    where=i <= N,
)
lyapunov = Claim(
    mu(i),
    (polygamma(0, (N - i + 1) / 2) + log(2 / N)) / 2,
    Substitutes(exponent_of_chi, log_weighted_moment),
)

# %% [markdown]
# ## Orthogonal factors and pretraining
# A product of orthogonal matrices is orthogonal. An autoencoder ($\Sigma^{31} = \Sigma^{11}$, so
# $s = d$) learns every mode to strength 1: greedy pretraining builds an orthogonal start.

# %%
O1 = MatrixParameter("O1", N1, N1, "an orthogonal layer", kind=orthonormal, latex="O_1")
O2 = MatrixParameter("O2", N1, N1, "the next orthogonal layer", kind=orthonormal, latex="O_2")
isometry = Claim((O2 * O1).T * (O2 * O1), Identity(N1), RewritesMatrix())
autoencoder = Claim(u(t), 1 / (1 + (1 / u0 - 1) * exp(-2 * d * t / tau)), Substitutes(trajectory, at={s: d}))
autoencoder_from_below = Claim(u(t), u0 / (u0 + (1 - u0) * exp(-2 * d * t / tau)), Rewrites(autoencoder))
autoencoder_from_above = Claim(u(t), u0 / (1 + (1 - u0) * expm1(-2 * d * t / tau)), Rewrites(autoencoder))

# %%
layers = Parameter("L", "number of factors", COUNTING, extremes=(1, 20))
fuss_catalan_moment = ExplicitForm(fuss_catalan, (k, layers), forms=((Precise(fuss_catalan), True),))
spectral_edge = ExplicitForm(right_edge, (layers,), forms=((Precise(right_edge), True),))
lyapunov_exponent = ExplicitForm(lyapunov, (i, N), forms=((Precise(lyapunov), True),))
autoencoder_mode_strength = ExplicitForm(
    autoencoder, (t, d, u0, tau), forms=((autoencoder_from_below, u0 <= 1), (autoencoder_from_above, True))
)


def lyapunov_exponents(N: int) -> np.ndarray:
    """The N Lyapunov exponents of products of N x N Gaussian matrices of variance 1/N, largest first.

    Natural logarithms per factor. Raises DomainError unless N is an integer >= 1.
    Source: C. M. Newman, 1986.
    """
    lyapunov_exponent(1, N)  # refuses what is not a width
    return lyapunov_exponent(np.arange(1, int(N) + 1), N)
