"""Elementary functions for compiled loops, which LLVM vectorises: within 1 ulp, unless they say more.

A loop that calls the C library's ``exp`` computes one number after another. Vector libraries exist
(SVML, libmvec, SLEEF), but no package index brings one to numba: its wheels' LLVM is not patched
for SVML. So the functions are here, by the usual reductions (Cody and Waite, 1980; Ng, 1992) and
polynomials of least error, which mpmath found; tests hold each against balls over its whole range,
infinities, NaN and subnormal numbers included.
"""

from __future__ import annotations

import math

from .lanes import Lane, in_loops, polynomial

INF, NAN = math.inf, math.nan
LONGEST_ANGLE = 2.0**20
"""sin, cos and tan of longer angles are NaN: a loop that meets one gives its work to NumPy."""

_SHIFT = 1.5 * 2.0**52
"""A number added to it is rounded to a whole one, which then stands in the last bits."""
_LOG2_E = 1.4426950408889634
_LN2 = (float.fromhex("0x1.62e42feep-1"), float.fromhex("0x1.a39ef35793c76p-33"))
_HALF_PI = tuple(map(float.fromhex, ("0x1.921fb544p+0", "0x1.0b4611a6p-34", "0x1.3198a2e037073p-69")))
_PI_LOW = float.fromhex("0x1.1a62633145c07p-53")
_SQRT_HALF, _ONE, _MANTISSA = 0x3FE6A09E667F3BCD, 0x3FF0000000000000, 0x000FFFFFFFFFFFFF
_LEAST_NORMAL = 2.0**-1022

# (exp(r) - 1 - r)/r**2 on |r| <= log(2)/2
_EXP = (
    0.5, 0.1666666666666667, 0.04166666666666667, 0.00833333333332612, 0.0013888888888883737,
    0.00019841269874873975, 2.480158732558584e-05, 2.755725533255441e-06, 2.7557273594799413e-07,
    2.510524515390137e-08, 2.0914707069612355e-09,
)  # fmt: skip
# the same with a term less, for where 1 is added
_SHORT_EXP = (
    0.5000000000000001, 0.16666666666666669, 0.04166666666662404, 0.008333333333330055, 0.0013888888917258759,
    0.00019841269863088255, 2.4801521225986432e-05, 2.7557268406190795e-06, 2.7620121717381933e-07,
    2.51004110820149e-08,
)  # fmt: skip
# (2 atanh(s)/s - 2)/z of z = s**2 <= 0.0295
_LOG = (
    0.6666666666666666, 0.4000000000000088, 0.28571428570801954, 0.22222222392089008, 0.18181795600060793,
    0.15386241881938595, 0.13268714792348096, 0.1308723619665962,
)  # fmt: skip
# (sin(r)/r - 1)/z and (cos(r) - 1 + z/2)/z**2 of z = r**2, r <= pi/4
_SIN = (
    -0.16666666666666666, 0.008333333333333331, -0.00019841269841265063, 2.7557319219337312e-06,
    -2.5052106231802837e-08, 1.6058531516797758e-10, -7.586691094197958e-13,
)  # fmt: skip
_COS = (
    0.041666666666666664, -0.0013888888888887398, 2.480158729876456e-05, -2.7557317271145144e-07,
    2.087614614655861e-09, -1.1382623647474604e-11,
)  # fmt: skip
# (asin(s)/s - 1)/z of z = s**2 <= 1/4
_ASIN = (
    0.16666666666666669, 0.07499999999998433, 0.04464285714635543, 0.030381944138531247, 0.02237217294214989,
    0.017352392720869973, 0.013971212973552933, 0.011479177415184906, 0.01032281435018578,
    0.005457506718640358, 0.01740087944269402, -0.014851887071247204, 0.028757851367421566,
)  # fmt: skip
# (atan(s)/s - 1)/z of z = s**2, s <= tan(pi/8)
_ATAN = (
    -0.3333333333333333, 0.19999999999995516, -0.14285714284665682, 0.11111111015187018, -0.0909090457530649,
    0.07692183125376892, -0.06664510525508936, 0.05858140904866328, -0.050854078345894844,
    0.03923044778479309, -0.019175404711104935,
)  # fmt: skip


