# %% [markdown]
# # Setting: the dual of an activation
# Inputs on the unit sphere with scalar product $\xi$. An activation $\phi = \sum_k a_k h_k$ in normalised
# Hermite polynomials has weights $w_k = a_k^2$; they sum to 1 where $E\phi(z)^2 = 1$. A layer of infinite
# width maps the scalar product by the dual $\check\phi$. Shown for polynomials of degree 3.

# %%
import sympy as sp

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE
from theory.rules import Assumption, Differentiates, Substitutes

xi = Parameter("xi", "scalar product of two inputs", sp.Interval(0, 1), latex=r"\xi", extremes=(1e-6, 1))
w0, w1, w2, w3 = (
    Parameter(f"w_{k}", f"weight of the Hermite polynomial {k}", NONNEGATIVE, extremes=(1e-3, 1e3))
    for k in range(4)
)
dual = sp.Function("psi", real=True)

# %%
dual_map = Claim(
    dual(xi),
    w0 + w1 * xi + w2 * xi**2 + w3 * xi**3,
    Assumption("infinite width: E phi(u) phi(v) of Gaussians with covariance xi, by Mehler's formula"),
)
slope = Claim(dual(xi).diff(xi), w1 + 2 * w2 * xi + 3 * w3 * xi**2, Differentiates(dual_map, xi))

# %% [markdown]
# What decides is the value and the slope at 0, and the slope at 1.

# %%
at_zero = Claim(dual(0), w0, Substitutes(dual_map, at={xi: 0}))
at_one = Claim(dual(1), w0 + w1 + w2 + w3, Substitutes(dual_map, at={xi: 1}))

# %%
dual_kernel = ExplicitForm(dual_map, (xi, w0, w1, w2, w3))
dual_slope = ExplicitForm(slope, (xi, w1, w2, w3))
