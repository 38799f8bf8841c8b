"""The value is the root of the claim in a bracket."""

from __future__ import annotations

from functools import cached_property, lru_cache

import sympy as sp
from flint import arb, ctx

from ..backends.rigorous import NotEnclosable
from ..derivation import Claim
from ..parameter import holds
from .branch import Formula, Root
from .enclosure import ball_function, check_exact, enclose_expressions, enclose_root
from .form import ClosedForm

_EXACT = int | float | sp.Rational

__all__ = ["ImplicitForm", "Root"]


class ImplicitForm(ClosedForm):
    """The ``unknown`` for which the right side of ``claim`` equals ``target``, within ``bracket``.

    ``bracket`` are two expressions of the arguments; the right side must be monotone between them.
    ``forms`` are pairs (claim or `Root` in a better unknown, region) as for `ExplicitForm`;
    ``reference`` are pairs (rewriting of the claim, region) for balls, where the claim's own are slow;
    ``where`` are relations between the arguments without which the bracket holds no root; ``also``
    are claims in the unknown whose right sides are returned after the root, as a tuple.
    """

    def __init__(self, claim, arguments, *, unknown, target, bracket, also=(), **options):
        self.unknown, self.target = unknown, sp.sympify(target)
        self.bracket, self.also = tuple(map(sp.sympify, bracket)), tuple(also)
        self.where = tuple(options.pop("where", ()))
        super().__init__(claim, arguments, **options)

    @property
    def outputs(self) -> int:
        return 1 + len(self.also)

    @property
    def rhs(self):
        return self.claim.unfolded

    @cached_property
    def relations(self):
        """Those of the claim that do not speak of the unknown, which the bracket takes care of."""
        stated = (*self.claim.relations, *self.where)
        return tuple(r for r in stated if r.free_symbols <= set(self.arguments))

    @cached_property
    def branches(self):
        values = (self.unknown, *(claim.unfolded for claim in self.also))
        plain = Root(self.claim, self.unknown, self.target, self.bracket, values)
        forms = [(Formula(f) if isinstance(f, Claim) else f, region) for f, region in self.forms]
        return tuple(forms) if forms else ((plain, True),)

    def with_rhs(self, expression) -> ImplicitForm:
        claim = Claim(self.claim.lhs, expression, self.claim.by, self.claim.relations, everywhere=True)
        return ImplicitForm(
            claim, self.arguments, unknown=self.unknown, target=self.target, bracket=self.bracket,
            where=self.where, also=self.also,
            defaults={x: self.defaults[x.name] for x in self.arguments if x.name in self.defaults},
        )  # fmt: skip

    @cached_property
    def gap(self) -> sp.Expr:
        """What vanishes at the root, in the form that balls evaluate fastest."""
        pieces = [(claim.unfolded, region) for claim, region in self.reference]
        return (sp.Piecewise(*pieces) if pieces else self.claim.unfolded) - self.target

    def enclose(self, *, digits: int = 30, **at):
        values = self._bind((), at)
        check_exact(self, values)
        point = {
            x: sp.Rational(v) for x, v in zip(self.arguments, values, strict=True) if isinstance(v, _EXACT)
        }
        for form, region in self.forms:
            if (
                isinstance(form, Claim)
                and len(point) == len(values)
                and (region is True or holds(region, point))
            ):
                return enclose_expressions(Formula(form).expressions, self.arguments, values, digits)
        root = self._enclose_root(values, digits)
        if not self.also:
            return root
        symbols = (self.unknown, *self.arguments)
        others = [ball_function(c.unfolded, symbols)([root, *values], 4 * digits + 64) for c in self.also]
        return (root, *others)

    def _enclose_root(self, values, digits: int) -> arb:
        gap = self.gap
        ends = [ball_function(e, self.arguments)(values, int(4 * digits) + 64) for e in self.bracket]
        start = self._evaluate([float(v) for v in values], "numpy")
        start = start[0] if self.also else start
        for end in ends:
            if abs(start / float(end) - 1) < 1e-12:
                with ctx.workprec(int(8 * digits) + 64):
                    found, start = self._at_the_end(gap, values, ends, end, digits)
                if found is not None:
                    return found
        return enclose_root(gap, self.unknown, self.arguments, values, start, ends, digits)

    def _at_the_end(self, gap, values, ends, end, digits):
        """A ball at an end of the bracket if the root is that close to it, and a point beside the end."""
        inward = 1 if end is min(ends, key=float) else -1
        near = (end * (1 + inward * arb(10) ** -digits)).mid()
        f = ball_function(gap, (self.unknown, *self.arguments))
        other = next(e for e in ends if e is not end)
        middle = ((end + other) / 2).mid()
        here, there = f([near, *values], 8 * digits), f([middle, *values], 8 * digits)
        if (here > 0 and there > 0) or (here < 0 and there < 0):
            return end.union(near), near
        if here == 0 or not here.is_finite():
            raise NotEnclosable(f"the sign at the end of the bracket is not settled at {list(values)}")
        return None, near

    @property
    def unknowns(self) -> tuple:
        return (self.unknown,)

    @lru_cache(maxsize=8)  # noqa: B019
    def derivatives(self, output: int = 0) -> list[tuple]:
        """Pairs (argument, derivative of the root by it), by the implicit function theorem."""
        slope = sp.diff(self.gap, self.unknown)
        root = [(x, -sp.diff(self.gap, x) / slope) for x in self.arguments]
        if output == 0:
            return root
        value = self.also[output - 1].unfolded
        return [(x, sp.diff(value, x) + sp.diff(value, self.unknown) * by) for x, by in root]
