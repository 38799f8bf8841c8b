# %% [markdown]
# # The spectrum of ReLU networks on the sphere
# Without biases and with $\sigma_w^2 = 2$ the kernels of a ReLU network between unit vectors, $K_l$ (NNGP)
# and $\Theta_l$ (NTK) after $l$ hidden layers, are made of $\kappa_0$ and $\kappa_1$, the duals of the step
# and of the ReLU in units of their values at equal inputs: $K_{l+1} = \kappa_1(K_l)$ and $\Theta_{l+1} =
# K_{l+1} + \kappa_0(K_l)\Theta_l$ from $K_0 = \Theta_0 = t$ (R10; Bietti and Bach 2021). Where inputs meet,
# and where they are opposite, the kernels have cusps, and these alone make the tail of the spectrum.

# %%
import sympy as sp
from sympy import Rational, acos, asin, cos, exp, pi, sin, sqrt

from theory import Claim, ExplicitForm, Parameter, RecursiveForm
from theory.closed_form import Precise
from theory.rules import Assumption, Equates, Given, Recursion, Rewrites, Series, Substitutes

from .activations.abrelu import a, b, cosine_map, derivative_map, kappa, kappa_dot, third_of_cube
from .cusp import both, c_minus, c_plus, d, k, nu, two_cusps
from .dynamics import P, eta
from .gains import lam, learning_time, needed, share
from .setting import theta

x = Parameter(
    "x_cusp",
    "root of 1 - t where inputs meet, of 1 + t where they are opposite",
    sp.Interval(0, 1),
    latex="x",
)
l = Parameter("l", "hidden layers", sp.Range(0, sp.oo), extremes=(1, 1000))
more = Parameter("more", "hidden layers beyond the first", sp.Range(0, sp.oo), extremes=(1, 32))
A_l = Parameter("A_l", "coefficient of x^3 in the NNGP kernel")
B_l = Parameter("B_l", "coefficient of -x in the NTK")
kappa_0, kappa_1, K_next, Theta_next = sp.symbols("kappa_0 kappa_1 K_l+1 Theta_l+1")
Theta_l, Theta_1, K_1 = sp.symbols("Theta_l Theta_1 K_1")
A, B = sp.Function("A"), sp.Function("B")
C_l = Parameter("C_l", "coefficient of x in the NTK where inputs are opposite")
C_1 = Parameter("C_1", "the same of one hidden layer")
theta_1 = Parameter(
    "theta_1", "angle between opposite inputs behind one hidden layer", theta.domain, unit="radians",
    extremes=(0.1, 3.0),
    latex=r"\theta_1",
)  # fmt: skip
C_next, theta_next = sp.symbols("C_l+1 theta_l+1")

# %%
step_share = Claim(kappa_0, kappa_dot, Given("the derivative dual of the ReLU, over that of equal inputs"))
relu_share = Claim(kappa_1, kappa, Given("the dual of the ReLU, over that of equal inputs"))
step_dual = Claim(kappa_0, 1 - theta / pi, Substitutes(step_share, derivative_map, at={a: 0, b: 1}))
relu_dual = Claim(
    kappa_1,
    (sin(theta) + (pi - theta) * cos(theta)) / pi,
    Substitutes(relu_share, cosine_map, at={a: 0, b: 1}),
)
cosine = Claim(cos(2 * asin(x / sqrt(2))), 1 - x**2, Equates())

# %% [markdown]
# ## Where inputs meet
# At $t = 1 - x^2$ the angle is $2\arcsin(x/\sqrt2)$: the odd powers of $x$ are cusps.

