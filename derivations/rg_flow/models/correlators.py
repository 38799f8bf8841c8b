"""Exact correlators at a finite width: scale-invariant networks, deep linear networks of several inputs."""

from __future__ import annotations

from math import factorial

import numpy as np
import sympy as sp

from ..linear_correlators import several_inputs
from ..scale_invariant import four_point, unit_moment
from .activations import activation
from .exact import evaluate, exact


def layer_moment(one, m: int, n):
    """E Y^m of the factor Y by which a layer of width ``n`` multiplies S, at criticality.

    ``one``: a scale-invariant activation (name or expression); ``n`` an integer or a SymPy symbol, for
    which the result is a polynomial in 1/n. Exact: a SymPy number or expression.
    ValueError for other activations.
    """
    slopes = activation(one).slopes
    if not slopes or not any(slopes):
        raise ValueError(f"{one}: exact moments need a scale-invariant activation (linear, relu, leaky, abs)")
    if not (isinstance(m, int) and m >= 0):
        raise ValueError(f"m = {m!r}: the order of the moment, a whole number >= 0")
    terms = [
        evaluate(unit_moment, m=k, a_plus=slopes[0], a_minus=slopes[1]) / factorial(k)
        for k in range(1, m + 1)
    ]
    n = sp.sympify(n)
    power = [sp.S.One]  # of the n-th power of the generating function of one term
    for k in range(1, m + 1):
        power.append(
            sp.expand(sum((j * (n + 1) - k) * terms[j - 1] * power[k - j] for j in range(1, k + 1)) / k)
        )
    return sp.expand(factorial(m) * power[m] / n**m)


def moment_of_S(one, m: int, n: int, l: int, K=1):
    """E S^m at layer ``l`` of a scale-invariant network of width ``n`` at criticality, first kernel ``K``.

    Exact (a SymPy rational) where K is; else a float, by log1p of the exact E Y^m - 1. inf where it
    exceeds all floats.
    """
    one_layer = layer_moment(one, m, n)
    if exact(K):
        return sp.sympify(K) ** m * one_layer ** (l - 1)
    with np.errstate(over="ignore"):
        return float(K) ** m * float(np.exp((l - 1) * np.log1p(float(one_layer - 1))))


def four_point_function(one, n, l, K=1):
    """E z_i^2 z_j^2 of two different neurons of layer ``l``, at criticality: K^2 (1 + nu/n)^(l-1).

    Three times that is E z_i^4. Exact where all is exact, by `four_point` otherwise.
    """
    from ..scale_invariant import scale_invariant_growth

    slopes = activation(one).slopes
    if not slopes or not any(slopes):
        raise ValueError(f"{one}: exact moments need a scale-invariant activation (linear, relu, leaky, abs)")
    nu = evaluate(scale_invariant_growth, a_plus=slopes[0], a_minus=slopes[1])
    if exact(K, n, l):
        return evaluate(four_point, K=K, nu=nu, n=n, l=l)
    return four_point(K, float(nu), n, l)


def covariance_of_covariances(K, n: int, l: int, C_W=1) -> np.ndarray:
    """E S_ab S_cd of a deep linear network of width ``n`` at layer ``l``, for all inputs: (p, p, p, p).

    ``K`` (p, p): the symmetric kernel of the first layer; ``C_W`` multiplies by C_W^(2(l-1)). Objects
    (Fractions, SymPy numbers) stay exact. ValueError for a matrix that is not symmetric.
    """
    K = np.asarray(K)
    if K.ndim != 2 or K.shape[0] != K.shape[1] or not np.all(K == K.T):
        raise ValueError("K: a symmetric matrix, the kernel of the first layer")
    if not (isinstance(n, int) and n >= 1 and isinstance(l, int) and l >= 1):
        raise ValueError(f"n = {n!r}, l = {l!r}: whole numbers from 1")
    pure = K.dtype == object or np.issubdtype(K.dtype, np.integer)
    pairing, mixing = _coefficients(n, l)
    factor = sp.sympify(C_W) ** (2 * (l - 1))
    pairing, mixing = factor * pairing, factor * mixing
    if not pure:
        pairing, mixing = float(pairing), float(mixing)
    else:
        K = np.vectorize(sp.sympify, otypes=[object])(K)
    one = np.einsum("ab,cd->abcd", K, K)
    two = np.einsum("ac,bd->abcd", K, K) + np.einsum("ad,bc->abcd", K, K)
    return pairing * one + mixing * two


def _coefficients(n: int, l: int) -> tuple:
    """The exact coefficients of the pairing ab, cd and of the two others, from the claim."""
    inputs = sp.symbols("K_ab K_cd K_ac K_bd K_ad K_bc")
    given = {x.name: x for x in several_inputs.rhs.free_symbols}
    at = {given["n"]: n, given["l"]: l}
    own = [given[x.name] for x in inputs]
    values = lambda *ones: dict(zip(own, ones, strict=True))  # noqa: E731
    return tuple(
        several_inputs.rhs.subs(at).subs(values(*pattern))
        for pattern in ((1, 1, 0, 0, 0, 0), (0, 0, 1, 1, 0, 0))
    )
