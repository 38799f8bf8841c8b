# %% [markdown]
# # The end of training
# After a long time the student interpolates with the least norm ($\alpha < 1$) or is the least-squares
# estimate (R3). The noise that it takes in diverges at $\alpha = 1$, where eigenvalues vanish.

# %%
import sympy as sp
from sympy import Abs, Max, Min

from theory import Claim, ExplicitForm
from theory.rules import Given, Rewrites, Substitutes

from .modes import late, late_error
from .setting import INR, SNR, alpha, lam
from .spectrum import inverse_of, mean_inverse

E_late, E_late_t = sp.symbols("E_g_infinity E_t_infinity")

# %%
sums = Claim(
    E_late,
    Max(0, 1 - alpha) * (1 + INR) + lam * late * inverse_of + 1 / SNR,
    Given("modes without data keep their error; in the others e lambda is the same for all"),
)
late_generalisation = Claim(
    E_late,
    Max(0, 1 - alpha) * (1 + INR) + (Min(1, alpha) / Abs(1 - alpha) + 1) / SNR,
    Substitutes(sums, late_error, mean_inverse),
)
few_data = Claim(
    E_late, (1 - alpha) * (1 + INR) + 1 / (SNR * (1 - alpha)), Rewrites(late_generalisation), where=alpha < 1
)
many_data = Claim(E_late, alpha / (SNR * (alpha - 1)), Rewrites(late_generalisation), where=alpha > 1)
left_over = Claim(
    E_late_t,
    Max(0, alpha - 1) / (alpha * SNR),
    Given("the residuals of the modes have decayed; data in excess keep their noise, P - N of P"),
)
of_many_data = Claim(E_late_t, (1 - 1 / alpha) / SNR, Rewrites(left_over), where=alpha > 1)
of_few_data = Claim(E_late_t, 0, Rewrites(left_over), where=alpha < 1)

# %%
late_generalisation_error = ExplicitForm(
    late_generalisation, (alpha, SNR, INR), forms=((few_data, alpha < 1), (many_data, True))
)
late_training_error = ExplicitForm(left_over, (alpha, SNR))
