"""Scores of mixtures in few dimensions, where matrix products do not pay: point by point, vectorised.

A block of points passes over the components three times: for the component that leads, for the others'
logits less the leader's, and for the sums weighed by their exponentials. As in `_components.Isotropic`,
a difference of logits comes from differences of means,

    |x - a m_j|^2 - |x - a m_i|^2 = 2 a (m_i - m_j).(x - a (m_i + m_j)/2),

so that it rounds as a change of x or of the means by a unit in the last place would.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from theory.backends.threads import in_parts

MOST_DIMENSIONS, MOST_COMPONENTS = 6, 64
LEAST_WORK = 200_000
"""Points times components from which a compiled loop pays for its compilation."""
_BLOCK = 256


def pays(x: np.ndarray, points: np.ndarray) -> bool:
    """Whether the batch is large and the components few, in float64."""
    count, dimension = points.shape
    few = dimension <= MOST_DIMENSIONS and count <= MOST_COMPONENTS
    return few and x.dtype == np.float64 and len(x) * count >= LEAST_WORK


def combined(x, centre, alpha, points, log_weights, variances, noisy, towards, along) -> np.ndarray:
    """sum_i w_i (towards_i m_i + along_i y), y = x - ``centre``: shape (rows, D).

    w are the responsibilities of components of means alpha m_i and of variances ``noisy`` (K,), clean
    ``variances``, at y.
    """
    dimension = points.shape[1]
    constant = log_weights - dimension / 2 * np.log(noisy)
    logit = constant - alpha**2 * np.sum(points**2, axis=1) / (2 * noisy)
    table = np.column_stack(
        [points, constant, logit, alpha / noisy, 1 / (2 * noisy), towards, along, variances]
    )
    out = np.empty(x.shape)
    x = np.ascontiguousarray(x)
    loop = _loop(dimension, bool(np.all(noisy == noisy[0])))

    def part(where: slice) -> bool:
        space = [np.empty(_BLOCK) for _ in range(3 * dimension + 7)]
        gains = np.empty((len(points), _BLOCK))
        loop(float(alpha), x[where], centre, table, out[where], gains, *space)
        return True

    in_parts(part, len(x))
    return out


@lru_cache(maxsize=16)
def _loop(dimension: int, common: bool):
    from theory.backends.loop_cache import load

    kinds = ["float64", "Array(float64, 2, 'C', readonly=True)", "Array(float64, 1, 'C', readonly=True)"]
    kinds += ["Array(float64, 2, 'C', readonly=True)", "float64[:,::1]", "float64[:,::1]"]
    kinds += ["float64[::1]"] * (3 * dimension + 7)
    return load(_source(dimension, common), f"void({', '.join(kinds)})")


def _source(dimension: int, common: bool) -> str:
    """The loop for one number of dimensions; of a variance that all share, terms in which it differs go."""
    axes = range(dimension)
    total = lambda term: " + ".join(term.format(d=d) for d in axes)  # noqa: E731
    each = lambda line: [line.format(d=d, D=dimension) for d in axes]  # noqa: E731
    several = lambda lines: [] if common else lines  # noqa: E731
    arguments = ["alpha", "x", "centre", "table", "out", "gains", "best", "top", "share", "slope"]
    arguments += ["constant", "half", "variance"] + [f"{n}{d}" for n in ("y", "lead", "sum") for d in axes]
    component = [*each("m{d} = table[k, {d}]"), "g = gains[k]"]
    names = ("c", "logit", "pull", "h", "towards", "along", "v")
    component += [f"{name} = table[k, {dimension + j}]" for j, name in enumerate(names)]
    square = total("y{d}[i]*y{d}[i]")
    start = [*each("y{d}[i] = x[start + i, {d}] - centre[{d}]"), "best[i] = -INF"]
    find = [
        f"value = logit + pull*({total('m{d}*y{d}[i]')})" + ("" if common else f" - h*({square})"),
        "leads = value > best[i]",
        "best[i] = where(leads, value, best[i])",
        "constant[i] = where(leads, c, constant[i])",
        *each("lead{d}[i] = where(leads, m{d}, lead{d}[i])"),
        *several(["half[i] = where(leads, h, half[i])", "variance[i] = where(leads, v, variance[i])"]),
    ]
    gap = total("(m{d} - lead{d}[i])*(y{d}[i] - 0.5*alpha*(m{d} + lead{d}[i]))")
    apart = total("(y{d}[i] - alpha*lead{d}[i])*(y{d}[i] - alpha*lead{d}[i])")
    weigh = [
        f"gain = pull*({gap}) + (c - constant[i])",
        *several([f"gain -= 2.0*alpha*alpha*(variance[i] - v)*h*half[i]*({apart})"]),
        "g[i] = gain",
        "top[i] = Max(gain, top[i])",
    ]
    # below exp(-700) numbers are subnormal, and slow; no sum has a digit of them
    add = [
        "w = exp(Max(g[i] - top[i], -700.0))",
        "share[i] += w",
        *([] if common else ["slope[i] += w*along"]),
        *each("sum{d}[i] += w*" + ("m{d}" if common else "(towards*m{d})")),
    ]
    ahead = (
        "(towards*sum{d}[i])/share[i] + along*y{d}[i]"
        if common
        else "(sum{d}[i] + slope[i]*y{d}[i])/share[i]"
    )
    finish = each("out[start + i, {d}] = " + ahead)
    over = lambda lines: ["for i in range(size):", *_indented(lines)]  # noqa: E731
    through = lambda lines: ["for k in range(len(table)):", *_indented([*component, *over(lines)])]  # noqa: E731
    block = [f"size = min({_BLOCK}, len(x) - start)", *over(start), *through(find)]
    block += over(["top[i] = 0.0", "share[i] = 0.0", "slope[i] = 0.0", *each("sum{d}[i] = 0.0")])
    block += [*through(weigh), *through(add)]
    block += [f"towards = table[0, {dimension + 4}]", f"along = table[0, {dimension + 5}]", *over(finish)]
    lines = [f"for start in range(0, len(x), {_BLOCK}):", *_indented(block)]
    return "\n".join([f"def loop({', '.join(arguments)}):", *_indented(lines)]) + "\n"


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
