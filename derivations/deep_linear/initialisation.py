# %% [markdown]
# # Initial conditions: products of random matrices
# Training starts from a product $M = W_L\cdots W_1$. With Gaussian factors its squared singular values
# spread (Fuss–Catalan law at large width, Lyapunov exponents at large depth); with orthogonal factors
# every singular value is exactly 1 at any depth.

# %%
import sympy as sp
from sympy import Symbol, binomial, gamma, log, polygamma

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import COUNTING, POSITIVE
from theory.rules import Assumption, Differentiates, Equates, Expands, Given, Maximises, Rewrites, Substitutes

from .setting import L

# %% [markdown]
# Large width: the S-transform of one squared Gaussian matrix is $1/(1+z)$, and freeness multiplies.
# The moment series $\psi(x) = \sum_k m_k x^k$ then satisfies $\psi = x (1+\psi)^{L+1}$.

# %%
x = Parameter("x", "expansion variable of the moment series", POSITIVE)
k = Parameter("k", "order of the moment", COUNTING, extremes=(1, 20))
layers = Parameter("L", "number of weight layers", COUNTING, extremes=(1, 20))
psi, m = sp.Function("psi"), sp.Function("m")
moment_equation = Claim(
    psi(x), x * (1 + psi(x)) ** (L + 1), Assumption("large width: squared factors are free, S-transforms multiply")
)
order = 6
moment_series = Claim(
    psi(x),
    sum(sp.expand_func(binomial((L + 1) * j, j)) / (L * j + 1) * x**j for j in range(1, order + 1)),
    Expands(moment_equation, x, order),
)