def _power_of_two(k: Lane) -> Lane:
    """2**k of the bits of k + _SHIFT, of which the last twelve count, -1023 < k < 1024."""
    return ((k << 52) + _ONE).number()


def _exp_by_parts(x: Lane, low: Lane | None = None) -> tuple[Lane, Lane]:
    """exp of what is left of x + low beside k log(2), as bits, and the bits of k + _SHIFT."""
    shifted = x.times(_LOG2_E, _SHIFT)
    k = shifted - _SHIFT
    r = k.times(-_LN2[1], k.times(-_LN2[0], x))
    r = r if low is None else r + low
    return (1.0 + (r * r).times(polynomial(r, _SHORT_EXP), r)).bits(), shifted.bits()


def _exp(x: Lane) -> Lane:
    x = (x > 710.0).where(710.0, x)
    x = (x < -746.0).where(-746.0, x)
    value, k = _exp_by_parts(x)
    # in two steps, for the result may be subnormal and 2**1024 is no float64
    half = k >> 1
    return (value + ((k - half) << 52)).number() * _power_of_two(half)


def _quarter_expm1(x: Lane) -> Lane:
    """(exp(x) - 1)/4, infinite only where sinh and cosh are: from x = 710.5 on."""
    far = x > 710.5
    x = far.where(710.5, x)
    x = (x < -40.0).where(-40.0, x)
    shifted = x.times(_LOG2_E, _SHIFT)
    k = shifted - _SHIFT
    high, low = k.times(-_LN2[0], x), k * _LN2[1]
    r = high - low
    rest = (high - r) - low
    value = r + (r * r).times(polynomial(r, _EXP), rest)
    scale = _power_of_two(shifted.bits() + -2)
    return far.where(INF, scale.times(value, scale - 0.25))


def _odd_near_0(value: Lane, x: Lane) -> Lane:
    """Where the value is x to the last bit, x itself: subnormal numbers and -0 included."""
    return (abs(x) < 2.0**-54).where(x, value)


def _split(x: Lane) -> tuple[Lane, Lane]:
    """The exponent of x > 0 as a number, and the mantissa between sqrt(1/2) and sqrt(2)."""
    small = x < _LEAST_NORMAL
    moved = small.where(x * 2.0**54, x).bits() + (_ONE - _SQRT_HALF)
    exponent = ((moved >> 52) | 0x4330000000000000).number() - small.where(x * 0.0 + 54.0, x * 0.0)
    return exponent - (2.0**52 + 1023.0), ((moved & _MANTISSA) + _SQRT_HALF).number()


def _log_1_plus(f: Lane, exponent: Lane, rest) -> Lane:
    """log(1 + f) + rest + exponent log(2)."""
    s = f / (2.0 + f)
    z = s * s
    half_square = 0.5 * f * f
    inner = s * z.times(polynomial(z, _LOG), half_square) + exponent.times(_LN2[1], rest)
    return exponent.times(_LN2[0], f - (half_square - inner))


def _of_positive(value: Lane, x: Lane) -> Lane:
    """The logarithm at 0, infinity and beyond the domain."""
    value = (x > 0.0).where(value, x.equals(0.0).where(-INF, x * 0.0 + NAN))
    return x.equals(INF).where(INF, value)


def _log(x: Lane) -> Lane:
    exponent, mantissa = _split(x)
    return _of_positive(_log_1_plus(mantissa - 1.0, exponent, 0.0), x)


def _log1p(x: Lane) -> Lane:
    u = 1.0 + x
    exponent, mantissa = _split(u)
    lost = (x > 1.0).where(1.0 - (u - x), x - (u - 1.0)) / u
    near = exponent.equals(0.0)
    value = _log_1_plus(near.where(x, mantissa - 1.0), exponent, near.where(0.0, lost))
    return _odd_near_0(_of_positive(value, u), x)


