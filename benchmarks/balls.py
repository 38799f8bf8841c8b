"""Rigorous balls at 128 bits beside mpmath, value by value.

Everyone starts from the same Python numbers. Ours is what a user calls, which also checks them and sets the
precision at every value; mpmath's is set once. flint's own floor is the same expression written by hand, with
its numbers converted and the precision set before the clock starts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import sympy as sp

from theory.benchmark import Row

BITS, DIGITS = 128, 29
"""Balls of 29 digits are first looked for at 128 bits, and these are enough."""
GOAL = 0.2
POINTS = 64


@dataclass(frozen=True)
class Expression:
    """A closed form, the same expression for peers with its symbols, code by hand on balls, and points."""

    name: str
    form: object
    settings: dict
    """Arguments that no expression of a peer has: the number of layers."""
    symbols: tuple
    expressions: tuple
    by_hand: Callable
    points: np.ndarray


def expressions() -> list[Expression]:
    return [_sigmoid(), _composite(), _mixture()]


def _sigmoid() -> Expression:
    from derivations.deep_linear import mode_strength

    def by_hand(t, s, u0, tau):
        return s / (1 + (s / u0 - 1) * (-2 * s * t / tau).exp())

    *symbols, one = mode_strength.arguments
    value = mode_strength.claim.unfolded.subs(one, mode_strength.defaults[one.name])
    points = np.random.default_rng(0).uniform(0.1, 3, (POINTS, 4))
    return Expression("sigmoid", mode_strength, {}, tuple(symbols), (value,), by_hand, points)


def _composite(layers: int = 3) -> Expression:
    from flint import arb

    from derivations.nngp_ntk.deep_relu import R, deep_relu_correlation, deeper, l, rho

    value = rho
    for _ in range(layers):
        value = deeper.rhs.subs(R(l), value)

    def by_hand(r):
        pi = arb.pi()
        for _ in range(layers):
            r = (((1 - r) * (1 + r)).sqrt() + r * (pi - r.acos())) / pi
        return r

    points = np.random.default_rng(0).uniform(-1, 1, (POINTS, 1))
    name, settings = f"arc-cosine, {layers} layers", {"layers": layers}
    return Expression(name, deep_relu_correlation, settings, (rho,), (value,), by_hand, points)


def _mixture() -> Expression:
    from flint import arb

    from theory import Claim, ExplicitForm, Parameter
    from theory.rules import Given

    from .evaluators import formulas, mixture_means

    (formula,) = (f for f in formulas(POINTS) if f.name == "mixture score")
    place = tuple(Parameter(x.name, "a coordinate") for x in formula.symbols)
    # SymPy's Floats would be rounded by mpmath's printer to 15 digits
    exact = {x: sp.Rational(x) for e in formula.expressions for x in e.atoms(sp.Float)}
    moved = dict(zip(formula.symbols, place, strict=True))
    score = tuple(e.xreplace(exact).xreplace(moved) for e in formula.expressions)
    names = tuple(sp.symbols("score_a score_b"))
    form = ExplicitForm(Claim(names, score, Given("ten Gaussians in the plane")), place)
    centres = [(arb(p), arb(q)) for p, q in mixture_means().tolist()]

    def by_hand(x, y):
        total = first = second = arb(0)
        for p, q in centres:
            p, q = p - x, q - y
            w = ((p * p + q * q) / -2).exp()
            total, first, second = total + w, first + w * p, second + w * q
        return first / total, second / total

    return Expression("mixture score", form, {}, place, score, by_hand, np.column_stack(formula.points))


OURS, ENCLOSE, BY_HAND = "compiled", "the same by enclose", "flint by hand"
PEERS = ("lambdify on mpmath", "lambdify on mpmath, cse")


def actions(expression: Expression) -> dict[str, Callable[[], object]]:
    """One pass over the points with each evaluator."""
    from flint import arb, ctx
    from mpmath import mpf, workprec

    form, settings = expression.form, expression.settings
    points = [tuple(map(float, row)) for row in expression.points]
    names = [x.name for x in expression.symbols]
    named = [dict(zip(names, row, strict=True)) | settings for row in points]
    ordered = [tuple(row[n] for n in form.names if n in row) for row in named]
    balls = [tuple(map(arb, row)) for row in points]
    # as a user would hand it over: one expression, or a list of them
    single = expression.expressions[0] if len(expression.expressions) == 1 else list(expression.expressions)
    peers = [sp.lambdify(expression.symbols, single, "mpmath", cse=cse) for cse in (False, True)]

    def with_precision(setting, function: Callable, rows: list) -> Callable:
        def run():
            with setting(BITS):
                return [function(*row) for row in rows]

        return run

    def converted(function: Callable) -> Callable:
        return lambda *row: function(*map(mpf, row))

    ours = form.compile("rigorous", digits=DIGITS)
    return {
        OURS: lambda: [ours(*row) for row in ordered],
        ENCLOSE: lambda: [form.enclose(digits=DIGITS, **row) for row in named],
        BY_HAND: with_precision(ctx.workprec, expression.by_hand, balls),
        **{n: with_precision(workprec, converted(f), points) for n, f in zip(PEERS, peers, strict=True)},
    }


def measured(expression: Expression, repeats: int = 25) -> dict[str, tuple[float, float]]:
    """Of each evaluator: microseconds of CPU a value, and the ratio of ours to it, from the least disturbed
    of short runs that take turns."""
    runs = actions(expression)
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()
    for _ in range(repeats):
        for name, run in runs.items():
            started = time.process_time()
            run()
            seconds[name].append((time.process_time() - started) / POINTS)
    least = {name: min(mine) * 1e6 for name, mine in seconds.items()}
    return {name: (mine, least[OURS] / mine) for name, mine in least.items()}


def measure() -> Iterator[Row]:
    """Rows of the part "rigorous balls": ours beside mpmath's, and beside what flint itself takes."""
    for expression in expressions():
        found = measured(expression)
        ours = found[OURS][0]
        for peer in (*PEERS, ENCLOSE, BY_HAND):
            goal = GOAL if peer in PEERS else None
            name = f"{expression.name}, {BITS} bits"
            yield Row("rigorous balls", name, ours, "us a value", peer, found[peer][1], goal)
