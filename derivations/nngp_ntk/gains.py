# %% [markdown]
# # What one mode has learned
# An eigenvector of the tangent kernel with eigenvalue $\lambda$ (to which the pull to the start adds its
# strength) learns at the rate $\eta\lambda$: its gain $\gamma$ goes from 0 to $1/\lambda$, and what is left
# of the residual is $1 - \lambda\gamma$. A mode without eigenvalue has its gain grow for ever, and moves no
# output.

# %%
import sympy as sp
from sympy import Eq, exp
from sympy.codegen.cfunctions import expm1

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE
from theory.rules import Given, Inverts, Limit, Rewrites, Solves, Substitutes

from .dynamics import eta

t = Parameter("t", "training time", NONNEGATIVE, extremes=(1e-6, 1e6))
t_or_ever = Parameter("t", "training time", NONNEGATIVE, extremes=(1e-6, 1e6), infinite=True)
lam = Parameter(
    "lam", "eigenvalue of the tangent kernel, plus the pull", NONNEGATIVE, latex=r"\lambda",
    extremes=(1e-9, 1e6),
)  # fmt: skip
share = Parameter("share", "share of the residual that is left", sp.Interval.open(0, 1), latex="q")
gain_of = sp.Function("gamma")
gain_at_last, left, needed = sp.symbols("gamma_oo E T")

# %%
gain_flow = Claim(
    gain_of(t).diff(t), eta * (1 - lam * gain_of(t)), Given("an entry of the gains, in the eigenbasis")
)
gain = Claim(gain_of(t), (1 - exp(-eta * lam * t)) / lam, Solves(gain_flow, conditions=[(gain_of(0), 0)]))
gain_without_cancelling = Claim(gain_of(t), -expm1(-eta * lam * t) / lam, Rewrites(gain))
gain_without_eigenvalue = Claim(gain_of(t), eta * t, Limit(gain, lam, 0))
gain_for_ever = Claim(gain_of(t), 1 / lam, Limit(gain, t, sp.oo))

# %% [markdown]
# What is left of the residual at the training points, and the time until that is a given share.

# %%
remainder = Claim(left, 1 - lam * gain_of(t), Given("what is left of the residual"))
decayed = Claim(left, exp(-eta * lam * t), Substitutes(remainder, gain))
learning_time = Claim(needed, -sp.log(share) / (eta * lam), Inverts(decayed, t, share), where=lam > 0)

# %%
training_gain = ExplicitForm(
    gain,
    (t_or_ever, lam, eta),
    forms=(
        (gain_without_eigenvalue, Eq(lam, 0)),
        (gain_for_ever, Eq(t, sp.oo, evaluate=False)),
        (gain_without_cancelling, True),
    ),
    reference=((gain_without_eigenvalue, Eq(lam, 0)), (gain_for_ever, Eq(t, sp.oo, evaluate=False))),
)
residual_share = ExplicitForm(decayed, (t, lam, eta))
mode_learning_time = ExplicitForm(learning_time, (share, lam, eta))
