"""Numeric functions that the array libraries lack, written once for all of them."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache, partial

import numpy as np

_TERMS = 64
"""Terms of a hypergeometric series: 2**-64 remains at |z| = 1/2, times a small power of 64."""

_COUNTS = 2.0**-70
"""A smaller term, of a sum that starts with 1, is left out where numbers tell how large terms can be."""


def hyper_series(upper, lower, z):
    """pFq(upper; lower; z) by its series, for |z| <= 1/2; Horner's scheme, innermost term first."""
    total = 1.0
    if _all_numbers(*upper, *lower):
        for ratio in reversed(_ratios_in_numbers(upper, lower)):
            total = 1.0 + total * (ratio * z)
        return total
    for n in range(_TERMS - 1, -1, -1):
        total = 1.0 + total * term_ratio(upper, lower, z, n)
    return total


def _all_numbers(*parameters) -> bool:
    return all(isinstance(x, int | float) for x in parameters)


def term_ratio(upper, lower, z, n):
    """A term of the series over the one before it."""
    ratio = z / (n + 1)
    for a in upper:
        ratio = ratio * (a + n)
    for b in lower:
        ratio = ratio / (b + n)
    return ratio


@lru_cache(maxsize=256)
def _ratios_in_numbers(upper: tuple[float, ...], lower: tuple[float, ...]) -> tuple[float, ...]:
    """The same at z = 1, each rounded once: those of a polynomial, else up to the last term that counts."""
    exact = [tuple(map(Fraction, parameters)) for parameters in (upper, lower)]
    ends = any(a <= 0 and a == int(a) for a in upper)
    ratios, size, count = [], 1.0, 0
    for n in range(_TERMS):
        ratios.append(float(term_ratio(*exact, Fraction(1), n)))
        size *= abs(ratios[-1]) * reach(upper, lower)
        if size >= _COUNTS or (ends and size > 0):
            count = n + 1
    return tuple(ratios[:count])


def is_short_polynomial(upper) -> bool:
    """Whether the series ends, so that it is summed at any z."""
    return any(a <= 0 and a > -_TERMS and a == int(a) for a in upper)


def reach(upper, lower) -> float:
    """Up to which |z| the series is summed: with fewer upper parameters the terms add up to 27 or so."""
    return 4.0 if len(upper) < len(lower) else 0.5


