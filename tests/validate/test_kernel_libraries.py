"""Kernels of other libraries on trial."""

import numpy as np
import pytest

from derivations.nngp_ntk import Dense, Network, relu

ROOT = 2**0.5
NETWORK = Network([Dense(ROOT, 0.3), relu, Dense(ROOT, 0.3), relu, Dense(ROOT, 0.0)])


# other libraries


def test_torch_and_jax_arrays(judged):
    torch = pytest.importorskip("torch")
    jax = pytest.importorskip("jax")

    def linear(X1, X2):
        return 2 * X1 @ X2.T / X1.shape[1]

    def seen(kind):
        return lambda X1, X2: linear(X1, X2) if isinstance(X1, kind) else None

    network = Network([Dense(ROOT)])
    assert judged(seen(torch.Tensor), network, "nngp", library="torch").holds
    assert judged(seen(jax.Array), network, "nngp", library="jax", dtypes=("float32",)).holds


def test_kernels_like_those_of_neural_tangents(judged):
    def kernel_fn(x1_or_kernel, x2=None, get=None, *, pattern=None, **keywords):
        return {"nngp": NETWORK.nngp, "ntk": NETWORK.ntk}[get](x1_or_kernel, x2)

    for kind in ("nngp", "ntk"):
        trial = judged(kernel_fn, NETWORK, kind)
        assert trial.holds and "neural_tangents" in trial.setting
    assert judged(lambda *given: kernel_fn(*given), NETWORK, adapter="neural_tangents").holds


