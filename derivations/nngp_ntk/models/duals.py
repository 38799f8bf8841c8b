"""Any activation by its name, and its duals."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Callable
from functools import cache

import sympy as sp

from .activation import Activation
from .quadrature import quadrature


def dual(activation: Activation | str | sp.Expr, q1, q2, c, *, angle=None):
    """T = E phi(u) phi(v), u and v Gaussians of variances ``q1``, ``q2`` and covariance ``c``.

    ``activation``: an `Activation`, the name of one, or a SymPy expression in ``u`` (by `quadrature`).
    Numbers or arrays of NumPy, JAX or PyTorch, which broadcast; ``angle`` (radians) where it is known better
    than ``c`` tells it. ValueError for what is no covariance (NaN included), and for unknown names.
    """
    return activation_of(activation).dual(q1, q2, c, angle=angle)


def derivative_dual(activation: Activation | str | sp.Expr, q1, q2, c, *, angle=None):
    """E phi'(u) phi'(v), see `dual`. ValueError where it diverges (step and sign of parallel inputs)."""
    return activation_of(activation).derivative_dual(q1, q2, c, angle=angle)


def activation(name: str, **parameters) -> Activation:
    """The activation of this name, at these values of its parameters: ``activation("erf", b=2.0)``.

    UnknownActivation (a ValueError), with the nearest name, if there is none. There is no list: all that the
    files of ``activations`` define is found there.
    """
    known = activations()
    if name in known:
        return known[name].with_(**parameters)
    makers = _makers()
    if name in makers:
        return makers[name](**parameters)
    near = difflib.get_close_matches(str(name).lower().replace("-", "_"), [*known, *makers], n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted([*known, *makers]))}"
    raise UnknownActivation(f"no activation named {name!r}; {hint}")


class UnknownActivation(ValueError):
    """No activation has this name; the message suggests the nearest."""


def activation_of(activation_or_name) -> Activation:
    """An activation, from itself, from its name, or by quadrature from a SymPy expression in ``u``."""
    if isinstance(activation_or_name, Activation):
        return activation_or_name
    if isinstance(activation_or_name, str):
        return activation(activation_or_name)
    if isinstance(activation_or_name, sp.Expr):
        return quadrature(activation_or_name)
    if callable(activation_or_name):
        raise TypeError(f"{activation_or_name!r}: make it an activation by quadrature(function, derivative)")
    raise TypeError(f"{activation_or_name!r} is no activation: give an Activation or the name of one")


@cache
def activations() -> dict[str, Activation]:
    """Every activation of the catalogue by its name."""
    return {
        value.name: value
        for module in _modules()
        for value in vars(module).values()
        if isinstance(value, Activation)
    }


@cache
def _makers() -> dict[str, Callable[..., Activation]]:
    """Functions that make an activation of parameters that have no usual value."""
    return {
        name: value
        for module in _modules()
        for name, value in vars(module).items()
        if getattr(value, "__module__", None) == module.__name__
        and getattr(value, "__annotations__", {}).get("return") in (Activation, "Activation")
        and not name.startswith("_")
    }


def _modules():
    package = importlib.import_module("..activations", __package__)
    for entry in pkgutil.iter_modules(package.__path__):
        yield importlib.import_module(f"{package.__name__}.{entry.name}")
