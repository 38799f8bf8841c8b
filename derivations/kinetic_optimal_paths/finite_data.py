# %% [markdown]
# # When Cond-OT is nearly optimal
# A finite data set has an entropy $H \le \ln n$ and no more can be learned about it than that. By the
# identity of information and error (Guo, Shamai and Verdu, 2005), $dI/d(r^2) = \frac d2(1 - \lambda)$, so
# that $\int_0^\infty r\,(1 - \lambda)\,dr = H/d$: the sum rule. As $1 - \lambda$ falls from at most 1, this
# bounds $M$, and with it what Cond-OT spends above the optimum (R8).

# %%
import sympy as sp
from sympy import Integral, log, pi, sin, sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import COUNTING, NONNEGATIVE, POSITIVE
from theory.rules import Assumption, Given, Integrates, Inverts, Rewrites, Substitutes

from .chord import Phi, S, chord_energy
from .standard import E, M, cond_ot_by_M

d = Parameter("d", "number of coordinates", COUNTING, extremes=(1, 1e6))
n = Parameter("n", "number of points, of equal weight", COUNTING, extremes=(1, 1e6))
H = Parameter(
    "H", "entropy of the points' weights, at most ln(n)", NONNEGATIVE, unit="nat", extremes=(1e-3, 20)
)
R = Parameter("R", "ratio r up to which nothing would be told", POSITIVE)
x = Parameter("x", "a ratio on the way", NONNEGATIVE)
J, J_R, excess, M_bound = sp.symbols("J J_R excess M_max")

# %%
sum_rule = Claim(J, H / d, Assumption("information and error: all of the entropy is told in the end"))
even_sum_rule = Claim(J, log(n) / d, Substitutes(sum_rule, at={H: log(n)}))

# %% [markdown]
# The integral $M$ is largest where nothing is told up to a ratio $R$ and everything beyond: weight moved to
# smaller ratios costs less of the sum rule. Then $M = R$, with $R^2/2 = H/d$.

# %%
told_at_once = Claim(Integral(x, (x, 0, R)), R**2 / 2, Integrates(R))
used_up = Claim(J_R, Integral(x, (x, 0, R)), Given("what an error of 1 up to R takes of the sum rule"))
used = Claim(J_R, R**2 / 2, Substitutes(used_up, told_at_once))
largest = Claim(R, sqrt(2 * H / d), Inverts(used, R, H / d), where=H > 0)
bound = Claim(M_bound, R, Given("the integral of that error"))
entropy_bound = Claim(M_bound, sqrt(2 * H / d), Substitutes(bound, largest))

# %% [markdown]
# As $\sqrt G \ge G$ and $\int(1 - G)\,d\theta = M$, the stretched angle is at least $\pi/2 - M$: the
# optimum lies between $2 - 2\sin M$ and the energy of Cond-OT.

# %%
lowest_angle = Claim(Phi, pi / 2 - M, Given("the least stretched angle"), where=M < pi / 2)
lowest_energy = Claim(S, 2 - 2 * sin(M), Substitutes(chord_energy, lowest_angle))
lowest_energy_by_half = Claim(S, 4 * sin((pi / 2 - M) / 2) ** 2, Rewrites(lowest_energy))
above_optimum = Claim(excess, E - S, Given("what Cond-OT spends above the least possible"))
largest_excess = Claim(excess, 2 * sin(M) - M, Substitutes(above_optimum, cond_ot_by_M, lowest_energy))

# %%
sum_of_errors = ExplicitForm(sum_rule, (H, d))
largest_M = ExplicitForm(entropy_bound, (H, d))
least_energy_given_M = ExplicitForm(lowest_energy, (M,), forms=((lowest_energy_by_half, True),))
largest_excess_of_cond_ot = ExplicitForm(largest_excess, (M,))
