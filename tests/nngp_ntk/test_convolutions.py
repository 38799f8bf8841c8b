"""Kernels of convolutional networks against a direct sum over positions."""

import numpy as np
import pytest

from derivations.nngp_ntk import Attention, Conv, Dense, Flatten, GlobalAveragePool, Network, leaky_relu, relu
from derivations.nngp_ntk.data import images
from derivations.nngp_ntk.models import tiles


def shifted(M, a, b, circular):
    """M[p + (a, b), p' + (a, b)] for (H, W, H, W), zeros outside unless positions go round."""
    if circular:
        return np.roll(M, (-a, -b, -a, -b), (0, 1, 2, 3))
    out, (H, W) = np.zeros_like(M), M.shape[:2]
    h, w = slice(max(0, -a), H - max(0, a)), slice(max(0, -b), W - max(0, b))
    k, v = slice(max(0, a), H + min(0, a)), slice(max(0, b), W + min(0, b))
    out[h, w, h, w] = M[k, v, k, v]
    return out


def direct(x, y, depth, circular, pooled, slope=0.0, sigma_b=0.0):
    """NNGP and NTK of two images: every layer written out, with angles from covariances."""

    def convolve(M):
        return sum(shifted(M, a, b, circular) for a in (-1, 0, 1) for b in (-1, 0, 1)) / 9

    def duals(q1, q2, c):
        s = np.sqrt(q1[:, :, None, None] * q2)
        rho = np.clip(np.where(s > 0, c / np.where(s > 0, s, 1), 0), -1, 1)
        angle, share = np.arccos(rho), (1 - slope) ** 2
        even = (1 + slope**2) / 2
        T = s * (share / (2 * np.pi) * (np.sin(angle) - angle * rho) + even * rho)
        return T, even - share / (2 * np.pi) * angle

    diagonal = lambda M: np.einsum("abab->ab", M)  # noqa: E731
    channels = x.shape[-1]
    K = [np.einsum("abc,dec->abde", *pair) / channels for pair in ((x, x), (y, y), (x, y))]
    tangent = 0 * K[2]
    for _ in range(depth):
        pre = [sigma_b**2 + 2 * convolve(M) for M in K]
        tangent = pre[2] + 2 * convolve(tangent)
        q1, q2 = diagonal(pre[0]), diagonal(pre[1])
        T, slopes = duals(q1, q2, pre[2])
        K = [duals(q1, q1, pre[0])[0], duals(q2, q2, pre[1])[0], T]
        tangent = slopes * tangent
    read = (lambda M: M.mean()) if pooled else (lambda M: diagonal(M).mean())
    return 2 * read(K[2]), 2 * read(K[2]) + 2 * read(tangent)


def network(depth, padding, read_out, activation=relu, sigma_b=0.0):
    layers = [one for _ in range(depth) for one in (Conv(2**0.5, sigma_b, 3, padding), activation)]
    return Network([*layers, read_out, Dense(2**0.5)])


@pytest.mark.parametrize("padding", ["same", "circular"])
@pytest.mark.parametrize("pooled", [True, False])
@pytest.mark.parametrize(("slope", "sigma_b"), [(0.0, 0.0), (0.2, 0.0), (0.0, 0.3)])
def test_kernels_are_sums_over_positions(padding, pooled, slope, sigma_b):
    x = np.concatenate([images()[:2], np.random.default_rng(0).normal(size=(1, 8, 8, 1))])[:, 1:5, 1:6]
    read_out = GlobalAveragePool() if pooled else Flatten()
    found = network(2, padding, read_out, leaky_relu(slope), sigma_b).kernels(x)
    wanted = np.array(
        [[direct(a, b, 2, padding == "circular", pooled, slope, sigma_b) for b in x] for a in x]
    )
    # on the diagonal the direct sum takes angles from covariances, and loses half its digits
    np.testing.assert_allclose(found.nngp, wanted[..., 0], rtol=1e-12)
    np.testing.assert_allclose(found.ntk, wanted[..., 1], rtol=1e-7)
    apart = ~np.eye(3, dtype=bool)
    np.testing.assert_allclose(found.ntk[apart], wanted[apart][:, 1], rtol=1e-9)


@pytest.mark.slow
def test_the_compiled_loop_is_the_layers_one_by_one(monkeypatch):
    x = np.random.default_rng(1).normal(size=(4, 6, 5, 2))
    x[1] = x[0] * (1 + 1e-9)
    monkeypatch.setattr(tiles, "FEW_POSITIONS", 0)
    wide = [Conv(1.1, size=5), relu, Conv(1.2, size=3), leaky_relu(0.3), GlobalAveragePool(), Dense(0.7)]
    fast = Network(wide).kernels(x)
    single = Network(wide).kernels(x.astype(np.float32))
    monkeypatch.setattr(tiles, "suits", lambda layers: False)
    slow = Network(wide).kernels(x)
    for a, b, c in zip(fast, slow, single, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-13)
        assert c.dtype == np.float32
        np.testing.assert_allclose(c, b, rtol=1e-5)


def test_positions_on_a_line(monkeypatch):
    monkeypatch.setattr(tiles, "FEW_POSITIONS", 0)
    x = np.random.default_rng(2).normal(size=(3, 7, 2))
    layers = [Conv(1.3, size=3), relu, GlobalAveragePool(), Dense(1.0)]
    flat = Network(layers).kernels(x)
    as_images = x[:, None]  # one row of seven positions
    # of a 3 x 3 filter on one row only the middle row meets anything, a third of its weights
    tall = Network([Conv(1.3 * 3**0.5, size=3), relu, GlobalAveragePool(), Dense(1.0)]).kernels(as_images)
    np.testing.assert_allclose(flat.nngp, tall.nngp, rtol=1e-13)
    np.testing.assert_allclose(flat.ntk, tall.ntk, rtol=1e-13)


@pytest.mark.parametrize("logits", ["identity", "mean", "softmax"])
def test_attention_mixes_positions(logits):
    x = np.random.default_rng(3).normal(size=(2, 4, 3))
    found = Network([Attention(0.8, 0.9, 1.1, logits), Flatten(), Dense(1.0)]).nngp(x)
    K = np.einsum("npc,mqc->nmpq", x, x) / 3
    for i in range(2):
        for j in range(2):
            if logits == "identity":
                mixed = K[i, j] * np.sum(K[i, j] ** 2) * (0.8 * 0.9) ** 2
            else:
                ends = [0.8 * 0.9 * K[k, k] for k in (i, j)]
                if logits == "softmax":
                    ends = [np.exp(G) / np.exp(G).sum(axis=1, keepdims=True) for G in ends]
                mixed = ends[0] @ K[i, j] @ ends[1].T
            assert found[i, j] == pytest.approx(1.1**2 * np.trace(mixed) / 4, rel=1e-12)


def test_what_needs_positions_says_so():
    with pytest.raises(ValueError, match=r"\(n, positions, channels\)"):
        network(1, "same", Flatten()).ntk(np.ones((2, 5)))
    with pytest.raises(ValueError, match="positions are gone"):
        Network([Conv(1.0), relu, Flatten(), Conv(1.0)])
    with pytest.raises(ValueError, match="only the NNGP kernel of attention"):
        Network([Attention(), Flatten(), Dense(1.0)]).ntk(np.ones((2, 4, 3)))
    with pytest.raises(ValueError, match="size = 2"):
        Conv(1.0, size=2)