def _angle(x: Lane) -> tuple[Lane, Lane, Lane]:
    """sin and cos of what x is away from the nearest multiple of pi/2, and that multiple's last bits."""
    x = (abs(x) <= LONGEST_ANGLE).where(x, NAN)
    shifted = x.times(2.0 / math.pi, _SHIFT)
    k = shifted - _SHIFT
    first, second = x - k * _HALF_PI[0], k * _HALF_PI[1]
    middle = first - second
    third = k.times(_HALF_PI[2], -((first - middle) - second))
    r = middle - third
    y = (middle - r) - third
    z = r * r
    cube = z * r
    inner = polynomial(z, _SIN[1:])
    sine = r - ((z * (0.5 * y - cube * inner) - y) - cube * _SIN[0])
    half = 0.5 * z
    w = 1.0 - half
    cosine = w + (((1.0 - w) - half) + (z * z).times(polynomial(z, _COS), -(r * y)))
    return sine, cosine, shifted.bits()


def _turned(sine: Lane, cosine: Lane, quarter: Lane) -> Lane:
    value = (quarter & 1).equals(1).where(cosine, sine)
    return (quarter & 2).equals(2).where(-value, value)


def _asin_of_part(x: Lane) -> tuple[Lane, Lane]:
    """Whether |x| > 1/2, and asin(|x|), there of sqrt((1 - |x|)/2) instead."""
    a = abs(x)
    big = a > 0.5
    z = big.where(0.5 - 0.5 * a, x * x)
    s = big.where(z.sqrt(), a)
    return big, (s * z).times(polynomial(z, _ASIN), s)


@in_loops
def exp(x):
    return _exp(x)


@in_loops
def exp_of_moderate(x):
    """For -708 <= x <= 709, where nothing needs a second look: two thirds of the cost of exp."""
    value, k = _exp_by_parts(x)
    return (value + (k << 52)).number()


@in_loops
def expm1(x):
    """Within 1.5 ulps."""
    return _odd_near_0(4.0 * _quarter_expm1(x), x)


@in_loops
def log(x):
    return _log(x)


@in_loops
def log1p(x):
    return _log1p(x)


@in_loops
def sin(x):
    return _odd_near_0(_turned(*_angle(x)), x)


@in_loops
def cos(x):
    sine, cosine, quarter = _angle(x)
    return _turned(sine, cosine, quarter + 1)


@in_loops
def tan(x):
    """Within 2 ulps."""
    sine, cosine, quarter = _angle(x)
    odd = (quarter & 1).equals(1)
    return _odd_near_0(odd.where(-cosine, sine) / odd.where(sine, cosine), x)


@in_loops
def asin(x):
    """Within 2 ulps."""
    big, found = _asin_of_part(x)
    value = big.where((math.pi / 2 - 2.0 * found) + _PI_LOW / 2, found)
    return value.signed_as(x)


@in_loops
def acos(x):
    """Within 1.5 ulps."""
    big, found = _asin_of_part(x)
    small = math.pi / 2 - (found.signed_as(x) - _PI_LOW / 2)
    return big.where((x > 0.0).where(2.0 * found, math.pi - (2.0 * found - _PI_LOW)), small)


def _atan(x: Lane) -> Lane:
    a = abs(x)
    far, middle = a > 2.414213562373095, a > 0.41421356237309503
    above = far.where(-1.0, middle.where(a - 1.0, a))
    t = above / far.where(a, middle.where(a + 1.0, 1.0))
    z = t * t
    start = far.where(math.pi / 2, middle.where(math.pi / 4, z * 0.0))
    low = far.where(_PI_LOW / 2, middle.where(_PI_LOW / 4, z * 0.0))
    return (start + ((t * z).times(polynomial(z, _ATAN), low) + t)).signed_as(x)


