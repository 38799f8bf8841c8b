# %% [markdown]
# # The kernels of a deep network
# $K_{l+1} = \check\phi(K_l)$ and $\Theta_{l+1} = K_{l+1} + \check\phi'(K_l)\Theta_l$, from
# $K_0 = \Theta_0 = \xi$ (R1, R2). Near $\xi = 1$ rounding in $\xi$ would double with every layer: what is
# iterated is $\varepsilon = 1 - K$. Without constant, $w_0 = 0$.

# %%
import sympy as sp
from sympy import Rational
from sympy.codegen.cfunctions import expm1, log1p

from theory import Claim, ExplicitForm, Parameter, RecursiveForm
from theory.parameter import POSITIVE
from theory.rules import Given, Recursion, Rewrites, Substitutes

from .setting import w1

L = Parameter("L", "number of layers", sp.Range(0, sp.oo), extremes=(1, 200))
q = Parameter("q", "slope of the dual at 1", POSITIVE, extremes=(0.25, 16))
gap = Parameter("gap", "1 - xi of the inputs", sp.Interval(0, 1), latex=r"\varepsilon", extremes=(1e-12, 1))
eps, K, theta, diagonal = (sp.Function(name, real=True) for name in ("eps", "K", "Theta", "T"))
w2, w3 = (
    Parameter(
        f"w_{k}",
        f"weight of the Hermite polynomial {k}, w_1 = 1 - w_2 - w_3",
        sp.Interval(0, Rational(1, 2)),
        extremes=(1e-3, 0.5),
    )
    for k in (2, 3)
)

# %%
diagonal_step = Claim(diagonal(L + 1), 1 + q * diagonal(L), Given("at xi = 1 the kernel stays 1"))
grows = Claim(
    diagonal(L), (q ** (L + 1) - 1) / (q - 1), Recursion(diagonal_step, {diagonal(0): 1}), where=sp.Ne(q, 1)
)
grows_stably = Claim(diagonal(L), expm1((L + 1) * log1p(q - 1)) / (q - 1), Rewrites(grows), where=sp.Ne(q, 1))
critical_step = Claim(diagonal(L + 1), 1 + diagonal(L), Substitutes(diagonal_step, at={q: 1}))
critical = Claim(diagonal(L), L + 1, Recursion(critical_step, {diagonal(0): 1}))

# %% [markdown]
# Off the diagonal, two components a layer.

# %%
kept = K(L) * (w1 + w2 * K(L) + w3 * K(L) ** 2)
layer = Claim(
    sp.Tuple(eps(L + 1), K(L + 1), theta(L + 1)),
    sp.Tuple(1 - kept, kept, kept + (w1 + 2 * w2 * K(L) + 3 * w3 * K(L) ** 2) * theta(L)),
    Given("a layer: the dual, and the chain rule"),
)
normalised = Claim(w1, 1 - w2 - w3, Given("the weights sum to 1"))
complement = Claim(eps(L), 1 - K(L), Given("what is missing to 1"))
turned = w2 + w3 * (2 - eps(L))
far = (1 - w2 - w3 + K(L) * (w2 + w3 * K(L)), K(L) < Rational(1, 2))  # 1 - eps*turned cancels there
remains = K(L) * sp.Piecewise(far, (1 - eps(L) * turned, True))
normalised_layer = Claim(
    sp.Tuple(eps(L + 1), K(L + 1), theta(L + 1)),
    sp.Tuple(
        eps(L) * (1 + K(L) * turned),
        remains,
        remains + (1 - w2 * (1 - 2 * K(L)) - w3 * (1 - 3 * K(L) ** 2)) * theta(L),
    ),
    Rewrites(layer, using=(normalised, complement)),
)

# %%
diagonal_tangent_kernel = ExplicitForm(
    grows, (L, q), forms=((grows_stably, q < Rational(3, 2)), (grows, True))
)
deep_kernels = RecursiveForm(
    normalised_layer,
    (L, gap, w2, w3),
    state=(eps(L), K(L), theta(L)),
    start=(gap, 1 - gap, 1 - gap),
    steps=L,
)
