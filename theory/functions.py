"""Functions that stable rewritings need and SymPy's core lacks."""

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

__all__ = ["erfcx", "expm1", "log1p", "wright_omega"]


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
