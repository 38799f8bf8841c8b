# %% [markdown]
# # Double descent in the size of the student
# The student sees $n$ of the $N$ inputs and fits them by least squares, with the least norm where it can
# interpolate (R7). What it does not see acts as noise of variance $s^2 = \sigma_\varepsilon^2 + (1 -
# n/N)\sigma_w^2$. Exact for Gaussian inputs of any number; errors still in units of $\sigma_w^2$.

# %%
import sympy as sp

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import COUNTING
from theory.rules import Given, Substitutes

from .finite_size import E_late, with_fewer, with_more
from .setting import INR, SNR, N, P

n = Parameter("n", "number of inputs the student sees", COUNTING, extremes=(1, 1e6))
s_2, E_g = sp.symbols("s_2 E_g")

# %%
unseen = Claim(
    s_2, 1 / SNR + 1 - n / N, Given("the noise, and the teacher on the N - n inputs that are not seen")
)
rescaled = Claim(
    E_g,
    n / N * E_late,
    Given("the student's own weights have the variance n/N in the units of n inputs of variance 1/n"),
)
own_with_more = Claim(
    E_late,
    N * s_2 * (P - 1) / (n * (P - n - 1)),
    Substitutes(with_more, at={N: n, SNR: n / (N * s_2)}),
    where=P > n + 1,
    everywhere=True,
)
own_with_fewer = Claim(
    E_late,
    1 - P / n + N * s_2 * (n - 1) / (n * (n - P - 1)),
    Substitutes(with_fewer, at={N: n, SNR: n / (N * s_2), INR: 0}),
    where=P < n - 1,
    everywhere=True,
)
small_student = Claim(
    E_g,
    (1 / SNR + (N - n) / N) * (1 + n / (P - n - 1)),
    Substitutes(rescaled, own_with_more, unseen),
    where=n <= N,
)
large_student = Claim(
    E_g,
    (n - P) / N + (1 / SNR + (N - n) / N) * (1 + P / (n - P - 1)),
    Substitutes(rescaled, own_with_fewer, unseen),
    where=n <= N,
)

# %%
error_of_a_small_student = ExplicitForm(small_student, (n, P, N, SNR))
error_of_a_large_student = ExplicitForm(large_student, (n, P, N, SNR))
