"""Are a point's arguments in their domain, and its results numbers? By a few instructions inside a loop.

Two comparisons for each argument, and what joins them, would cost more than a polynomial does. So the
distances to all bounds go into one least number, and what may be infinite or NaN into a sum: times 0, it
is 0 or NaN. What is wrong leaves bits behind, which the loop gathers. Points at the very edge of what float64
can hold may be refused though they are fine: a loop that refuses a point gives its work to NumPy.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Container, Iterable, Sequence

NOTHING_WRONG = f"_wrong & {2**63 - 1} == 0"
"""After all points: no bit but the sign's, as -0.0 is fine."""
_LEAST_NORMAL = sys.float_info.min


def looked_at(
    bounded: Sequence[tuple],
    values: Sequence[str],
    relations: Iterable[str] = (),
    *,
    limited: bool = False,
    seen: Container[str] = (),
) -> list[str]:
    """Statements that set bits of ``_wrong`` besides the sign's, at a point to be refused.

    ``bounded`` are pairs (name, (low, open?, high, open?, whole?)) of the arguments, ``values`` names of
    results that shall be finite, and if ``limited`` not beyond ``_limit``; ``relations`` are conditions in
    words of the loop. Arguments that are ``seen`` make a result infinite or NaN where they are.
    """
    distances, summed, others, bits = [], list(values), list(relations), []
    if limited:
        distances += [f"_limit - abs({v})" for v in values]
    for name, (low, left_open, high, right_open, whole) in bounded:
        bits += [f"broken({name})"] if whole else []
        if high == math.inf and not right_open:  # infinity is allowed, and would make the sum NaN
            others.append(f"({name} {'>' if left_open else '>='} {_number(low)})")
            continue
        if name not in seen:
            summed.append(name)
        if low > -math.inf:
            first = _next(low, math.inf) if left_open else low
            distances.append(name if first == 0 else f"{name} - ({first!r})")
        if high < math.inf:
            distances.append(f"{_next(high, -math.inf) if right_open else high!r} - {name}")
    nearest = ""
    for distance in distances:
        nearest = f"least({nearest}, {distance})" if nearest else distance
    # in pairs, that one addition need not wait for another
    bits.append(f"beyond({nearest or '0.0'}, {_sum(summed)})")
    bits += [f"~mask({condition})" for condition in others]
    return [f"_wrong |= {' | '.join(bits)}"]


def _next(bound: float, towards: float) -> float:
    """The first number beyond an open bound; no subnormal one, which some processes flush to zero."""
    beyond = math.nextafter(bound, towards)
    return beyond if abs(beyond) >= _LEAST_NORMAL else math.copysign(_LEAST_NORMAL, beyond)


def _number(value: float) -> str:
    return repr(value) if math.isfinite(value) else "-INF" if value < 0 else "INF"


def _sum(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    half = len(names) // 2
    return f"({_sum(names[:half])} + {_sum(names[half:])})"
