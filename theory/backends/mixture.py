r"""Means over products of chi-squared scales: the Meijer G-functions G^{m,0}_{0,m}, by Mellin and Barnes.

:math:`E[\kappa^{-h} e^{-q/(2\kappa)}]`, with :math:`\kappa` a product of :math:`\chi^2_n/n`, is an integral
of gamma functions over a vertical line. Along it the trapezoidal rule converges exponentially: with nodes
that spread around the saddle point on arrays, with a proven remainder in balls.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

_STEP = 1 / 40
"""Of the nodes w sinh(k step): small enough for q from 1e-4 on."""
_BLOCK = 256
"""Points at a time, of some hundred nodes each."""
_FAR = 20
_BERNOULLI = ((1, 6), (-1, 30), (1, 42), (-1, 30), (5, 66), (-691, 2730), (7, 6), (-3617, 510), (43867, 798))
_STIRLING = tuple((p, q * 2 * k * (2 * k - 1)) for k, (p, q) in enumerate(_BERNOULLI, 1))
"""B_2k/(2k (2k - 1)), exactly."""


def _rest(z):
    """ln Gamma above Stirling's formula, for |z| >= 20."""
    inverse = 1 / (z * z)
    total = 0 * z
    for p, q in reversed(_STIRLING):
        total = total * inverse + z.real.dtype.type(p) / q
    return total / z


def _log_rising(z, count):
    """ln of z (z + 1) ... (z + count - 1) but for multiples of 2 pi i, which whole powers do not see."""
    most = int(np.max(count, initial=0))
    if most == int(np.min(count, initial=most)):
        return np.log(np.prod([z + k for k in range(most)], axis=0)) if most else 0 * z
    total = 1 + 0 * z
    for k in range(most):
        total = total * np.where(k < count, z + k, 1)
    return np.log(total)


def _log_gamma(z):
    shift = np.maximum(0, np.ceil(_FAR - z.real))
    far = z + shift
    half_log = np.log(8 * np.arctan(z.real.dtype.type(1))) / 2
    return (far - 0.5) * np.log(far) - far + half_log + _rest(far) - _log_rising(z, shift)


def _log_moment(n, t):
    """ln of the mean of (chi^2_n/n)^t: of Gamma(n/2 + t)/Gamma(n/2) (2/n)^t, for complex t."""
    a = n / 2
    shift = np.maximum(0, np.ceil(_FAR - np.minimum(a, (a + t).real)))
    far = a + shift
    ratio = np.log1p(t / far)
    stirling = (far + t - 0.5) * ratio - t + _rest(far + t) - _rest(far + 0 * t)
    return stirling + t * np.log1p(shift / a) - _log_rising(a + t, shift) + _log_rising(a + 0 * t, shift)


def _saddle(q, h, widths, counts, distance=0.0):
    """The point on the real axis, right of all poles, where the integrand of the line is smallest (or that
    far from the poles), and the integrand's width there."""
    from scipy.special import digamma, polygamma

    edge = np.maximum(0.0, h - np.min(widths, axis=0) / 2)

    def slope(s):
        total = digamma(s) - np.log(q / 2)
        for n, m in zip(widths, counts, strict=True):
            total = total + m * (digamma(n / 2 + s - h) - np.log(n / 2))
        return total

    low, high = np.full_like(q, -12.0), np.full_like(q, 12.0)  # logarithms of the distance from the edge
    for _ in range(30):
        middle = (low + high) / 2
        above = slope(edge + np.exp(middle)) > 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    c = edge + np.maximum(np.exp(middle), distance)
    bend = polygamma(1, c)
    for n, m in zip(widths, counts, strict=True):
        bend = bend + m * polygamma(1, n / 2 + c - h)
    return c, 1 / np.sqrt(bend)


def _block(q, h, widths, counts):
    c, w = _saddle(q, h, widths, counts)
    q, h, c, w = (x.astype(np.longdouble) for x in (q, h, c, w))

    def exponent(s):
        total = _log_gamma(s) - s * np.log(q / 2)
        for n, m in zip(widths, counts, strict=True):
            total = total + m * _log_moment(n.astype(np.longdouble), s - h)
        return total

    # far out Gamma(s) falls like exp(-pi tau/2), those of wide factors only beyond their widths
    reach = np.max(np.arcsinh(np.maximum(12.0, 30 / w)))
    u = np.arange(0, float(reach) + _STEP, _STEP, dtype=np.longdouble)[:, None]
    top = exponent(c + 0j).real
    terms = np.exp(exponent(c + 1j * (w * np.sinh(u))) - top).real * np.cosh(u)
    terms[0] /= 2
    return top + np.log(np.longdouble(_STEP) * w * np.sum(terms, axis=0) / (4 * np.arctan(np.longdouble(1))))


