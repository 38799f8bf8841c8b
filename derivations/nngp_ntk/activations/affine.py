# %% [markdown]
# # Scaled and shifted activations
# $\alpha\,\phi(bu) + \beta$ has the dual of $\phi$ at $b^2$ times the variances and covariance, and the
# means of $\phi$ besides.

# %%
import sympy as sp

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import REAL
from theory.rules import Given, Rewrites, Substitutes

from ..setting import T, Tdot

alpha = Parameter("alpha", "factor of the activation", REAL, latex=r"\alpha", extremes=(-10, 10))
beta = Parameter("beta", "shift of the activation", REAL, latex=r"\beta", extremes=(-10, 10))
b = Parameter("b", "inner scale: phi(b u)", REAL, extremes=(-10, 10))
m_1 = Parameter("m_1", "mean of the activation at the first variance", REAL)
m_2 = Parameter("m_2", "mean of the activation at the second variance", REAL)
F, G, P, out, slopes = sp.symbols("F G P T_out Tdot_out")

# %% [markdown]
# A mean is linear: $FG$ has the mean $T$, $F$ and $G$ have the means $m_1$ and $m_2$.

# %%
product = Claim(P, (alpha * F + beta) * (alpha * G + beta), Given("phi at u and at v, scaled and shifted"))
expanded = Claim(P, alpha**2 * (F * G) + alpha * beta * (F + G) + beta**2, Rewrites(product))
in_means = Claim(
    out, P - alpha**2 * (F * G - T) - alpha * beta * (F - m_1 + G - m_2), Given("FG, F and G by their means")
)
affine = Claim(out, alpha**2 * T + alpha * beta * (m_1 + m_2) + beta**2, Substitutes(in_means, expanded))
product_of_slopes = Claim(P, (alpha * b * F) * (alpha * b * G), Given("the slopes of phi are F and G"))
in_mean_slopes = Claim(slopes, P - alpha**2 * b**2 * (F * G - Tdot), Given("FG by its mean"))
affine_slopes = Claim(slopes, alpha**2 * b**2 * Tdot, Substitutes(in_mean_slopes, product_of_slopes))

# %%
affine_dual = ExplicitForm(affine, (T, m_1, m_2, alpha, beta))
affine_derivative_dual = ExplicitForm(affine_slopes, (Tdot, alpha, b))
