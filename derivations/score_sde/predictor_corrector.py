# %% [markdown]
# # Predictor-corrector samplers of the UniPC type
# Predict with $p$ nodes, evaluate the denoiser once, correct with that node too: order $p + 1$. The
# outputs kept for later steps are those at the predicted samples, off by the predictor's local error;
# this enters the constant as much as the corrector's own error.

# %%
from sympy import Rational, exp

from theory import Claim, ExplicitForm
from theory.rules import Given, Rewrites, Series, Substitutes

from .local_error import (
    E,
    accumulation,
    c,
    coefficient_of,
    d,
    defect_in,
    defect_of,
    e,
    h,
    kappa,
    kappa_0,
    kappa_T,
    r,
)
from .samplers import adams2_local, ddim_local, newest_of_two, oldest_of_three, oldest_of_two, s, weight

q = exp(-h)

# %% [markdown]
# ## Predict with one node, correct with two

# %%
ahead_of_two = weight(s / h, 1 - (1 - q) / h)
start_of_two = weight(1 - s / h, (1 - q) / h - q)
kept = 1 + ddim_local.rhs
predicted = q + (1 - q) * d(0) * kept
pc2_step = Claim(
    r(h),
    q + start_of_two.rhs * d(0) * kept + ahead_of_two.rhs * predicted * d(-h) / E(-h),
    Given("predictor with one node, corrector with two"),
)
pc2_defect = Claim(defect_in(h), *defect_of(pc2_step))
pc2_local = Claim(defect_in(h), kappa * (1 - kappa) * (9 * kappa - 8) / 12 * h**3, Series(pc2_defect, h, 3))
pc2_coefficient = Claim(c(kappa), *coefficient_of(pc2_local, 2))
pc2_error = Claim(
    e, (kappa_T - kappa_0) * (9 * (kappa_T + kappa_0) - 16) / 48, Substitutes(accumulation, pc2_coefficient)
)

# %% [markdown]
# ## Predict with two nodes, correct with three

# %%
start_of_three = weight(1 - (s / h) ** 2, -q + 2 / h - 2 * (1 - q) / h**2)
before_of_three = weight(s * (s - h) / (2 * h**2), (1 - q) / h**2 - (1 + q) / (2 * h))
kept_of_two = 1 + adams2_local.rhs
predicted_by_two = q + (newest_of_two.rhs * d(0) + oldest_of_two.rhs * d(h)) * kept_of_two
pc3_step = Claim(
    r(h),
    q
    + (start_of_three.rhs * d(0) + before_of_three.rhs * d(h)) * kept_of_two
    + oldest_of_three.rhs * predicted_by_two * d(-h) / E(-h),
    Given("predictor with two nodes, corrector with three"),
)
pc3_defect = Claim(defect_in(h), *defect_of(pc3_step))
pc3_local = Claim(
    defect_in(h),
    kappa * (1 - kappa) * (45 * kappa**2 - 68 * kappa + 24) / 24 * h**4,
    Series(pc3_defect, h, 4),
)
pc3_coefficient = Claim(c(kappa), *coefficient_of(pc3_local, 3))
pc3_error = Claim(
    e,
    (kappa_T - kappa_0)
    * (15 * (kappa_T**2 + kappa_T * kappa_0 + kappa_0**2) - 34 * (kappa_T + kappa_0) + 24)
    / 48,
    Substitutes(accumulation, pc3_coefficient),
)

# %% [markdown]
# About its centre the polynomial cancels less.

# %%
left, right = kappa_0 - Rational(34, 45), kappa_T - Rational(34, 45)
pc3_centred = Claim(
    e,
    (kappa_T - kappa_0) * (15 * (left**2 + left * right + right**2) - Rational(76, 45)) / 48,
    Rewrites(pc3_error),
)

# %%
pc2_error_constant = ExplicitForm(pc2_error, (kappa_0, kappa_T))
pc3_error_constant = ExplicitForm(pc3_error, (kappa_0, kappa_T), forms=((pc3_centred, True),))
