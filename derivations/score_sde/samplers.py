# %% [markdown]
# # Order and error constant of deterministic samplers
# The final log-amplitude of a mode is off by $e\,h^p$. For each sampler: its step, the leading term of
# its local error, and the constant $e$ between the shares of noise at start and end.

# %%
from sympy import Integral, Rational, Symbol, exp

from theory import Claim, ExplicitForm
from theory.rules import Given, Integrates, Rewrites, Series, Substitutes

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

q = exp(-h)
s = Symbol("s", real=True)

# %% [markdown]
# ## DDIM, the exponential Euler method

# %%
ddim_step = Claim(r(h), q + (1 - q) * d(0), Given("DDIM"))
ddim_defect = Claim(defect_in(h), *defect_of(ddim_step))
ddim_local = Claim(defect_in(h), -kappa * (1 - kappa) / 2 * h**2, Series(ddim_defect, h, 2))
ddim_coefficient = Claim(c(kappa), *coefficient_of(ddim_local, 1))
ddim_error = Claim(e, -(kappa_T - kappa_0) / 4, Substitutes(accumulation, ddim_coefficient))

# %% [markdown]
# ## Heun's method in the noise level (EDM)
# The trapezoidal rule for $dx/d\rho = (x - D)/\rho$, with the slope at the end from an Euler step.

# %%
euler = q + (1 - q) * d(0)
heun_step = Claim(
    r(h),
    1 - (1 - q) / 2 * ((1 - d(0)) + euler * (1 - d(-h) / E(-h)) / q),
    Given("Heun's method of EDM"),
)
heun_defect = Claim(defect_in(h), *defect_of(heun_step))
heun_local = Claim(defect_in(h), kappa**2 * (1 - kappa) / 2 * h**3, Series(heun_defect, h, 3))
heun_coefficient = Claim(c(kappa), *coefficient_of(heun_local, 2))
heun_error = Claim(
    e, (kappa_T - kappa_0) * (kappa_T + kappa_0) / 8, Substitutes(accumulation, heun_coefficient)
)

# %% [markdown]
# ## DPM-Solver++(2M)

# %%
multistep_step = Claim(r(h), q + (1 - q) * (Rational(3, 2) * d(0) - d(h) / 2), Given("DPM-Solver++(2M)"))
multistep_defect = Claim(defect_in(h), *defect_of(multistep_step))
multistep_local = Claim(
    defect_in(h), kappa * (1 - kappa) * (3 - 5 * kappa) / 4 * h**3, Series(multistep_defect, h, 3)
)
multistep_coefficient = Claim(c(kappa), *coefficient_of(multistep_local, 2))
multistep_error = Claim(
    e,
    (kappa_T - kappa_0) * (6 - 5 * (kappa_T + kappa_0)) / 16,
    Substitutes(accumulation, multistep_coefficient),
)

# %% [markdown]
# ## Exponential Adams methods
# The denoiser's output is interpolated through two or three nodes and integrated exactly,
# $\int_0^h e^{s-h} D(\ell + s)\,ds$. The weights of the nodes, the newest first:


# %%
def weight(polynomial, value):
    """The weight of a node with this Lagrange polynomial."""
    return Claim(Integral(exp(s - h) * polynomial, (s, 0, h)), value, Integrates())


newest_of_two = weight(1 + s / h, 2 - (1 - q) / h - q)
oldest_of_two = weight(-s / h, (1 - q) / h - 1)
newest_of_three = weight((s + h) * (s + 2 * h) / (2 * h**2), 3 - q - (5 - 3 * q) / (2 * h) + (1 - q) / h**2)
middle_of_three = weight(-s * (s + 2 * h) / h**2, -3 + (4 - 2 * q) / h - 2 * (1 - q) / h**2)
oldest_of_three = weight(s * (s + h) / (2 * h**2), 1 - (3 - q) / (2 * h) + (1 - q) / h**2)

# %%
adams2_step = Claim(
    r(h), q + newest_of_two.rhs * d(0) + oldest_of_two.rhs * d(h), Given("exponential Adams, two nodes")
)
adams2_defect = Claim(defect_in(h), *defect_of(adams2_step))
adams2_local = Claim(
    defect_in(h),
    Rational(5, 12) * kappa * (1 - kappa) * (2 - 3 * kappa) * h**3,
    Series(adams2_defect, h, 3),
)
adams2_coefficient = Claim(c(kappa), *coefficient_of(adams2_local, 2))
adams2_error = Claim(
    e,
    Rational(5, 48) * (kappa_T - kappa_0) * (4 - 3 * (kappa_T + kappa_0)),
    Substitutes(accumulation, adams2_coefficient),
)

# %%
adams3_step = Claim(
    r(h),
    q + newest_of_three.rhs * d(0) + middle_of_three.rhs * d(h) + oldest_of_three.rhs * d(2 * h),
    Given("exponential Adams, three nodes"),
)
adams3_defect = Claim(defect_in(h), *defect_of(adams3_step))
adams3_local = Claim(
    defect_in(h),
    Rational(3, 8) * kappa * (kappa - 1) * (15 * kappa**2 - 18 * kappa + 4) * h**4,
    Series(adams3_defect, h, 4),
)
adams3_coefficient = Claim(c(kappa), *coefficient_of(adams3_local, 3))
adams3_error = Claim(
    e,
    Rational(3, 16)
    * (kappa_T - kappa_0)
    * (9 * (kappa_T + kappa_0) - 4 - 5 * (kappa_T**2 + kappa_T * kappa_0 + kappa_0**2)),
    Substitutes(accumulation, adams3_coefficient),
)

# %% [markdown]
# On the full range from $\kappa_T = 1$ to $\kappa_0 = 0$ the constant vanishes: a certificate of the order
# needs a part of it. By sum and product of the shares the polynomial cancels less.

# %%
adams3_by_product = Claim(
    e,
    Rational(15, 16)
    * (kappa_T - kappa_0)
    * (kappa_T * kappa_0 + (Rational(4, 5) - kappa_T - kappa_0) * (kappa_T + kappa_0 - 1)),
    Rewrites(adams3_error),
)
full_range = Claim(e, 0, Substitutes(adams3_error, at={kappa_0: 0, kappa_T: 1}))

# %%
ddim_error_constant = ExplicitForm(ddim_error, (kappa_0, kappa_T))
heun_error_constant = ExplicitForm(heun_error, (kappa_0, kappa_T))
multistep_error_constant = ExplicitForm(multistep_error, (kappa_0, kappa_T))
adams2_error_constant = ExplicitForm(adams2_error, (kappa_0, kappa_T))
adams3_error_constant = ExplicitForm(adams3_error, (kappa_0, kappa_T), forms=((adams3_by_product, True),))
