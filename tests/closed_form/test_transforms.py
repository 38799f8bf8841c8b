"""Every closed form of every theory under jit, vmap and grad of JAX, and under PyTorch's autograd.

Values are held against what the form gives without a transformation, derivatives against differences of
rigorous balls.
"""

import subprocess
import sys

import numpy as np
import pytest
import sympy as sp
from flint import arb, ctx

from theory.backends.functions import MissingFunction
from theory.catalogue import theories
from theory.closed_form import ExplicitForm, RecursiveForm
from theory.closed_form.accuracy import condition_numbers, inputs
from theory.closed_form.precise import Precise
from theory.closed_form.trajectory import TrajectoryForm
from theory.matrix import MatrixForm
from theory.parameter import Domain

jax = pytest.importorskip("jax")

COUNT = 3
EPS = float(np.finfo(float).eps)
FORMS = {f"{theory.name}-{name}": form for theory in theories() for name, form in theory.closed_forms.items()}
SCALAR = {name: form for name, form in FORMS.items() if not isinstance(form, MatrixForm)}


def walked(forms: dict) -> list:
    """All forms as parameters; quick are the first in each theory of each class that compiles in a moment."""
    met, found = set(), []
    for name, form in forms.items():
        kind = name.partition("-")[0], type(form)
        slow = kind in met or not isinstance(form, ExplicitForm | RecursiveForm)
        found.append(pytest.param(form, id=name, marks=pytest.mark.slow if slow else ()))
        met.add(kind)
    return found


EACH = pytest.mark.parametrize("form", walked(SCALAR))


def needed(form, library: str) -> None:
    """Skip a form that refuses the library; which ones do is the last test's matter."""
    if library not in form.backends():
        pytest.skip(f"{form.name} does not compute on {library}")


# ---- points, values and derivatives to compare with ----------------------------------------------


def points(form) -> list[dict]:
    """Moderate points of the domain as exact floats, all with the same integers, as JAX maps over reals."""
    varied = [x for x in form.arguments if x.name in reals(form)]
    whole = Domain(form.arguments, form.relations)
    first = whole.points(1)[0]
    fixed = {x: first[x] for x in form.arguments if x not in varied}
    free = Domain(varied, [r.subs(fixed) for r in form.relations])
    found = []
    for point in free.points(3 * COUNT) if varied else [{}]:
        at = {x.name: float({**fixed, **point}[x]) for x in form.arguments}
        if whole.contains({x: sp.Rational(at[x.name]) for x in form.arguments}):
            found.append(at)
    return found[:COUNT] if "rigorous" in form.backends() else found[:1]  # some 10 s a derivative


def exact(form, at: dict) -> tuple:
    """Balls of the outputs; where there is no enclosure, mpmath numbers."""
    if "rigorous" in form.backends():
        found = form.enclose(digits=60, **at)
    else:
        from mpmath import mp, mpf

        with mp.workdps(25):
            values = {name: mpf(int(v.p)) / int(v.q) for name, v in rational(at).items()}
            found = form.compile("mpmath")(**values)
            found = found if isinstance(found, tuple) else (found,)
            with ctx.workprec(100):
                found = tuple(arb(mp.nstr(v, 25)) for v in found)
    return found if isinstance(found, tuple) else (found,)


def rational(at: dict) -> dict:
    return {name: sp.Rational(v) for name, v in at.items()}


def derivatives(form, at: dict, name: str) -> list:
    """Balls of the derivatives by one argument, from a central difference; the next term of its series
    is the square of the step."""
    x = sp.Rational(at[name])
    step = x / 2 ** (60 if "rigorous" in form.backends() else 24)
    above, below = (exact(form, rational(at) | {name: x + sign * step}) for sign in (1, -1))
    with ctx.workprec(400):
        return [(y - z) * arb(int(step.q)) / arb(2 * int(step.p)) for y, z in zip(above, below, strict=True)]


def rounding(form, at: dict, name: str, output: int, slope: float) -> float:
    """What a derivative changes by where every input changes by one rounding, from differences of it."""
    total = 0.0
    for other in reals(form):
        moved = rational(at) | {other: sp.Rational(at[other]) * (1 + sp.Rational(1, 2**30))}
        total += abs(float(derivatives(form, moved, name)[output]) - slope) * 2**30
    return total * EPS