def arc_cosine(depth, angle, scale):
    """The NNGP kernel of He's ReLU network, from angles and products of norms (Cho and Saul, 2009)."""
    for _ in range(depth):
        cosine = (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / np.pi
        angle = np.arccos(np.clip(cosine, -1, 1))
    return scale * np.cos(angle)


def he(depth):
    return Network([*[Dense(ROOT), relu] * depth, Dense(ROOT)])


SPOILT = {
    "gain": (("gain",), dict(gain=1.0)),
    "fan-in": (("fan-in",), dict(per_input=False)),
    "depth": (("depth",), dict(depth=1)),
    "diagonal": (("diag",), dict(wrong_diagonal=True)),
    "jitter": (("jitter",), dict(jitter=1e-4)),
}


class Options:
    """What an arc-cosine kernel of somebody's has, and what is spoilt in it."""

    def __init__(self, depth=2, gain=2.0, per_input=True, wrong_diagonal=False, jitter=0.0):
        self.depth, self.gain, self.per_input = depth, gain, per_input
        self.wrong_diagonal, self.jitter = wrong_diagonal, jitter


def of_scikit_learn(**options):
    kernels = pytest.importorskip("sklearn.gaussian_process.kernels")

    class ArcCosine(Options, kernels.Kernel):
        def __call__(self, X, Y=None, eval_gradient=False):
            same = Y is None or Y is X or np.array_equal(X, Y)
            Y = X if Y is None else Y
            norms = [np.sqrt((Z**2).sum(axis=1)) for Z in (X, Y)]
            scale = norms[0][:, None] * norms[1]
            angle = np.arccos(np.clip(X @ Y.T / np.where(scale > 0, scale, 1), -1, 1))
            K = arc_cosine(self.depth, angle, scale)
            K = self.gain / (X.shape[1] if self.per_input else 1) * K
            return K + self.jitter * np.eye(len(X)) if same else K

        def diag(self, X):
            own = (X**2).sum(axis=1) / (X.shape[1] if self.per_input else 1)
            return own if self.wrong_diagonal else self.gain * own + self.jitter

        def is_stationary(self):
            return False

    return ArcCosine(**options)


def test_an_arc_cosine_kernel_of_scikit_learn_is_accepted(judged):
    for depth in (1, 2, 4):
        trial = judged(of_scikit_learn(depth=depth), he(depth), "nngp")
        assert trial.holds and "sklearn" in trial.setting, trial


@pytest.mark.parametrize("bug", SPOILT)
def test_spoilt_kernels_of_scikit_learn_are_rejected(bug, judged):
    kinds, options = SPOILT[bug]
    trial = judged(of_scikit_learn(**options), he(2), "nngp")
    assert trial.kinds() == kinds, trial


def test_kernels_that_scikit_learn_brings(judged):
    kernels = pytest.importorskip("sklearn.gaussian_process.kernels")
    from sklearn.metrics.pairwise import linear_kernel

    line = Network([Dense(5**0.5, 0.7)])
    product = kernels.DotProduct(sigma_0=0.7)
    assert judged(product, line, "nngp").holds
    assert judged(kernels.DotProduct(sigma_0=0.49), line, "nngp").kinds() == ("sigma_b",)
    assert judged(product, Network([Dense(1.0, 0.7)]), "nngp").kinds() == ("fan-in",)
    assert judged(product + kernels.WhiteKernel(0.1), line, "nngp").kinds() == ("diag", "X2 = X1")
    assert judged(3.0 * product, line, "nngp").kinds() == ("factor",)
    assert not judged(kernels.RBF(), he(1), "nngp").holds
    assert judged(linear_kernel, Network([Dense(5**0.5)]), "nngp").holds
    with pytest.raises(ValueError, match=r"DotProduct: a class; give .* DotProduct\(\)"):
        judged(kernels.DotProduct, line, "nngp")


def of_gpytorch(**options):
    import gpytorch
    import torch

    class ArcCosine(Options, gpytorch.kernels.Kernel):
        def __init__(self, **options):
            gpytorch.kernels.Kernel.__init__(self)
            Options.__init__(self, **options)

        def forward(self, x1, x2, diag=False, **_):
            weight = self.gain / (x1.shape[-1] if self.per_input else 1)
            if diag:
                own = (x1**2).sum(dim=-1)
                return own / x1.shape[-1] if self.wrong_diagonal else weight * own + self.jitter
            scale = x1.norm(dim=-1)[:, None] * x2.norm(dim=-1)
            angle = torch.arccos(torch.clip(x1 @ x2.T / torch.where(scale > 0, scale, 1), -1, 1))
            K = weight * torch.as_tensor(arc_cosine(self.depth, angle.numpy(), scale.numpy()))
            return K + self.jitter * torch.eye(len(x1)) if torch.equal(x1, x2) else K

    return ArcCosine(**options)


@pytest.mark.peers("gpytorch")
def test_an_arc_cosine_kernel_of_gpytorch_is_accepted(judged):
    for library in ("torch", "numpy"):
        trial = judged(of_gpytorch(), he(2), "nngp", library=library)
        assert trial.holds and "gpytorch" in trial.setting, trial


@pytest.mark.peers("gpytorch")
@pytest.mark.parametrize("bug", SPOILT)
def test_spoilt_kernels_of_gpytorch_are_rejected(bug, judged):
    kinds, options = SPOILT[bug]
    trial = judged(of_gpytorch(**options), he(2), "nngp", library="torch")
    assert trial.kinds() == kinds, trial


@pytest.mark.peers("gpytorch")
def test_kernels_that_gpytorch_brings(judged):
    import gpytorch

    network = Network([Dense(10**0.5)])
    single = gpytorch.kernels.LinearKernel()
    single.variance = 2.0
    trial = judged(single, network, "nngp", library="torch")
    assert trial.holds and "; float32; torch" in trial.setting  # the type of its parameters
    (few,) = judged(single, network, "nngp", library="torch", dtypes=("float64",)).findings
    assert few.kind == "accuracy" and few.evidence["digits"] > 6
    double = gpytorch.kernels.LinearKernel().double()
    double.variance = 2.0
    trial = judged(double, network, "nngp", library="torch")
    assert trial.holds and "; float64, float32; torch" in trial.setting
    assert judged(double, Network([Dense(5**0.5)]), "nngp", library="torch").kinds() == ("gain",)
    scaled = gpytorch.kernels.ScaleKernel(double).double()
    scaled.outputscale = 3.0
    assert judged(scaled, network, "nngp", library="torch").kinds() == ("factor",)


@pytest.mark.peers("neural_tangents")
@pytest.mark.parametrize("kind", ["nngp", "ntk"])
def test_kernels_of_neural_tangents(kind, judged):
    from neural_tangents import stax

    def kernel_of(W_std=ROOT, b_std=0.3, last=ROOT):
        layer = (stax.Dense(512, W_std=W_std, b_std=b_std), stax.Relu())
        return stax.serial(*layer, *layer, stax.Dense(1, W_std=last))[2]

    trial = judged(kernel_of(), NETWORK, kind, library="jax", claimed_digits=8)
    assert trial.holds and "neural_tangents" in trial.setting, trial
    for spoilt, cause in ((dict(b_std=0.09), "sigma_b"), (dict(last=1.0), "gain")):
        assert cause in judged(kernel_of(**spoilt), NETWORK, kind, library="jax", claimed_digits=8).kinds()