def _extended(q, h, *pairs):
    """The logarithm of the mean on arrays, in extended precision where the machine has it."""
    q, h, *pairs = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (q, h, *pairs)))
    shape, (q, h, *pairs) = q.shape, (x.ravel() for x in (q, h, *pairs))
    found = np.empty(q.shape, np.longdouble)
    for start in range(0, len(q), _BLOCK):
        some = slice(start, start + _BLOCK)
        own = [x[some] for x in pairs]
        found[some] = _block(q[some], h[some], own[::2], own[1::2])
    return found.reshape(shape)


def log_chi2_mixture_numpy(*arguments):
    """ln E[kappa^-h exp(-q/(2 kappa))], q > 0, kappa the product of m independent chi^2_n/n for each pair
    (n, m)."""
    return _extended(*arguments).astype(float)


def tilted_chi2_mean_numpy(q, h, *pairs):
    """E[kappa w]/E[w] with the weight w = kappa^-h exp(-q/(2 kappa))."""
    return np.exp(_extended(q, np.asarray(h) - 1, *pairs) - _extended(q, h, *pairs)).astype(float)


_AWAY = 6.0
"""Distance of a line from the poles: digits cancel along it, but the steps are long."""


def _start(q, h, pairs) -> tuple[float, float, float, int]:
    """For numbers of any kind a point of the axis at least that far from the poles, the width there, the
    nearest pole to the left, and the bits that cancel."""
    from scipy.special import gammaln

    q, h, *pairs = (np.array([float(x)]) for x in (q, h, *pairs))
    widths, counts = pairs[::2], pairs[1::2]

    def size(s):
        own = sum(
            m * (gammaln(n / 2 + s - h) - s * np.log(n / 2)) for n, m in zip(widths, counts, strict=True)
        )
        return gammaln(s) - s * np.log(q / 2) + own

    c, w = _saddle(q, h, widths, counts, _AWAY)
    best, _ = _saddle(q, h, widths, counts)
    edge = max(0.0, float(h[0] - min(widths)[0] / 2))
    return float(c[0]), float(w[0]), edge, 40 + int((size(c) - size(best))[0] / math.log(2))


def _as_mpmath(function):
    """A function of balls on mpmath's numbers, at the precision that is set."""

    def value(*numbers):
        from flint import arb, ctx
        from mpmath import mp, mpf

        with ctx.workprec(mp.prec + 20):
            ball = function(*(arb(mpf(x)) for x in numbers))
        return mpf(0) + mp.ldexp(*(int(x) for x in ball.mid().man_exp()))

    return value


def log_chi2_mixture_ball(*arguments):
    """The same as a ball, for real arguments; remembered, as one takes some 50 ms."""
    from flint import acb, ctx

    if any(isinstance(x, acb) for x in arguments):
        return acb("nan")
    return _ball(
        ctx.prec, *((x.mid().man_exp(), x.rad().man_exp()) if x.is_finite() else None for x in arguments)
    )


