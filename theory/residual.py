"""The trusted kernel: does a residual vanish on its domain, and how do we know?

Every residual first meets rigorous balls at random rational points of its domain: one ball that
excludes 0 refutes it, whatever SymPy thinks. What survives is decided exactly if the normal form
can (`theory.normal_form`), else by SymPy's simplifier, else it is known by the samples alone.
"""

from __future__ import annotations

import sympy as sp
from flint import arb

from .backends.rigorous import NotEnclosable, compile_ball
from .derivation import Evidence, Residual
from .normal_form import vanishes
from .parameter import Domain, NoPoints

SAMPLES = 16
RADIUS = arb(10) ** -40
_BITS = (200, 400, 1000, 2500, 6000)
_HOPELESS = 1000
"""Bits at which a ball that is still not finite is taken to have no value there."""
_LARGEST_FOR_SYMPY = 120
"""Operations above which SymPy's simplifier is not asked: its time is not bounded."""


class Refuted(ArithmeticError):
    """A residual that does not vanish: ``residual`` (what remains) at the rational point ``at``."""

    def __init__(self, claim: str, residual, at: dict, value=None, kind: str = "residual"):
        self.claim, self.residual, self.at, self.value, self.kind = claim, residual, at, value, kind
        super().__init__(claim, residual, at, value, kind)

    def __str__(self) -> str:
        where = ", ".join(f"{x} = {v}" for x, v in self.at.items()) or "everywhere"
        size = f" = {self.value}" if self.value is not None else ""
        return f"{self.claim or 'claim'} is refuted: {self.kind} {_short(self.residual)}{size} at {where}"


class Undecided(ArithmeticError):
    """No procedure could settle a residual, or the line says what its rule cannot check."""

    def __init__(self, claim: str, residual, why: str):
        self.claim, self.residual, self.why = claim, residual, why
        super().__init__(claim, residual, why)

    def __str__(self) -> str:
        return f"{self.claim or 'claim'} is undecided: {_short(self.residual)} ({self.why})"


def verify(residual: Residual, claim: str = "") -> Evidence:
    """How the residual is known to vanish. Raises `Refuted` or `Undecided`."""
    if not isinstance(residual, Residual):
        return residual.settle(claim)
    expression = residual.expression
    if expression == 0:
        return Evidence.EXACT
    try:
        open_question = sample(residual, claim)
        far_out(residual, claim)
    except NotEnclosable as reason:
        open_question = str(reason)
    except NoPoints as reason:
        raise Undecided(claim, expression, str(reason)) from None
    if residual.slack == 0:
        if vanishes(expression):
            return Evidence.EXACT
        if _simplifies_to_zero(expression):
            return Evidence.SYMBOLIC
    if open_question:
        raise Undecided(claim, expression, open_question)
    return Evidence.SAMPLED


def sample(residual: Residual, claim: str = "", count: int = SAMPLES) -> str:
    """Balls at random points: '' if all enclose 0 tightly, else why not.

    Raises `Refuted`, and `NotEnclosable` where the expression has no rigorous evaluation.
    """
    symbols = sorted(residual.expression.free_symbols | set(residual.domain.symbols), key=str)
    enclose = compile_ball(residual.expression, symbols)
    slack = arb(0, arb(int(residual.slack.p)) / int(residual.slack.q)) if residual.slack else arb(0)
    domain = Domain(symbols, residual.domain.relations)
    points = domain.points(count if symbols else 1)
    for equality in _branches(residual.expression):
        points += domain.points_on(equality, count // 4)
    loose, finite = [], 0
    for point in points:
        values = [point[x] for x in symbols]
        for bits in _BITS:
            value = enclose(values, bits)
            if not value.is_finite():
                if bits < _HOPELESS:
                    continue
                break
            parts = (value,) if isinstance(value, arb) else (value.real, value.imag)
            if any(not (part + slack).contains(0) for part in parts):
                raise Refuted(claim, residual.expression, point, value, residual.kind)
            if all(part.rad() <= RADIUS for part in parts):
                break
        finite += value.is_finite()
        if not value.is_finite() or value.rad() > RADIUS:
            loose.append(f"no finite ball of radius 1e-40 at {point}")
        if len(loose) == 3:
            break
    if not finite:
        raise Undecided(claim, residual.expression, "not finite at any point tried")
    return loose[0] if loose else ""


def far_out(residual: Residual, claim: str = "") -> None:
    """Refutes by balls at the extremes of the parameters, where nothing else is asked of them."""
    if residual.slack or residual.expression.has(sp.Integral, sp.Sum, sp.hyper):
        return
    symbols = sorted(residual.expression.free_symbols | set(residual.domain.symbols), key=str)
    enclose = compile_ball(residual.expression, symbols)
    try:
        domain = Domain(symbols, residual.domain.relations)
        points = domain.points(SAMPLES, wide=True, patience=25) if symbols else ()
    except NoPoints:
        return
    for point in points:
        value = enclose([point[x] for x in symbols], _BITS[0])
        if value.is_finite() and not value.contains(0):
            raise Refuted(claim, residual.expression, point, value, residual.kind)


def _branches(expression) -> list[sp.Equality]:
    """The equalities that select a branch of the expression, except between integers."""
    pieces = expression.atoms(sp.Piecewise)
    found = {e for piece in pieces for _, condition in piece.args for e in condition.atoms(sp.Equality)}
    return sorted((e for e in found if not all(x.is_integer for x in e.free_symbols)), key=str)


def _simplifies_to_zero(expression) -> bool:
    """Integrals are never left to SymPy: it gets some definite ones wrong; nor sums of gamma functions,
    over which it may sit for minutes."""
    if expression.has(sp.Integral, sp.hyper, sp.Piecewise) or expression.count_ops() > _LARGEST_FOR_SYMPY:
        return False
    if expression.has(sp.Sum) and expression.has(sp.gamma):
        return False
    return sp.simplify(expression, doit=False) == 0


def _short(expression, limit: int = 160) -> str:
    # in the stored order: sorting the terms would make SymPy evaluate integrals numerically
    text = sp.sstr(expression, order="none") if isinstance(expression, sp.Basic) else str(expression)
    return text if len(text) <= limit else f"{text[:limit]}..."
