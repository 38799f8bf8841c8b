# %% [markdown]
# # The Koenigs function as a power series
# Order by order in Schröder's equation, $a(\check\phi(\xi)) = w_1 a(\xi)$, every coefficient follows from
# those before it: $(w_1 - w_1^k)a_k$ is the sum over $j < k$ of $a_j$ times the coefficient of $\xi^k$ in
# $\check\phi^j$. Here to order 6, for weights up to the third degree.

# %%
import sympy as sp

from theory import Claim, ExplicitForm
from theory.rules import Defines, Expands

from .setting import xi
from .singular_kernel import a, schroeder, w1, w2, w3

a2, a3, a4, a5, a6 = sp.symbols("a_2:7")

# %%
second = Claim(a2, w2 / (w1 - w1**2), Defines("order 2"))
third = Claim(a3, (w3 + 2 * w1 * w2 * a2) / (w1 - w1**3), Defines("order 3", using=(second,)))
fourth = Claim(
    a4,
    ((w2**2 + 2 * w1 * w3) * a2 + 3 * w1**2 * w2 * a3) / (w1 - w1**4),
    Defines("order 4", using=(second, third)),
)
fifth = Claim(
    a5,
    (2 * w2 * w3 * a2 + 3 * w1 * (w2**2 + w1 * w3) * a3 + 4 * w1**3 * w2 * a4) / (w1 - w1**5),
    Defines("order 5", using=(second, third, fourth)),
)
sixth = Claim(
    a6,
    (
        w3**2 * a2
        + w2 * (w2**2 + 6 * w1 * w3) * a3
        + 2 * w1**2 * (3 * w2**2 + 2 * w1 * w3) * a4
        + 5 * w1**4 * w2 * a5
    )
    / (w1 - w1**6),
    Defines("order 6", using=(second, third, fourth, fifth)),
)
# %%
koenigs_series = Claim(
    a(xi),
    xi + a2 * xi**2 + a3 * xi**3 + a4 * xi**4 + a5 * xi**5 + a6 * xi**6,
    Expands(schroeder, xi, 6, using=(second, third, fourth, fifth, sixth)),
)

# %%
koenigs_through_order_six = ExplicitForm(koenigs_series, (xi, w1, w2, w3))
