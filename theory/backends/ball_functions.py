"""SymPy's functions on balls: what each is, and where it is analytic.

A function takes ``analytic`` first: then it must be analytic on the whole of a complex ball, or have
no value there. Rigorous quadrature is wrong without that: next to a branch cut it may not trust values.
"""

from __future__ import annotations

from flint import acb, arb, ctx

from .mixture import log_chi2_mixture_ball, log_meijer_g_ball, tilted_chi2_mean_ball


def square_root(analytic, x):
    return x.sqrt(analytic=analytic) if isinstance(x, acb) and analytic else x.sqrt()


def _log(analytic, x):
    return x.log(analytic=analytic) if isinstance(x, acb) and analytic else x.log()


def _abs(analytic, x):
    return x.real_abs(analytic=analytic) if isinstance(x, acb) and analytic else abs(x)


def _wright_omega(x):
    """The root of w + log(w) = x. Where exp(x) is out of reach, by Newton and a change of sign."""
    if isinstance(x, acb) or not x > 1000:
        return x.exp().lambertw()
    w = (x - x.log()).mid()
    for _ in range(ctx.prec.bit_length() + 2):
        w = (w * (1 + (x.mid() - w - w.log()) / (1 + w))).mid()
    for bits in range(ctx.prec - 8, 8, -8):
        low, high = (w * (1 + sign * arb(2) ** -bits) for sign in (-1, 1))
        if low + low.log() < x and high + high.log() > x:
            return low.union(high)
    return arb("nan")


def _method(name):
    return lambda analytic, x: getattr(x, name)()


def _cut(function, off_cut, position=0):
    """A function with a branch cut: no value where it must be analytic and may meet the cut."""

    def value(analytic, *x):
        if analytic and isinstance(x[position], acb) and not off_cut(x[position]):
            return acb("nan")
        return function(*x)

    return value


def _off_axis(z):
    return not z.imag.contains(0)


def _right_of(point):
    return lambda z: z.real > point or _off_axis(z)


def below_one(z):
    return z.real < 1 or _off_axis(z)


def _inside_one(z):
    return abs(z.real) < 1 or _off_axis(z)


def _between_i(z):
    return abs(z.imag) < 1 or not z.real.contains(0)


def real_part(x):
    """The real part of what is real on the real axis; not a number elsewhere."""
    if isinstance(x, arb):
        return x
    return x.real if x.imag.contains(0) else arb("nan")


def _real(value, *arguments):
    """The real part of a value that is real for certain; complex as it is otherwise."""
    real = not any(isinstance(x, acb) for x in arguments) and value.imag.contains(0)
    return value.real if real else value


def _not_analytic(function):
    return lambda analytic, x: acb("nan") if analytic and isinstance(x, acb) else function(x)


def _step(analytic, x, below, above):
    """A constant on either side of 0; on complex balls by the real part, which is analytic off 0."""
    x = real_part(x)
    if x > 0 or x < 0:
        return arb(above if x > 0 else below)
    return arb("nan") if analytic or not x.is_finite() else arb(below).union(arb(above))


def _lambertw(x, k=None):
    return x.lambertw() if k is None else _real(acb(x).lambertw(int(k.unique_fmpz())), x)


def _bessel_k(n, x):
    """Even in the order: of positive orders FLINT's own does not come back at some precisions. Its series in
    x cancels to exp(-2 x), for which there are more bits."""
    size = abs(float(x.real.mid()))
    more = int(4 * size) if size < ctx.prec else 0
    with ctx.workprec(ctx.prec + more):
        return x.bessel_k(-n if n.real > 0 else n)


def _binomial(analytic, n, k):
    return (n + 1).gamma() / ((k + 1).gamma() * (n - k + 1).gamma())


