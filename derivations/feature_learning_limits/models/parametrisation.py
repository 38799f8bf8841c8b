"""Parametrisations of networks of any depth by exact exponents of the width, and what they learn."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import sympy as sp

from .. import exponents as e

_HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Parametrisation:
    """Layer l = 1, ..., L + 1 has the multiplier n^-a_l and trainable weights of variance n^(-2 b_l); the
    learning rate is eta n^-c (Yang and Hu 2021). L is the number of hidden layers, all of width n.

    ``a`` and ``b`` hold L + 1 exact exponents each: integers, fractions, or strings such as "1/2".
    ValueError for decimals that are no exact fraction, and for lengths that differ.
    """

    a: tuple[Fraction, ...]
    b: tuple[Fraction, ...]
    c: Fraction
    name: str = field(default="", compare=False)

    def __post_init__(self):
        object.__setattr__(self, "a", tuple(_exact("a", x) for x in self.a))
        object.__setattr__(self, "b", tuple(_exact("b", x) for x in self.b))
        object.__setattr__(self, "c", _exact("c", self.c))
        if len(self.a) != len(self.b) or len(self.a) < 2:
            raise ValueError(
                f"a and b: one exponent for each of 2 or more layers, not {len(self.a)} and {len(self.b)}"
            )

    @classmethod
    def standard(cls, layers: int = 2, c=0) -> Parametrisation:
        """Weights of variance one over their inputs, one rate eta n^-c for all layers."""
        hidden = _layers(layers) - 1
        return cls((0,) * (hidden + 2), (0, *(_HALF,) * (hidden + 1)), c, f"standard, c = {_exact('c', c)}")

    @classmethod
    def tangent(cls, layers: int = 2) -> Parametrisation:
        """The NTK parametrisation: standard normal weights, the size in the multipliers."""
        hidden = _layers(layers) - 1
        return cls((0, *(_HALF,) * (hidden + 1)), (0,) * (hidden + 2), 0, "NTK")

    @classmethod
    def mean_field(cls) -> Parametrisation:
        """That of one hidden layer as a mean over its units."""
        return cls((0, 1), (0, 0), -1, "mean field")

    @classmethod
    def maximal_update(cls, layers: int = 2) -> Parametrisation:
        """µP: every layer learns as much as stability allows."""
        hidden = (0,) * (_layers(layers) - 1)
        return cls((-_HALF, *hidden, _HALF), (_HALF,) * (layers + 1), 0, "maximal update")

    @classmethod
    def at(cls, initial, output_update, hidden_update) -> Parametrisation:
        """Of two hidden layers, by the exponents that matter: of the initial output weights (A), of their
        update (B) and of the larger hidden update (C, which is -1 in µP); c = 0, both layers learn alike."""
        A, B, C = (_exact(n, x) for n, x in zip("ABC", (initial, output_update, hidden_update), strict=True))
        a_1, a_h = C / 2, (C + 1) / 2
        return cls((a_1, a_h, B / 2), (-a_1, _HALF - a_h, A - B / 2), 0)

    @property
    def layers(self) -> int:
        """The number L of hidden layers."""
        return len(self.a) - 1

    @cached_property
    def r(self) -> Fraction:
        """The last hidden layer's coordinates change by n^-r."""
        return self._of(e.feature_exponent_alone if self.layers == 1 else e.feature_exponent_claim)

    @cached_property
    def output_exponent(self) -> Fraction:
        """The output changes by n^-y in a few steps; 0 where it moves and stays finite."""
        return self._of(e.output_exponent_claim)

    @cached_property
    def kernel_exponent(self) -> Fraction:
        """The tangent kernel times n^-c starts at a size n^-kappa: the largest stable eta follows n^kappa."""
        return self._of(e.kernel_exponent_claim)

    @cached_property
    def violations(self) -> tuple[str, ...]:
        """What makes it unstable, in words; empty where it is stable."""
        initial = [
            self.a[0] + self.b[0],
            *(a + b - _HALF for a, b in zip(self.a[1:-1], self.b[1:-1], strict=True)),
        ]
        found = [
            f"hidden layer {l} starts at n^{-x}: a_{l} + b_{l} must be {0 if l == 1 else '1/2'}"
            for l, x in enumerate(initial, 1)
            if x
        ]
        if self.a[-1] + self.b[-1] < _HALF:
            found.append(f"the output starts at n^{_HALF - self.a[-1] - self.b[-1]}")
        if self.r < 0:
            found.append(f"features change by n^{-self.r}")
        if self.output_exponent < 0:
            found.append(f"the output changes by n^{-self.output_exponent}")
        return tuple(found)

    @property
    def stable(self) -> bool:
        """Whether hidden layers start at n^0 and neither they nor the output blow up with the width."""
        return not self.violations

    @property
    def nontrivial(self) -> bool:
        """Whether it is stable and the output moves in a few steps."""
        return self.stable and self.output_exponent == 0

    @property
    def label(self) -> str:
        """ "unstable", "trivial", "feature learning" or "kernel": the dynamical dichotomy."""
        if not self.stable:
            return "unstable"
        if not self.nontrivial:
            return "trivial"
        return "feature learning" if self.r == 0 else "kernel"

    @property
    def maximal(self) -> tuple[bool, ...]:
        """Of every layer of weights, whether its update reaches what stability allows: all in µP only."""
        first = self._of(e.feature_exponent_alone) == 0
        others = [self._of(e.feature_exponent_claim, {e.a_h: a, e.a_1: a + 1}) == 0 for a in self.a[1:-1]]
        return (first, *others, self._of(e.output_layer_exponent) == 0)

    def shifted(self, theta) -> Parametrisation:
        """The same training of the same function: theta moved from the weights to the multipliers."""
        theta = _exact("theta", theta)
        return Parametrisation(
            tuple(a + theta for a in self.a), tuple(b - theta for b in self.b), self.c - 2 * theta, self.name
        )

    def canonical(self) -> Parametrisation:
        """The one with c = 0 of all that train alike: two are the same where these are equal."""
        return self.shifted(self.c / 2)

    def scales(self, n: int) -> dict:
        """Multipliers, standard deviations of the weights, and the factor of eta, as numbers at width n."""
        if isinstance(n, bool) or int(n) != n or n < 1:
            raise ValueError(f"n = {n}: a width is a whole number from 1")
        return {
            "multipliers": tuple(float(n) ** -float(a) for a in self.a),
            "deviations": tuple(float(n) ** -float(b) for b in self.b),
            "rate": float(n) ** -float(self.c),
        }

    def _of(self, claim, instead=None) -> Fraction:
        """The claim's value at these exponents; ``instead`` puts one layer in the place of others."""
        values = {e.a_1: self.a[0], e.a_out: self.a[-1], e.b_out: self.b[-1], e.c: self.c}
        # Without other hidden layers these never learn: their exponent is as large as it need be.
        values[e.a_h] = min(self.a[1:-1], default=self.a[0] + 1)
        values |= instead or {}
        if e.r in claim.rhs.free_symbols:
            values[e.r] = self.r
        exact = claim.rhs.xreplace({x: sp.Rational(v.numerator, v.denominator) for x, v in values.items()})
        return Fraction(int(exact.p), int(exact.q))


def _exact(name: str, value) -> Fraction:
    if isinstance(value, sp.Rational):
        value = Fraction(int(value.p), int(value.q))
    try:
        found = Fraction(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(
            f"{name} = {value!r}: an exponent is an exact fraction, such as 0 or '1/2'"
        ) from None
    if isinstance(value, float) and found.denominator > 64:
        raise ValueError(f"{name} = {value!r} is no exact fraction: write it as Fraction or as a string")
    return found


def _layers(layers) -> int:
    if isinstance(layers, bool) or int(layers) != layers or layers < 1:
        raise ValueError(f"layers = {layers}: the number of hidden layers is a whole number from 1")
    return int(layers)
