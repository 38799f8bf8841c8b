# %% [markdown]
# # Attention with infinitely many heads
# Positions $a$, $c$ of one input and $b$, $d$ of another (or of the same). A head has queries $Q$, keys $k$
# and values, $n$ of each, linear in what comes in, whose kernel is $K$; its logits $G_{ac}$ weigh, by way of
# $\zeta$, the values at $c$ for the output at $a$. Heads are independent and their outputs add up.

# %%
import sympy as sp
from sympy import sqrt

from theory import Claim, ExplicitForm, Parameter
from theory.parameter import NONNEGATIVE, REAL
from theory.rules import Assumption, Given, Substitutes

from .dense import n

sigma_q = Parameter(
    "sigma_q", "standard deviation of the queries' weights", NONNEGATIVE, latex=r"\sigma_Q",
    extremes=(1e-3, 1e3),
)  # fmt: skip
sigma_k = Parameter(
    "sigma_k", "standard deviation of the keys' weights", NONNEGATIVE, latex=r"\sigma_K", extremes=(1e-3, 1e3)
)
sigma_v = Parameter(
    "sigma_v", "standard deviation of the values' weights times that of the output's", NONNEGATIVE,
    latex=r"\sigma_{OV}", extremes=(1e-3, 1e3),
)  # fmt: skip
K_ab = Parameter("K_ab", "kernel between position a and position b", REAL, extremes=(-1e3, 1e3))
K_cd = Parameter("K_cd", "kernel between position c and position d", REAL, extremes=(-1e3, 1e3))
K_ac = Parameter("K_ac", "kernel between two positions of one input", REAL, extremes=(-1e3, 1e3))
squares = Parameter(
    "squares", "sum over all c and d of K_cd squared", NONNEGATIVE, latex=r"\lVert K\rVert_F^2",
    extremes=(1e-6, 1e6),
)  # fmt: skip
mixed = Parameter(
    "mixed", "sum over c and d of zeta_ac K_cd zeta_bd", REAL, latex=r"(\zeta K \zeta^\top)_{ab}",
    extremes=(-1e6, 1e6),
)  # fmt: skip
Q_a, Q_b, k_c, k_d, V_c, V_d, s_a, s_c = sp.symbols("Q_a Q_b k_c k_d V_c V_d s_a s_c", real=True)
G_ac, G_bd, G_mean, zeta_ac, zeta_bd, y_a, y_b = sp.symbols(
    "G_ac G_bd G_mean zeta_ac zeta_bd y_a y_b", real=True
)
products_of_logits, products_of_outputs, K_out = sp.symbols("GG yy K_out", real=True)

# %% [markdown]
# ## Logits over the root of the width
# One channel adds $Q_a k_c/\sqrt n$ to a logit; queries and keys have weights of their own. The logits are
# Gaussian at infinite width, of this covariance:

# %%
first_logit = Claim(G_ac, Q_a * k_c / sqrt(n), Given("one channel's part of the logit, at the first input"))
second_logit = Claim(G_bd, Q_b * k_d / sqrt(n), Given("the same at the second input"))
logits = Claim(products_of_logits, n * G_ac * G_bd, Given("$n$ channels, independent, of mean 0"))
product_of_logits = Claim(
    products_of_logits, Q_a * Q_b * k_c * k_d, Substitutes(logits, first_logit, second_logit)
)
queries = Claim(
    Q_a * Q_b,
    sigma_q**2 * K_ab,
    Assumption("law of large numbers: the queries are a dense layer without bias"),
)
keys = Claim(k_c * k_d, sigma_k**2 * K_cd, Assumption("the same of the keys, with weights of their own"))
logit_covariance = Claim(
    products_of_logits, sigma_q**2 * sigma_k**2 * K_ab * K_cd, Substitutes(product_of_logits, queries, keys)
)

# %% [markdown]
# With $\zeta$ the identity (no softmax), a head's output has a term for every position:

# %%
first_head = Claim(y_a, zeta_ac * V_c, Given("what position c adds to a head's output at a"))
second_head = Claim(y_b, zeta_bd * V_d, Given("the same at the second input"))
output_terms = Claim(products_of_outputs, y_a * y_b, Given("a term of the product of two outputs"))
product_of_heads = Claim(
    products_of_outputs, zeta_ac * V_c * zeta_bd * V_d, Substitutes(output_terms, first_head, second_head)
)
values = Claim(
    V_c * V_d,
    sigma_v**2 * K_cd,
    Assumption("values, and the output's weights, are dense layers without bias"),
)
identity = Claim(
    zeta_ac * zeta_bd, products_of_logits, Given("no softmax; a mean over heads is an expectation")
)
identity_term = Claim(
    products_of_outputs,
    sigma_v**2 * sigma_q**2 * sigma_k**2 * K_ab * K_cd**2,
    Substitutes(product_of_heads, values, identity, logit_covariance),
)
all_positions = Claim(K_out, products_of_outputs, Given("summed over c and d"))
sum_of_squares = Claim(K_cd**2, squares, Given("summed over c and d"))
identity_attention = Claim(
    K_out,
    sigma_v**2 * sigma_q**2 * sigma_k**2 * K_ab * squares,
    Substitutes(all_positions, identity_term, sum_of_squares),
)

# %% [markdown]
# ## Logits over the width
# If queries and keys share their weights, and the logits are divided by $n$ instead of $\sqrt n$, they are
# means over the channels of $s_a s_c$, and do not fluctuate. Then $\zeta$ may be any function of all logits
# of a position, the softmax for one: it is a matrix of numbers, known for every input.

# %%
shared_query = Claim(Q_a, sigma_q * s_a, Given("$s$ is a dense layer of unit weights"))
shared_key = Claim(k_c, sigma_k * s_c, Given("the same weights"))
logit_over_width = Claim(G_mean, Q_a * k_c, Given("the mean over the channels"))
shared_logit = Claim(
    G_mean, sigma_q * sigma_k * s_a * s_c, Substitutes(logit_over_width, shared_query, shared_key)
)
shared_moment = Claim(s_a * s_c, K_ac, Assumption("law of large numbers over the channels"))
mean_logit = Claim(G_mean, sigma_q * sigma_k * K_ac, Substitutes(shared_logit, shared_moment))
mixing = Claim(zeta_ac * zeta_bd * K_cd, mixed, Given("summed over c and d; the weights are numbers"))
mixed_term = Claim(
    products_of_outputs, sigma_v**2 * zeta_ac * zeta_bd * K_cd, Substitutes(product_of_heads, values)
)
mixed_attention = Claim(K_out, sigma_v**2 * mixed, Substitutes(all_positions, mixed_term, mixing))

# %%
attention_identity_nngp = ExplicitForm(identity_attention, (K_ab, squares, sigma_q, sigma_k, sigma_v))
attention_logit = ExplicitForm(mean_logit, (K_ac, sigma_q, sigma_k))
attention_nngp = ExplicitForm(mixed_attention, (mixed, sigma_v))