# SymPy function -> ball; the branches are principal in both libraries
FUNCTIONS = {
    **{n: _method(n) for n in "exp sin cos tan cot sinh cosh tanh coth sech csch sec csc".split()},
    **{n: _method(n) for n in "gamma erf erfc erfi expm1 digamma".split()},
    **{n: _cut(lambda x, n=n: getattr(x, n)(), _inside_one) for n in ("asin", "acos", "atanh")},
    **{n: _cut(lambda x, n=n: getattr(x, n)(), _between_i) for n in ("atan", "asinh")},
    "erfcx": lambda analytic, x: (x * x).exp() * x.erfc(),
    **{f"i{n}e": lambda analytic, x, n=n: (-x).exp() * x.bessel_i(type(x)(n)) for n in (0, 1)},
    "acosh": _cut(lambda x: x.acosh(), _right_of(1)),
    "log": _log,
    "log1p": _cut(lambda x: x.log1p(), _right_of(-1)),
    "sqrt": square_root,
    "Abs": _abs,
    "loggamma": _cut(lambda x: x.lgamma(), _right_of(0)),
    "factorial": lambda analytic, x: (x + 1).gamma(),
    "polygamma": lambda analytic, n, x: x.digamma() if n == 0 else _real(acb(x).polygamma(n), n, x),
    "LambertW": lambda analytic, x, k=None: _cut(_lambertw, _right_of(-0.36 if k is None else 0))(
        analytic, *((x,) if k is None else (x, k))
    ),
    "wright_omega": _cut(_wright_omega, lambda z: abs(z.imag) < 3),
    "log_besselke": _cut(lambda n, x: x + _bessel_k(n, x).log(), _right_of(0), 1),
    "log_matern": _cut(lambda n, x: (2 * (x / 2) ** n * _bessel_k(n, x) / n.gamma()).log(), _right_of(0), 1),
    "log_gamma_ratio": _cut(lambda x, h: (x + h).lgamma() - x.lgamma() - h * (x + h).log(), _right_of(0)),
    "log_chi2_mixture": lambda analytic, *x: log_chi2_mixture_ball(*x),
    "log_meijer_g": lambda analytic, *x: log_meijer_g_ball(*x),
    "tilted_chi2_mean": lambda analytic, *x: tilted_chi2_mean_ball(*x),
    "atan2": lambda analytic, y, x: acb("nan") if isinstance(y + x, acb) else arb.atan2(y, x),
    "binomial": _binomial,
    "RisingFactorial": lambda analytic, x, n: (x + n).gamma() / x.gamma(),
    "besselj": _cut(lambda n, x: x.bessel_j(n), _right_of(0), 1),
    "bessely": _cut(lambda n, x: x.bessel_y(n), _right_of(0), 1),
    "besseli": _cut(lambda n, x: x.bessel_i(n), _right_of(0), 1),
    "besselk": _cut(_bessel_k, _right_of(0), 1),
    "zeta": lambda analytic, s, a=None: s.zeta() if a is None else s.zeta(a),
    "lerchphi": _cut(lambda z, s, a: _real(acb(z).lerch_phi(s, a), z, s, a), below_one),
    "polylog": _cut(lambda s, z: _real(acb(z).polylog(s), s, z), below_one, 1),
    "expint": _cut(lambda n, x: x.expint(n), _right_of(0), 1),
    "lowergamma": _cut(lambda s, x: type(x).gamma_lower(x, s), _right_of(0), 1),
    "uppergamma": _cut(lambda s, x: type(x).gamma_upper(x, s), _right_of(0), 1),
    "Max": lambda analytic, *x: _extreme(analytic, x, max=True),
    "Min": lambda analytic, *x: _extreme(analytic, x, max=False),
    "Heaviside": lambda analytic, x, h=None: _step(analytic, x, 0, 1),
    "sign": lambda analytic, x: _step(analytic, x, -1, 1),
    "re": _not_analytic(lambda x: x.real),
    "im": _not_analytic(lambda x: acb(x).imag),
    "conjugate": _not_analytic(lambda x: acb(x).conjugate()),
}


def _extreme(analytic, values, *, max):
    best = values[0]
    for x in values[1:]:
        half_gap = (best - x).real_abs(analytic=analytic) if isinstance(best - x, acb) else abs(best - x)
        best = (best + x + half_gap) / 2 if max else (best + x - half_gap) / 2
    return best
