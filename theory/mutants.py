"""Wrong-on-purpose variants of a formula: what every check must refuse.

One token is changed at a time: a coefficient, a sign, a dropped term, a swapped symbol, a shifted
exponent. A mutant that equals the original on its domain is recognised as equivalent by the same
kernel that checks claims; any other that no check refuses is a survivor, and a bug of the checks.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.logic.boolalg import Boolean

from .derivation import Claim, Evidence, Residual, Rule
from .normal_form import vanishes
from .parameter import NoPoints
from .residual import SAMPLES, NotEnclosable, Refuted, Undecided, sample, verify
from .rules.statements import Given
from .rules.substitution import components


@dataclass(frozen=True)
class Mutant:
    """``expression`` differs from the original by one ``change``, described in words."""

    expression: sp.Expr
    change: str


@dataclass
class Tally:
    """What became of the mutants of one formula."""

    made: int = 0
    killed: int = 0
    equivalent: int = 0
    survivors: list[str] = field(default_factory=list)

    def count(self, mutant: Mutant, fate: str) -> None:
        self.made += 1
        if fate == "killed":
            self.killed += 1
        elif fate == "equivalent":
            self.equivalent += 1
        else:
            self.survivors.append(mutant.change)


def mutants(expression: sp.Expr, symbols: Iterable[sp.Symbol] = ()) -> Iterator[Mutant]:
    """Every one-token mutant of a scalar, tuple or matrix expression, without repetition.

    Symbols are swapped among those of the expression and the further ``symbols``.
    """
    if getattr(expression, "is_Matrix", False) or expression.has(sp.MatrixSymbol):
        from .matrix import matrix_mutants

        yield from matrix_mutants(expression)
        return
    seen = {expression}
    symbols = sorted((x for x in {*expression.free_symbols, *symbols} if not x.is_integer), key=str)
    for mutant in _variants(expression, symbols, top=True):
        if mutant.expression not in seen and not mutant.expression.has(sp.nan, sp.zoo):
            seen.add(mutant.expression)
            yield mutant


def _variants(e, symbols, top=False) -> Iterator[Mutant]:
    if e.is_Symbol:
        others = [x for x in symbols if x != e]
        if others and e in symbols:
            other = others[symbols.index(e) % len(others)]
            yield Mutant(other, f"{e} -> {other}")
        if top:
            yield Mutant(2 * e, "the whole doubled")
        return
    if isinstance(e, AppliedUndef | sp.Derivative | sp.NumberSymbol) or e in (sp.I, sp.oo, -sp.oo):
        return
    if e.is_Rational:
        other = e + 1 if e != -1 else e - 1
        yield Mutant(other, f"{e} -> {other}")
        return
    if e.is_Add:
        for k, term in enumerate(e.args):
            rest = [a for i, a in enumerate(e.args) if i != k]
            yield Mutant(sp.Add(*rest, -term), f"sign of {term} flipped")
            yield Mutant(sp.Add(*rest), f"{term} dropped")
    elif top and not isinstance(e, sp.Tuple):
        yield Mutant(-e, "sign of the whole flipped")
        yield Mutant(2 * e, "the whole doubled")
    if e.is_Pow and e.exp.is_number:
        yield Mutant(e.base ** (e.exp + 1), f"exponent {e.exp} -> {e.exp + 1} on {e.base}")
    for k, part in enumerate(e.args):
        if isinstance(e, sp.Integral | sp.Sum) and k > 0:
            continue
        # SymPy counts a symbol among the Booleans
        if (e.is_Pow and k == 1 and part.is_number) or (isinstance(part, Boolean) and not part.is_Symbol):
            continue
        for mutant in _variants(part, symbols, top=isinstance(e, sp.Tuple)):
            args = [mutant.expression if i == k else a for i, a in enumerate(e.args)]
            yield Mutant(e.func(*args), mutant.change)


def claim_mutants(claim: Claim, dependents: Iterable[Claim] = (), most: int | None = None) -> Tally:
    """Mutants of both sides of a claim, held against its own rule, or against the claims built on
    it where it is a premise that nothing justifies (Given, Defines, Assumption).

    ``most``: of more than so many on a side only a random choice, the same each time.
    """
    tally, dependents = Tally(), tuple(dependents)
    symbols = set(claim.domain.symbols).union(*(p.domain.symbols for p in claim.premises))
    for side in ("lhs", "rhs"):
        original = getattr(claim, side)
        if side == "lhs" and (original.is_Symbol or isinstance(original, AppliedUndef | sp.Tuple)):
            continue  # a name, not a formula
        for mutant in _some(mutants(original, symbols), most, claim.name):
            wrong = _altered(claim, side, mutant.expression)
            if _refused(wrong, claim, dependents):
                tally.count(mutant, "killed")
            else:
                same = equivalent(original, mutant.expression, claim)
                tally.count(mutant, "equivalent" if same else "survives")
    return tally


def theory_mutants(
    claims: Iterable[Claim], progress: Callable[[int, int], None] | None = None
) -> dict[str, Tally]:
    """The mutants of every claim of a theory, by claim name."""
    claims = list(claims)
    found = {}
    for k, claim in enumerate(claims):
        found[claim.name] = claim_mutants(claim, claims)
        if progress:
            progress(k + 1, len(claims))
    return found


def comparison_mutants(comparison, most: int | None = None) -> Tally:
    """Mutants of the prediction, judged on the measurements of the comparison's last run.

    ``most``: of more than so many only a random choice, the same each time.
    """
    tally, prediction = Tally(), comparison.prediction
    for mutant in _some(mutants(prediction.rhs), most, comparison.name):
        verdict = comparison.verdict_of(prediction.with_rhs(mutant.expression))
        if not verdict.holds:
            tally.count(mutant, "killed")
        else:
            same = equivalent(prediction.rhs, mutant.expression, prediction.claim)
            tally.count(mutant, "equivalent" if same else "survives")
    return tally


def _some(found: Iterable[Mutant], most: int | None, name: str) -> list[Mutant]:
    found = list(found)
    if most is None or len(found) <= most:
        return found
    return random.Random(f"mutants of {name}").sample(found, most)


def equivalent(original, mutant, claim: Claim) -> bool:
    """Whether a mutant equals the original on the claim's domain, as far as balls can tell."""
    if getattr(original, "is_Matrix", False) or original.has(sp.MatrixSymbol):
        from .matrix import matrix_equivalent

        return matrix_equivalent(original, mutant, claim)
    for old, new in zip(components(original), components(mutant), strict=True):
        try:
            if sample(Residual(old - new, "difference", claim.domain), count=4 * SAMPLES):
                return False
        except NotEnclosable:
            if not vanishes(old - new):
                return False
        except (Refuted, Undecided, NoPoints):
            return False
    return True


