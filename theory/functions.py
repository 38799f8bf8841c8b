"""Functions that stable rewritings need and SymPy's core lacks."""

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p
from sympy.core.function import ArgumentIndexError

__all__ = [
    "erfcx", "expm1", "i0e", "i1e", "log1p", "log_besselke", "log_chi2_mixture", "log_gamma_ratio",
    "log_matern", "log_meijer_g", "tilted_chi2_mean", "wright_omega",
]  # fmt: skip


class wright_omega(sp.Function):
    r"""Wright's :math:`\omega(x) = W_0(e^x)` for real x: the root of ``w + log(w) = x``.

    The principal Lambert W of an exponential that may overflow (Corless and Jeffrey, 2002).
    """

    is_real = True
    is_positive = True

    def fdiff(self, argindex=1):
        return self / (1 + self)

    def _eval_rewrite_as_LambertW(self, x, **kwargs):
        return sp.LambertW(sp.exp(x))

    def _latex(self, printer, exp=None):
        power = f"^{{{exp}}}" if exp else ""
        return rf"\omega{power}\left({printer._print(self.args[0])}\right)"


class erfcx(sp.Function):
    r"""The scaled complement of the error function, :math:`e^{x^2}\mathrm{erfc}(x)` for real x."""

    is_positive = True

    @classmethod
    def eval(cls, x):
        if x.is_zero:
            return sp.S.One
        return None

    def fdiff(self, argindex=1):
        return 2 * self.args[0] * self - 2 / sp.sqrt(sp.pi)

    def _eval_rewrite_as_erfc(self, x, **kwargs):
        return sp.exp(x**2) * sp.erfc(x)

    def _latex(self, printer, exp=None):
        power = f"^{{{exp}}}" if exp else ""
        return rf"\operatorname{{erfcx}}{power}\left({printer._print(self.args[0])}\right)"


class _ScaledBesselI(sp.Function):
    """exp(-x) I_n(x) for x >= 0, where I_n itself overflows."""

    order = 0
    is_real = True

    def _eval_rewrite_as_besseli(self, x, **kwargs):
        return sp.exp(-x) * sp.besseli(self.order, x)

    def _latex(self, printer, exp=None):
        x = printer._print(self.args[0])
        power = f"^{{{exp}}}" if exp else ""
        return rf"\hat I_{{{self.order}}}{power}\left({x}\right)"


class i0e(_ScaledBesselI):
    r"""The scaled Bessel function :math:`e^{-x} I_0(x)`, x >= 0."""

    is_positive = True

    @classmethod
    def eval(cls, x):
        return sp.S.One if x.is_zero else None

    def fdiff(self, argindex=1):
        return i1e(self.args[0]) - self


class i1e(_ScaledBesselI):
    r"""The scaled Bessel function :math:`e^{-x} I_1(x)`, x >= 0."""

    order = 1
    is_nonnegative = True

    @classmethod
    def eval(cls, x):
        return sp.S.Zero if x.is_zero else None

    def fdiff(self, argindex=1):
        x = self.args[0]
        return i0e(x) - self - self / x


class log_besselke(sp.Function):
    r"""The logarithm of :math:`e^x K_\nu(x)`, x > 0: the modified Bessel function of any order, scaled."""

    is_real = True

    def fdiff(self, argindex=1):
        if argindex != 2:
            raise ArgumentIndexError(self, argindex)
        nu, x = self.args
        return 1 - (sp.exp(log_besselke(nu - 1, x) - self) + sp.exp(log_besselke(nu + 1, x) - self)) / 2

    def _eval_rewrite_as_besselk(self, nu, x, **kwargs):
        return x + sp.log(sp.besselk(nu, x))

    def _latex(self, printer, exp=None):
        nu, x = (printer._print(a) for a in self.args)
        power = f"^{{{exp}}}" if exp else ""
        return rf"\ln{power} e^{{{x}}} K_{{{nu}}}\left({x}\right)"


