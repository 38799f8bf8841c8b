# %% [markdown]
# # The kernels of a deep network
# $K_{l+1} = \check\phi(K_l)$ and $\Theta_{l+1} = K_{l+1} + \check\phi'(K_l)\Theta_l$, from
# $K_0 = \Theta_0 = \xi$ (R1, R2). Near $\xi = 1$ rounding in $\xi$ would double with every layer: what is
# iterated is $\varepsilon = 1 - K$. Without constant, $w_0 = 0$.

# %%
import sympy as sp
from sympy import Eq
from sympy.codegen.cfunctions import expm1, log1p

from theory import Claim, ExplicitForm, Parameter, RecursiveForm
from theory.parameter import POSITIVE
from theory.rules import Given, Recursion, Rewrites, Substitutes

from .setting import w1, w2, w3

L = Parameter("L", "number of layers", sp.Range(0, sp.oo), extremes=(1, 200))
q = Parameter("q", "slope of the dual at 1", POSITIVE, extremes=(0.25, 16))
gap = Parameter("gap", "1 - xi of the inputs", sp.Interval(0, 1), latex=r"\varepsilon", extremes=(1e-12, 1))
eps, theta, diagonal = (sp.Function(name, real=True) for name in ("eps", "Theta", "T"))

# %%
diagonal_step = Claim(diagonal(L + 1), 1 + q * diagonal(L), Given("at xi = 1 the kernel stays 1"))
grows = Claim(
    diagonal(L), (q ** (L + 1) - 1) / (q - 1), Recursion(diagonal_step, {diagonal(0): 1}), where=sp.Ne(q, 1)
)
grows_stably = Claim(
    diagonal(L), expm1((L + 1) * log1p(q - 1)) / (q - 1), Rewrites(grows), where=sp.Ne(q, 1)
)
critical_step = Claim(diagonal(L + 1), 1 + diagonal(L), Substitutes(diagonal_step, at={q: 1}))
critical = Claim(diagonal(L), L + 1, Recursion(critical_step, {diagonal(0): 1}))

# %% [markdown]
# Off the diagonal, two components a layer.

# %%
layer = Claim(
    sp.Tuple(eps(L + 1), theta(L + 1)),
    sp.Tuple(
        1 - w1 * (1 - eps(L)) - w2 * (1 - eps(L)) ** 2 - w3 * (1 - eps(L)) ** 3,
        w1 * (1 - eps(L)) + w2 * (1 - eps(L)) ** 2 + w3 * (1 - eps(L)) ** 3
        + (w1 + 2 * w2 * (1 - eps(L)) + 3 * w3 * (1 - eps(L)) ** 2) * theta(L),
    ),
    Given("a layer: the dual, and the chain rule"),
)  # fmt: skip
layer_near_one = Claim(
    sp.Tuple(eps(L + 1), theta(L + 1)),
    sp.Tuple(
        eps(L) * (w1 + w2 * (2 - eps(L)) + w3 * (3 - 3 * eps(L) + eps(L) ** 2)),
        (1 - eps(L)) * (w1 + (1 - eps(L)) * (w2 + (1 - eps(L)) * w3))
        + (w1 + (1 - eps(L)) * (2 * w2 + 3 * w3 * (1 - eps(L)))) * theta(L),
    ),
    Rewrites(layer),
    where=Eq(w1 + w2 + w3, 1),
)  # fmt: skip

# %%
diagonal_tangent_kernel = ExplicitForm(
    grows, (L, q), forms=((critical, Eq(q, 1)), (grows_stably, True))
)
deep_kernels = RecursiveForm(
    layer_near_one, (L, gap, w1, w2, w3), state=(eps(L), theta(L)), start=(gap, 1 - gap), steps=L
)