# %%
meeting = {theta: 2 * asin(x / sqrt(2))}
step_meeting = Claim(kappa_0, 1 - 2 * asin(x / sqrt(2)) / pi, Substitutes(step_dual, at=meeting))
relu_meeting = Claim(
    kappa_1,
    (x * sqrt(2 - x**2) + (pi - 2 * asin(x / sqrt(2))) * (1 - x**2)) / pi,
    Substitutes(relu_dual, at=meeting),
)
step_cusp = Claim(kappa_0, 1 - sqrt(2) * x / pi, Series(step_meeting, x, 2))
relu_cusp = Claim(kappa_1, 1 - x**2 + 2 * sqrt(2) * x**3 / (3 * pi), Series(relu_meeting, x, 4))

# %% [markdown]
# Layer upon layer: where $K_l = 1 - x^2 + A_lx^3$, the layer sees inputs at $x\sqrt{1 - A_lx}$.

# %%
seen = x * sqrt(1 - A_l * x)
layer = Claim(K_next, kappa_1, Given("the NNGP kernel of the next layer"))
next_nngp = Claim(K_next, relu_cusp.rhs.subs(x, seen), Substitutes(layer, relu_cusp, at={x: seen}))
next_nngp_cusp = Claim(K_next, 1 - x**2 + (A_l + 2 * sqrt(2) / (3 * pi)) * x**3, Series(next_nngp, x, 3))
nngp_step = Claim(
    A(l + 1), A(l) + sp.Derivative(next_nngp_cusp.rhs, (x, 3)).doit() / 6 - A_l, Given("its cube of x")
)
nngp_cusp = Claim(A(l), 2 * sqrt(2) * l / (3 * pi), Recursion(nngp_step, {A(0): 0}))
tangent_layer = Claim(Theta_next, kappa_1 + kappa_0 * Theta_l, Given("the NTK of the next layer"))
at_hand = Claim(Theta_l, l + 1 - B_l * x, Given("the NTK so far, through the first power of x"))
by_the_last = Claim(
    Theta_next,
    next_nngp.rhs + step_cusp.rhs.subs(x, seen) * Theta_l,
    Substitutes(tangent_layer, relu_cusp, step_cusp, at={x: seen}),
)
next_ntk = Claim(
    Theta_next,
    next_nngp.rhs + step_cusp.rhs.subs(x, seen) * (l + 1 - B_l * x),
    Substitutes(by_the_last, at_hand),
)
next_ntk_cusp = Claim(Theta_next, l + 2 - (B_l + sqrt(2) * (l + 1) / pi) * x, Series(next_ntk, x, 1))
ntk_step = Claim(B(l + 1), B(l) - sp.diff(next_ntk_cusp.rhs, x) - B_l, Given("its first power of x"))
ntk_cusp = Claim(B(l), sqrt(2) * l * (l + 1) / (2 * pi), Recursion(ntk_step, {B(0): 0}))

# %% [markdown]
# ## Where inputs are opposite
# At $t = -1 + x^2$ one layer has the same cusps, up to a sign. A layer above sees inputs that are opposite no
# more: it is smooth there, and hands the cusp on with the factor $\kappa_0$.