@in_loops
def atan(x):
    """Within 2 ulps."""
    return _atan(x)


@in_loops
def atan2(y, x):
    """Within 2.5 ulps; NaN of two infinities."""
    t = y / x
    t = (y.equals(0.0) & x.equals(0.0)).where(y, t)
    right = _atan(t)
    left = (math.pi + (_atan(abs(t) * -1.0) + _PI_LOW)).signed_as(y)
    return (x < 0.0).where(left, (abs(x) > 0.0).where(right, abs(right).signed_as(y)))


@in_loops
def sinh(x):
    """Within 2 ulps."""
    quarter = _quarter_expm1(abs(x))
    falling = quarter.equals(INF).where(0.0, quarter / quarter.times(4.0, 1.0))
    return _odd_near_0((2.0 * (quarter + falling)).signed_as(x), x)


@in_loops
def cosh(x):
    quarter = 0.25 + _quarter_expm1(abs(x))
    return 2.0 * (quarter + 0.0625 / quarter)


@in_loops
def tanh(x):
    """Within 2.5 ulps."""
    a = abs(x)
    t = 4.0 * _quarter_expm1(2.0 * (a > 20.0).where(20.0, a))
    return _odd_near_0((a > 0.5).where(1.0 - 2.0 / (t + 2.0), t / (t + 2.0)).signed_as(x), x)


@in_loops
def sech(x):
    """Within 2.5 ulps."""
    decay = _exp(-abs(x))
    return 2.0 * decay / decay.times(decay, 1.0)


def _log_of_sum(large, a, inner):
    """log1p(inner), of large a log(2 a)."""
    return _log1p(large.where(a - 1.0, inner)) + large.where(math.log(2), a * 0.0)


@in_loops
def asinh(x):
    """Within 2 ulps."""
    a = abs(x)
    return _odd_near_0(_log_of_sum(a > 2.0**28, a, a + a * a / (1.0 + (a * a + 1.0).sqrt())).signed_as(x), x)


@in_loops
def acosh(x):
    """Within 3 ulps."""
    t = x - 1.0
    return _log_of_sum(x > 2.0**28, x, t + (t * (t + 2.0)).sqrt())


@in_loops
def atanh(x):
    """Within 2 ulps."""
    a = abs(x)
    twice = 2.0 * a
    value = 0.5 * _log1p((a < 0.5).where(twice + twice * a / (1.0 - a), twice / (1.0 - a)))
    return _odd_near_0(value.signed_as(x), x)


@in_loops
def sqrt(x):
    return x.sqrt()


@in_loops
def Abs(x):
    return abs(x)


@in_loops
def sign(x):
    return (abs(x) > 0.0).where((x._new(x._like(1.0))).signed_as(x), x)


@in_loops
def Max(x, y):
    return (x.is_nan() | (x > y)).where(x, y)


@in_loops
def Min(x, y):
    return (x.is_nan() | (x < y)).where(x, y)


@in_loops
def least(x, y):
    """The smaller number; y where either is NaN: one instruction, where `Min` has three."""
    return (x < y).where(x, y)


@in_loops
def where(holds: bool, yes, no):
    return holds.where(yes, no)


@in_loops
def logical_and(x: bool, y: bool) -> bool:
    return x & y


@in_loops
def logical_or(x: bool, y: bool) -> bool:
    return x | y


@in_loops
def mask(holds: bool) -> int:
    """All bits, or none: what a loop finds at its points is then gathered in one instruction."""
    return holds.all_bits()


@in_loops
def beyond(nearest, summed) -> int:
    """Bits, those of the sign aside, where ``nearest`` is below 0 or either is NaN or ``summed`` infinite."""
    found = summed.times(0.0, nearest)
    return (found > 0.0).where(0.0, found).bits()


@in_loops
def broken(x) -> int:
    """Bits, where x is no whole number nor infinite."""
    return x.bits() ^ x.rounded().bits()