def _summed(upper, lower, z):
    """Where the series is summed: up to its reach, and where it is a polynomial of no more terms."""
    found = abs(z) <= reach(upper, lower)
    for a in upper:
        found = found | ((a <= 0) & (a > -_TERMS) & (a == a // 1))
    return found


def hyper_numpy(upper, lower, z):
    """The series where it is good; beyond, SciPy's 2F1 (to about 1e-13)."""
    z = np.asarray(z)
    summed = _summed(upper, lower, z)
    series = hyper_series(upper, lower, np.where(summed, z, 0.5))
    if len(upper) == 2 and len(lower) == 1 and not np.all(summed):
        from scipy.special import hyp2f1

        return np.where(summed, series, hyp2f1(*upper, *lower, z))
    return np.where(summed, series, np.nan)


def hyper_jax(upper, lower, z):
    """The series; NaN where it is not good.

    A loop where parameters are arrays, for unrolled it takes XLA many seconds.
    """
    import jax
    import jax.numpy as jnp

    if _all_numbers(*upper, *lower):
        return jnp.where(_summed(upper, lower, jnp.asarray(z)), hyper_series(upper, lower, z), jnp.nan)
    one = jnp.ones_like(sum((*upper, *lower), jnp.asarray(z, float)))
    step = lambda k, total: 1.0 + total * term_ratio(upper, lower, z, (_TERMS - 1.0) - k)  # noqa: E731
    series = jax.lax.fori_loop(0, _TERMS, step, one)
    return jnp.where(_summed(upper, lower, jnp.asarray(z)), series, jnp.nan)


def hyper_torch(upper, lower, z):
    """The series; NaN where it is not good."""
    import torch

    z = z if torch.is_tensor(z) else torch.tensor(z, dtype=torch.float64)
    return torch.where(_summed(upper, lower, z), hyper_series(upper, lower, z), torch.nan)


def log1p_jax(x):
    """XLA's loses up to 120 units in the last place near x = -0.4; its logarithm does not."""
    import jax.numpy as jnp

    near = x > -0.3
    return jnp.where(near, jnp.log1p(jnp.where(near, x, 0.0)), jnp.log(1.0 + jnp.where(near, 0.0, x)))


def gamma_jax(x):
    """JAX's loses digits with growing x: from 2 to 40 it is reached from between 1 and 2 by recurrence."""
    import jax

    return _gamma(jax.numpy, jax.numpy.asarray(x, float), jax.scipy.special.gamma)


def gamma_torch(x):
    """The gamma function for x > 0, which PyTorch has only as a logarithm."""
    import torch

    x = x if torch.is_tensor(x) else torch.tensor(x, dtype=torch.float64)
    return _gamma(torch, x, lambda y: torch.exp(torch.special.gammaln(y)))


def _gamma(xp, x, gamma):
    steps = xp.where((x >= 2) & (x <= 40), xp.floor(x) - 1, 0.0)
    value = gamma(x - steps)
    for k in range(39):
        value = value * xp.where(k < steps, x - steps + k, 1.0)
    return value


def nth_root(x, n):
    """x**(1/n) for x > 0 and integer n, without the error that rounding 1/n makes for extreme x:
    one Newton step on the correctly rounded power."""
    root = x ** (1.0 / n)
    return root - root * ((root**n / x - 1.0) / n)


def lambertw_numpy(x):
    """The principal branch, for real x >= -1/e."""
    from scipy.special import lambertw

    return lambertw(x).real


def wright_omega_numpy(x):
    from scipy.special import wrightomega

    return wrightomega(x)


def _wright_omega(xp, detach, x):
    """Newton on w + log(w) = x in the relative change of w; only the last step carries a gradient."""
    fixed = detach(x)
    w = xp.where(
        fixed > 1, fixed - xp.log(xp.where(fixed > 1, fixed, 1.0)), xp.exp(xp.where(fixed > 1, 0.0, fixed))
    )
    w = xp.where((fixed > -2) & (fixed <= 1), xp.exp((fixed - 1) / 2), w)
    for _ in range(6):
        w = w * (1 + (fixed - w - xp.log(w)) / (1 + w))
    w = detach(w)
    tiny = fixed < -60  # there w = exp(x) to the last digit, and log(w) may meet a subnormal
    step = w * (1 + (x - w - xp.log(xp.where(tiny, 1.0, w))) / (1 + w))
    return xp.where(tiny, xp.exp(xp.where(tiny, x, 0.0)), step)


def wright_omega_jax(x):
    import jax
    import jax.numpy as jnp

    return _wright_omega(jnp, jax.lax.stop_gradient, x)


def wright_omega_torch(x):
    import torch

    return _wright_omega(torch, lambda y: y.detach(), x)


STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400)
"""B_2k/(2k (2k - 1)): what ln Gamma is above Stirling's formula, in powers of 1/x^2, times x."""
FAR = 8
"""From where on these terms are enough."""


def _log1p_minus(xp, t):
    """log(1 + t) - t, t >= 0: below 1 by the series of the inverse hyperbolic tangent."""
    w = xp.where(t < 1, t, 1.0) / (2 + xp.where(t < 1, t, 1.0))
    series = sum(w ** (2 * k + 2) / (2 * k + 3) for k in range(16, -1, -1))
    return xp.where(t < 1, w * (2 * series - t), xp.log1p(t) - t)


def _log_gamma_ratio(xp, x, h):
    """By Stirling's formula for x >= 8, to which a product leads from below; h < 0 by the way back."""
    back = h < 0
    fall = xp.where(back, h * xp.log1p(xp.where(back, h, 0.0) / x), 0.0)
    x, h = xp.where(back, x + h, x), abs(h)
    far = x >= FAR
    shift = xp.where(far, 0.0, xp.ceil(FAR - x))
    big = x + shift
    rest = lambda y: sum(c / y ** (2 * k + 1) for k, c in enumerate(STIRLING))  # noqa: E731
    stirling = big * _log1p_minus(xp, h / big) - xp.log1p(h / big) / 2 + (rest(big + h) - rest(big))
    product = 1.0
    for k in range(FAR):
        product = product * xp.where(k < shift, (x + k) / (x + h + k), 1.0)
    found = stirling + h * xp.log1p(shift / (x + h)) + xp.log(product)
    return xp.where(back, -found - fall, found)


def log_gamma_ratio_numpy(x, h):
    return _log_gamma_ratio(np, np.asarray(x, dtype=float), np.asarray(h, dtype=float))[()]


def log_gamma_ratio_jax(x, h):
    import jax.numpy as jnp

    return _log_gamma_ratio(jnp, jnp.asarray(x), jnp.asarray(h))


def log_gamma_ratio_torch(x, h):
    import torch

    return _log_gamma_ratio(torch, *(torch.as_tensor(v, dtype=torch.float64) for v in (x, h)))


def _sech(exp, abs, x):
    decay = exp(-abs(x))
    return 2 * decay / (1 + decay * decay)


sech_numpy = partial(_sech, np.exp, np.abs)


def sech_jax(x):
    import jax.numpy as jnp

    return _sech(jnp.exp, jnp.abs, x)


def sech_torch(x):
    import torch

    return _sech(torch.exp, torch.abs, x)


def maximum_torch(x, y):
    """PyTorch's own takes no Python numbers."""
    import torch

    return torch.maximum(*_like_one_another(x, y))


def minimum_torch(x, y):
    import torch

    return torch.minimum(*_like_one_another(x, y))


def _like_one_another(x, y):
    import torch

    tensor = x if torch.is_tensor(x) else y
    return [torch.as_tensor(v, dtype=tensor.dtype, device=tensor.device) for v in (x, y)]


def erfcx_jax(x):
    """exp(x**2) erfc(x), beyond x = 2/5 by a polynomial of (x - 4.4) / (x + 3.6), to about 1e-15."""
    import jax.numpy as jnp

    return _erfcx_on_jax()(jnp.asarray(x, float))


@lru_cache(maxsize=1)
def _erfcx_on_jax():
    import jax
    import jax.numpy as jnp

    @jax.custom_jvp
    def erfcx(x):
        near, y = jnp.where(x < 0.4, x, 0.0), jnp.where(x < 0.4, 0.4, x)
        series, at = jnp.asarray(_erfcx_series(), x.dtype), 2 * (y - 4.4) / (y + 3.6)
        # a loop, for unrolled it takes XLA many seconds
        step = lambda k, b: (b[1], at * b[1] - b[0] + series[k])  # noqa: E731
        older, newer = jax.lax.fori_loop(0, len(series), step, (jnp.zeros_like(x), jnp.zeros_like(x)))
        far = (1 + (newer - at * older / 2)) / (1 + 2 * y)
        return jnp.where(x < 0.4, jnp.exp(near**2) * jax.scipy.special.erfc(near), far)

    @erfcx.defjvp
    def slope(values, changes):
        value = erfcx(values[0])
        return value, (2 * values[0] * value - 2 / np.sqrt(np.pi)) * changes[0]

    return erfcx


@lru_cache(maxsize=1)
def _erfcx_series() -> list[float]:
    """Chebyshev coefficients of (1 + 2 x) erfcx(x) - 1, the last one first, halved where it counts once."""
    from mpmath import mp, mpf

    from .precise import erfcx

    with mp.workdps(30):
        cosines = [mp.cos(mp.pi * (j + mpf(1) / 2) / 64) for j in range(64)]
        points = [(mpf("4.4") + mpf("3.6") * x) / (1 - x) for x in cosines]
        values = np.array([float((1 + 2 * x) * erfcx(x) - 1) for x in points])
    angles = np.pi * (np.arange(64) + 0.5) / 64
    found = [float(np.sum(values * np.cos(k * angles))) / 32 for k in range(26)]
    return [*reversed(found[1:]), found[0] / 2]
