"""The matrix Riccati solution: claims, evaluator against balls of the formula that overflows."""

import numpy as np
import pytest
from flint import arb, arb_mat, ctx

from derivations.deep_linear import bounded_riccati, matrix_riccati, tangent_kernel
from derivations.deep_linear.bounded_riccati import balanced_gram, balanced_product
from derivations.deep_linear.tangent_kernel import trajectory_ntk
from theory.derivation import Claim, Evidence
from theory.matrix import DomainError, matrix_mutants
from theory.mutants import claim_mutants

EPS = np.finfo(float).eps
CLAIMS = {
    name: claim
    for module in (matrix_riccati, bounded_riccati, tangent_kernel)
    for name, claim in vars(module).items()
    if isinstance(claim, Claim) and claim.module == module.__name__
}
SHAPES = [(3, 4, 2), (4, 2, 5), (3, 1, 3), (5, 3, 4), (2, 6, 2), (1, 1, 1), (4, 4, 4), (1, 3, 4)]


def case(shape, scale=0.3, seed=0, modes=None):
    """Balanced weights of any alignment and a random correlation: (W1, W2, Sigma31)."""
    N1, N2, N3 = shape
    K = modes or min(N1, N3)
    rng = np.random.default_rng(seed)
    A = np.linalg.qr(rng.normal(size=(N1, K)))[0]
    C = np.linalg.qr(rng.normal(size=(N3, K)))[0]
    B = scale * rng.normal(size=(K, N2))
    return B.T @ A.T, C @ B, rng.normal(size=(N3, N1))


def ball_gram(t, W1, W2, Sigma31, tau=1.0) -> np.ndarray:
    """QQᵀ(t) by the matrix exponential, in balls precise enough for all that cancels."""
    N1, N3 = W1.shape[1], W2.shape[0]
    n = N1 + N3
    with ctx.workprec(300 + int(6 * t / tau * np.linalg.norm(Sigma31, 2))):
        x = arb(float(t)) / arb(float(tau))
        F = np.zeros((n, n))
        F[N1:, :N1], F[:N1, N1:] = Sigma31, Sigma31.T
        exponential = (arb_mat(F.tolist()) * x).exp()
        doubled = np.block([[2 * F, np.eye(n)], [np.zeros((n, 2 * n))]])
        both = (arb_mat(doubled.tolist()) * x).exp()
        integral = arb_mat([[both[i, n + j] for j in range(n)] for i in range(n)])
        Q0 = arb_mat(np.vstack([W1.T, W2]).tolist())
        one = arb_mat(np.eye(W1.shape[0]).tolist())
        gram = exponential * Q0 * (one + Q0.transpose() * integral * Q0).inv() * Q0.transpose() * exponential
        assert all(x.rad() < 1e-20 for x in gram.entries())
        return np.array([[float(x.mid()) for x in row] for row in gram.tolist()])


@pytest.mark.parametrize("name", CLAIMS)
def test_every_claim_is_exact(name):
    assert CLAIMS[name].standing is Evidence.EXACT


@pytest.mark.parametrize("name", [n for n in CLAIMS if CLAIMS[n].lhs.is_Matrix or CLAIMS[n].rhs.is_Matrix])
def test_every_mutant_is_refused(name):
    assert claim_mutants(CLAIMS[name], CLAIMS.values()).survivors == []


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e-8])
def test_agrees_with_balls_of_the_formula_that_overflows(shape, scale):
    W1, W2, Sigma31 = case(shape, scale)
    N1 = shape[0]
    for t in (0.0, 1e-6, 0.3, 3.0, 20.0, 60.0):
        exact = ball_gram(t, W1, W2, Sigma31, 1.3)
        shifted = [w * (1 + 1e-9 * s) for w, s in zip((W1, W2, Sigma31), _signs(shape), strict=True)]
        perturbed = ball_gram(t, *shifted, 1.3)
        condition = max(1.0, np.abs(perturbed - exact).max() / 1e-9 / np.abs(exact).max())
        # inner products of n terms in the SVD, the elimination, the solution and back, norm-wise
        bound = 4 * (sum(shape)) * condition * EPS
        gram, product = balanced_gram(t, W1, W2, Sigma31, 1.3), balanced_product(t, W1, W2, Sigma31, 1.3)
        assert np.abs(gram - exact).max() <= bound * np.abs(exact).max()
        assert np.abs(product - exact[N1:, :N1]).max() <= bound * np.abs(exact).max()


