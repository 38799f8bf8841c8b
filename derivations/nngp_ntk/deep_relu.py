# %% [markdown]
# # The arc-cosine kernel at any depth
# Deep ReLU networks without biases, of the gain $\sqrt 2$ that keeps variances as they are: what a layer
# hands on of two inputs is the correlation of their preactivations alone (Cho and Saul, 2009).

# %%
import sympy as sp
from sympy import acos, pi, sqrt

from theory import Claim, Parameter, RecursiveForm
from theory.rules import Given, Substitutes

from .activations.abrelu import a, b, cosine_map, kappa
from .setting import rho, theta

layers = Parameter("layers", "number of hidden layers", sp.Range(2, sp.oo), extremes=(2, 50))
l = sp.Symbol("l", integer=True)
R = sp.Function("R", real=True)

angle = Claim(theta, acos(rho), Given("the angle of correlated preactivations"))
by_correlation = Claim(
    kappa,
    (sqrt((1 - rho) * (1 + rho)) + rho * acos(-rho)) / pi,
    Substitutes(cosine_map, angle, at={a: 0, b: 1}),
)
handed_on = Claim(R(l + 1), kappa, Given("the correlation in the next layer is the dual, over its scale"))
deeper = Claim(
    R(l + 1), by_correlation.rhs.subs(rho, R(l)), Substitutes(handed_on, by_correlation, at={rho: R(l)})
)

# %% [markdown]
# From the second layer on no correlation is negative, and nothing cancels; for a single layer there is
# `abrelu_kappa`, by the angle.

# %%
deep_relu_correlation = RecursiveForm(
    deeper, (layers, rho), state=R(l), start=rho, steps=layers, defaults={layers: 3}
)
