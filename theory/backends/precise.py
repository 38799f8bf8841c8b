"""The functions of the table in mpmath, at whatever precision is set."""

from __future__ import annotations

import operator

from mpmath import mp, mpf

exp, expm1, log, log1p, sqrt = mp.exp, mp.expm1, mp.log, mp.log1p, mp.sqrt
sin, cos, tan, sinh, cosh, tanh, sech, sign = (
    mp.sin,
    mp.cos,
    mp.tan,
    mp.sinh,
    mp.cosh,
    mp.tanh,
    mp.sech,
    mp.sign,
)
asin, acos, atan, asinh, acosh, atanh = mp.asin, mp.acos, mp.atan, mp.asinh, mp.acosh, mp.atanh
atan2 = mp.atan2
erf, erfc, gamma, loggamma, digamma = mp.erf, mp.erfc, mp.gamma, mp.loggamma, mp.digamma
besseli, besselj, bessely, expint = mp.besseli, mp.besselj, mp.bessely, mp.expint
binomial, polygamma, factorial, LambertW, power = (
    mp.binomial,
    mp.polygamma,
    mp.factorial,
    mp.lambertw,
    mp.power,
)
Abs, Max, Min, logical_not = abs, max, min, operator.not_


def besselk(order, x):
    """mpmath's, and where its sum of residues gives up (high orders), the middle of FLINT's ball."""
    try:
        return mp.besselk(order, x)
    except ValueError:
        from flint import arb, ctx

        from .ball_functions import FUNCTIONS

        with ctx.workprec(mp.prec + 20):
            ball = FUNCTIONS["besselk"](False, arb(mpf(order)), arb(mpf(x)))
        if not ball.is_finite():
            raise
        return +mp.ldexp(*(int(part) for part in ball.mid().man_exp()))


def wright_omega(x):
    """mpmath's exponents do not overflow, so W(exp(x)) is safe."""
    return mp.lambertw(mp.exp(x)).real


def erfcx(x):
    return mp.exp(x * x) * mp.erfc(x)


def i0e(x):
    return mp.exp(-x) * mp.besseli(0, x)


def i1e(x):
    return mp.exp(-x) * mp.besseli(1, x)


def log_besselke(order, x):
    return x + mp.log(besselk(order, x))


def log_matern(order, x):
    return mp.log(2 * (x / 2) ** order * besselk(order, x) / mp.gamma(order))


def log_gamma_ratio(x, h):
    return mp.loggamma(x + h) - mp.loggamma(x) - h * mp.log(x + h)


def hyper(upper, lower, z):
    return mp.hyper(list(upper), list(lower), z)


def nth_root(x, n):
    return x ** (mpf(1) / n)


def where(condition, yes, no):
    return yes if condition else no


def logical_and(a, b):
    return a and b


def logical_or(a, b):
    return a or b


def summation(term, first, last, *like):
    return mp.fsum(term(mpf(k)) for k in range(int(first), int(last) + 1))


symbolic_sum = summation