def worst_derivative(form, found: list) -> tuple[float, str]:
    """The largest error over its bound, and where; ``found[output][name]`` are arrays over the points.

    A derivative may vanish where the value does not, so its rounding is measured against a relative change
    of the value too; it takes about twice the operations of the value. Where that is exceeded, four times
    what the rounding of the inputs does to either is allowed, as for values.
    """
    ratios = [(0.0, "")]
    for k, at in enumerate(points(form)):
        values = exact(form, at)
        for name in reals(form):
            for output, ball in enumerate(derivatives(form, at, name)):
                slope, got = float(ball), float(found[output][name][k])
                scale = abs(slope) + abs(float(values[output]) / at[name])
                error, bound = abs(got - slope), 2 * form.ulps * EPS * scale
                if not error <= bound:
                    changes = rounding(form, at, name, output, slope)
                    if "rigorous" in form.backends():
                        condition = condition_numbers(form, at, values)[output]
                        changes += condition * EPS * abs(float(values[output]) / at[name])
                    bound = max(bound, 4 * changes)
                where = f"by {name}, output {output} at {at}: {got!r} instead of {slope!r}"
                ratios.append((_ratio(error, bound), where))
    return max(ratios)


def worst_value(form, found, expected, at: list[dict], kind=np.float64) -> tuple[float, str]:
    """The largest difference over the form's own bound on errors; outputs along the first axis."""
    ratios, tiny, eps = [(0.0, "")], float(np.finfo(kind).tiny), float(np.finfo(kind).eps)
    for k, point in enumerate(at):
        for output in range(form.outputs):
            got, aim = float(found[output][k]), float(expected[output][k])
            if max(abs(got), abs(aim)) < tiny / eps:  # XLA flushes subnormals, a small factor's too, to zero
                continue
            error, bound = abs(got - aim), form.ulps * eps * abs(aim)
            if not error <= bound and "rigorous" in form.backends():
                condition = condition_numbers(form, point, exact(form, point))[output]
                bound = max(bound, 4 * condition * eps * abs(aim))
            ratios.append((_ratio(error, bound), f"output {output} at {point}: {got!r} instead of {aim!r}"))
    return max(ratios)


def _ratio(error: float, bound: float) -> float:
    if not np.isfinite(error):
        return np.inf
    return error / bound if bound else float(np.inf if error else 0)


def together(at: list[dict]) -> dict:
    return {name: np.array([point[name] for point in at]) for name in at[0]}


def several(found) -> tuple:
    return found if isinstance(found, tuple) else (found,)


def reals(form) -> list[str]:
    return [x.name for x in form.arguments if not isinstance(x.domain, sp.Range)]


# ---- JAX ----------------------------------------------------------------------------------------


@EACH
def test_jit_vmap_and_grad(form):
    needed(form, "jax")
    at = points(form)
    arrays = together(at)
    with jax.enable_x64(True):
        plain = several(form.compile("jax")(**arrays))
        arrays = {name: jax.numpy.asarray(v) for name, v in arrays.items()}
        assert host_calls(jax.make_jaxpr(form)(**arrays).jaxpr) == []
        ratio, where = worst_value(form, several(jax.jit(form)(**arrays)), plain, at)
        assert ratio <= 1, f"jit: {where}"
        if not reals(form):
            return
        whole = {name: at[0][name] for name in form.names if name not in reals(form)}

        def both(varied):
            found = several(form(**varied, **whole))
            return found, found

        slopes, values = jax.jit(jax.vmap(jax.jacrev(both, has_aux=True)))(
            {name: arrays[name] for name in reals(form)}
        )
    ratio, where = worst_value(form, values, plain, at)
    assert ratio <= 1, f"vmap: {where}"
    ratio, where = worst_derivative(form, slopes)
    assert ratio <= 1, f"grad: {where}"


@EACH
def test_a_user_without_64_bits_gets_all_that_32_can_give(form):
    needed(form, "jax")
    assert not jax.config.jax_enable_x64
    arrays = {name: jax.numpy.asarray(v, dtype=np.float32) for name, v in together(points(form)).items()}
    at = [{name: float(v[k]) for name, v in arrays.items()} for k in range(len(points(form)))]
    found = several(form(**arrays))
    assert {x.dtype for x in found} == {np.dtype(np.float32)}
    assert not jax.config.jax_enable_x64
    balls = list(zip(*(exact(form, point) for point in at), strict=True))
    ratio, where = worst_value(form, found, balls, at, np.float32)
    assert ratio <= 1, where


