# %% [markdown]
# # Kernel principal components
# Along an eigenvector of the tangent kernel the residual falls exponentially, the faster the larger its
# eigenvalue (R8). Its square, averaged over the initialisations, starts at the square of the targets'
# component plus the NNGP variance along the same vector.

# %%
import sympy as sp
from sympy import Integral, exp, oo, pi, sqrt
from sympy.codegen.cfunctions import expm1

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE, REAL
from theory.rules import Differentiates, Given, Rewrites, Solves, Substitutes

from .dynamics import eta
from .gains import lam, t

y_i = Parameter("y_i", "component of the targets along the eigenvector", REAL)
a_i = Parameter("a_i", "component of the network at the start", REAL)
kappa = Parameter("kappa", "NNGP variance along the eigenvector, v^T K v", NONNEGATIVE, latex=r"\kappa")
u = sp.Function("u")
residual, squared, size, slope = sp.symbols("rho L m s")

# %%
component_flow = Claim(u(t).diff(t), -eta * lam * (u(t) - y_i), Given("the flow along an eigenvector"))
component = Claim(
    u(t), y_i + (a_i - y_i) * exp(-eta * lam * t), Solves(component_flow, conditions=[(u(0), a_i)])
)
by_weights = Claim(u(t), a_i * exp(-eta * lam * t) - y_i * expm1(-eta * lam * t), Rewrites(component))
error = Claim(residual, u(t) - y_i, Given("the residual along it"))
error_of_one = Claim(residual, (a_i - y_i) * exp(-eta * lam * t), Substitutes(error, component))
square = Claim(squared, residual**2, Given("its square"))
square_of_one = Claim(squared, (a_i - y_i) ** 2 * exp(-2 * eta * lam * t), Substitutes(square, error_of_one))

# %% [markdown]
# Over the initialisations the component at the start is $\sqrt\kappa\,z$ with a normal number $z$.

# %%
z = Parameter("z", "component of the start in units of its spread", REAL)
normal = exp(-(z**2) / 2) / sqrt(2 * pi)
square_of_member = Claim(
    squared, (sqrt(kappa) * z - y_i) ** 2 * exp(-2 * eta * lam * t),
    Substitutes(square_of_one, at={a_i: sqrt(kappa) * z}),
)  # fmt: skip
mean_square = Claim(
    size, Integral(squared * normal, (z, -oo, oo)), Given("the mean over the initialisations")
)
averaged = Claim(
    size,
    Integral((sqrt(kappa) * z - y_i) ** 2 * exp(-2 * eta * lam * t) * normal, (z, -oo, oo)),
    Substitutes(mean_square, square_of_member),
)
loss_of_component = Claim(size, (y_i**2 + kappa) * exp(-2 * eta * lam * t), Rewrites(averaged))

# %% [markdown]
# On a logarithmic axis it is a straight line: its slope is $-2\eta\lambda$, whatever the targets.

# %%
logarithm = Claim(slope, sp.log(size), Given("on a logarithmic axis"))
line = Claim(slope, sp.log(y_i**2 + kappa) - 2 * eta * lam * t, Substitutes(logarithm, loss_of_component))
straight = Claim(sp.Derivative(slope, t), -2 * eta * lam, Differentiates(line, t))

# %%
component_at = ExplicitForm(component, (t, lam, eta, y_i, a_i), forms=((by_weights, True),))
component_loss = ExplicitForm(loss_of_component, (t, lam, eta, y_i, kappa))
