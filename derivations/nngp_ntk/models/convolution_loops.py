"""Convolutional kernels of kinked linear activations (ReLU and its kin), one pair of inputs at a time.

All pairs of positions of two images pass through the layers in the processor's cache. What is carried is the
squared distance of the preactivations, not their covariance: it averages over a filter as covariances do, and
knows the angle of nearly equal positions to all its digits.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import sympy as sp

from ..architecture.layers import Conv, Dense, Flatten, GlobalAveragePool
from ..setting import theta
from .loops import arcsine_coefficients
from .propagate import _window_mean, variance_of


def suits(layers) -> bool:
    """Convolution and activation in turns, a pooled read-out at the end, no biases."""
    *body, pool, read_out = layers if len(layers) > 2 else (None, None, None)
    return (
        isinstance(pool, GlobalAveragePool)
        and isinstance(read_out, Dense)
        and len(body) % 2 == 0
        and all(isinstance(one, Conv) for one in body[::2])
        and all(_kinked_linear(one) for one in body[1::2])
    )


def _kinked_linear(layer) -> bool:
    return getattr(layer, "kappa", None) is not None and layer.kappa.name == "abrelu_kappa"


@cache
def weights_of(form, parameters: tuple) -> dict[str, float]:
    """The coefficients of the angle's functions in a closed form: sin^2(theta/2), sin, theta cos, theta, 1."""
    h, s, r = sp.symbols("h s r")
    values = {x: sp.Rational(value) for x in form.arguments for name, value in parameters if x.name == name}
    known = {sp.sin(theta / 2): sp.sqrt(h), sp.sin(theta): s, sp.cos(theta): r}
    found = sp.Poly(form.claim.unfolded.xreplace(known).subs(values), h, s, r, theta).as_dict()
    named = {"half": (1, 0, 0, 0), "sine": (0, 1, 0, 0), "turned": (0, 0, 1, 1), "angle": (0, 0, 0, 1)}
    named["one"] = (0, 0, 0, 0)
    assert set(found) <= set(named.values()), f"{form.name}: another function of the angle"
    return {name: float(found.get(power, 0)) for name, power in named.items()}


class Pooled:
    """Kernels of a network that `suits`, at (n, H, W, C) inputs, or (n, positions, C)."""

    def __init__(self, layers, dtype):
        *body, _, self.read_out = layers
        self.dtype = np.dtype(np.float32 if dtype == np.float32 else np.float64)
        self.convolutions, self.activations = body[::2], body[1::2]
        self.variances = [variance_of(one.sigma_w) for one in self.convolutions]
        table = [
            [weights_of(form, tuple(act.parameters.items())) for form in (act.gap, act.kappa_dot)]
            for act in self.activations
        ]
        self.table = np.array(
            [
                [act.scale, act.scale_dot, gap["half"], gap["sine"], gap["turned"], dot["one"], dot["angle"]]
                for act, (gap, dot) in zip(self.activations, table, strict=True)
            ]
        )

    def own_variances(self, X):
        """The mean squares of the preactivations at every position, behind each convolution: (l, n, H, W)."""
        q, found = np.sum(X**2, axis=-1) / X.shape[-1], []
        for convolution, variance, act in zip(
            self.convolutions, self.variances, self.activations, strict=True
        ):
            q = variance * _window_mean(q, ((-2, -1) if X.shape[1] > 1 else (-1,),), convolution)
            found.append(q)
            q = act.diagonal(q)
        return np.array(found)

    def tile(self, X1, X2, same: bool):
        """(nngp, ntk) of two batches of images; ``same``: they are one batch, and half is enough."""
        lines = X1.ndim == 3
        X1, X2 = (X[:, None] if lines else X for X in (X1, X2))
        circular = [one.padding == "circular" for one in self.convolutions]
        sizes = np.array([one.size for one in self.convolutions])
        found = np.zeros((2, len(X1), len(X2)), self.dtype)
        compiled(self.dtype)(
            *(np.ascontiguousarray(X, dtype=self.dtype) for X in (X1, X2)),
            *(self.own_variances(X).astype(self.dtype) for X in (X1, X2)),
            sizes, np.where(lines, 1, sizes), np.array(circular), np.array(self.variances, self.dtype),
            self.table.astype(self.dtype), same, found,
        )  # fmt: skip
        return variance_of(self.read_out.sigma_w) * found


