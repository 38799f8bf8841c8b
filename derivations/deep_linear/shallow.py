# %% [markdown]
# # The shallow network: one weight layer
# Without a hidden layer the mode strength relaxes exponentially, at a rate that does not depend on $s$.

# %%
from sympy import Or, exp, log
from sympy.codegen.cfunctions import expm1, log1p

from theory import Claim, ExplicitForm
from theory.rules import Given, Inverts, Rewrites, Solves

from .setting import T, d, s, t, tau, u, u0, uf

# %% [markdown]
# One weight per mode makes the flow linear: no plateau, no stages, every mode at the same pace
# $d/\tau$. All that is gained with a hidden layer, or lost, shows beside this case.

# %%
shallow_flow = Claim(tau * u(t).diff(t), s - d * u(t), Given("gradient flow of one mode of a linear map"))
relaxation = Claim(
    u(t), s / d + (u0 - s / d) * exp(-d * t / tau), Solves(shallow_flow, conditions=[(u(0), u0)])
)
relaxation_of_positive_terms = Claim(
    u(t), u0 * exp(-d * t / tau) - (s / d) * expm1(-d * t / tau), Rewrites(relaxation)
)
time_to_relax = Claim(
    T(uf),
    tau / d * log((s - d * u0) / (s - d * uf)),
    Inverts(relaxation, t, uf),
    where=Or((u0 <= uf) & (d * uf < s), (uf <= u0) & (d * uf > s)),
)
time_by_difference = Claim(T(uf), tau / d * log1p(d * (uf - u0) / (s - d * uf)), Rewrites(time_to_relax))

# %%
shallow_mode_strength = ExplicitForm(
    relaxation, (t, s, u0, tau, d), forms=((relaxation_of_positive_terms, True),), defaults={d: 1}
)
shallow_learning_time = ExplicitForm(
    time_to_relax, (uf, s, u0, tau, d), forms=((time_by_difference, True),), defaults={d: 1}
)