def _signs(shape):
    rng = np.random.default_rng(99)
    N1, N2, N3 = shape
    return [rng.choice([-1, 1], size=size) for size in ((N2, N1), (N3, N2), (N3, N1))]


@pytest.mark.parametrize("form", [balanced_product, balanced_gram])
def test_the_certificate_holds_and_can_fail(form):
    certificate = form.accuracy(points=5)
    assert certificate.holds, certificate
    wrong = form.with_rhs((1 + 2.0**-40) * form.rhs)
    assert not wrong.accuracy(points=1).holds


def test_starts_at_the_weights_and_ends_at_the_data():
    W1, W2, Sigma31 = case((4, 5, 3), 0.01)
    path = balanced_product(np.array([0.0, 1e6]), W1, W2, Sigma31, 1.0)
    assert path.shape == (2, 3, 4)
    assert np.abs(path[0] - W2 @ W1).max() <= 20 * EPS * np.abs(W2 @ W1).max()
    assert np.abs(path[1] - Sigma31).max() <= 50 * EPS * np.abs(Sigma31).max()


def test_a_narrow_network_learns_the_leading_modes_only():
    W1, W2, Sigma31 = case((4, 2, 5), 0.01)
    u, s, vt = np.linalg.svd(Sigma31)
    best = (u[:, :2] * s[:2]) @ vt[:2]
    late = balanced_product(1e6, W1, W2, Sigma31, 1.0)
    assert np.abs(late - best).max() <= 50 * EPS * s[0]


@pytest.mark.parametrize("Sigma31", [np.zeros((3, 3)), np.diag([2.0, 0.0, 0.0]), np.diag([2.0, 2.0, 1.0])])
def test_singular_and_degenerate_data(Sigma31):
    W1, W2, _ = case((3, 4, 3))
    for t in (0.5, 10.0):
        exact = ball_gram(t, W1, W2, Sigma31)
        assert np.abs(balanced_gram(t, W1, W2, Sigma31, 1.0) - exact).max() <= 100 * EPS * np.abs(exact).max()


def test_zero_weights_stay_zero():
    path = balanced_product(np.array([0.0, 3.0, 1e6]), np.zeros((2, 3)), np.zeros((3, 2)), np.eye(3), 1.0)
    assert np.all(path == 0)


@pytest.mark.parametrize("form", [balanced_product, balanced_gram])
def test_no_warning_and_nothing_overflows_at_extreme_times(form):
    W1, W2, Sigma31 = case((3, 5, 4), 1e-140)
    with np.errstate(all="raise", under="ignore"):
        values = form(np.logspace(-9, 8, 18), W1, W2, Sigma31, 1.0)
    assert np.all(np.isfinite(values))


def test_time_batches_broadcast_with_tau():
    W1, W2, Sigma31 = case((2, 3, 2))
    values = balanced_product(np.arange(3.0)[:, None], W1, W2, Sigma31, np.array([1.0, 2.0]))
    assert values.shape == (3, 2, 2, 2)
    assert np.array_equal(values[2, 1], balanced_product(2.0, W1, W2, Sigma31, 2.0))


def test_float32_is_kept_and_accurate():
    W1, W2, Sigma31 = (x.astype(np.float32) for x in case((3, 4, 2)))
    value = balanced_product(1.7, W1, W2, Sigma31, 1.0)
    assert value.dtype == np.float32
    exact = ball_gram(1.7, *(x.astype(float) for x in (W1, W2, Sigma31)))[3:, :3]
    assert np.abs(value - exact).max() <= 2 * np.finfo(np.float32).eps * np.abs(exact).max()


def test_mpmath_matrices_at_any_precision():
    import mpmath

    W1, W2, Sigma31 = case((2, 3, 2))
    with mpmath.workdps(40):
        # made balanced to 40 digits: a common hidden part between the unit vectors
        B = mpmath.matrix(
            [[mpmath.mpf(3) / 7, mpmath.mpf(1) / 9, -1], [mpmath.mpf(2) / 3, 1, mpmath.mpf(1) / 5]]
        )
        data = mpmath.matrix(Sigma31.tolist())
        value = balanced_product(mpmath.mpf("1.25"), B.T, B, data, mpmath.mpf(1))
        later = balanced_product([mpmath.mpf("1.25"), mpmath.mpf(10) ** 6], B.T, B, data, mpmath.mpf(1))
        assert mpmath.norm(later[0] - value) == 0
        assert mpmath.norm(later[1] - data) < mpmath.mpf(10) ** -37
    with mpmath.workdps(70):
        finer = balanced_product(mpmath.mpf("1.25"), B.T, B, data, mpmath.mpf(1))
        assert mpmath.norm(finer - value) < mpmath.mpf(10) ** -38