@cache
def compiled(dtype):
    """The loop over pairs of images, in one precision throughout."""
    import numba

    number = dtype.type
    zero, one, half, two, pi = (number(x) for x in (0, 1, 0.5, 2, np.pi))
    four = number(4)
    arcsine = arcsine_coefficients()[15 if dtype == np.float32 else 3 :].astype(dtype)
    terms = len(arcsine)

    unsigned = np.uint64  # an index that might be negative would be looked at, one by one
    free = {"contract", "nsz", "reassoc", "arcp", "nnan", "ninf"}

    # Positions (h, w) of the first image and (k, v) of the second. Arrays are (h, k, x), where x runs over w
    # and v with a margin on every side; then a filter's shift of both along the line is a shift of x.

    @numba.njit(nogil=True, error_model="numpy", fastmath=free)
    def activate(D, N, s1, at1, s2, at2, factor, table, out_D, out_N, to):
        """Distances and tangents behind a convolution's factor and an activation. Parts of arrays are told
        by where they begin: making a view of each would take longer than what is done with it."""
        scale, scale_dot, g_half, g_sine, g_turned, k_one, k_angle = table
        at1, at2, to = unsigned(at1), unsigned(at2), unsigned(to)
        for x in range(unsigned(D.size)):
            product = s1[at1 + x] * s2[at2 + x]
            apart = s1[at1 + x] - s2[at2 + x]
            some = product > zero
            h = (factor * D[x] - apart * apart) / (four * (product if some else one))
            h = min(max(h, zero), one) if some else half
            z = min(h, one - h)
            at = four * z - one
            a = arcsine[0]
            for k in range(1, terms):
                a = a * at + arcsine[k]
            root = np.sqrt(z)
            t = two * root * a
            sine = two * root * np.sqrt(one - z)
            t = t if h <= half else pi - t
            cosine = one - two * h
            gap = g_half * h + g_sine * sine + g_turned * t * cosine
            out_D[to + x] = scale * (apart * apart + two * product * gap)
            out_N[to + x] = scale_dot * (k_one + k_angle * t) * (factor * N[x] + product * cosine)

    @numba.njit(nogil=True, error_model="numpy", fastmath=free)
    def add(out, to, F, start, count):
        to, start = unsigned(to), unsigned(start)
        for x in range(unsigned(count)):
            out[to + x] += F[start + x]

    @numba.njit(nogil=True, error_model="numpy", fastmath=free)
    def add_steps(out, to, F, start, step, steps, count):
        """Sums of ``steps`` entries of F, ``step`` apart."""
        o, first = unsigned(to), unsigned(start)
        second, third = unsigned(start + step), unsigned(start + 2 * step)
        if steps == 3:
            for x in range(unsigned(count)):
                out[o + x] = F[first + x] + F[second + x] + F[third + x]
            return
        for x in range(unsigned(count)):
            out[o + x] = F[first + x]
        for b in range(1, steps):
            add(out, to, F, start + b * step, count)

    @numba.njit(nogil=True, error_model="numpy")
    def inside(p, size, circular):
        """Where a position lies in the image, -1 outside."""
        if 0 <= p < size:
            return p
        return p % size if circular else -1

    @numba.njit(nogil=True, error_model="numpy")
    def fill_margin(D, N, to, q1, h, q2, k, margin, circular):
        """Beyond its edge an image has nothing: the distance is what the other has there."""
        W = q1.shape[1]
        S = W + 2 * margin
        for a in range(S):
            w = inside(a - margin, W, circular)
            whole = a < margin or a >= S - margin
            b = 0
            while b < S:
                v = inside(b - margin, W, circular)
                at = to + a * S + b
                if w >= 0 and v >= 0:
                    source = to + (w + margin) * S + v + margin
                    D[at], N[at] = D[source], N[source]
                else:
                    D[at] = q1[h, w] if w >= 0 else q2[k, v] if v >= 0 else zero
                    N[at] = zero
                b += 1 if whole or b != margin - 1 else W + 1

    @numba.njit(nogil=True, error_model="numpy")
    def spread(rows, margin, first):
        """Values (H, W) at the positions of one image, on the x of both: H times x, flat."""
        H, W = rows.shape
        S = W + 2 * margin
        out = np.zeros((H, W * S), rows.dtype)
        for h in range(H):
            for w in range(W):
                for v in range(W):
                    out[h, w * S + v] = rows[h, w] if first else rows[h, v]
        return out.ravel()

    @numba.njit(nogil=True, error_model="numpy")
    def along(q, wide):
        """Sums over the filter's width, with nothing beyond the edges."""
        H, W = q.shape
        out = np.zeros_like(q)
        for h in range(H):
            for w in range(W):
                for b in range(max(0, w - wide // 2), min(W, w + wide // 2 + 1)):
                    out[h, w] += q[h, b]
        return out

    @numba.njit(nogil=True, error_model="numpy")
    def loop(X1, X2, Q1, Q2, tall, wide, circular, variances, table, same, found):
        H, W, C = X1.shape[1:]
        margin = max(wide) // 2
        S = W + 2 * margin
        long = W * S
        block = S * S + S
        D, N = np.zeros(H * H * block, X1.dtype), np.zeros(H * H * block, X1.dtype)
        D1, N1 = np.empty(H * H * long, X1.dtype), np.empty(H * H * long, X1.dtype)
        d, n = np.empty(long, X1.dtype), np.empty(long, X1.dtype)
        q1, q2 = np.empty((H, W), X1.dtype), np.empty((H, W), X1.dtype)
        inner = margin * S + margin
        size, channels = number(H * W), number(C)
        for i in range(len(X1)):
            for j in range(i if same else 0, len(X2)):
                q1[:], q2[:] = zero, zero
                for h in range(H):
                    for w in range(W):
                        for c in range(C):
                            q1[h, w] += X1[i, h, w, c] ** 2 / channels
                            q2[h, w] += X2[j, h, w, c] ** 2 / channels
                        for k in range(H):
                            for v in range(W):
                                total = zero
                                for c in range(C):
                                    total += (X1[i, h, w, c] - X2[j, k, v, c]) ** 2
                                D[(h * H + k) * block + inner + w * S + v] = total / channels
                                N[(h * H + k) * block + inner + w * S + v] = zero
                for l in range(len(variances)):
                    for h in range(H):
                        for k in range(H):
                            at, to = (h * H + k) * block, (h * H + k) * long
                            fill_margin(D, N, at, q1, h, q2, k, margin, circular[l])
                            start = at + (margin - wide[l] // 2) * (S + 1)
                            add_steps(D1, to, D, start, S + 1, wide[l], long)
                            add_steps(N1, to, N, start, S + 1, wide[l], long)
                    only1 = spread(along(q1, wide[l]), margin, True)
                    only2 = spread(along(q2, wide[l]), margin, False)
                    s1 = spread(np.sqrt(Q1[l, i]), margin, True)
                    s2 = spread(np.sqrt(Q2[l, j]), margin, False)
                    factor = variances[l] / number(tall[l] * wide[l])
                    for h in range(H):
                        for k in range(H):
                            d[:], n[:] = zero, zero
                            for a in range(-(tall[l] // 2), tall[l] // 2 + 1):
                                e, f = inside(h + a, H, circular[l]), inside(k + a, H, circular[l])
                                if e >= 0 and f >= 0:
                                    add(d, 0, D1, (e * H + f) * long, long)
                                    add(n, 0, N1, (e * H + f) * long, long)
                                elif e >= 0:
                                    add(d, 0, only1, e * long, long)
                                elif f >= 0:
                                    add(d, 0, only2, f * long, long)
                            to = (h * H + k) * block + inner
                            activate(d, n, s1, h * long, s2, k * long, factor, table[l], D, N, to)
                    q1[:], q2[:] = table[l, 0] * Q1[l, i], table[l, 0] * Q2[l, j]
                distance, tangent = zero, zero
                for h in range(H):
                    for k in range(H):
                        for w in range(W):
                            for v in range(W):
                                distance += D[(h * H + k) * block + inner + w * S + v]
                                tangent += N[(h * H + k) * block + inner + w * S + v]
                nngp = half * (np.sum(q1) + np.sum(q2)) / size - half * distance / (size * size)
                tangent = nngp + tangent / (size * size)
                found[0, i, j], found[1, i, j] = nngp, tangent
                if same:
                    found[0, j, i], found[1, j, i] = nngp, tangent

    return loop
