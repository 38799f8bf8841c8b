# %% [markdown]
# # Votes with other exponents
# A vote with weights $\lVert x - x_i\rVert^{-\alpha}$ on data of dimension $d$ is consistent where
# $\alpha = d$ (R4). For $\alpha > d$ few neighbours decide however many there are: the sum of squares of
# their shares, which the noise of the labels enters with, tends to $1 - d/\alpha$, and to the nearest
# neighbour alone for $\alpha \to \infty$. That errs where one of two labels is the rarer one.

# %%
import sympy as sp

from theory import Claim, ExplicitForm, Parameter
from theory.rules import Assumption, Limit, Substitutes

d = Parameter("d", "dimension of the data", sp.Range(1, sp.oo), extremes=(1, 60))
alpha = Parameter("alpha", "exponent of the vote", sp.Interval.open(0, sp.oo), extremes=(1.01, 1000))
p = Parameter("p", "probability of the rarer label", sp.Interval(0, sp.Rational(1, 2)))
share, nearest = sp.symbols("s R_1")

# %%
concentration = Claim(
    share,
    1 - d / alpha,
    Assumption("many points: shares of a vote with r**-alpha are those of Poisson and Dirichlet"),
    where=alpha > d,
)
half = Claim(share, sp.Rational(1, 2), Substitutes(concentration, at={alpha: 2 * d}), everywhere=True)
nearest_alone = Claim(share, 1, Limit(concentration, alpha, sp.oo), everywhere=True)
labels_differ = Claim(
    nearest, p * (1 - p) + (1 - p) * p, Assumption("many points: two labels drawn at the same place differ")
)
risk_of_nearest = Claim(nearest, 2 * p - 2 * p**2, Substitutes(labels_differ))

# %%
vote_share = ExplicitForm(concentration, (d, alpha))
nearest_risk = ExplicitForm(risk_of_nearest, (p,))
