"""Every closed form of matrices under jit, vmap and grad of JAX, and under PyTorch's autograd.

Derivatives are along a random direction in all arguments together, from differences of rigorous balls.
"""

from fractions import Fraction
from inspect import signature

import numpy as np
import pytest
from flint import ctx

from theory.catalogue import theories
from theory.matrix import MatrixForm
from theory.matrix.accuracy import ULPS

jax = pytest.importorskip("jax")

STEP, RELATIVE = Fraction(1, 2**60), Fraction(1, 2**30)
FORMS = [
    pytest.param(form, id=f"{theory.name}-{name}")
    for theory in theories()
    for name, form in theory.closed_forms.items()
    if isinstance(form, MatrixForm)
]


def tied(form) -> set[str]:
    """Arguments between which a relation must hold: they may only grow together."""
    if not form.requires:
        return set()
    named = {name for name, p in signature(form.requires).parameters.items() if p.kind is not p.VAR_KEYWORD}
    return named - {"xp", "epsilon"}


def arguments(form, seed: int = 0) -> tuple[dict, dict]:
    """A point, and a direction in which each entry changes in proportion; what is symmetric stays so.

    Arguments that are tied change by one factor.
    """
    rng = np.random.default_rng(seed)
    at = {name: np.asarray(value, dtype=float) for name, value in form.sample(rng).items()}
    along = {}
    for name, value in at.items():
        change = rng.uniform(-1, 1, size=value.shape)
        if name in tied(form):
            change = 0.25
        elif value.ndim == 2 and np.array_equal(value, value.T):
            change = (change + change.T) / 2
        along[name] = value * change
    return at, along


SHAPES = {0: "wide", 1: "tall", 6: "square"}
"""Seeds, and what they make of the input-output correlations of forms with tied arguments."""
CASES = [
    pytest.param(form.values[0], seed, id=f"{form.id}-{shape}")
    for form in FORMS
    for seed, shape in SHAPES.items()
    if tied(form.values[0]) or not seed
]


def exactly(value: np.ndarray) -> np.ndarray:
    return np.array(np.frompyfunc(Fraction, 1, 1)(value.astype(object)), dtype=object)


def slope(form, at: dict, along: dict, order: int = 1) -> np.ndarray:
    """The first or second derivative of every entry along a direction, both of exact numbers."""
    above, here, below = (
        form.enclose(digits=60, **{name: at[name] + sign * STEP * along[name] for name in at})
        for sign in (1, 0, -1)
    )
    with ctx.workprec(400):
        found = (above - below) * 2**59 if order == 1 else (above - here - here + below) * 2**120
        return np.array([[float(x) for x in row] for row in found.tolist()])


def roundings(form, at: dict):
    """Each way in which one rounding may change the arguments."""
    for name in at:
        for index in np.ndindex(at[name].shape) if name not in tied(form) else ():
            moved = at[name].copy()
            moved[index] *= 1 + RELATIVE
            yield {name: moved}
    if tied(form):
        yield {name: at[name] * (1 + RELATIVE) for name in tied(form)}


def allowed(form, at: dict, along: dict, order: int = 1) -> float:
    """The error of the largest entry of a derivative: of 16 ulps, or four times what it changes by where
    every entry of every argument changes by one rounding."""
    here, total = slope(form, at, along, order), 0.0
    value = np.array([[float(x) for x in row] for row in form.enclose(digits=30, **at).tolist()])
    for changed in roundings(form, at):
        moved = slope(form, {**at, **changed}, along, order)
        total = total + np.abs(moved - here) * 2**30
    scale = np.abs(here).max() + np.abs(value).max()
    return float(max(2 * ULPS * scale, 4 * np.max(total)) * np.finfo(float).eps)


def judged(form, at, along, found, order: int = 1) -> None:
    """A derivative against the difference of balls."""
    at, along = ({name: exactly(v) for name, v in values.items()} for values in (at, along))
    error = np.abs(np.asarray(found) - slope(form, at, along, order)).max()
    assert error <= allowed(form, at, along, order)


@pytest.mark.slow
@pytest.mark.parametrize(("form", "seed"), CASES)
def test_jit_vmap_and_grad(form, seed):
    at, along = arguments(form, seed)
    with jax.enable_x64(True):
        at_jax, along_jax = ({k: jax.numpy.asarray(v) for k, v in x.items()} for x in (at, along))

        def moved(by):
            found = form(**{name: at_jax[name] + by * along_jax[name] for name in at})
            return found, found

        plain = form(**at_jax)
        slopes, values = jax.jit(jax.vmap(jax.jacrev(moved, has_aux=True)))(jax.numpy.zeros(2))
        bound = form.accuracy("jax", points=1).bound_ulps * np.spacing(float(abs(plain).max()))
        for value in (jax.jit(form)(**at_jax), *values):
            assert float(abs(value - plain).max()) <= bound
        judged(form, at, along, slopes[1])


@pytest.mark.slow
@pytest.mark.peers("torch")
@pytest.mark.parametrize(("form", "seed"), CASES)
def test_autograd(form, seed):
    import torch

    at, along = arguments(form, seed)
    at_torch, along_torch = ({k: torch.as_tensor(v) for k, v in x.items()} for x in (at, along))

    def moved(by):
        return form(**{name: at_torch[name] + by * along_torch[name] for name in at})

    judged(form, at, along, torch.autograd.functional.jacobian(moved, torch.zeros((), dtype=torch.float64)))


@pytest.mark.parametrize("form", FORMS)
def test_a_user_without_64_bits_stays_without(form, recwarn):
    """Also where some arguments are NumPy's float64."""
    at, _ = arguments(form)
    first = next(iter(at))
    found = form(**at | {first: jax.numpy.asarray(at[first])})
    assert found.dtype == np.float32 and not jax.config.jax_enable_x64
    assert not [w for w in recwarn if "float64" in str(w.message)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SHAPES, ids=SHAPES.values())
def test_derivatives_by_the_data_alone(seed):
    """The first and the second, where vectors that the data leave free move along."""
    from derivations.deep_linear import balanced_product

    at, _ = arguments(balanced_product, seed)
    shape = at["Sigma31"].shape
    assert SHAPES[seed] == {-1: "wide", 0: "square", 1: "tall"}[np.sign(shape[0] - shape[1])]
    along = {name: np.zeros_like(value) for name, value in at.items()}
    along["Sigma31"] = np.random.default_rng(seed).normal(size=shape)
    with jax.enable_x64(True):

        def moved(by):
            return balanced_product(**at | {"Sigma31": at["Sigma31"] + by * along["Sigma31"]})

        first, second = jax.jit(jax.jacfwd(moved)), jax.jit(jax.jacfwd(jax.jacfwd(moved)))
        judged(balanced_product, at, along, first(0.0))
        judged(balanced_product, at, along, second(0.0), order=2)