def _altered(claim: Claim, side: str, expression) -> Claim:
    sides = {"lhs": claim.lhs, "rhs": claim.rhs, side: expression}
    wrong = Claim(sides["lhs"], sides["rhs"], claim.by, claim.where, everywhere=claim.everywhere)
    # the relations are those of the original: a mutant is judged where the claim is stated
    wrong.__dict__["relations"] = claim.relations
    return wrong


def _refused(wrong: Claim, original: Claim, dependents: tuple[Claim, ...]) -> bool:
    if not isinstance(original.by, Given):
        return _fails(wrong)
    for dependent in dependents:
        if any(p is original for p in dependent.premises):
            rebuilt = Claim(
                dependent.lhs,
                dependent.rhs,
                _rebound(dependent.by, original, wrong),
                dependent.where,
                everywhere=dependent.everywhere,
            )
            if _refused(rebuilt, dependent, dependents):
                return True
    return False


def _fails(claim: Claim) -> bool:
    """Whether the checks refuse a claim; balls settle almost all, the full kernel the rest."""
    nothing_to_check = not claim.by.stated
    try:
        for residual in claim.by.residuals(claim):
            nothing_to_check = False
            if not _vanishes(residual):
                return True
    except (Refuted, Undecided, ZeroDivisionError, ValueError):
        return True
    return nothing_to_check


def _vanishes(residual) -> bool:
    if not isinstance(residual, Residual):
        return residual.settle("") >= Evidence.ASSUMED
    try:
        return residual.expression == 0 or not sample(residual)
    except NotEnclosable:
        return verify(residual) >= Evidence.ASSUMED


def _rebound(rule: Rule, old: Claim, new: Claim) -> Rule:
    """The rule with one premise exchanged."""
    other = copy.copy(rule)
    for key, value in vars(rule).items():
        if value is old:
            setattr(other, key, new)
        elif isinstance(value, tuple):
            setattr(other, key, tuple(new if v is old else v for v in value))
    return other
