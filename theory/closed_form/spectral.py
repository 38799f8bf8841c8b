"""A scalar claim applied to a symmetric matrix."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import sympy as sp

from ..derivation import Claim
from ..parameter import Parameter
from .accuracy import Accuracy
from .domain import DomainError
from .explicit import ExplicitForm
from .form import ClosedForm


class SpectralForm(ClosedForm):
    """``f(A) = V f(lambda) V.T`` of a symmetric matrix ``A = V lambda V.T``.

    ``SpectralForm(claim, (A, t, tau), eigenvalue=x)``: one argument is a matrix symbol (`MatrixParameter`);
    the claim's right side is ``f`` by the parameter ``x`` and the other arguments. Called with A of
    shape (n, n), and numbers or arrays, whose common shape comes before (n, n) in the result. ``forms``
    are as for `ExplicitForm`. An eigenvalue that rounding (n eps times the largest) takes out of a closed
    end of the domain of ``x`` is put back there. Raises `DomainError` for a matrix that is not square, not
    finite, not symmetric to rounding, or has an eigenvalue outside that domain.

    JAX and PyTorch differentiate through their eigenvectors: eigenvalues that coincide give NaN there.
    """

    outputs = 1

    def __init__(
        self,
        claim: Claim,
        arguments: Sequence[Parameter],
        *,
        eigenvalue: Parameter,
        forms=(),
        defaults: Mapping | None = None,
    ):
        matrices = [x for x in arguments if isinstance(x, sp.MatrixSymbol)]
        if len(matrices) != 1:
            raise ValueError(f"one of the arguments must be a matrix symbol, not {len(matrices)}")
        self.eigenvalue, self.matrix = eigenvalue, matrices[0].name
        others = tuple(x for x in arguments if x is not matrices[0])
        self.scalar = _OfEigenvalue(claim, (eigenvalue, *others), forms=forms, defaults=defaults)
        self.scalar.owner = self
        super().__init__(claim, arguments, forms=forms, defaults=defaults)

    @property
    def rhs(self):
        return self.claim.unfolded

    @property
    def branches(self):
        return self.scalar.branches

    @property
    def domain(self):
        return self.scalar.domain

    @property
    def description(self) -> str:
        lines = [f"{self.name}({', '.join(self.names)})", *self.scalar.description.split("\n")[1:]]
        meaning = next(x for x in self.arguments if x.name == self.matrix).meaning
        return "\n".join(
            [*lines, f"    {self.matrix}: {meaning}; symmetric, with eigenvalues {self.eigenvalue.name}"]
        )

    def backends(self) -> tuple[str, ...]:
        return self.scalar.backends()

    def _lacks(self, backend: str):
        return self.scalar._lacks(backend)

    def with_rhs(self, expression) -> SpectralForm:
        claim = Claim(self.claim.lhs, expression, self.claim.by, self.claim.relations, everywhere=True)
        defaults = {x: self.defaults[x.name] for x in self.arguments if x.name in self.defaults}
        return SpectralForm(claim, self.arguments, eigenvalue=self.eigenvalue, defaults=defaults)

    def _evaluate(self, values: list, library: str):
        if library == "rigorous":
            return self.enclose(**dict(zip(self.names, values, strict=True)))
        return _EVALUATE[library](self, *self._apart(values))

    def _apart(self, values) -> tuple[object, list]:
        """The matrix, and the other arguments in order."""
        given = dict(zip(self.names, values, strict=True))
        return given.pop(self.matrix), list(given.values())

    def enclose(self, *, digits: int = 30, **at):
        """An `arb_mat`, for a matrix of exact numbers (nested lists or an array) with simple eigenvalues.

        Raises ValueError where the eigenvalues cannot be told apart at 16 times the first precision.
        """
        from flint import acb, acb_mat, arb_mat, ctx

        from ..backends.rigorous import exact
        from .enclosure import ball_function

        matrix, others = self._apart(self._bind((), at))
        rows = [[exact(x) for x in row] for row in (matrix.tolist() if hasattr(matrix, "tolist") else matrix)]
        f = ball_function(self.rhs, self.scalar.arguments)
        n, bits = len(rows), int(3.33 * digits) + 64
        for precision in (bits, 4 * bits, 16 * bits):
            with ctx.workprec(precision):
                try:
                    values, vectors = acb_mat(rows).eig(right=True)
                    inverse = vectors.inv()
                except (ValueError, ZeroDivisionError):  # not told apart at this precision
                    continue
                image = [f([value.real, *others], precision) for value in values]
                scaled = acb_mat(n, n, [vectors[i, j] * acb(image[j]) for i in range(n) for j in range(n)])
                found = (scaled * inverse).entries()
            largest = max(abs(x.real.mid()) for x in found)
            if all(x.is_finite() and x.real.rad() <= largest * 10.0**-digits for x in found):
                return arb_mat(n, n, [x.real for x in found])
        raise ValueError(f"{self.name}: eigenvalues of {self.matrix} could not be told apart")

    def accuracy(self, backend: str = "numpy", *, points: int = 1000, seed: int = 0) -> Accuracy:
        """The worst error of the entries, in ulps of the largest one, on random 4 x 4 matrices.

        A twentieth of the points (at least 20); eigenvalues and arguments are moderate. The bound is
        ``ulps`` times the size of the matrix times 1 + |x f'(x)|/|f(x)| with the largest of either.
        """
        from ..parameter import Domain

        rng, compute, count = np.random.default_rng(seed), self.compile(backend), max(20, points // 20)
        slope = ExplicitForm(
            Claim(self.claim.lhs, sp.diff(self.rhs, self.eigenvalue), self.claim.by), self.scalar.arguments
        )
        worst, conditioned, n = (-1.0, 0.0, float(self.ulps), {}), 0, 4
        drawn = Domain(self.scalar.arguments, self.scalar.relations).points(n * count, seed=seed)
        for k in range(count):
            at = {x.name: float(drawn[n * k][x]) for x in self.scalar.arguments[1:]}
            values = np.array([float(p[self.eigenvalue]) for p in drawn[n * k : n * (k + 1)]])
            vectors = np.linalg.qr(rng.normal(size=(n, n)))[0]
            matrix = (vectors * values) @ vectors.T
            matrix = (matrix + matrix.T) / 2
            exact = np.array(
                [[float(x) for x in row] for row in self.enclose(**{self.matrix: matrix}, **at).tolist()]
            )
            size = np.abs(exact).max()
            error = float(
                np.max(np.abs(np.asarray(compute(**{self.matrix: matrix}, **at)) - exact)) / np.spacing(size)
            )
            change = np.abs(values).max() * max(
                abs(float(slope.enclose(**{self.eigenvalue.name: v}, **at))) for v in values
            )
            bound = float(n * self.ulps * (1 + change / size))
            conditioned += bool(change > size)
            worst = max(worst, (error / bound, error, bound, {self.matrix: matrix, **at}), key=lambda w: w[0])
        return Accuracy(worst[1], worst[2], worst[0], worst[3], conditioned, count)

    def _checked(self, matrix, epsilon: float) -> None:
        """A NumPy matrix that a symmetric eigensolver may take. Raises `DomainError`."""
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
            raise DomainError(
                f"{self.name}: {self.matrix} has shape {matrix.shape}; it must be a square matrix"
            )
        if matrix.dtype.kind not in "iuf":
            raise DomainError(f"{self.name}: {self.matrix} has dtype {matrix.dtype}; it must be real")
        if not np.isfinite(matrix).all():
            raise DomainError(
                f"{self.name}: {self.matrix} holds {matrix[~np.isfinite(matrix)][0]}; it must be finite"
            )
        gap, size = np.abs(matrix - matrix.T).max(), np.abs(matrix).max()
        if gap > len(matrix) * epsilon * size:
            raise DomainError(
                f"{self.name}: {self.matrix} is not symmetric (it differs from its transpose by {gap:.3g}); "
                f"pass ({self.matrix} + {self.matrix}.T)/2 if that is meant"
            )

    def _ends(self) -> tuple[float, float]:
        """The closed ends of the eigenvalue's domain (infinite where open)."""
        domain = self.eigenvalue.domain
        low = -np.inf if domain.left_open else float(domain.inf)
        return low, np.inf if domain.right_open else float(domain.sup)


