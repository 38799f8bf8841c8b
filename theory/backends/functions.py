"""Which function exists on which array library: one table, and the few functions that are our own.

A hole in the table is an error at compile time that names the function and who has it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

ARRAY_LIBRARIES = ("numpy", "jax", "torch")

_EVERYWHERE = (
    "exp expm1 log sqrt sin cos tan sinh cosh tanh sign where isfinite logical_and logical_or logical_not"
).split()
_ROOTS = {"numpy": "numpy", "jax": "jax.numpy", "torch": "torch"}
_PRECISE = (
    "exp expm1 log log1p sqrt sin cos tan sinh cosh tanh sech sign asin acos atan atan2 asinh acosh atanh "
    "erf erfc erfcx i0e i1e gamma loggamma digamma power binomial besselk besseli besselj bessely expint "
    "LambertW wright_omega log_besselke log_gamma_ratio log_matern hyper nth_root Abs Max Min where "
    "logical_and logical_or logical_not polygamma factorial summation symbolic_sum"
).split()

TABLE: dict[str, dict[str, str]] = {
    **{name: {library: f"{root}:{name}" for library, root in _ROOTS.items()} for name in _EVERYWHERE},
    **{
        name: {"numpy": f"numpy:arc{name[1:]}", "jax": f"jax.numpy:arc{name[1:]}", "torch": f"torch:{name}"}
        for name in ("asin", "acos", "atan", "asinh", "acosh", "atanh")
    },
    "log1p": {"numpy": "numpy:log1p", "jax": "theory.backends.own:log1p_jax", "torch": "torch:log1p"},
    "Abs": {"numpy": "numpy:abs", "jax": "jax.numpy:abs", "torch": "torch:abs"},
    "atan2": {"numpy": "numpy:arctan2", "jax": "jax.numpy:arctan2", "torch": "torch:atan2"},
    "Max": {
        "numpy": "numpy:maximum", "jax": "jax.numpy:maximum", "torch": "theory.backends.own:maximum_torch"
    },
    "Min": {
        "numpy": "numpy:minimum", "jax": "jax.numpy:minimum", "torch": "theory.backends.own:minimum_torch"
    },
    "power": {"numpy": "numpy:power", "jax": "jax.numpy:power", "torch": "torch:pow"},
    "erf": {"numpy": "scipy.special:erf", "jax": "jax.scipy.special:erf", "torch": "torch.special:erf"},
    "erfc": {"numpy": "scipy.special:erfc", "jax": "jax.scipy.special:erfc", "torch": "torch.special:erfc"},
    "erfcx": {
        "numpy": "scipy.special:erfcx", "jax": "theory.backends.own:erfcx_jax", "torch": "torch.special:erfcx"
    },
    **{
        name: {
            "numpy": f"scipy.special:{name}",
            "jax": f"jax.scipy.special:{name}",
            "torch": f"torch.special:{name}",
        }
        for name in ("i0e", "i1e")
    },
    "gamma": {
        "numpy": "scipy.special:gamma",
        "jax": "theory.backends.own:gamma_jax",
        "torch": "theory.backends.own:gamma_torch",
    },
    "loggamma": {
        "numpy": "scipy.special:gammaln",
        "jax": "jax.scipy.special:gammaln",
        "torch": "torch.special:gammaln",
    },
    "digamma": {
        "numpy": "scipy.special:digamma",
        "jax": "jax.scipy.special:digamma",
        "torch": "torch.special:digamma",
    },
    "besselk": {"numpy": "scipy.special:kv"},
    "besseli": {"numpy": "scipy.special:iv"},
    "besselj": {"numpy": "scipy.special:jv"},
    "bessely": {"numpy": "scipy.special:yv"},
    "expint": {"numpy": "scipy.special:expn"},
    "wright_omega": {library: f"theory.backends.own:wright_omega_{library}" for library in ARRAY_LIBRARIES},
    "log_besselke": {"numpy": "theory.backends.bessel:log_besselke_numpy"},
    "log_matern": {"numpy": "theory.backends.bessel:log_matern_numpy"},
    "log_chi2_mixture": {
        library: f"theory.backends.mixture:log_chi2_mixture_{library}" for library in ("numpy", "mpmath")
    },
    "log_meijer_g": {
        library: f"theory.backends.mixture:log_meijer_g_{library}" for library in ("numpy", "mpmath")
    },
    "tilted_chi2_mean": {
        library: f"theory.backends.mixture:tilted_chi2_mean_{library}" for library in ("numpy", "mpmath")
    },
    "log_gamma_ratio": {
        library: f"theory.backends.own:log_gamma_ratio_{library}" for library in ARRAY_LIBRARIES
    },
    "polygamma": {"numpy": "scipy.special:polygamma"},
    "LambertW": {"numpy": "theory.backends.own:lambertw_numpy"},
    "hyper": {library: f"theory.backends.own:hyper_{library}" for library in ARRAY_LIBRARIES},
    "nth_root": {library: "theory.backends.own:nth_root" for library in ARRAY_LIBRARIES},
    "quadrature": {
        library: f"theory.backends.quadrature:quadrature_{library}"
        for library in (*ARRAY_LIBRARIES, "mpmath")
    },
    "smooth_quadrature": {
        **{library: f"theory.backends.smooth:smooth_{library}" for library in ARRAY_LIBRARIES},
        "mpmath": "theory.backends.quadrature:quadrature_mpmath",
    },
    "sech": {library: f"theory.backends.own:sech_{library}" for library in ARRAY_LIBRARIES},
    "summation": {library: f"theory.backends.summation:summation_{library}" for library in ARRAY_LIBRARIES},
}  # fmt: skip
for _name in _PRECISE:
    TABLE.setdefault(_name, {})["mpmath"] = f"theory.backends.precise:{_name}"


class MissingFunction(NotImplementedError):
    """A backend lacks a function that a closed form needs."""


class NotInstalled(MissingFunction):
    """The library that would compute a function is not installed."""


def lookup(name: str, library: str) -> Callable:
    """The implementation of a function, imported when first needed. Raises `MissingFunction`."""
    home = TABLE.get(name, {}).get(library)
    if home is None:
        others = ", ".join(TABLE.get(name, {})) or "rigorous balls only"
        raise MissingFunction(f"{library} has no {name} (available: {others})")
    module, attribute = home.split(":")
    try:
        return getattr(import_module(module), attribute)
    except ModuleNotFoundError as absent:
        raise NotInstalled(f"{library} cannot compute {name}: {absent.name} is not installed") from None
