"""Claims and the rules that justify them: the lines of a derivation.

A claim states ``lhs = rhs`` on a domain and names its rule. The rule turns the claim into
residuals that the author did not write; the kernel (`theory.residual`) decides whether they vanish.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

import sympy as sp

from .parameter import Domain, Parameter


class Evidence(IntEnum):
    """How well a line is known, from weakest to strongest."""

    ASSUMED = 0
    SAMPLED = 1
    SYMBOLIC = 2
    EXACT = 3

    @property
    def meaning(self) -> str:
        return _EVIDENCE_IN_WORDS[self]


_EVIDENCE_IN_WORDS = {
    Evidence.ASSUMED: "not checkable by algebra; held against simulations",
    Evidence.SAMPLED: "rigorous balls enclose 0 at random rational points",
    Evidence.SYMBOLIC: "SymPy simplifies the residual to 0",
    Evidence.EXACT: "a decision procedure finds the residual 0",
}


class Named:
    """Something bound to a module-level name, which is its name in every listing and message."""

    def _remember_module(self) -> None:
        frame = sys._getframe(1)
        while _is_ours(frame):
            frame = frame.f_back
        object.__setattr__(self, "module", frame.f_globals["__name__"])

    @property
    def name(self) -> str:
        """The module-level variable that holds this object ('' when there is none)."""
        module = sys.modules.get(self.module)
        for key, value in vars(module).items() if module else ():
            if value is self and not key.startswith("_"):
                return key
        return ""


def _is_ours(frame) -> bool:
    """Whether a frame belongs to the workbench, or to code that `dataclasses` has made."""
    home = frame.f_globals["__name__"].split(".")[0]
    return home in ("theory", "dataclasses") or frame.f_code.co_filename == "<string>"


@dataclass(frozen=True)
class Residual:
    """What a rule hands to the kernel: an expression that must vanish on a domain.

    ``kind`` says in a few words what vanishes ("equation", "initial condition", ...).
    ``slack`` widens the zero that a ball must enclose; only limits use it, where the
    expression is taken a rational step away from the limit point.
    """

    expression: sp.Expr
    kind: str
    domain: Domain
    slack: sp.Rational = sp.Integer(0)


class Rule(ABC):
    """A way to justify a claim. Final subclasses; the docstring is the rule in words."""

    premises: tuple[Claim, ...] = ()
    floor: Evidence = Evidence.EXACT
    """The best evidence a claim by this rule can have."""
    stated = False
    """Whether the claim is laid down by this rule, so that nothing is left to check."""

    @abstractmethod
    def residuals(self, claim: Claim) -> Iterator[Residual]:
        """What must vanish for the claim to hold, given the premises."""

    @property
    def reason(self) -> str:
        """The justification printed beside the line."""
        names = [f"({p.name})" if p.name else "" for p in self.premises]
        return f"{type(self).__name__.lower()} {', '.join(filter(None, names))}".strip()


@dataclass(frozen=True, eq=False)
class Claim(Named):
    """One line of a derivation: ``lhs = rhs`` by a rule, where the relations hold.

    ``lhs`` and ``rhs`` are kept apart because ``sympy.Eq(x, x)`` collapses to True. ``where``
    are relations between parameters beyond their own domains; those of the premises are
    inherited unless ``everywhere=True`` says that this line holds without them.
    """

    lhs: sp.Expr
    rhs: sp.Expr
    by: Rule
    where: tuple = ()
    everywhere: bool = field(default=False, kw_only=True)
    module: str = field(default="", init=False, repr=False)

    def __post_init__(self):
        object.__setattr__(self, "lhs", sp.sympify(self.lhs))
        object.__setattr__(self, "rhs", sp.sympify(self.rhs))
        where = self.where if isinstance(self.where, tuple | list) else (self.where,)
        object.__setattr__(self, "where", tuple(where))
        self._remember_module()

    @property
    def premises(self) -> tuple[Claim, ...]:
        return self.by.premises

    @cached_property
    def relations(self) -> tuple:
        inherited = [] if self.everywhere else [r for p in self.premises for r in p.relations]
        return tuple(dict.fromkeys([*inherited, *self.where]))

    @cached_property
    def domain(self) -> Domain:
        """Every parameter the claim or its relations mention, with the relations."""
        seen = self.lhs.free_symbols | self.rhs.free_symbols
        for relation in self.relations:
            seen |= relation.free_symbols
        return Domain([x for x in seen if isinstance(x, Parameter)], self.relations)

    @cached_property
    def unfolded(self):
        """The right side with the definitions among its premises put in: what is computed."""
        from .rules.statements import Defines
        from .rules.substitution import put

        expression = self.rhs
        for premise in reversed(self.premises):
            if isinstance(premise.by, Defines):
                expression = put(expression, [premise])
        return expression

    def residuals(self) -> tuple[Residual, ...]:
        return tuple(self.by.residuals(self))

    @property
    def evidence(self) -> Evidence:
        """How well this line is known, checked the first time it is asked for.

        Raises `Refuted` with the residual and a rational point where it does not vanish, or
        `Undecided` when no procedure could settle it.
        """
        if isinstance(self._found, Exception):
            raise self._found.with_traceback(None)
        return self._found

    @cached_property
    def _found(self) -> Evidence | Exception:
        """The evidence, or why there is none: many lines may rest on one that fails."""
        from .residual import Refuted, Undecided, verify

        title = self.name or self._text(self.lhs)
        try:
            residuals = self.residuals()
            if not residuals and not self.by.stated:
                raise Undecided(title, self.lhs, f"{type(self.by).__name__} was given nothing to check")
            return min([self.by.floor, *(verify(residual, claim=title) for residual in residuals)])
        except (Refuted, Undecided) as error:
            return error.with_traceback(None)

    @property
    def standing(self) -> Evidence:
        """The weakest line this one rests on, itself included."""
        return min(line.evidence for line in self.lines())

    def lines(self) -> tuple[Claim, ...]:
        """The whole derivation: every claim this one rests on, premises first, itself last."""
        seen: dict[int, Claim] = {}

        def visit(claim: Claim) -> None:
            if id(claim) not in seen:
                for premise in claim.premises:
                    visit(premise)
                seen[id(claim)] = claim

        visit(self)
        return tuple(seen.values())

    def _repr_latex_(self) -> str:
        from .display import claim_latex

        return f"$\\displaystyle {claim_latex(self)}$"

    def _repr_markdown_(self) -> str:
        from .display import claim_markdown

        return claim_markdown(self)

    def _repr_html_(self) -> str:
        from .display import claim_html

        return claim_html(self)

    def __str__(self) -> str:
        return f"{self._text(self.lhs)} = {self._text(self.rhs)}"

    @staticmethod
    def _text(expression) -> str:
        # in the stored order: sorting terms would make SymPy evaluate integrals numerically
        return sp.sstr(expression, order="none")