class _OfEigenvalue(ExplicitForm):
    """The scalar function of a spectral form, by whose name it speaks."""

    owner: SpectralForm

    @property
    def name(self) -> str:
        return self.owner.name


def _put_back(values, ends, slack, where):
    low, high = ends
    values = (
        where((values < low) & (values >= low - slack), low + 0 * values, values) if low > -np.inf else values
    )
    return (
        where((values > high) & (values <= high + slack), high + 0 * values, values)
        if high < np.inf
        else values
    )


def _on_numpy(form, matrix, others):
    matrix = np.asarray(matrix)
    form._checked(matrix, float(np.finfo(matrix.dtype if matrix.dtype.kind == "f" else float).eps))
    kept = matrix.dtype if matrix.dtype.kind == "f" else np.dtype(float)
    values, vectors = np.linalg.eigh(matrix.astype(float))
    values = _put_back(
        values, form._ends(), len(matrix) * np.finfo(kept).eps * np.abs(values).max(), np.where
    )
    image = form.scalar(values, *[np.asarray(v)[..., None] if np.ndim(v) else v for v in others])
    return ((vectors * image[..., None, :]) @ vectors.T).astype(kept)


def _on_jax(form, matrix, others):
    import jax
    import jax.numpy as jnp

    if not isinstance(matrix, jax.core.Tracer):
        array = np.asarray(matrix)
        form._checked(
            array, float(jnp.finfo(jnp.asarray(matrix).dtype).eps if array.dtype.kind == "f" else 1e-7)
        )
    matrix = jnp.asarray(matrix)
    matrix = matrix if jnp.issubdtype(matrix.dtype, jnp.floating) else matrix.astype(float)
    values, vectors = jnp.linalg.eigh(matrix)
    slack = matrix.shape[0] * jnp.finfo(matrix.dtype).eps * jnp.abs(values).max()
    values = _put_back(values, form._ends(), slack, jnp.where)
    image = form.scalar(values, *[jnp.asarray(v)[..., None] if np.ndim(v) else v for v in others])
    return ((vectors * image[..., None, :]) @ vectors.T).astype(matrix.dtype)


