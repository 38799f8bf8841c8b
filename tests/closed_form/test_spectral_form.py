"""A function of a symmetric matrix is the function of its eigenvalues, on every library."""

import numpy as np
import pytest
import sympy as sp
from scipy.linalg import expm

from theory import Claim, DomainError, Parameter, SpectralForm
from theory.matrix import MatrixParameter
from theory.parameter import NONNEGATIVE, POSITIVE
from theory.rules import Given

n = sp.Symbol("n", integer=True, positive=True)
t = Parameter("t", "time", NONNEGATIVE)
tau = Parameter("tau", "time constant", POSITIVE)
lam = Parameter("lam", "eigenvalue of the correlation", NONNEGATIVE)
Sigma = MatrixParameter("Sigma", n, n, "correlation of the inputs")
decay = SpectralForm(
    Claim(sp.Symbol("p"), sp.exp(-lam * t / tau), Given("every mode decays")), (Sigma, t, tau), eigenvalue=lam
)
A = np.array([[2.0, 1, 0], [1, 2, 0], [0, 0, 0.5]])
SINGULAR = np.array([[2.0, 2, 0], [2, 2, 0], [0, 0, 1.0]])


def test_the_matrix_exponential():
    assert np.abs(decay(A, 0.5, 2.0) - expm(-A / 4)).max() < 4 * np.finfo(float).eps
    assert decay.names == ("Sigma", "t", "tau")
    assert decay.backends() == ("numpy", "jax", "torch", "mpmath", "rigorous")


def test_numbers_come_before_the_matrix():
    times = np.array([[0.0, 1, 2], [3, 4, 5]])
    found = decay(A, times, 2.0)
    assert found.shape == (2, 3, 3, 3)
    assert np.abs(found[1, 2] - expm(-5 * A / 2)).max() < 4 * np.finfo(float).eps


def test_accuracy_and_balls():
    assert decay.accuracy(points=400).holds
    ball = decay.enclose(digits=25, Sigma=A, t=0.5, tau=2.0)
    assert np.abs(np.array(ball.tolist(), dtype=float) - expm(-A / 4)).max() < 4 * np.finfo(float).eps


def test_an_eigenvalue_that_rounding_made_negative_is_put_back():
    assert np.linalg.eigvalsh(SINGULAR).min() < 1e-15
    assert np.isfinite(decay(SINGULAR - 1e-16 * np.eye(3), 1.0, 1.0)).all()


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.ones((2, 3)), r"shape \(2, 3\); it must be a square matrix"),
        (np.ones(3), "must be a square matrix"),
        (np.array([[1, 2.0], [3, 1]]), r"not symmetric \(it differs from its transpose by 1\)"),
        (np.diag([-1.0, 1]), "lam = -1.0 is outside its domain: needs lam >= 0"),
        (np.diag([np.nan, 1]), "holds nan; it must be finite"),
        (A * 1j, "it must be real"),
    ],
)
def test_bad_matrices_are_named(matrix, message):
    with pytest.raises(DomainError, match=f"decay: .*{message}"):
        decay(matrix, 1.0, 1.0)


def test_dtype_and_a_mutant():
    assert decay(A.astype(np.float32), 1.0, 1.0).dtype == np.float32
    assert decay(A.astype(int), 1.0, 1.0).dtype == np.float64
    assert np.allclose(decay.with_rhs(2 * decay.rhs)(A, 1.0, 1.0), 2 * decay(A, 1.0, 1.0), rtol=1e-14)


def test_a_matrix_symbol_is_needed():
    with pytest.raises(ValueError, match="one of the arguments must be a matrix symbol, not 0"):
        SpectralForm(decay.claim, (t, tau), eigenvalue=lam)


def test_mpmath_at_its_precision():
    from mpmath import expm as precise_expm
    from mpmath import matrix, mnorm, mp

    with mp.workdps(50):
        exact = precise_expm(-matrix(A.tolist()) / 4, method="taylor")
        assert mnorm(decay(matrix(A.tolist()), mp.mpf(1) / 2, 2) - exact) < mp.mpf(10) ** -45


def test_jax():
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        found = jax.jit(decay)(jax.numpy.asarray(A), 0.5, 2.0)
        assert np.abs(found - expm(-A / 4)).max() < 8 * np.finfo(float).eps
        gradient = jax.grad(lambda M: jax.numpy.trace(decay(M, 0.5, 2.0)))(jax.numpy.asarray(A))
        assert np.abs(gradient + expm(-A / 4) / 4).max() < 1e-14


def test_torch():
    torch = pytest.importorskip("torch")
    assert decay(torch.tensor(A).float(), torch.tensor([0.5, 1]), 2.0).shape == (2, 3, 3)
    assert np.abs(decay(torch.tensor(A), 0.5, 2.0).numpy() - expm(-A / 4)).max() < 8 * np.finfo(float).eps
