# %% [markdown]
# # Convolutional against locally connected networks
# One linear layer with $N$ channels at $S$ locations, with filters of $C$ inputs: the covariance of the
# features at the locations $s$ and $r$ is $A_{is,jr} = \frac1C\sum_\delta K^0_{i,s+\delta;j,r+\delta}$ where
# weights are shared, and 0 off $s = r$ where they are not. The kernel averaged over locations has the same
# mean for both, but sharing keeps its fluctuations: they do not average out over the locations (R8).

# %%
import sympy as sp

from theory import Claim, ExplicitForm, Parameter
from theory.closed_form import Precise
from theory.parameter import COUNTING, POSITIVE, REAL
from theory.rules import Given, Recursion, Substitutes

from .setting import N

S = Parameter("S", "number of locations", COUNTING, extremes=(1, 1000))
A_ik, A_jl, A_il, A_jk = (
    Parameter(f"A_{i}", f"covariance of features, inputs {i}, locations s and r", REAL, extremes=(-100, 100))
    for i in ("ik", "jl", "il", "jk")
)
K_s = Parameter("K_s", "variance of the features at each location", POSITIVE, extremes=(1e-3, 1e3))
x = Parameter(
    "x", "squared correlation of neighbouring locations", sp.Interval.open(0, 1), extremes=(1e-3, 1)
)
T = Parameter("T", "sum of A_sr^2 over all pairs of locations", POSITIVE, extremes=(1e-3, 1e3))
T_d = Parameter("T_d", "sum of A_ss^2 over locations", POSITIVE, extremes=(1e-3, 1e3))
f_of, g_of = sp.Function("f_of", real=True), sp.Function("g_of", real=True)
four, cov, var, var_local, two = sp.symbols("four cov var_conv var_local two")

# %%
of_one_channel = Claim(
    four,
    A_ik * A_jl + A_il * A_jk,
    Given("Isserlis: the covariance of h_is h_js and h_kr h_lr in one channel"),
)
of_channels = Claim(cov, N * four / N**2, Given("the mean over N independent channels"))
of_locations = Claim(cov, (A_ik * A_jl + A_il * A_jk) / N, Substitutes(of_channels, of_one_channel))
one_input = Claim(two, cov, Given("one input: i = j = k = l"))
of_one_input = Claim(
    two, 2 * A_ik**2 / N, Substitutes(one_input, of_locations, at={A_jl: A_ik, A_il: A_ik, A_jk: A_ik})
)
shared = Claim(
    var, two * T / (A_ik**2 * S**2), Given("its mean over all pairs of locations: T is the sum of A_sr^2")
)
variance_shared = Claim(var, 2 * T / (N * S**2), Substitutes(shared, of_one_input))
apart = Claim(var_local, two * T_d / (A_ik**2 * S**2), Given("weights of two locations are independent"))
variance_apart = Claim(var_local, 2 * T_d / (N * S**2), Substitutes(apart, of_one_input))

# %% [markdown]
# ## Locations on a line
# with the covariance $K x^{|s-r|/2}$: the sum of squares grows location by location.

# %%
powers_more = Claim(g_of(S + 1), x * (1 + g_of(S)), Given("g is the sum x + ... + x^S"))
powers = Claim(g_of(S), x * (1 - x**S) / (1 - x), Recursion(powers_more, base={g_of(0): 0}))
squares_more = Claim(
    f_of(S + 1),
    f_of(S) + 1 + 2 * g_of(S),
    Given("one location more: its own square, and 2 g by pairs with it"),
)
squares_in_x = Claim(
    f_of(S + 1), f_of(S) + 1 + 2 * x * (1 - x**S) / (1 - x), Substitutes(squares_more, powers)
)
squares = Claim(
    f_of(S),
    S * (1 + x) / (1 - x) - 2 * x * (1 - x**S) / (1 - x) ** 2,
    Recursion(squares_in_x, base={f_of(0): 0}),
)
on_a_line = Claim(T, K_s**2 * f_of(S), Given("the sum of A_sr^2 on the line"))
variance_on_a_line = Claim(
    var,
    2 * K_s**2 / (N * S**2) * (S * (1 + x) / (1 - x) - 2 * x * (1 - x**S) / (1 - x) ** 2),
    Substitutes(variance_shared, on_a_line, squares),
)
constant = Claim(T, K_s**2 * S**2, Given("all locations alike"))
variance_of_constant = Claim(var, 2 * K_s**2 / N, Substitutes(variance_shared, constant))
own_on_a_line = Claim(T_d, K_s**2 * S, Given("the sum of A_ss^2"))
variance_apart_on_a_line = Claim(var_local, 2 * K_s**2 / (N * S), Substitutes(variance_apart, own_on_a_line))

# %%
covariance_of_two_locations = ExplicitForm(of_locations, (N, A_ik, A_jl, A_il, A_jk))
variance_of_convolutional = ExplicitForm(variance_shared, (N, S, T))
variance_of_locally_connected = ExplicitForm(variance_apart, (N, S, T_d))
variance_on_line = ExplicitForm(
    variance_on_a_line,
    (S, x, K_s, N),
    forms=((variance_on_a_line, 4 * x < 1), (Precise(variance_on_a_line), True)),
)
variance_of_constant_input = ExplicitForm(variance_of_constant, (K_s, N))
variance_on_line_locally_connected = ExplicitForm(variance_apart_on_a_line, (S, K_s, N))
