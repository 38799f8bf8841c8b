# %% [markdown]
# # Layers of unequal widths
# Where layer $k$ has $N\nu_k$ features, a mode of the deep linear network is multiplied by $\tau_k = 1 + C/\nu_k$
# from layer to layer, with one constant $C$ for all layers (R3): their product takes the mode from the inputs
# to the outputs. Narrow layers move most. Where the outputs are few, $\nu_{L+1}/\nu_l \to 0$, no layer
# moves: the Gaussian process of an infinitely wide network.

# %%
import sympy as sp
from sympy import Eq, Max, Min, ZeroMatrix, exp, log, sqrt

from theory import Claim, ExplicitForm, ImplicitForm, Parameter, matrix
from theory.closed_form import Root
from theory.functions import expm1, log1p
from theory.matrix import MatrixParameter, diagonal
from theory.parameter import POSITIVE, REAL
from theory.rules import Given, Limit, Rewrites, Solves, Substitutes

from .geodesic import A, B, E, F, G, slope
from .objective import nu_1
from .setting import L, P, nu

# %% [markdown]
# ## Two layers that follow each other

# %%
I = sp.Identity(P)
C_all = MatrixParameter("C_i", P, P, "constants of the modes", kind=diagonal)
weighted_gradient = Claim(
    slope,
    nu * (G.I - B.I) + nu_1 * (G.I * F * G.I - G.I),
    Given("the gradient at K(G) = G, doubled"),
)
before = Claim(B, A * E * A.T, Given("the layer before, in modes"))
this = Claim(G, A * E * (I + C_all / nu) * A.T, Given("the layer: multiplied by 1 + C/nu"))
after = Claim(
    F, A * E * (I + C_all / nu) * (I + C_all / nu_1) * A.T, Given("the next: by 1 + C/nu_1 besides")
)
stationary = Claim(
    slope, ZeroMatrix(P, P), matrix.Substitutes(weighted_gradient, before, this, after)
)
