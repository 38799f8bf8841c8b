"""The two kinds of components of a mixture: of one variance in every direction, and of several.

Both answer the same questions about a batch x of shape (rows, D), taken from the mixture's centre, at one
signal level alpha and noise level sigma: with w the responsibilities, s_i and D_i the components' scores
and denoisers, v the noisy variances. Arrays other than NumPy's stay what they are.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from array_api_compat import array_namespace, device, is_numpy_array

from . import _pointwise

_BLOCK_BYTES = 1 << 21
"""Of the logits that are worked on at once: they stay in the cache between the two matrix products."""
_BLOCK_ELEMENTS = 1 << 20
_PAIRS = 1 << 14
_FEW = 16
"""Components, to one that matters, from which on the rest are not even added up."""


def like(x, values):
    """The NumPy array ``values`` as an array of the library, type and device of ``x``."""
    if is_numpy_array(x):
        return np.asarray(values, dtype=x.dtype)
    return array_namespace(x).asarray(np.array(values), dtype=x.dtype, device=device(x))


def _blocks(count: int, size: int):
    return (slice(start, start + size) for start in range(0, count, max(1, size)))


def _farthest(x) -> float:
    """The largest norm of a row."""
    return float(np.sqrt(np.max(np.sum(np.square(x, dtype=float), axis=1), initial=0)))


class Isotropic:
    """Components of variance ``variances`` (K,) in every direction around ``points`` (K, D)."""

    def __init__(self, log_weights, points, variances):
        self.log_weights, self.points, self.variances = log_weights, points, variances
        self.common = bool(np.all(variances == variances[0]))
        self.dimension = points.shape[1]

    @cached_property
    def _squares(self):
        return np.sum(self.points**2, axis=1)

    def _noisy(self, alpha, sigma):
        return alpha**2 * self.variances + sigma**2

    def _factors(self, x, alpha, sigma):
        """Two matrices whose product is the logits, but for what all components have in common."""
        xp, v = array_namespace(x), self._noisy(alpha, sigma)
        constant = self.log_weights - alpha**2 * self._squares / (2 * v)
        one = xp.ones_like(x[:, :1])
        if self.common:
            left = xp.concat([x * float(alpha / v[0]), one], axis=1)
            return left, like(x, np.column_stack([self.points, constant]).T)
        constant = constant - self.dimension / 2 * np.log(v)
        left = xp.concat([x, xp.sum(x * x, axis=1, keepdims=True), one], axis=1)
        return left, like(x, np.column_stack([alpha / v[:, None] * self.points, -1 / (2 * v), constant]).T)

    def shares(self, x, alpha, sigma):
        """Blocks of rows, and the responsibilities there up to a factor of each row, the largest 1."""
        if not is_numpy_array(x):
            xp = array_namespace(x)
            left, right = self._factors(x, alpha, sigma)
            logits = left @ right
            yield slice(0, x.shape[0]), xp.exp(logits - xp.max(logits, axis=1, keepdims=True))
            return
        for block, logits, leading in self._logits(x, alpha, sigma, self._spread(x, alpha, sigma)):
            if leading is not None:
                rows, found, gained, _ = leading
                logits[rows, found] = gained
            yield block, np.exp(logits, out=logits)

    def _sums(self, x, alpha, sigma, values):
        """Blocks of rows, and the sums of ``values`` (K, n) weighed by the shares there: (rows, n)."""
        if not is_numpy_array(x):
            for block, w in self.shares(x, alpha, sigma):
                yield block, w @ values
            return
        spread, least = self._spread(x, alpha, sigma), np.log(np.finfo(x.dtype).tiny)
        exact = spread <= _pointwise.LARGEST_SPREAD
        if self.common and exact and self._moderate(x, alpha, sigma, max(1, np.max(np.abs(values)))):
            for block, logits in self._products(x, alpha, sigma):
                yield block, np.exp(logits, out=logits) @ values
            return
        # Where numbers underflow, exponentials and matrix products take several times as long.
        floor = least / (2 if self.common else 1)
        shallow = self.common and 2 * spread + np.ptp(self.log_weights) < -floor
        for block, logits, leading in self._logits(x, alpha, sigma, spread):
            if leading is not None:
                rows, found, gained, starts = leading
                if _FEW * len(rows) <= logits.size:  # the others' share is less than the rounding
                    weighed = values[found] * np.exp(gained).astype(x.dtype)[:, None]
                    yield block, np.add.reduceat(weighed, starts)
                    continue
                logits[rows, found] = gained
            if not shallow:
                np.maximum(logits, floor, out=logits)
            yield block, np.exp(logits, out=logits) @ values

    def _products(self, x, alpha, sigma):
        """Blocks of rows, and the logits there, in a space that the next block takes."""
        left, right = self._factors(x, alpha, sigma)
        rows = max(1, _BLOCK_BYTES // (right.shape[1] * x.itemsize))
        space = np.empty((min(rows, len(x)), right.shape[1]), x.dtype)
        for block in _blocks(len(x), rows):
            yield block, np.matmul(left[block], right, out=space[: len(left[block])])

    def _logits(self, x, alpha, sigma, spread):
        """Blocks of rows, logits less the largest of each row, and those that matter once more if rounding
        does: rows and components, sorted, their exact logits, and where each row starts among them."""
        for block, logits in self._products(x, alpha, sigma):
            leader = np.argmax(logits, axis=1)
            logits -= np.take_along_axis(logits, leader[:, None], axis=1)
            refine = spread > _pointwise.LARGEST_SPREAD
            yield block, logits, self._leading(logits, leader, x[block], alpha, sigma) if refine else None

    def _moderate(self, x, alpha, sigma, most: float) -> bool:
        """Whether no row's sum of exponentials times values up to ``most`` overflows, and each is so large
        that what underflows in it does not count: no component has to come first then."""
        v, norms, far = self._noisy(alpha, sigma)[0], alpha * np.sqrt(self._squares), _farthest(x)
        mean = self.log_weights - norms**2 / (2 * v)
        largest, leading = np.max(mean + norms * far / v), np.max(mean - norms * far / v)
        kind, count = np.finfo(x.dtype), np.log(len(norms))
        fits = largest + count + np.log(most) < np.log(kind.max)
        return bool(fits and leading > np.log(kind.tiny) + count - np.log(kind.eps))

    def _spread(self, x, alpha, sigma) -> float:
        """A bound of the terms that add up to a logit."""
        far = _farthest(x)
        reach, v = float(np.sqrt(np.max(self._squares))), self._noisy(alpha, sigma)
        if self.common:
            return alpha * reach * (far + alpha * reach / 2) / v[0]
        return (far + alpha * reach) ** 2 / (2 * np.min(v))

    def _leading(self, logits, leader, x, alpha, sigma):
        """Logits against the leading component's, from differences, where they matter.

        |x - a m_j|^2 - |x - a m_i|^2 = 2 a (m_i - m_j).(x - a (m_i + m_j)/2) rounds as a change of x or of
        the points by a unit in the last place would, however small the noise and close the two points.
        """
        eps, v = np.finfo(x.dtype).eps, self._noisy(alpha, sigma)
        slack = 2 * (self.dimension + 3) * eps * self._spread(x, alpha, sigma)
        # of unequal variances the narrowest has the steepest score, even with a small share
        steepest = np.log(np.max(v) / np.min(v))
        cut = np.log(logits.shape[1]) - np.log(eps) + slack + steepest
        rows, found = np.divmod(np.flatnonzero(logits >= -cut), logits.shape[1])
        gained = np.zeros(len(rows))
        contested = np.flatnonzero(np.bincount(rows)[rows] > 1)  # a leader alone has the logit 0
        x = x.astype(float)
        for part in _blocks(len(contested), _PAIRS):
            r, i = rows[contested[part]], found[contested[part]]
            j = leader[r]
            there, here = self.points[i], self.points[j]
            middle = x[r] - alpha / 2 * (there + here)
            gain = alpha * np.einsum("nd,nd->n", there - here, middle) / v[i]
            gain += self.log_weights[i] - self.log_weights[j]
            if not self.common:
                apart = np.sum((x[r] - alpha * here) ** 2, axis=1)
                gain -= apart / 2 * alpha**2 * (self.variances[j] - self.variances[i]) / (v[i] * v[j])
                gain -= self.dimension / 2 * np.log(v[i] / v[j])
            gained[contested[part]] = gain
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        largest = np.maximum.reduceat(gained, starts)
        return rows, found, gained - np.repeat(largest, np.diff(starts, append=len(rows))), starts

    def combined(self, x, alpha, sigma, p, q):
        """p D + q s: shape (rows, D). Two matrix products."""
        xp, v = array_namespace(x), self._noisy(alpha, sigma)
        smallest = np.min(v)
        ratio = smallest / v
        a, b = (p * sigma**2 + q * alpha) * ratio, (p * alpha * self.variances - q) * ratio
        if self.common:
            columns = [self.points, np.ones(len(v))]
        else:
            columns = [a[:, None] * self.points, b, np.ones(len(v))]
        values, found = like(x, np.column_stack(columns)), []
        for block, sums in self._sums(x, alpha, sigma, values):
            means, here = sums[:, : self.dimension] / sums[:, -1:], x[block]
            if self.common:
                found.append(means * float(a[0]) + here * float(b[0]))
            else:
                found.append(means + sums[:, -2:-1] / sums[:, -1:] * here)
        return (found[0] if len(found) == 1 else xp.concat(found, axis=0)) / float(smallest)

    def combined_pointwise(self, x, centre, alpha, sigma, p, q):
        """The same of x not yet taken from the centre, by one loop; None where that does not pay."""
        if not (is_numpy_array(x) and _pointwise.pays(x, self.points)):
            return None
        v = self._noisy(alpha, sigma)
        sums = (p * sigma**2 + q * alpha) / v, (p * alpha * self.variances - q) / v
        corner = max(np.max(x), -np.min(x)) + np.abs(centre)  # no point is farther out in any coordinate
        spread = self._spread(corner[None], alpha, sigma)
        given = self.points, self.log_weights, self.variances, v, sums
        return _pointwise.combined(x, centre, alpha, *given, spread)

    def responsibilities(self, x, alpha, sigma):
        """w, shape (rows, K)."""
        xp = array_namespace(x)
        return xp.concat(
            [w / xp.sum(w, axis=1, keepdims=True) for _, w in self.shares(x, alpha, sigma)], axis=0
        )

    def log_density(self, x, alpha, sigma):
        """From the leading component's own distance, which does not cancel."""
        xp, v, found = array_namespace(x), self._noisy(alpha, sigma), []
        points = like(x, self.points)
        spread, constant = like(x, v), like(x, self.log_weights - self.dimension / 2 * np.log(2 * np.pi * v))
        for block, w in self.shares(x, alpha, sigma):
            j = xp.argmax(w, axis=1)
            apart = x[block] - alpha * xp.take(points, j, axis=0)
            own = xp.take(constant, j, axis=0) - xp.sum(apart**2, axis=1) / (2 * xp.take(spread, j, axis=0))
            found.append(own + xp.log(xp.sum(w, axis=1)))
        return xp.concat(found, axis=0)

    def deviations(self, x, alpha, sigma):
        """Blocks of rows: w (rows, K); s_i and D_i up to a term all have in common (rows, K, D)."""
        v, lam = self._noisy(alpha, sigma), self.variances
        points = like(x, self.points)[None]
        # of what is linear in x only the difference from the first component's matters
        by_x = like(x, alpha**2 * (lam - lam[0]) / (v * v[0]))[None, :, None]
        to_clean = like(x, alpha * lam / v - alpha * lam[0] / v[0])[None, :, None]
        noise, pull = like(x, sigma**2 / v)[None, :, None], like(x, alpha / v)[None, :, None]
        w = self.responsibilities(x, alpha, sigma)
        for block in _blocks(x.shape[0], _BLOCK_ELEMENTS // self.points.size):
            here = x[block][:, None]
            yield block, w[block], points * pull + here * by_x, points * noise + here * to_clean

    def mean_of_diagonal(self, w, weights):
        """sum_i w_i weights_i I, for ``weights`` (K,): shape (rows, D, D)."""
        xp = array_namespace(w)
        return (w @ like(w, weights))[:, None, None] * xp.eye(self.dimension, dtype=w.dtype, device=device(w))

    def noised(self, which, normal):
        """Clean samples of the components ``which``, from standard normal numbers (n, D)."""
        return self.points[which] + np.sqrt(self.variances[which])[:, None] * normal


class Spread:
    """Components with variances ``variances`` (K, D) along the columns of ``basis`` (K, D, D).

    Without a basis, along the coordinates.
    """

    def __init__(self, log_weights, points, variances, basis=None):
        self.log_weights, self.points, self.variances, self.basis = log_weights, points, variances, basis
        self.dimension = points.shape[1]

    def _noisy(self, alpha, sigma):
        return alpha**2 * self.variances + sigma**2

    def _along(self, x, alpha, sigma):
        """Blocks of rows: responsibilities (K, rows), log-density (rows,), coordinates (K, rows, D)."""
        xp, v = array_namespace(x), self._noisy(alpha, sigma)
        points, spread = like(x, alpha * self.points)[:, None], like(x, v)[:, None]
        constant = like(x, self.log_weights - np.sum(np.log(2 * np.pi * v), axis=1) / 2)[:, None]
        basis = None if self.basis is None else like(x, self.basis)
        for block in _blocks(x.shape[0], max(1, _BLOCK_ELEMENTS // self.points.size)):
            y = x[block][None] - points
            if basis is not None:
                y = y @ basis
            logits = constant - xp.sum(y**2 / spread, axis=2) / 2
            largest = xp.max(logits, axis=0)
            w = xp.exp(logits - largest[None])
            total = xp.sum(w, axis=0)
            yield block, w / total[None], largest + xp.log(total), y

    def _back(self, coordinates):
        """Coordinates (K, rows, D) added up over the components, in the original basis."""
        xp = array_namespace(coordinates)
        if self.basis is None:
            return xp.sum(coordinates, axis=0)
        rows = coordinates.shape[1]
        side_by_side = xp.reshape(xp.permute_dims(coordinates, (1, 0, 2)), (rows, -1))
        axes = self.basis.transpose(0, 2, 1).reshape(-1, self.dimension)
        return side_by_side @ like(coordinates, axes)

    def combined_pointwise(self, x, centre, alpha, sigma, p, q):
        return None

    def combined(self, x, alpha, sigma, p, q):
        xp, v = array_namespace(x), self._noisy(alpha, sigma)
        along = like(x, (p * alpha * self.variances - q) / v)[:, None]
        points, found = like(x, p * self.points), []
        for _, w, _, y in self._along(x, alpha, sigma):
            found.append(self._back(w[:, :, None] * along * y) + w.T @ points)
        return xp.concat(found, axis=0)

    def responsibilities(self, x, alpha, sigma):
        return array_namespace(x).concat([w.T for _, w, _, _ in self._along(x, alpha, sigma)], axis=0)

    def log_density(self, x, alpha, sigma):
        return array_namespace(x).concat([found for _, _, found, _ in self._along(x, alpha, sigma)], axis=0)

    def deviations(self, x, alpha, sigma):
        xp, v = array_namespace(x), self._noisy(alpha, sigma)
        pull, clean = like(x, -1 / v)[:, None], like(x, alpha * self.variances / v)[:, None]
        points = like(x, self.points)[:, None]
        turned = None if self.basis is None else like(x, self.basis.transpose(0, 2, 1))
        for block, w, _, y in self._along(x, alpha, sigma):
            scores, means = pull * y, clean * y
            if turned is not None:
                scores, means = scores @ turned, means @ turned
            order = (1, 0, 2)
            yield block, w.T, xp.permute_dims(scores, order), xp.permute_dims(means + points, order)

    def mean_of_diagonal(self, w, weights):
        """sum_i w_i times the matrix with ``weights`` (K, D) along the components' axes: (rows, D, D)."""
        xp, d = array_namespace(w), self.dimension
        if self.basis is None:
            return (w @ like(w, weights))[:, None, :] * xp.eye(d, dtype=w.dtype, device=device(w))
        matrices = (self.basis * weights[:, None, :]) @ self.basis.transpose(0, 2, 1)
        return xp.reshape(w @ like(w, matrices.reshape(-1, d * d)), (-1, d, d))

    def noised(self, which, normal):
        spread = np.sqrt(self.variances[which]) * normal
        if self.basis is not None:
            spread = np.einsum("ndk,nk->nd", self.basis[which], spread)
        return self.points[which] + spread