@lru_cache(maxsize=4096)
def _ball(precision, *numbers):
    """The sum, its remainder and its tail (Trefethen and Weideman, 2014, theorem 5.1), with the gammas on
    the shifted lines bounded by Cauchy and Schwarz. Numbers are given by mantissas and exponents."""
    from flint import acb, arb, ctx

    from .tail import NotEnclosable

    if None in numbers:
        return arb("nan")
    q, h, *pairs = (arb(arb(middle), arb(radius)) for middle, radius in numbers)
    pairs = list(zip(pairs[::2], pairs[1::2], strict=True))
    if not all(x > 0 or x.contains(0) for x in (q, *(x for pair in pairs for x in pair))) or any(
        m.is_exact() and not m.is_integer() for n, m in pairs
    ):  # at no precision
        raise NotEnclosable(
            "a mean over chi-squared scales needs q > 0, widths > 0 and whole numbers of them"
        )
    if not (q > 0 and all(n > 0 and m > 0 and m.is_exact() and m.is_integer() for n, m in pairs)):
        return arb("nan")
    given, pairs = pairs, [(n / 2, int(m.unique_fmpz())) for n, m in pairs]
    plain = [x.mid() if isinstance(x, arb) else x for pair in given for x in pair]
    c, w, edge, guard = _start(q.mid(), h.mid(), plain)
    digits = (ctx.prec + guard) * math.log(2)
    width = min(0.9 * (c - edge), w * math.sqrt(2 * digits))  # of the strip
    wanted_bits = ctx.prec + guard
    with ctx.workprec(wanted_bits + 20):
        x = q / 2
        for a, m in pairs:
            x *= a**m
        log_x, norm = x.log(), arb(0)
        for a, m in pairs:
            norm += m * (a.lgamma() - h * a.log())

        def log_size(s):
            """ln of a bound of the integral along the line through s."""
            shifts = [s, *(a + s - h for a, m in pairs for _ in range(m))]
            if not all(y > 0 for y in shifts):
                return arb("nan")
            first, second, *others = shifts
            both = ((2 * first).lgamma() + (2 * second).lgamma()) / 2 - (first + second) * arb(2).log()
            return (2 * arb.pi()).log() + both + sum((y.lgamma() for y in others), arb(0)) - s * log_x

        def integrand(s):
            value = s.gamma()
            for a, m in pairs:
                value *= (a + s - h).gamma() ** m
            return value * (-s * log_x).exp()

        centre = arb(c)
        at_centre = integrand(acb(centre)).real
        bound = log_size(centre + width).exp() + log_size(centre - width).exp()
        if not (at_centre.is_finite() and bound.is_finite()):
            return arb("nan")
        wanted = digits + float((bound / (at_centre * w)).log().mid()) + 8
        step = arb(2 * math.pi * width / wanted)
        x_1, x_2 = centre, pairs[0][0] + centre - h
        total, k, enough = at_centre, 1, at_centre * arb(2) ** -wanted_bits
        while k < 100_000:
            value = integrand(acb(centre, k * step))
            total += 2 * value.real
            if k % 8 == 0:
                T = k * step
                tail = abs(value) * ((x_1**2 + T**2) * (x_2**2 + T**2)).sqrt() / T
                if tail < enough * step:
                    break
            k += 1
        error = 2 * tail + bound / ((2 * arb.pi() * width / step).exp() - 1)
        integral = step * total + arb(0, 1) * error
        return (integral / (2 * arb.pi())).log() - norm


def _as_mixture(b, pairs, least):
    """Of G(z | b, pairs) = z^b G(z | 0, b_1 - b, ...): h, the half-widths b_1 - b + h > 0, their counts."""
    gaps = [c - b for c in pairs[::2]]
    h = 1 - least(gaps)
    return h, [gap + h for gap in gaps], pairs[1::2]


def log_meijer_g_numpy(z, b, *pairs):
    """ln G^{m,0}_{0,m}(z | b, b_1, ...), z > 0: b once, b_1 as many times as the number after it says."""
    from scipy.special import gammaln

    z, b, *pairs = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (z, b, *pairs)))
    h, halves, counts = _as_mixture(b, pairs, lambda gaps: np.minimum(0.0, np.min(gaps, axis=0)))
    both = list(zip(halves, counts, strict=True))
    q = 2 * z * np.exp(-sum(m * np.log(a) for a, m in both))
    norm = sum(m * (gammaln(a) - h * np.log(a)) for a, m in both)
    return log_chi2_mixture_numpy(q, h, *(x for a, m in both for x in (2 * a, m))) + norm + b * np.log(z)


def log_meijer_g_mpmath(z, b, *pairs):
    """The same by mpmath's own sum of residues."""
    from mpmath import mp

    rest = [c for c, m in zip(pairs[::2], pairs[1::2], strict=True) for _ in range(int(m))]
    return mp.log(mp.meijerg([[], []], [[b, *rest], []], z)).real


def log_meijer_g_ball(z, b, *pairs):
    """The same as a ball, for real arguments."""
    from flint import acb, arb, ctx

    if any(isinstance(x, acb) for x in (z, b, *pairs)):
        return acb("nan")
    smallest = min([0.0, *(float((c - b).mid()) for c in pairs[::2])])
    with ctx.workprec(ctx.prec + 200):  # what cancels in the mixture multiplies the error of q
        h, halves, counts = _as_mixture(b, pairs, lambda gaps: arb(math.floor(smallest)))
        if not all(m.is_exact() and m.is_integer() for m in counts):
            return arb("nan")
        q, norm = 2 * z, b * z.log()
        for a, m in zip(halves, counts, strict=True):
            q /= a ** int(m.unique_fmpz())
            norm += m * (a.lgamma() - h * a.log())
        doubled = [x for a, m in zip(halves, counts, strict=True) for x in (2 * a, m)]
        with ctx.workprec(ctx.prec - 200):
            found = log_chi2_mixture_ball(q, h, *doubled)
    return found + norm


def tilted_chi2_mean_ball(q, h, *pairs):
    """E[kappa w]/E[w] as a ball."""
    return (log_chi2_mixture_ball(q, h - 1, *pairs) - log_chi2_mixture_ball(q, h, *pairs)).exp()


log_chi2_mixture_mpmath = _as_mpmath(log_chi2_mixture_ball)
tilted_chi2_mean_mpmath = _as_mpmath(tilted_chi2_mean_ball)
