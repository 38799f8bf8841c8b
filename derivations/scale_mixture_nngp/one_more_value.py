# %% [markdown]
# # One more value
# What a further value does to $Q$ and $D$, shown for one after two others. Any number of data is as good as
# two: they can be turned so that all but two coordinates of $y$ and of the kernel's column vanish.

# %%
import sympy as sp
from sympy import log

from theory import Claim, Parameter
from theory.parameter import POSITIVE, REAL
from theory.rules import Given, Substitutes

from .setting import D, Q, f, m, r

k_11, k_22, k_ss = (Parameter(name, "variance of a value", POSITIVE) for name in ("k_11", "k_22", "k_ss"))
k_12, k_1s, k_2s = (Parameter(name, "covariance of two values", REAL) for name in ("k_12", "k_1s", "k_2s"))
y_1, y_2 = (Parameter(name, "a value among the data", REAL) for name in ("y_1", "y_2"))
Q_more, D_more = sp.symbols("Q_more D_more")
data, column = sp.Matrix([y_1, y_2]), sp.Matrix([k_1s, k_2s])
block = sp.Matrix([[k_11, k_12], [k_12, k_22]])
whole = sp.Matrix([[k_11, k_12, k_1s], [k_12, k_22, k_2s], [k_1s, k_2s, k_ss]])
possible = (block.det() > 0, whole.det() > 0)


def form(vector, matrix):
    return (vector.T * matrix.inv() * vector)[0]


# %%
quadratic = Claim(Q, form(data, block), Given("the quadratic form of the data"), where=possible)
volume = Claim(D, log(block.det()), Given("the logarithm of the determinant"), where=possible)
mean = Claim(m, (column.T * block.inv() * data)[0], Given("the mean given the data"))
left = Claim(r, k_ss - form(column, block), Given("the variance given the data"))
quadratic_of_all = Claim(Q_more, form(sp.Matrix([y_1, y_2, f]), whole), Given("the quadratic form of all"))
volume_of_all = Claim(D_more, log(whole.det()), Given("the logarithm of the determinant of all"))
one_more_in_Q = Claim(Q_more, Q + (f - m) ** 2 / r, Substitutes(quadratic_of_all, quadratic, mean, left))
one_more_in_D = Claim(D_more, D + log(r), Substitutes(volume_of_all, volume, left))
