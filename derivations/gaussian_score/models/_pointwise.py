"""Scores of mixtures in few dimensions, where matrix products do not pay: point by point, vectorised.

A block of points passes over the components, two at a time: for their logits, and for the sums weighed by
the exponentials of these; at once where the logits are moderate. Where they are so large that their rounding
counts, the component that leads is found first, and differences of logits come from differences of means,
as in `_components.Isotropic`:

    |x - a m_j|^2 - |x - a m_i|^2 = 2 a (m_i - m_j).(x - a (m_i + m_j)/2),

so that it rounds as a change of x or of the means by a unit in the last place would.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from theory.backends.threads import in_parts

MOST_DIMENSIONS, MOST_COMPONENTS = 6, 64
LEAST_WORK = 200_000
"""Points times components from which a compiled loop pays for its compilation."""
_BLOCK = 256
_NONE = -1e300
"""The logit of a component that only makes their number even."""
LARGEST_SPREAD = 1024
"""Of logits: beyond it rounding has cost a logit three digits."""
_FLAT = 600
"""Between logits: up to it no exponential overflows or underflows, whichever component leads."""


def pays(x: np.ndarray, points: np.ndarray) -> bool:
    """Whether the batch is large and the components few, in float64."""
    count, dimension = points.shape
    few = dimension <= MOST_DIMENSIONS and count <= MOST_COMPONENTS
    return few and x.dtype == np.float64 and len(x) * count >= LEAST_WORK


def combined(x, centre, alpha, points, log_weights, variances, noisy, sums, spread: float) -> np.ndarray:
    """sum_i w_i (a_i m_i + b_i y), y = x - ``centre``, a and b the two rows of ``sums``: shape (rows, D).

    w are the responsibilities at y of components of means alpha m_i and of variances ``noisy`` (K,), clean
    ``variances``; ``refined`` where their logits must come from differences.
    """
    count, dimension = points.shape
    constant = log_weights - dimension / 2 * np.log(noisy)
    logit = constant - alpha**2 * np.sum(points**2, axis=1) / (2 * noisy)
    table = np.column_stack([points, constant, logit, alpha / noisy, 1 / (2 * noisy), variances, *sums])
    if count % 2:
        table = np.vstack([table, table[-1]])
        table[-1, dimension : dimension + 2] = _NONE
    common = bool(np.all(noisy == noisy[0]))
    table[:, dimension + 1] -= np.max(logit)
    flat = 2 * spread + np.ptp(constant) < _FLAT
    out, x = np.empty(x.shape), np.ascontiguousarray(x)
    loop = _loop(dimension, common, flat, spread > LARGEST_SPREAD)

    def part(x, out) -> bool:
        space = np.empty((3 * dimension + len(_SPACE)) * _BLOCK)
        gains = np.empty(len(table) * _BLOCK)
        given = x.ravel(), centre, table.ravel()
        loop(len(x), len(table), float(alpha), *given, out.ravel(), gains, space)
        return True

    in_parts(part, [x, out])
    return out


_SPACE = ("best", "top", "share", "slope", "constant", "half", "variance")


@lru_cache(maxsize=16)
def _loop(dimension: int, common: bool, flat: bool, refined: bool):
    from theory.backends.loop_cache import load

    given, own = "Array(float64, 1, 'C', readonly=True)", "float64[::1]"
    kinds = ["int64", "int64", "float64", given, given, given, own, own, own]
    return load(_source(dimension, common, flat, refined), f"int64({', '.join(kinds)})")


def _source(dimension: int, common: bool, flat: bool, refined: bool) -> str:
    """The loop for a number of dimensions; of a variance that all share, terms in which it differs go."""
    axes = range(dimension)
    total = lambda term: " + ".join(term.format(d=d) for d in axes)  # noqa: E731
    each = lambda line: [line.format(d=d, D=dimension) for d in axes]  # noqa: E731
    several = lambda lines: [] if common else lines  # noqa: E731
    spaces = [*_SPACE, *(f"{n}{d}" for n in ("y", "lead", "sum") for d in axes)]
    names = [*each("m{d}"), "c", "logit", "pull", "h", "v", "a", "b"]
    over = lambda lines: ["for i in over(size_here):", *_indented(lines)]  # noqa: E731

    def through(*lines: str) -> list[str]:
        """Over two components at a time, whose own names get their number."""
        rows = [
            f"{name}_{j} = table[k*{len(names)} + {j * len(names) + column}]"
            for j in (0, 1)
            for column, name in enumerate(names)
        ]
        own = re.compile(rf"\b({'|'.join([*names, 'gain', 'leads', 'w'])})\b")
        both = [line for line in lines if "both" not in line]
        written = [
            own.sub(rf"\1_{j}", line).replace("+ #", f"+ {j * _BLOCK}") for j in (0, 1) for line in both
        ]
        written += [line.removeprefix("both ") for line in lines if "both" in line]
        return ["for k in over(components, 2):", *_indented([*rows, *over(written)])]

    start = [*each("y{d}[i] = x[(start + i)*{D} + {d}] - centre[{d}]"), "best[i] = -INF"]
    clear = [f"{name}[i] = 0.0" for name in ("share", "slope", *each("sum{d}"))]
    linear = f"logit + pull*({total('m{d}*y{d}[i]')})" + "".join(
        several([f" - h*({total('y{d}[i]*y{d}[i]')})"])
    )
    find = [
        f"gain = {linear}",
        "leads = gain > best[i]",
        "best[i] = where(leads, gain, best[i])",
        "constant[i] = where(leads, c, constant[i])",
        *each("lead{d}[i] = where(leads, m{d}, lead{d}[i])"),
        *several(["half[i] = where(leads, h, half[i])", "variance[i] = where(leads, v, variance[i])"]),
    ]
    gap = total("(m{d} - lead{d}[i])*(y{d}[i] - 0.5*alpha*(m{d} + lead{d}[i]))")
    apart = total("(y{d}[i] - alpha*lead{d}[i])*(y{d}[i] - alpha*lead{d}[i])")
    exact = f"pull*({gap}) + (c - constant[i])"
    exact += "".join(several([f" - 2.0*alpha*alpha*(variance[i] - v)*h*half[i]*({apart})"]))
    weigh = [
        f"gain = {exact if refined else linear}",
        f"gains[k*{_BLOCK} + i + #] = gain",
        "both larger = where(gain_0 > gain_1, gain_0, gain_1)",
        "both top[i] = where(larger > top[i], larger, top[i])",
    ]
    # below exp(-700) numbers are subnormal, and slow; no sum has a digit of them
    add = [
        f"gain = gains[k*{_BLOCK} + i + #] - top[i]",
        "w = exp_of_moderate(where(gain > -700.0, gain, -700.0))",
        "both share[i] += w_0 + w_1",
        *several(["both slope[i] += w_0*b_0 + w_1*b_1"]),
        *each(
            "both sum{d}[i] += "
            + ("w_0*m{d}_0 + w_1*m{d}_1" if common else "w_0*(a_0*m{d}_0) + w_1*(a_1*m{d}_1)")
        ),
    ]
    if flat:
        add[0] = f"gain = {linear}"
    ahead = "(a*sum{d}[i])/share[i] + b*y{d}[i]" if common else "(sum{d}[i] + slope[i]*y{d}[i])/share[i]"
    finish = each("out[(start + i)*{D} + {d}] = " + ahead)
    block = ["left = size - start", f"size_here = where(left < {_BLOCK}, left, {_BLOCK})"]
    block += over([*start, *clear])
    if refined:
        block += [*through(*find), *over(["top[i] = 0.0"]), *through(*weigh)]
    elif not flat:
        block += [*over(["top[i] = -INF"]), *through(*weigh)]
    block += through(*add)
    block += [f"a, b = table[{dimension + 5}], table[{dimension + 6}]", *over(finish)]
    lines = [f"{name} = space.after({k * _BLOCK})" for k, name in enumerate(spaces)]
    lines += [f"for start in over(size, {_BLOCK}):", *_indented(block)]
    arguments = "size, components, alpha, x, centre, table, out, gains, space"
    whole = ["@written_out", f"def body({arguments}):", *_indented(lines)]
    return "\n".join([*whole, f"def loop({arguments}):", f"    return body({arguments})"]) + "\n"


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
