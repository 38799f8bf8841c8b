# %% [markdown]
# # How the kernel vanishes
# At the critical point $K^\star = 0$ with $a_1 < 0$ the kernel falls like $1/(-a_1 l)$, with a logarithm in
# the next order (R5): its inverse grows by nearly a constant a layer.

# %%
import sympy as sp
from sympy import log

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE, REAL
from theory.rules import Given, Limit, Series, Solves, Substitutes

from .setting import K

a_1 = Parameter("a_1", "first coefficient of the flow", REAL, extremes=(-10, -0.1))
a_2 = Parameter("a_2", "second coefficient of the flow", REAL)
b_1 = Parameter("b_1", "coefficient of chi_perp", REAL, extremes=(-10, 10))
K_next, ratio, R, p = sp.symbols("K' K/K' R p")
c = Parameter("c", "coefficient of the logarithm", REAL)
l = Parameter("l", "layer", POSITIVE, extremes=(10, 1e6))
U, chi = sp.Function("U"), sp.Symbol("chi")

# %%
flow = Claim(K_next, K + a_1 * K**2 + a_2 * K**3, Given("the flow near K = 0"), where=a_1 < 0)
inverse = Claim(ratio, K / K_next, Given("the ratio of kernels, K times the growth of 1/K and 1"))
inverse_flow = Claim(ratio, K / (K + a_1 * K**2 + a_2 * K**3), Substitutes(inverse, flow))
growth = Claim(ratio, 1 - a_1 * K - (a_2 - a_1**2) * K**2, Series(inverse_flow, K, 2))

# %% [markdown]
# So $u = 1/K$ has $u' = u - a_1 - (a_2 - a_1^2)/u$. The ansatz $u = -a_1 l + c\ln l$ leaves $R/l$ in this; it
# vanishes for one $c$.

# %%
ansatz = Claim(U(l), -a_1 * l + c * log(l), Given("a line and a logarithm"), where=a_1 < 0)
left = Claim(
    R, l * (U(l + 1) - U(l) + a_1 + (a_2 - a_1**2) / U(l)), Given("what is left of the growth, times l")
)
left_by_ansatz = Claim(
    R,
    l
    * (
        -a_1 * (l + 1)
        + c * log(l + 1)
        + a_1 * l
        - c * log(l)
        + a_1
        + (a_2 - a_1**2) / (-a_1 * l + c * log(l))
    ),
    Substitutes(left, ansatz),
)
left_far = Claim(R, c - (a_2 - a_1**2) / a_1, Limit(left_by_ansatz, l, sp.oo))
balanced = Claim(left_far.rhs, 0, Given("nothing is left"))
logarithm = Claim(c, (a_2 - a_1**2) / a_1, Solves(balanced))
inverse_kernel = Claim(U(l), -a_1 * l + (a_2 - a_1**2) / a_1 * log(l), Substitutes(ansatz, logarithm))

# %% [markdown]
# A product of $\chi = 1 + bK$ over the layers falls like $l^{-p}$ where $-l\ln\chi \to p$: $p_\perp =
# b_1/a_1$, and 2 for $\chi_\parallel$, where $b = 2a_1$.

# %%
b = Parameter("b", "coefficient of K in the susceptibility", REAL)
power = Claim(p, -l * log(1 + b / U(l)), Given("the exponent of a product over layers"))
power_by_flow = Claim(p, -l * log(1 + b / inverse_kernel.rhs), Substitutes(power, inverse_kernel))
exponent = Claim(p, b / a_1, Limit(power_by_flow, l, sp.oo))
p_perp = Claim(p, b_1 / a_1, Substitutes(exponent, at={b: b_1}))
p_par = Claim(p, 2, Substitutes(exponent, at={b: 2 * a_1}))

# %%
asymptotic_inverse_kernel = ExplicitForm(inverse_kernel, (l, a_1, a_2))
perpendicular_exponent = ExplicitForm(p_perp, (a_1, b_1))
