"""A kernel in tiles: each is computed by itself, so that no more memory is needed than one of them takes."""

from __future__ import annotations

from math import prod

import numpy as np

from . import composed
from .convolution_loops import Pooled, suits
from .inputs import checked, crosses_positions, start, wants_positions
from .loops import compiled, fill_angles
from .pairs import unit
from .propagate import through

FEW = 20_000
"""Pairs of inputs from which on an expansion in the angle pays for itself."""

FEW_POSITIONS = 300_000
"""Pairs of positions from which on the compiled loop pays for its compilation."""

BLOCK = 1 << 19
"""Pairs (of positions) that go through the layers together."""


class Tiles:
    """Both kernels (or the NNGP alone) of a network between NumPy inputs, wherever they are asked for.

    ``tile(rows, columns)`` gives the kernels at two ranges of inputs. ``shape`` is (n1, n2); ``symmetric``
    whether the second inputs are the first.
    """

    def __init__(self, network, X1, X2=None, *, ntk: bool = True):
        X1, X2 = checked(X1, X2, network.layers)
        self.symmetric = X2 is None
        self.dtype = np.result_type(X1, X1 if X2 is None else X2, np.float32)
        self.X1 = np.ascontiguousarray(X1, dtype=np.float64)
        self.X2 = self.X1 if X2 is None else np.ascontiguousarray(X2, dtype=np.float64)
        self.layers, self.ntk, self.standard = network.layers, ntk, network.width or 0
        self.shape = len(self.X1), len(self.X2)
        self.expansion, self.loops, self.block = None, None, 256
        if wants_positions(self.layers):
            size = prod(self.X1.shape[1:-1]) ** (2 if crosses_positions(self.layers) else 1)
            self.block = max(1, int((BLOCK / size) ** 0.5))
            enough = size * prod(self.shape) > FEW_POSITIONS
            if ntk and not self.standard and enough and suits(self.layers):
                self.loops, self.block = Pooled(self.layers, self.dtype), 32
        else:
            self._expand()

    def _expand(self):
        (self.U1, norm1), d = unit(self.X1), self.X1.shape[1]
        self.U2, norm2 = (self.U1, norm1) if self.symmetric else unit(self.X2)
        p = composed.degree(self.layers)
        s1, s2 = norm1 / d**0.5, norm2 / d**0.5
        least, most = min(s1.min(), s2.min()), max(s1.max(), s2.max())
        alike = most - least <= 4 * np.spacing(most) and most > 0
        if prod(self.shape) < FEW or (p is None and not alike):
            return
        q = 1.0 if p is not None else float(most) ** 2
        self.expansion = composed.composed(self.layers, q, self.standard, d, self.ntk)
        if self.expansion is not None:
            self.scale1, self.scale2 = s1**self.expansion.degree, s2**self.expansion.degree

    def tile(self, rows: slice, columns: slice) -> tuple[np.ndarray, ...]:
        """(nngp, ntk) or (nngp,) at these inputs, in float64, made of blocks that pass through the layers."""
        found = None
        for i in range(rows.start, rows.stop, self.block):
            for j in range(columns.start, columns.stop, self.block):
                a, b = slice(i, min(i + self.block, rows.stop)), slice(j, min(j + self.block, columns.stop))
                parts = self._block(a, b)
                if found is None:
                    shape = rows.stop - rows.start, columns.stop - columns.start
                    found = tuple(np.empty(shape) for _ in parts)
                for array, part in zip(found, parts, strict=True):
                    array[
                        i - rows.start : a.stop - rows.start, j - columns.start : b.stop - columns.start
                    ] = part
        return found

    def _block(self, rows: slice, columns: slice) -> tuple[np.ndarray, ...]:
        """The same of few inputs, in float64 but for convolutions of float32."""
        if self.expansion is not None:
            return self._by_angle(rows, columns)
        a, b = self.X1[rows], self.X2[columns]
        if self.loops is not None:
            return tuple(self.loops.tile(a, b, self.symmetric and rows == columns))
        pairs, own = start(self.layers, a, b, self.ntk)
        shape = len(a), len(b)
        for layer in self.layers:
            pairs, own = through(layer, pairs, own, self.standard)
        found = (pairs.c,) if pairs.ntk is None else (pairs.c, pairs.ntk)
        return tuple(np.broadcast_to(one, (*shape, *one.shape[2:])) for one in found)

    def _by_angle(self, rows, columns):
        *_, series = compiled()
        theta = fill_angles(self.U1[rows], self.U2[columns])
        nngp, ntk = np.empty_like(theta), np.empty_like(theta)
        at = self.expansion.nngp, self.expansion.ntk, self.scale1[rows], self.scale2[columns]
        series(theta, *at, nngp, ntk)
        return (nngp, ntk) if self.ntk else (nngp,)

    def whole(self) -> tuple[np.ndarray, ...]:
        """The kernels as arrays, each pair of inputs computed once."""
        found = None
        for rows, columns in self._blocks():
            parts = self._block(rows, columns)
            if found is None:
                found = tuple(np.empty((*self.shape, *part.shape[2:]), self.dtype) for part in parts)
            for array, part in zip(found, parts, strict=True):
                if self.symmetric and rows == columns:
                    low = np.tril_indices(len(part), -1)
                    part = np.array(part)
                    part[low] = np.swapaxes(part, 0, 1)[low]
                array[rows, columns] = part
                if self.symmetric and rows != columns:
                    array[columns, rows] = np.swapaxes(part, 0, 1)
        return found

    def _blocks(self):
        """Ranges (rows, columns) that cover the kernel, or its upper half where symmetric."""
        n1, n2 = self.shape
        for i in range(0, n1, self.block):
            rows = slice(i, min(i + self.block, n1))
            for j in range(i if self.symmetric else 0, n2, self.block):
                yield rows, slice(j, min(j + self.block, n2))
