# %% [markdown]
# # The frozen subspace
# With fewer data than weights a fraction $1 - \alpha$ of the directions has $\lambda = 0$ and is never
# trained: there the student stays what it was at the start, at any time and noise. Small initial weights
# are all that helps.

# %%
import sympy as sp
from sympy import Derivative

from theory import Claim, ExplicitForm
from theory.rules import Given, Limit, Solves, Substitutes

from .finite_size import frozen, some_without
from .modes import error as of_a_mode
from .setting import INR, N, P, alpha, flow, lam, t, z, z_0

e_0, E_0 = sp.symbols("e_0 E_0")

# %%
no_pull = Claim(Derivative(z, t), 0, Substitutes(flow, at={lam: 0}))
stays = Claim(z, z_0, Solves(no_pull, conditions=[(z.subs(t, 0), z_0)]))
error = Claim(e_0, 1 + INR, Limit(of_a_mode, lam, 0))
share = Claim(frozen, 1 - alpha, Substitutes(some_without, at={P: alpha * N}), where=alpha < 1)
sums = Claim(E_0, frozen * e_0, Given("the part of the error that no training removes"))
frozen_part = Claim(E_0, (1 - alpha) * (1 + INR), Substitutes(sums, share, error))

# %%
frozen_error = ExplicitForm(frozen_part, (alpha, INR))
