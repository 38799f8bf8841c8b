"""Other people's code on trial: is this sampler second order, this kernel right near rho = 1?

    from theory import validate
    trial = validate.sampler(my_sampler, claimed_order=2)
    assert trial.holds, trial

Each function takes the code and returns a `Trial`: ``holds``, ``findings`` with evidence, the measured
order where there is one, ``to_json()``, ``to_html()``, ``figure()``. What the code does wrong (exceptions,
NaN, wrong shapes, endless loops) is a finding; a wrong argument of ours is an error.

Any closed form can be held against any function; in a test module, this is all that pytest needs:

    @theory.validate(mode_strength)
    def my_strength(t, s, u0, tau): ...
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import TYPE_CHECKING

from ..lazy import on_first_use
from .registry import TrialOf, trial_of, trials

if TYPE_CHECKING:
    from .against import OnTrial
    from .check import Check
    from .trial import Curve, Finding, Trial

__all__ = [
    "Check",
    "Curve",
    "Finding",
    "OnTrial",
    "Trial",
    "TrialFailed",
    "TrialOf",
    "checks",
    "closed_form",
    "density",
    "dual",
    "kernel",
    "parametrize_with_checks",
    "sampler",
    "schedule",
    "score_model",
    "training",
    "trial_of",
    "trials",
]

_HOME = {
    "Check": "check",
    "TrialFailed": "check",
    "Curve": "trial",
    "Finding": "trial",
    "Trial": "trial",
    "OnTrial": "against",
}
__getattr__, _homes = on_first_use(__name__, _HOME)  # the pytest plug-in is here: nothing may cost anything


def __dir__() -> list[str]:
    return sorted({*globals(), *_homes()})


class _Callable(ModuleType):
    """A module that is the decorator `closed_form`, too: ``@theory.validate(form)``."""

    def __call__(self, form, **options) -> Callable[[Callable], OnTrial]:
        return closed_form(form, **options)


sys.modules[__name__].__class__ = _Callable


def closed_form(form, *, tolerance=None, **options) -> Callable[[Callable], OnTrial]:
    """A decorator: the function is held against a closed form of any theory.

    The function keeps working as it is, and has ``trial()``, which gives a `Trial`, and ``checks()``, named
    ones for pytest, which the plug-in collects from a test module. What it is depends on ``tolerance``:

    - None or `RoundOff(ulps)`: it gives the values for NumPy, PyTorch or JAX arrays. These are compared with
      rigorous balls at moderate and extreme points of the domain, in float64 and float32, to ``ulps`` units
      in the last place (the closed form's own 8 or 16 by default) or 4 condition numbers.
    - `MonteCarlo()`: it gives draws (replicates, n), whose mean should be the closed form. It may take
      ``rng`` (a NumPy generator) or ``seed`` (an integer), and ``replicates``.
    - `Discretisation(order)`: it also takes a ``step`` (another keyword by ``varies=``) and converges.
    - `FiniteSize(exponent)`: it also takes a ``size``; its error, or the bias of its draws, is
      size**-exponent.

    Parameters are those of the form by name, or in its order; else ``arguments`` are the form's names in the
    function's order. Integer arguments are given as Python integers, one value in a call. Options: ``at``
    (numbers at which arguments are held, arrays (n,) of the points to take), ``within`` (argument:
    (low, high), where the function is meant for a part of the domain only), ``library`` ("numpy", "torch",
    "jax"), ``dtypes``, ``vectorised`` (False: it takes numbers only), ``stochastic``, ``replicates``,
    ``points``, ``seed``, ``time_limit`` (seconds of the processor), ``name``. ValueError for options that
    make no trial.
    """
    from .against import OnTrial

    return lambda function: OnTrial(form, function, tolerance=tolerance, **options)


def checks(form, function, *, tolerance=None, **options) -> list[Check]:
    """Named checks of a function against a closed form; options as in `closed_form`.

    ``str(check)`` is its name, ``check()`` raises `TrialFailed` (an AssertionError) where it finds a defect.
    """
    return closed_form(form, tolerance=tolerance, **options)(function).checks()


def parametrize_with_checks(subjects: Iterable):
    """A pytest decorator: the test runs once for each check, ``def test_mine(check): check()``.

    ``subjects``: functions under `closed_form`, checks, or lists of checks.
    """
    import pytest

    from .check import flat

    return pytest.mark.parametrize("check", [pytest.param(one, id=str(one)) for one in flat(subjects)])


def sampler(sample, *, claimed_order: float | None = None, **options) -> Trial:
    """Drives a sampler of diffusion models with the exact denoiser of Gaussian data, and judges it.

    ``sample(denoise, x_T, sigmas) -> x_0`` in EDM's variables: ``x_T`` (B, D) at noise level ``sigmas[0]``,
    ``denoise(x, sigma)`` the mean of the clean data with ``sigma`` a number or one for each row, ``sigmas``
    (n + 1,) decreasing, to the last of which the sampler goes; or a scheduler of diffusers, a solver of
    diffrax, a function ``(model, x, sigmas, ...)`` of k-diffusion's kind.

    Options: ``method`` ("euler", "heun", "dpm++2m", "adams2": whose error constants it should have),
    ``stochastic``, ``library`` ("numpy" or "torch"), ``dtype`` ("float64" or "float32"), ``sigma_max``,
    ``sigma_min``, ``steps``, ``to_zero`` (whether it must be able to go to 0), ``seed``, ``time_limit``
    (seconds of the processor), ``name``. ValueError for arguments that make no trial.
    """
    from .registry import find

    return find("sampler")(sample, claimed_order=claimed_order, **options)


def training(train, *, loss: str = "half mean", **options) -> Trial:
    """Drives training code on deep linear networks and linear regression, against their exact dynamics.

    ``train(weights, X, Y, learning_rate, steps) -> weights``: full-batch gradient descent of the network
    y = W_L ... W_1 x, ``weights`` a list of arrays (n_l, n_{l-1}), ``X`` (n, n_0) and ``Y`` (n, n_L) with an
    example in each row. ``loss``: "half mean", "mean", "half sum", "sum", "mse" or "half mse", of the squared
    error. Options: ``library`` ("numpy", "torch" or "jax"), ``dtype``, ``claimed_order`` (in the learning
    rate, 1 by default), ``seed``, ``time_limit`` (seconds), ``name``.
    """
    from .registry import find

    return find("training")(train, loss=loss, **options)


def score_model(score, *, data=None, **options) -> Trial:
    """Compares a score network, or code, with the exact score of Gaussian or mixture data, by mode and level.

    ``score(x, sigma) -> (B, D)`` at x (B, D), noise level ``sigma`` a number. ``data``: (mean, covariance),
    or (weights, means, covariances) of a mixture; by default a Gaussian in coordinates along its modes.
    Options: ``predicts`` ("score", "epsilon" or "denoiser"), ``alpha`` (the signal level as a function of
    sigma; 1 by default), ``sigmas``, ``accuracy`` (the relative error allowed to a trained network; rounding
    by default), ``library``, ``dtype``, ``seed``, ``time_limit``, ``name``.
    """
    from .registry import find

    return find("score_model")(score, data=data, **options)


def density(log_density, *, data=None, **options) -> Trial:
    """Compares likelihood code with the exact log-density, in nats, of Gaussian or mixture data.

    ``log_density(x) -> (B,)`` at x (B, D), or ``log_density(score, x)`` with ``with_score=True``, where
    ``score(x, sigma)`` is exact. ``data`` as in `score_model`. Options: ``stochastic`` (a trace estimator:
    judged by z-scores), ``accuracy`` (nats allowed to an integrator; rounding by default), ``sigma_max``,
    ``library``, ``dtype``, ``seed``, ``time_limit``, ``name``.
    """
    from .registry import find

    return find("density")(log_density, data=data, **options)


def schedule(alpha, sigma, *, kind: str | None = None, **options) -> Trial:
    """Checks a noise schedule ``alpha(t)``, ``sigma(t)`` of arrays of times against the identities.

    ``kind``: "vp" (alpha^2 + sigma^2 = 1), "ve" (alpha = 1), "straight" (alpha + sigma = 1), or None.
    Options: ``dalpha``, ``dsigma``, ``f``, ``g2``, ``log_snr`` (functions of time, checked where given),
    ``t_min``, ``t_max``, ``time_limit``, ``name``.
    """
    from .registry import find

    return find("schedule")(alpha, sigma, kind=kind, **options)


def kernel(f, *, reference, kind: str = "nngp", claimed_digits: float | None = None, **options) -> Trial:
    """Compares ``f(X1, X2) -> (n1, n2)`` with the NNGP kernel or NTK of a network of infinite width.

    ``reference``: a `Network` of ``derivations.nngp_ntk``; ``kind``: "nngp" or "ntk"; ``X1`` (n1, d), ``X2``
    (n2, d), or with positions. ``claimed_digits``: how many digits it has to keep everywhere, None for all
    that rounding leaves. Kernels of scikit-learn, gpytorch and Neural Tangents are called as theirs. Options:
    ``nngp`` (the NNGP function that belongs to a tangent kernel), ``depths`` (``f`` and ``reference`` are
    functions of the depth), ``dtypes``, ``library`` ("numpy", "torch", "jax"), ``shape`` (of one input),
    ``adapter``, ``seed``, ``time_limit`` (seconds), ``name``.
    """
    from .registry import find

    return find("kernel")(f, reference=reference, kind=kind, claimed_digits=claimed_digits, **options)


def dual(f, *, activation, derivative=None, claimed_digits: float | None = None, **options) -> Trial:
    """Compares ``f(q1, q2, c)`` with the dual of an activation, its ``derivative`` with the derivative dual.

    The dual is E phi(u) phi(v) of Gaussians of variances ``q1``, ``q2`` and covariance ``c``, all (n,);
    ``activation`` one of ``derivations.nngp_ntk`` or its name. Options: ``dtypes``, ``library`` ("numpy",
    "torch", "jax"), ``seed``, ``time_limit`` (seconds), ``name``.
    """
    from .registry import find

    found = find("dual")
    return found(f, activation=activation, derivative=derivative, claimed_digits=claimed_digits, **options)