def test_jax_arrays_give_jax_arrays_jittable_and_differentiable():
    jax = pytest.importorskip("jax")
    case_ = case((3, 4, 2))
    expected = balanced_product(1.5, *case_, 1.0)
    with jax.experimental.enable_x64() if hasattr(jax.experimental, "enable_x64") else jax.enable_x64(True):
        W1, W2, Sigma31 = map(jax.numpy.asarray, case_)
        value = balanced_product(1.5, W1, W2, Sigma31, 1.0)
        assert isinstance(value, jax.Array)
        assert np.abs(np.asarray(value) - expected).max() <= 50 * EPS
        slope = jax.jit(jax.jacfwd(lambda t: balanced_product(t, W1, W2, Sigma31, 1.0)))(1.5)
        step = (balanced_product(1.5 + 1e-5, *case_, 1.0) - balanced_product(1.5 - 1e-5, *case_, 1.0)) / 2e-5
        assert np.abs(np.asarray(slope) - step).max() <= 1e-8


def test_torch_tensors_give_torch_tensors():
    torch = pytest.importorskip("torch")
    case_ = case((3, 4, 2))
    W1, W2, Sigma31 = map(torch.as_tensor, case_)
    value = balanced_product(torch.tensor([0.5, 1.5]), W1, W2, Sigma31, 1.0)
    assert isinstance(value, torch.Tensor)
    assert value.dtype == torch.float64
    assert np.abs(value.numpy() - balanced_product([0.5, 1.5], *case_, 1.0)).max() <= 50 * EPS


def test_the_kernel_at_the_start_is_that_of_the_jacobians():
    W1, W2, Sigma31 = case((3, 4, 2))
    X = np.random.default_rng(5).normal(size=(3, 6))
    first, second = np.kron(W2, X.T), np.kron(np.eye(2), (W1 @ X).T)
    expected = first @ first.T + second @ second.T
    kernel = trajectory_ntk(0.0, W1, W2, Sigma31, 1.0, X)
    assert np.abs(kernel - expected).max() <= 100 * EPS * np.abs(expected).max()
    assert trajectory_ntk(np.zeros(5), W1, W2, Sigma31, 1.0, X).shape == (5, 12, 12)


def test_mutants_of_the_product_give_other_values():
    W1, W2, Sigma31 = case((3, 4, 2))
    value = balanced_product(0.7, W1, W2, Sigma31, 1.0)
    for mutant in matrix_mutants(balanced_product.rhs):
        wrong = balanced_product.with_rhs(mutant.expression)
        try:
            other = wrong(0.7, W1, W2, Sigma31, 1.0)
        except (ValueError, KeyError, np.linalg.LinAlgError):
            continue
        assert other.shape != value.shape or np.abs(other - value).max() > 1e-6, mutant.change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tau": 0.0}, "tau = 0.0 is outside its domain tau > 0"),
        ({"t": -1.0}, "t = -1.0 is outside its domain t >= 0"),
        ({"t": float("nan")}, "t holds nan; it must be finite"),
        ({"W1": np.full((4, 3), np.nan)}, "W1 holds nan"),
        ({"W1": 1j * np.ones((4, 3))}, "W1 is complex"),
        ({"W1": np.ones((4, 2))}, r"Sigma31 has shape \(2, 3\); it must be \(N3, N1\) with N1 = 2 as in W1"),
        ({"W2": np.ones(4)}, "W2 has shape"),
        ({"W1": np.ones((4, 3))}, "balanced weights needed"),
    ],
)
def test_bad_input_is_one_line_that_says_what_to_do(change, message):
    W1, W2, Sigma31 = case((3, 4, 2))
    arguments = {"t": 1.0, "W1": W1, "W2": W2, "Sigma31": Sigma31, "tau": 1.0} | change
    with pytest.raises(DomainError, match=message) as failure:
        balanced_product(**arguments)
    assert "\n" not in str(failure.value)
    assert str(failure.value).startswith("balanced_product")
