# %% [markdown]
# # The error of one sampler step
# In $x/\alpha$ and the half log-SNR $\ell = \ln(\alpha/\sigma)$ every process is the same: a mode is
# $\sqrt{\lambda + \rho^2}$ times a constant, with $\rho = \sigma/\alpha = e^{-\ell}$. A step of length $h$
# in $\ell$ is compared with it. All that matters of a mode is the share $\kappa = \rho^2/(\rho^2 + \lambda)$
# of noise in it.

# %%
import sympy as sp
from sympy import Integral, exp, log, sqrt

from theory import Claim, Parameter
from theory.parameter import POSITIVE
from theory.rules import Assumption, Given, Series, Substitutes
from theory.rules.substitution import put

from ._step_series import step_series
from .flow import alpha_s, factor, gain, sigma2_s
from .setting import alpha, lam, sigma2

OPEN, CLOSED = sp.Interval.open(0, 1), sp.Interval(0, 1)
kappa = Parameter("kappa", "share of noise in the mode where the step starts", OPEN, latex=r"\kappa")
kappa_0 = Parameter("kappa_0", "share of noise at the end of sampling", CLOSED, latex=r"\kappa_0")
kappa_T = Parameter("kappa_T", "share of noise at its start", CLOSED, latex=r"\kappa_T")
rho = Parameter("rho", "noise level over signal level where the step starts", POSITIVE, latex=r"\rho")
h = Parameter("h", "length of the step in the half log-SNR", POSITIVE)
p = Parameter("p", "order of the method", sp.Range(1, 7))
a = sp.Symbol("a", real=True)

E, d = sp.Function("E"), sp.Function("d")
r, defect_in, c = sp.Function("r"), sp.Function("delta"), sp.Function("c")
e = sp.Symbol("e")

# %% [markdown]
# The exact solution, and the denoiser's output along it, at a distance $a$ in $\ln\rho$ from the start
# of the step, in units of the sample there.

# %%
in_shares = {lam: rho**2 * (1 - kappa) / kappa}
solution = Claim(
    E(a),
    sqrt(1 - kappa + kappa * exp(2 * a)),
    Substitutes(
        factor,
        at={gain: E(a), alpha: 1, alpha_s: 1, sigma2: (rho * exp(a)) ** 2, sigma2_s: rho**2, **in_shares},
    ),
)
denoiser = Claim(
    d(a), lam / (lam + (rho * exp(a)) ** 2) * E(a), Given("the denoiser of a Gaussian mode, on the solution")
)
denoised = Claim(
    d(a), (1 - kappa) / sqrt(1 - kappa + kappa * exp(2 * a)), Substitutes(denoiser, solution, at=in_shares)
)

# %% [markdown]
# A sampler is its step $r(h)$; the local error is $\delta$, with leading coefficient $c(\kappa)$.

# %%
defect = Claim(defect_in(h), log(r(h)) - log(E(-h)), Given("the logarithm of the step over the exact one"))
leading = Claim(c(kappa), defect_in(h) / h ** (p + 1), Given("the leading term of the local error"))

# %% [markdown]
# Along the way $d\kappa = 2\kappa(1-\kappa)\,d\ln\rho$. What a stable method is off at the end, in units
# of $h^p$, is the sum of its local errors: other solutions of a multistep recursion are damped.

# %%
z = sp.Symbol("z", positive=True)
accumulation = Claim(
    e,
    Integral(c(z) / (2 * z * (1 - z)), (z, kappa_0, kappa_T)),
    Assumption("small steps: the errors of a zero-stable method add up"),
)

# %% [markdown]
# Three lines certify a sampler: its step, the leading term of its defect, and what the coefficient of
# that accumulates to.


# %%
def defect_of(step: Claim) -> tuple:
    """The local error of a step and the rule for it: ``Claim(defect_in(h), *defect_of(step))``.

    ``step`` states r(h), the sample after a step of length h in units of the sample before it, by the
    denoiser's outputs d(0) at the start, d(h), d(2 h) at the nodes before, and the solution E(a).
    """
    return put(defect.rhs, [step, denoised, solution]), Substitutes(defect, step, denoised, solution)


def coefficient_of(local: Claim, order: int) -> tuple:
    """The coefficient of a local error, and its rule: ``Claim(c(kappa), *coefficient_of(local, order))``."""
    return local.rhs / h ** (order + 1), Substitutes(leading, local, at={p: order})


def certificate(step: Claim, highest: int = 5) -> tuple[int, Claim]:
    """Order of a sampler, and the claim that states its local error: found by SymPy, checked as any claim.

    ``step`` as for `defect_of`. Ask the claim for its ``evidence``; `error_constant` integrates it.
    Raises ValueError for a step that is exact, or inconsistent, through ``highest``.
    """
    found = Claim(defect_in(h), *defect_of(step))
    for n, term in enumerate(step_series(step.rhs - E(-h), h, kappa, E, d, highest + 2)):
        if term != 0 and n > 1:
            return n - 1, Claim(defect_in(h), sp.factor(term) * h**n, Series(found, h, n))
        if term != 0:
            break
    raise ValueError(f"{step.name or step}: no order between 1 and {highest} found: check the step")


def error_constant(order: int, local: Claim) -> sp.Expr:
    """What the final log-amplitude is off, in units of h^order, by kappa_0 and kappa_T."""
    x = sp.Symbol("x")
    slope = sp.cancel((local.rhs / h ** (order + 1)).subs(kappa, x) / (2 * x * (1 - x)))
    primitive = sp.integrate(slope, x)
    return sp.factor(primitive.subs(x, kappa_T) - primitive.subs(x, kappa_0))