# %%
opposite = {theta: pi - 2 * asin(x / sqrt(2))}
nngp_of_one = Claim(K_1, kappa_1, Given("the NNGP kernel of one layer"))
ntk_of_one = Claim(Theta_1, kappa_1 + kappa_0 * cos(theta), Given("the NTK of one layer"))
nngp_opposite = Claim(
    K_1,
    (x * sqrt(2 - x**2) - 2 * asin(x / sqrt(2)) * (1 - x**2)) / pi,
    Substitutes(nngp_of_one, relu_dual, at=opposite),
)
ntk_opposite = Claim(
    Theta_1,
    (x * sqrt(2 - x**2) - 4 * asin(x / sqrt(2)) * (1 - x**2)) / pi,
    Substitutes(ntk_of_one, relu_dual, step_dual, at=opposite),
)
nngp_cusp_opposite = Claim(K_1, 2 * sqrt(2) * x**3 / (3 * pi), Series(nngp_opposite, x, 4))
ntk_cusp_opposite = Claim(Theta_1, -sqrt(2) * x / pi, Series(ntk_opposite, x, 2))
handed = Claim(
    (C_next, theta_next),
    (C_l * kappa_0, acos(kappa_1)),
    Given("the cusp, times the slope of the layer; the angle that the next layer sees"),
)
handed_on = Claim(
    (C_next, theta_next),
    (
        C_l * (1 - theta / pi),
        2 * asin(sqrt(sin(theta / 2) ** 2 + (theta * cos(theta) - sin(theta)) / (2 * pi))),
    ),
    Substitutes(handed, step_dual, relu_dual),
)
# How much the angle falls in a layer keeps more digits than the next angle.
series = (third_of_cube(theta), theta < Rational(7, 5))  # the difference cancels there
fall = sp.Piecewise(series, (sin(theta) - theta * cos(theta), True)) / (2 * pi)
following = 2 * asin(sqrt(sin(theta / 2) ** 2 - fall))
handed_on_stably = Claim(
    (C_next, theta_next),
    (C_l * (1 - theta / pi), theta - 2 * asin(fall / sin((theta + following) / 2))),
    Rewrites(handed_on),
)

# %% [markdown]
# ## The tail of the spectrum
# One layer has equal cusps at both poles, so that its odd degrees are left empty: exactly, as the odd part of
# its NTK is linear. Deeper networks have all degrees.

# %%
ntk_of_angle = Claim(
    Theta_1, (sin(theta) + 2 * (pi - theta) * cos(theta)) / pi, Substitutes(ntk_of_one, relu_dual, step_dual)
)
odd_part = Claim(
    sp.Symbol("Theta_odd"),
    (ntk_of_angle.rhs - ntk_of_angle.rhs.subs(theta, pi - theta)) / 2,
    Given("half the difference between a point and its antipode"),
)
linear_odd_part = Claim(sp.Symbol("Theta_odd"), cos(theta), Rewrites(odd_part))
one_layer_tail = Claim(
    both,
    -sqrt(2) / pi * (1 + (-1) ** k) * two_cusps.rhs.subs({c_plus: 1, c_minus: 0, nu: Rational(1, 2)}),
    Substitutes(
        two_cusps,
        at={c_plus: -ntk_cusp.rhs.subs(l, 1), c_minus: -sqrt(2) / pi, nu: Rational(1, 2)},
    ),
)

# %% [markdown]
# ## Learning times
# Of many points spread evenly over the sphere, the kernel matrix has the eigenvalues $P\mu_k$. Under the mean
# loss, which has $\eta/P$ for a rate, degree $k$ is learned in the time $1/(\eta\mu_k)$.

# %%
mu_k = Parameter("mu_k", "eigenvalue of the kernel on the sphere", sp.Interval.open(0, sp.oo), latex=r"\mu_k")
time_of_degree = sp.Symbol("T_k")
many_points = Claim(lam, P * mu_k, Assumption("the points are many, and spread evenly over the sphere"))
relaxation = Claim(time_of_degree, needed, Given("the time in which a mode falls to 1/e"))
degree_time = Claim(
    time_of_degree, 1 / (eta * mu_k),
    Substitutes(relaxation, learning_time, many_points, at={share: exp(-1), eta: eta / P}),
)  # fmt: skip

# %%
nngp_cusp_coefficient = ExplicitForm(nngp_cusp, (l,))
ntk_cusp_coefficient = ExplicitForm(ntk_cusp, (l,))
relu_ntk_tail = ExplicitForm(one_layer_tail, (k, d), forms=((Precise(one_layer_tail), True),))
degree_learning_time = ExplicitForm(degree_time, (mu_k, eta))
opposite_cusp = RecursiveForm(
    handed_on_stably,
    (more, C_1, theta_1),
    state=(C_l, theta),
    start=(C_1, theta_1),
    steps=more,
    value=C_l,
    defaults={C_1: -float(sqrt(2) / pi), theta_1: float(pi / 2)},
)
