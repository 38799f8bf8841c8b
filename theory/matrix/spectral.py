"""Factors from which matrix exponentials of long times are computed without overflow.

Both functions know no model; they work on NumPy, JAX and PyTorch arrays and on object arrays of
mpmath numbers, through the array namespace ``xp``.
"""

from __future__ import annotations

from array_api_compat import device, is_jax_array


def bipartite_eigensystem(matrix, xp):
    """Eigenvalues and eigenvectors of ``[[0, A.T], [A, 0]]`` from the SVD of A.

    For A of shape (p, q): (values (p+q,), the first q rows of the eigenvectors, the last p rows).
    Values come in exact pairs +s, -s, and exactly 0 for what a rectangular A leaves over, which an
    eigensolver would blur to the rounding error of the largest.
    """
    p, q = matrix.shape
    # not with all vectors: JAX has no derivative of that, and PyTorch's leaves out the last ones
    u, s, vt = xp.linalg.svd(matrix, full_matrices=False)
    v, k = xp.matrix_transpose(vt), min(p, q)
    u, v = xp.concat([u, _complement(u, xp)], axis=1), xp.concat([v, _complement(v, xp)], axis=1)
    half = xp.sqrt(0 * s[:1] + 0.5)
    values = xp.concat([s, -s, 0 * u[0, k:], 0 * v[0, k:]])
    first = xp.concat([v[:, :k] * half, v[:, :k] * half, 0 * _corner(v[:, :1], u[:1, k:]), v[:, k:]], axis=1)
    last = xp.concat([u[:, :k] * half, -u[:, :k] * half, u[:, k:], 0 * _corner(u[:, :1], v[:1, k:])], axis=1)
    return values, first, last


def _corner(column, row):
    return column * row


def _complement(columns, xp):
    """An orthonormal basis (n, n - k) of what is orthogonal to orthonormal columns (n, k).

    Under differentiation it moves with the columns, and no more than it must; it stays orthonormal up to
    the third order.
    """
    n, k = columns.shape
    if n == k:
        return columns[:, k:]
    basis = xp.linalg.qr(_fixed(columns), mode="complete")[0][:, k:]
    along = xp.matmul(xp.matrix_transpose(columns), basis)
    apart = basis - xp.matmul(columns, along)
    return apart + xp.matmul(xp.matmul(apart, xp.matrix_transpose(along)), along) / 2


def _fixed(array):
    """The same numbers, of which no derivative is taken."""
    if is_jax_array(array):
        from jax.lax import stop_gradient

        return stop_gradient(array)
    return array.detach() if hasattr(array, "detach") else array


def graded_factors(rows, log_growth, xp):
    """``exp(log_growth)[:, None] * rows = M R^-1 Y`` with nothing that overflows.

    ``rows`` is (n, m), ``log_growth`` (..., n) and not negative. M (..., n, r) has entries at most 1,
    R (..., r) the diagonal of a matrix with entries in [-1, 1], Y (..., r, m) is unit triangular up to
    a permutation with entries at most 1; r = min(n, m). Gaussian elimination with complete pivoting
    on the grown entries: each row keeps its own relative accuracy however differently they grow.
    """
    n, m = rows.shape
    batch = tuple(log_growth.shape[:-1])
    left = xp.broadcast_to(rows, (*batch, n, m)) + 0 * log_growth[..., None]
    free_rows, free_cols = left[..., :, 0] == left[..., :, 0], left[..., 0, :] == left[..., 0, :]
    # the largest exponent taken; what lies beyond it multiplies a zero
    top = 80 if "32" in str(rows.dtype) else 700
    row_index, col_index = _count(rows[:, 0], xp), _count(rows[0, :], xp)
    columns, diagonal, unit_rows = [], [], []
    for _ in range(min(n, m)):
        size = xp.abs(left)
        logs = xp.where(
            size > 0, xp.log(xp.where(size > 0, size, 1 + 0 * size)) + log_growth[..., None], -1e20
        )
        free = free_rows[..., :, None] & free_cols[..., None, :]
        best = xp.argmax(xp.reshape(xp.where(free, logs, -1e30), (*batch, n * m)), axis=-1)
        at_row = row_index == (best // m)[..., None]
        at_col = col_index == (best % m)[..., None]
        row = xp.sum(xp.where(at_row[..., :, None], left, 0 * left), axis=-2)
        column = xp.sum(xp.where(at_col[..., None, :], left, 0 * left), axis=-1)
        pivot = xp.sum(xp.where(at_col, row, 0 * row), axis=-1)
        growth = xp.sum(xp.where(at_row, log_growth, 0 * log_growth), axis=-1)
        alive = pivot != 0
        safe = xp.where(alive, pivot, 1 + 0 * pivot)
        log_pivot = xp.log(xp.abs(safe)) + growth
        grown = log_pivot > 0
        unit = xp.where(alive[..., None], row / safe[..., None], 1.0 * at_col)
        # a grown pivot is divided out of its column and kept in R; a small one stays in the column
        relative = column * xp.exp(_at_most(log_growth - growth[..., None], top, xp)) / safe[..., None]
        plain = column * xp.exp(_at_most(log_growth, top, xp))
        columns.append(xp.where(alive[..., None], xp.where(grown[..., None], relative, plain), 0 * plain))
        remaining = xp.sign(safe) * xp.exp(-xp.where(grown, log_pivot, 0 * log_pivot))
        diagonal.append(xp.where(grown & alive, remaining, 1 + 0 * remaining))
        unit_rows.append(unit)
        left = left - column[..., :, None] * unit[..., None, :]
        free_rows, free_cols = free_rows & ~at_row, free_cols & ~at_col
        left = xp.where(free_rows[..., :, None] & free_cols[..., None, :], left, 0 * left)
    return xp.stack(columns, axis=-1), xp.stack(diagonal, axis=-1), xp.stack(unit_rows, axis=-2)


def diagonal_matrix(entries, xp):
    """Diagonal matrices (..., n, n) from their diagonals (..., n)."""
    index = _count(entries[(0,) * (entries.ndim - 1)], xp)
    return xp.where(index[:, None] == index[None, :], entries[..., None], 0 * entries[..., None])


def _count(like, xp):
    """0, 1, 2, ... as integers, as many as ``like`` has entries, on its device."""
    return xp.arange(like.shape[0], device=device(like))


def _at_most(values, top, xp):
    return xp.where(values > top, top + 0 * values, values)
