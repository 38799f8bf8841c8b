"""Rules that state, abbreviate or restate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..derivation import Claim, Evidence, Residual, Rule
from .substitution import check_name, components, pairs, put, residual


class Given(Rule):
    """The model says so: an equation of the setting, with nothing to check."""

    stated = True

    def __init__(self, text: str):
        self.text = text

    def residuals(self, claim: Claim) -> Iterator[Residual]:
        return iter(())

    @property
    def reason(self) -> str:
        return f"given: {self.text}"


class Defines(Given):
    """An abbreviation: the left side stands for the right side wherever this claim is a premise."""

    def __init__(self, text: str = "", using: tuple[Claim, ...] = ()):
        super().__init__(text)
        self.premises = tuple(using)

    @property
    def reason(self) -> str:
        return f"definition: {self.text}" if self.text else "definition"


class Assumption(Given):
    """What algebra cannot check (a limit of large width, self-averaging): ASSUMED until compared."""

    floor = Evidence.ASSUMED

    def __init__(self, text: str, premises: tuple[Claim, ...] = ()):
        super().__init__(text)
        self.premises = tuple(premises)

    @property
    def reason(self) -> str:
        return f"assumption: {self.text}"


class Substitutes(Rule):
    """Definitions or values put into an equation turn it into the claim (times ``factor``).

    ``factor * (equation.lhs - equation.rhs) - (claim.lhs - claim.rhs)`` vanishes once the
    definitions (claims) and the values ``at`` are put into both.
    """

    def __init__(self, equation: Claim, *definitions: Claim, at: Mapping | None = None, factor=1):
        self.equation, self.definitions, self.at, self.factor = equation, definitions, dict(at or {}), factor
        self.premises = (equation, *definitions)

    def residuals(self, claim):
        left = components(claim.lhs - claim.unfolded) if not _tuple(claim) else _gaps(claim)
        right = _gaps(self.equation)
        for ours, theirs in zip(left, right, strict=True):
            theirs = put(put(self.factor * theirs, self.definitions), self.at)
            yield residual(claim, theirs - put(ours, self.definitions), "equation", at=self.at)


class Rewrites(Rule):
    """The same right side in another form, by algebra alone or ``using`` other claims."""

    def __init__(self, premise: Claim, using: tuple[Claim, ...] = ()):
        self.premise, self.using = premise, tuple(using)
        self.premises = (premise, *self.using)

    def residuals(self, claim):
        check_name(claim, self.premise.lhs)
        ours, theirs = components(claim.unfolded), components(self.premise.unfolded)
        for new, old in zip(ours, theirs, strict=True):
            yield residual(claim, put(new, self.using) - put(old, self.using), "difference")


class Equates(Rule):
    """Both sides are the same expression once the definitions are put in."""

    def __init__(self, *definitions: Claim):
        self.premises = self.definitions = definitions

    def residuals(self, claim):
        yield residual(claim, put(claim.lhs - claim.unfolded, reversed(self.definitions)), "difference")


def _tuple(claim) -> bool:
    return len(components(claim.lhs)) > 1


def _gaps(claim: Claim) -> tuple:
    return tuple(lhs - rhs for lhs, rhs in pairs([claim]))
