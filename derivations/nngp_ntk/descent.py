# %% [markdown]
# # Gradient descent with a step
# Every step adds to the gain of a mode what gradient flow would at its start: powers of $1 - \eta\lambda$
# stand where the exponential was. From $\eta = 2/\lambda$ on the residual of the mode does not fall, so that
# the largest eigenvalue bounds the step; beyond it the network diverges.

# %%
import sympy as sp
from sympy import Eq, exp
from sympy.codegen.cfunctions import expm1, log1p

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import POSITIVE
from theory.rules import Given, Limit, Recursion, Rewrites, Solves, Substitutes

from .dynamics import eta
from .gains import lam, left

n = Parameter("n", "steps of gradient descent", sp.Range(0, sp.oo), extremes=(1, 1e6))
largest = Parameter("lam_max", "largest eigenvalue of the tangent kernel", POSITIVE, latex=r"\lambda_{\max}")
stepped = sp.Function("gamma")
edge = sp.Symbol("eta_max")

# %%
step = Claim(
    stepped(n + 1), stepped(n) + eta * (1 - lam * stepped(n)), Given("one step, in place of the flow")
)
steps = Claim(
    stepped(n), (1 - (1 - eta * lam) ** n) / lam, Recursion(step, {stepped(0): 0}), where=eta * lam < 2
)
slow_steps = Claim(stepped(n), -expm1(n * log1p(-eta * lam)) / lam, Rewrites(steps), where=eta * lam < 1)
steps_without_eigenvalue = Claim(stepped(n), n * eta, Limit(steps, lam, 0))
left_of_it = Claim(left, 1 - lam * stepped(n), Given("what is left of the residual"))
power = Claim(left, (1 - eta * lam) ** n, Substitutes(left_of_it, steps), where=eta * lam < 2)
slow_power = Claim(left, exp(n * log1p(-eta * lam)), Rewrites(power), where=eta * lam < 1)

# %% [markdown]
# Where one step turns the residual round and leaves its size, the descent is at the edge of stability.

# %%
turned = Claim(1 - edge * largest, -1, Given("one step turns the residual of the mode round"))
stability_limit = Claim(edge, 2 / largest, Solves(turned))

# %%
descent_gain = ExplicitForm(
    steps,
    (n, lam, eta),
    forms=((steps_without_eigenvalue, Eq(lam, 0)), (slow_steps, 4 * eta * lam < 1), (steps, True)),
    reference=((steps_without_eigenvalue, Eq(lam, 0)),),
)
descent_share = ExplicitForm(power, (n, lam, eta), forms=((slow_power, 4 * eta * lam < 1), (power, True)))
largest_learning_rate = ExplicitForm(stability_limit, (largest,))