@pytest.mark.slow
def test_importing_every_theory_leaves_the_precision_of_jax_alone():
    code = (
        "import jax; from theory.catalogue import theories; [t.closed_forms for t in theories()]; "
        "from derivations.deep_linear import mode_strength; x = jax.numpy.ones(2); "
        "print(mode_strength(x, 1.0, 0.1, 1.0).dtype, jax.numpy.ones(1).dtype, jax.config.jax_enable_x64)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["float32", "float32", "False"]


def host_calls(jaxpr) -> list[str]:
    """Operations of a traced function, at any depth, that leave the device for Python or foreign code."""
    found = []
    for equation in jaxpr.eqns:
        name = equation.primitive.name
        if any(word in name for word in ("callback", "infeed", "outfeed", "ffi_call", "device_put")):
            found.append(name)
        for value in equation.params.values():
            for inner in value if isinstance(value, list | tuple) else [value]:
                inner = getattr(inner, "jaxpr", inner)
                found += host_calls(inner) if hasattr(inner, "eqns") else []
    return found


def test_a_call_back_to_the_host_is_found_at_any_depth():
    def sine(x):
        return jax.pure_callback(np.sin, jax.ShapeDtypeStruct(x.shape, x.dtype), x)

    def loop(x):
        return jax.lax.fori_loop(0, 3, lambda k, y: jax.lax.cond(k > 1, jax.jit(sine), jax.numpy.sin, y), x)

    assert host_calls(jax.make_jaxpr(jax.jit(loop))(1.0).jaxpr) == ["pure_callback"]


# ---- PyTorch ------------------------------------------------------------------------------------


@pytest.mark.peers("torch")
@EACH
def test_autograd(form):
    import torch

    needed(form, "torch")
    at = points(form)
    tensors = {
        name: torch.tensor(v, dtype=torch.float64, requires_grad=name in reals(form))
        for name, v in together(at).items()
    }
    found, slopes = several(form(**tensors)), []
    for value in found:
        slopes.append({name: np.zeros(len(at)) for name in reals(form)})  # of a constant there is no graph
        if value.requires_grad:
            varied = [tensors[name] for name in reals(form)]
            backward = torch.autograd.grad(value.sum(), varied, retain_graph=True, allow_unused=True)
            got = zip(reals(form), backward, strict=True)
            slopes[-1] |= {name: v.numpy() for name, v in got if v is not None}
    balls = list(zip(*(exact(form, point) for point in at), strict=True))
    ratio, where = worst_value(form, [v.detach().numpy() for v in found], balls, at)
    assert ratio <= 1, where
    ratio, where = worst_derivative(form, slopes)
    assert ratio <= 1, where


# ---- what only NumPy and mpmath compute -----------------------------------------------------------

EAGER_ONLY = {
    "arbitrary precision",
    "besselk",
    "log_besselke",
    "log_chi2_mixture",
    "log_matern",
    "polygamma",
    "tilted_chi2_mean",
}


def needs(form) -> set[str]:
    """What a form is made of, as far as it is not on every array library."""
    found = set()
    for branch, _ in form.branches:
        found |= {"arbitrary precision"} if isinstance(branch, Precise) else set()
        for expression in branch.expressions or ():
            found |= {function.func.__name__ for function in expression.atoms(sp.Function)}
    return found & EAGER_ONLY


@pytest.mark.parametrize("library", ["jax", "torch"])
def test_forms_that_refuse_are_those_that_need_what_is_eager_only(library):
    pytest.importorskip(library)
    number = jax.numpy.asarray(1.0) if library == "jax" else __import__("torch").tensor(1.0)
    for name, form in SCALAR.items():
        lacking = needs(form) | (
            {"solver"} if isinstance(form, TrajectoryForm) and library == "torch" else set()
        )
        assert (library not in form.backends()) == bool(lacking), name
        if lacking:
            at = {name: number * value for name, value in inputs(form, 2, 0)[0].items()}
            for refused in (lambda form=form: form.compile(library), lambda form=form, at=at: form(**at)):
                with pytest.raises(MissingFunction, match=rf"{library} has no .*\(available: ") as caught:
                    refused()
                assert any(f"{library} has no {what}" in str(caught.value) for what in lacking)
