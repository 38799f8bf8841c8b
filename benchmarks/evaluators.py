"""Three formulas on many points beside what others make of them, in CPU time on one thread.

The sigmoid of deep linear learning, the arc-cosine kernel through three layers, the score of a mixture of ten
Gaussians in the plane. Generated peers get the claims' own right sides,
with the numbers put in; the loops by hand are what one would write.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import sympy as sp

from theory.benchmark import Row

from .measure import hand_written, median_ratio

SIGMOID = {"s": 1.0, "u0": 1e-3, "tau": 2.0}
LAYERS = 3
NOISE = 1.0
OURS, REFERENCE = "closed form", "lambdify(cse=True)"
LLVM, BY_HAND = "symengine, LLVM", "numba loop by hand"
GOALS = {
    "sigmoid": {REFERENCE: 0.35, LLVM: 1.0, BY_HAND: 1.0},
    "arc-cosine, 3 layers": {REFERENCE: 0.25, LLVM: 1.0, BY_HAND: 1.0},
    "mixture score": {REFERENCE: 0.10, LLVM: 1.0, BY_HAND: 1.0},
}
"""Our CPU time over a peer's, at most."""


@dataclass(frozen=True)
class Formula:
    """A name, our evaluator on arrays, the expressions for peers, a loop by hand, and the points."""

    name: str
    ours: Callable
    symbols: tuple
    expressions: tuple
    by_hand: Callable
    points: tuple


def formulas(count: int) -> list[Formula]:
    return [_sigmoid(count), _composite(count), _mixture(count)]


def _sigmoid(count: int) -> Formula:
    from derivations.deep_linear import mode_strength

    time_, *_, d = mode_strength.arguments
    numbers = {x: sp.Float(SIGMOID[x.name]) for x in mode_strength.arguments if x.name in SIGMOID} | {d: 1}
    loop = hand_written()
    return Formula(
        "sigmoid",
        lambda t: mode_strength(t=t, **SIGMOID),
        (time_,),
        (mode_strength.claim.unfolded.subs(numbers),),
        lambda t: loop(t, **SIGMOID),
        (np.linspace(0, 20, count),),
    )


def _composite(count: int) -> Formula:
    import numba

    from derivations.nngp_ntk.deep_relu import R, deep_relu_correlation, deeper, l, rho

    value = rho
    for _ in range(LAYERS):
        value = deeper.rhs.subs(R(l), value)

    @numba.njit
    def loop(rho):
        found = np.empty_like(rho)
        for i in range(rho.size):
            r = rho[i]
            for _ in range(LAYERS):
                r = (math.sqrt((1 - r) * (1 + r)) + r * (math.pi - math.acos(r))) / math.pi
            found[i] = r
        return found

    at = np.random.default_rng(0).uniform(-1, 1, count)
    ours = lambda rho: deep_relu_correlation(rho=rho, layers=LAYERS)  # noqa: E731
    return Formula("arc-cosine, 3 layers", ours, (rho,), (value,), loop, (at,))


def mixture_means() -> np.ndarray:
    """Of ten Gaussians in the plane."""
    return 2 * np.random.default_rng(0).normal(size=(10, 2))


def _mixture(count: int) -> Formula:
    import numba

    from derivations.gaussian_score.mixture import a, a_1, b, b_1, first_point
    from derivations.gaussian_score.models.mixture import MixtureModel
    from derivations.gaussian_score.setting import alpha, sigma

    means = mixture_means()
    model = MixtureModel(np.full(10, 0.1), means, 0.0)
    density = sum(
        first_point.rhs.subs({alpha: 1, sigma: sp.Float(NOISE), a_1: sp.Float(m), b_1: sp.Float(n)}) / 10
        for m, n in means.tolist()
    )
    score = tuple(sp.diff(sp.log(density), x) for x in (a, b))

    @numba.njit
    def loop(x, y):
        found = np.empty((x.size, 2))
        for i in range(x.size):
            total = first = second = 0.0
            for k in range(len(means)):
                p, q = means[k, 0] - x[i], means[k, 1] - y[i]
                w = math.exp(-(p * p + q * q) / (2 * NOISE * NOISE))
                total, first, second = total + w, first + w * p, second + w * q
            found[i] = first / (total * NOISE * NOISE), second / (total * NOISE * NOISE)
        return found

    at = model.sample(count, np.random.default_rng(1), sigma=NOISE)
    columns = np.ascontiguousarray(at.T)
    ours = lambda x, y: model.score(at, sigma=NOISE)  # noqa: E731
    return Formula("mixture score", ours, (a, b), score, loop, tuple(columns))


def evaluators(formula: Formula) -> dict[str, Callable]:
    """What is compared, by name; peers that are not installed are left out."""
    symbols, expressions = formula.symbols, list(formula.expressions)
    single = expressions[0] if len(expressions) == 1 else expressions
    found = {
        OURS: formula.ours,
        REFERENCE: sp.lambdify(symbols, single, "numpy", cse=True),
        "lambdify": sp.lambdify(symbols, single, "numpy"),
        BY_HAND: formula.by_hand,
    }
    for name, build in (("jax.jit", _jax), (LLVM, _symengine)):
        try:
            found[name] = build(symbols, single, expressions)
        except ImportError:
            print(f"{name} is not installed")
    return found


def _jax(symbols, single, _) -> Callable:
    import jax

    function = jax.jit(sp.lambdify(symbols, single, "jax"))

    def run(*points):
        with jax.enable_x64(True):
            return jax.block_until_ready(function(*points))

    return run


def _symengine(symbols, _, expressions) -> Callable:
    import symengine

    function = symengine.Lambdify(symbols, expressions, backend="llvm", cse=True)
    # its points lie row by row; so made, they cost it nothing here
    rows: dict[int, np.ndarray] = {}

    def run(*points):
        key = points[0].ctypes.data
        if key not in rows:
            rows.clear()
            rows[key] = np.ascontiguousarray(np.column_stack(points))
        return function(rows[key])

    return run


def measured(formula: Formula, repeats: int = 5) -> dict[str, list[float]]:
    """CPU seconds of every run of each evaluator, taking turns."""
    with np.errstate(all="ignore"):
        actions = evaluators(formula)
        for action in actions.values():
            action(*formula.points)
        seconds: dict[str, list[float]] = {name: [] for name in actions}
        for _ in range(repeats):
            for name, action in actions.items():
                gc.collect()
                started = time.process_time()
                action(*formula.points)
                seconds[name].append(time.process_time() - started)
    return seconds


def measure(count: int = 10_000_000, repeats: int = 5) -> Iterator[Row]:
    """A row for every formula and peer: nanoseconds a point of ours, and the median ratio of paired runs."""
    for formula in formulas(count):
        seconds = measured(formula, repeats)
        ours = seconds.pop(OURS)
        for peer, theirs in seconds.items():
            ratio, goal = median_ratio(ours, theirs), GOALS[formula.name].get(peer)
            yield Row("evaluators", formula.name, min(ours) / count * 1e9, "ns a point", peer, ratio, goal)
