# %% [markdown]
# # The mean tangent kernel, and learning rates that suit it
# With the learning-rate tensor $\lambda_b$ for biases and $\lambda_W/n$ for weights the mean tangent kernel
# of a neuron grows by its own layer's parameters and carries the layers before through $\chi_\perp$ (R9).

# %%
import sympy as sp

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE, POSITIVE
from theory.rules import Given, Recursion, Solves, Substitutes

from .asymptotics import a_1
from .scale_invariant import a_minus, a_plus, mean_square, power, preserved, some
from .setting import K, L, chi_perp, g, l
from .vanishing_kernel import s_1

lambda_b = Parameter("lambda_b", "learning rate of the biases", NONNEGATIVE, latex=r"\lambda_b")
lambda_W = Parameter(
    "lambda_W", "learning rate of the weights times the width", NONNEGATIVE, latex=r"\lambda_W"
)
Theta = Parameter("Theta", "tangent kernel of the layer before", NONNEGATIVE, latex=r"\Theta")
Theta_next, left, left_W, theta = sp.symbols("Theta' R_b R_W theta")
H, t = sp.Function("Theta"), Parameter("t", "layer", POSITIVE)

# %%
flow = Claim(
    Theta_next, lambda_b + lambda_W * g + chi_perp * Theta, Given("parameters of the layer, and those before")
)

# %% [markdown]
# Scale-invariant activations at criticality: every layer adds the same.

# %%
A_2 = power.rhs.subs(power.lhs.args[0], 1)
linear_step = Claim(
    H(l + 1),
    lambda_b + lambda_W * A_2 * K + H(l),
    Substitutes(flow, mean_square, preserved, power, at={Theta_next: H(l + 1), Theta: H(l)}),
    where=some,
)
linear_ntk = Claim(
    H(l),
    (lambda_b + lambda_W * A_2 * K) * l,
    Recursion(linear_step, {H(1): lambda_b + lambda_W * A_2 * K}),
)

# %% [markdown]
# At $K^\star = 0$, with $g = \sigma_1^2K$, $K = 1/(-a_1l)$ and $\chi_\perp = 1 - p/l$ where $p = b_1/a_1$:
# biases give $\theta l$, weights a constant.

# %%
p = Parameter("p", "exponent of the product of chi_perp", POSITIVE, extremes=(0.1, 10))
bias_left = Claim(
    left, theta * (t + 1) - lambda_b - (1 - p / t) * theta * t, Given("the flow for theta l, biases only")
)
bias_balance = Claim(theta * (1 + p) - lambda_b, 0, Substitutes(bias_left, at={left: 0}, factor=-1))
bias_kernel = Claim(theta, lambda_b / (1 + p), Solves(bias_balance))
weight_left = Claim(
    left_W,
    t * (theta - lambda_W * s_1**2 / (-a_1 * t) - (1 - p / t) * theta),
    Given("the flow for a constant theta, weights only, times l"),
    where=a_1 < 0,
)
weight_balance = Claim(
    p * theta + lambda_W * s_1**2 / a_1, 0, Substitutes(weight_left, at={left_W: 0}, factor=-1)
)
weight_kernel = Claim(theta, lambda_W * s_1**2 / (-a_1 * p), Solves(weight_balance))

# %% [markdown]
# ## Learning rates
# A parameter of layer $l$ counts in $\Theta^{(L)}$ with $\prod\chi_\perp = (l/L)^p$, a weight also with the
# kernel before it, $\sigma_1^2/(-a_1l)$. These rates make every layer count alike, whatever the depth
# (R10).

# %%
rate_b, rate_W, share_b, share_W = sp.symbols("lambda_b_l lambda_W_l c_b c_W")
tilde_b = Parameter("tilde_b", "sum of the biases' contributions", POSITIVE, latex=r"\tilde\lambda_b")
tilde_W = Parameter("tilde_W", "rate of the weights at the last layer", POSITIVE, latex=r"\tilde\lambda_W")
bias_share = Claim(share_b, rate_b * (l / L) ** p, Given("what a layer's biases contribute"))
equal_biases = Claim(share_b, tilde_b / L, Given("each layer the same, and their sum as chosen"))
bias_equation = Claim(rate_b * (l / L) ** p, tilde_b / L, Substitutes(bias_share, equal_biases, factor=-1))
bias_rate = Claim(rate_b, tilde_b * L ** (p - 1) / l**p, Solves(bias_equation))
weight_share = Claim(
    share_W,
    rate_W * s_1**2 / (-a_1 * l) * (l / L) ** p,
    Given("what a layer's weights contribute"),
    where=a_1 < 0,
)
equal_weights = Claim(
    share_W, tilde_W * s_1**2 / (-a_1 * L), Given("each layer as the last one at its rate"), where=a_1 < 0
)
weight_equation = Claim(
    weight_share.rhs, equal_weights.rhs, Substitutes(weight_share, equal_weights, factor=-1)
)
weight_rate = Claim(rate_W, tilde_W * (L / l) ** (p - 1), Solves(weight_equation))

# %%
ntk_step = ExplicitForm(flow, (Theta, lambda_b, lambda_W, g, chi_perp))
scale_invariant_ntk = ExplicitForm(linear_ntk, (l, lambda_b, lambda_W, K, a_plus, a_minus))
bias_learning_rate = ExplicitForm(bias_rate, (l, L, p, tilde_b))
weight_learning_rate = ExplicitForm(weight_rate, (l, L, p, tilde_W))
