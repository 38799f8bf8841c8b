"""The trusted kernel: does a residual vanish on its domain, and how do we know?

Every residual first meets rigorous balls at random rational points of its domain: one ball that
excludes 0 refutes it, whatever SymPy thinks. What survives is decided exactly if the normal form
can (`theory.normal_form`), else by SymPy's simplifier, else it is known by the samples alone.
"""

from __future__ import annotations

import sympy as sp
from flint import arb

from .derivation import Evidence, Residual
from .normal_form import vanishes

SAMPLES = 16
RADIUS = arb(10) ** -40
_BITS = (200, 400, 1000, 2500, 6000)
_LARGEST_FOR_SYMPY = 250
"""Operations above which SymPy's simplifier is not asked: its time is not bounded."""


class Refuted(ArithmeticError):
    """A residual that does not vanish: ``residual`` (what remains) at the rational point ``at``."""

    def __init__(self, claim: str, residual, at: dict, value=None, kind: str = "residual"):
        self.claim, self.residual, self.at, self.value = claim, residual, at, value
        where = ", ".join(f"{x} = {v}" for x, v in at.items()) or "everywhere"
        size = f" = {value}" if value is not None else ""
        super().__init__(f"{claim or 'claim'} is refuted: {kind} {_short(residual)}{size} at {where}")


class Undecided(ArithmeticError):
    """No procedure could settle a residual."""

    def __init__(self, claim: str, residual, why: str):
        self.claim, self.residual = claim, residual
        super().__init__(f"{claim or 'claim'} is undecided: {_short(residual)} ({why})")


def verify(residual: Residual, claim: str = "") -> Evidence:
    """How the residual is known to vanish. Raises `Refuted` or `Undecided`."""
    if not isinstance(residual, Residual):
        return residual.settle(claim)
    expression = residual.expression
    if expression == 0:
        return Evidence.EXACT
    why = sample(residual, claim)
    if residual.slack == 0:
        if vanishes(expression):
            return Evidence.EXACT
        if _simplifies_to_zero(expression):
            return Evidence.SYMBOLIC
    if why:
        raise Undecided(claim, expression, why)
    return Evidence.SAMPLED


def sample(residual: Residual, claim: str = "") -> str:
    """Balls at random points: '' if all enclose 0 tightly, else why not. Raises `Refuted`."""
    from .backends.rigorous import NotEnclosable, compile_ball
    from .backends.tail import NoTailBound

    symbols = sorted(residual.expression.free_symbols | set(residual.domain.symbols), key=str)
    try:
        enclose = compile_ball(residual.expression, symbols)
    except (NotEnclosable, NoTailBound) as reason:
        return str(reason)
    slack = arb(0, arb(int(residual.slack.p)) / int(residual.slack.q)) if residual.slack else arb(0)
    domain = type(residual.domain)(symbols, residual.domain.relations)
    loose = ""
    for point in domain.points(SAMPLES if symbols else 1):
        values = [point[x] for x in symbols]
        for bits in _BITS:
            value = enclose(values, bits)
            if not value.is_finite():
                continue
            parts = (value,) if isinstance(value, arb) else (value.real, value.imag)
            if any(not (part + slack).contains(0) for part in parts):
                raise Refuted(claim, residual.expression, point, value, residual.kind)
            if all(part.rad() <= RADIUS and (part == 0 or part.contains(0) or slack) for part in parts):
                break
        else:
            loose = f"no finite ball of radius 1e-40 at {point}"
    return loose


def _simplifies_to_zero(expression) -> bool:
    """Integrals are never left to SymPy: it gets some definite ones wrong."""
    if expression.has(sp.Integral) or expression.count_ops() > _LARGEST_FOR_SYMPY:
        return False
    return sp.simplify(expression, doit=False) == 0


def _short(expression, limit: int = 160) -> str:
    text = sp.sstr(expression) if isinstance(expression, sp.Basic) else str(expression)
    return text if len(text) <= limit else f"{text[:limit]}..."