def _on_torch(form, matrix, others):
    import torch

    matrix = torch.as_tensor(matrix)
    form._checked(
        matrix.detach().cpu().numpy(),
        float(torch.finfo(matrix.dtype).eps) if matrix.dtype.is_floating_point else 0,
    )
    matrix = matrix if matrix.dtype.is_floating_point else matrix.to(torch.float64)
    values, vectors = torch.linalg.eigh(matrix)
    slack = matrix.shape[0] * torch.finfo(matrix.dtype).eps * values.abs().max()
    values = _put_back(values, form._ends(), slack, torch.where)
    image = form.scalar(values, *[torch.as_tensor(v)[..., None] if np.ndim(v) else v for v in others])
    return ((vectors * image[..., None, :]) @ vectors.T).to(matrix.dtype)


def _on_mpmath(form, matrix, others):
    from mpmath import diag, mp
    from mpmath import matrix as mp_matrix

    matrix = mp_matrix(matrix.tolist() if hasattr(matrix, "tolist") else matrix)
    form._checked(
        np.array(matrix.tolist(), dtype=float).reshape(matrix.rows, matrix.cols), float(np.finfo(float).eps)
    )
    with mp.workdps(mp.dps + 15):
        values, vectors = mp.eigsy(matrix)
        slack = matrix.rows * mp.eps * max(abs(v) for v in values) * 10**15
        choose = lambda condition, yes, no: yes if condition else no  # noqa: E731
        image = [form.scalar(_put_back(mp.mpf(v), form._ends(), slack, choose), *others) for v in values]
        result = vectors * diag(image) * vectors.T
    return +result


_EVALUATE: dict[str, Callable] = {
    "numpy": _on_numpy,
    "jax": _on_jax,
    "torch": _on_torch,
    "mpmath": _on_mpmath,
}