class log_gamma_ratio(sp.Function):
    r"""The logarithm of :math:`\Gamma(x + h)/(\Gamma(x) (x + h)^h)`, without cancellation at large x or h."""

    is_real = True

    def fdiff(self, argindex=1):
        x, h = self.args
        return sp.digamma(x + h) - (sp.digamma(x) if argindex == 1 else sp.log(x + h)) - h / (x + h)

    def _eval_rewrite_as_loggamma(self, x, h, **kwargs):
        return sp.loggamma(x + h) - sp.loggamma(x) - h * sp.log(x + h)

    def _latex(self, printer, exp=None):
        x, h, end = (printer._print(a) for a in (*self.args, sum(self.args)))
        power = f"^{{{exp}}}" if exp else ""
        return (
            rf"\ln{power}\frac{{\Gamma\left({end}\right)}}"
            rf"{{\Gamma\left({x}\right) \left({end}\right)^{{{h}}}}}"
        )


class log_matern(sp.Function):
    r"""The logarithm of Matern's function :math:`2^{1-\nu} x^\nu K_\nu(x)/\Gamma(\nu)`, 1 at x = 0."""

    is_real = True

    def fdiff(self, argindex=1):
        if argindex != 2:
            raise ArgumentIndexError(self, argindex)
        nu, x = self.args
        return -sp.exp(log_besselke(nu - 1, x) - log_besselke(nu, x))

    def _eval_rewrite_as_besselk(self, nu, x, **kwargs):
        return sp.log(2 * (x / 2) ** nu * sp.besselk(nu, x) / sp.gamma(nu))

    def _latex(self, printer, exp=None):
        nu, x = (printer._print(a) for a in self.args)
        power = f"^{{{exp}}}" if exp else ""
        return rf"\ln{power} \mathcal M_{{{nu}}}\left({x}\right)"


class log_chi2_mixture(sp.Function):
    r"""``(q, h, n, m, ...)``: :math:`\ln E[\kappa^{-h} e^{-q/(2\kappa)}]`, q > 0, with :math:`\kappa` a
    product of independent :math:`\chi^2_n/n`: m of them for every pair (n, m).

    Equal to `log_meijer_g` but for a factor that takes off what is large in it at large widths n.
    """

    is_real = True

    def fdiff(self, argindex=1):
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        q, h, *pairs = self.args
        return -sp.exp(log_chi2_mixture(q, h + 1, *pairs) - self) / 2

    def _latex(self, printer, exp=None):
        q, h, *pairs = (printer._print(a) for a in self.args)
        power = f"^{{{exp}}}" if exp else ""
        factors = "".join(
            rf" \left(\chi^2_{{{n}}}/{{{n}}}\right)^{{\times {m}}}"
            for n, m in zip(pairs[::2], pairs[1::2], strict=True)
        )
        return (
            rf"\ln{power} \mathbb E_{{\kappa \sim {factors}}}"
            rf"\left[\kappa^{{-{h}}} e^{{-{q}/(2 \kappa)}}\right]"
        )


class log_meijer_g(sp.Function):
    r"""``(z, b, b_1, m_1, ...)``: the logarithm of Meijer's :math:`G^{m,0}_{0,m}(z | b, b_1, ...)`, z > 0.

    b counts once, b_1 as often as m_1 says, and so on.
    """

    is_real = True

    def _latex(self, printer, exp=None):
        z, b, *pairs = (printer._print(a) for a in self.args)
        power = f"^{{{exp}}}" if exp else ""
        rest = "".join(rf", {{{c}}}^{{\times {m}}}" for c, m in zip(pairs[::2], pairs[1::2], strict=True))
        return rf"\ln{power} G^{{m,0}}_{{0,m}}\left({z} \mid {b}{rest}\right)"


class tilted_chi2_mean(sp.Function):
    r"""``(q, h, n, m, ...)``: the mean of :math:`\kappa`, as in `log_chi2_mixture`, weighed with
    :math:`\kappa^{-h} e^{-q/(2\kappa)}`: a ratio of two such means, without a difference of logarithms.
    """

    is_positive = True

    def _eval_rewrite_as_log_chi2_mixture(self, q, h, *pairs, **kwargs):
        return sp.exp(log_chi2_mixture(q, h - 1, *pairs) - log_chi2_mixture(q, h, *pairs))

    def _latex(self, printer, exp=None):
        q, h, *pairs = (printer._print(a) for a in self.args)
        power = f"^{{{exp}}}" if exp else ""
        inner = ", ".join(pairs)
        return rf"\mathbb E{power}_{{{inner}}}\left[\kappa \mid {q}, {h}\right]"
