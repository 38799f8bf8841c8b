"""Planted bugs of a kernel's values, digits and symmetry: each is rejected with its cause."""

import numpy as np
import pytest

from derivations.nngp_ntk import Dense, Network, absolute, relu

ROOT = 2**0.5
NETWORK = Network([Dense(ROOT, 0.3), relu, Dense(ROOT, 0.3), relu, Dense(ROOT, 0.0)])


def exchanged(X1, X2):
    """The rows' norms where the columns' belong: right for as many inputs in both, if these are the same."""
    q1, q2 = ((X**2).sum(axis=1) for X in (X1, X2))
    return X1 @ X2.T / X1.shape[1] + 0 * q2[:, None] * q1


def one_sided(X1, X2):
    return NETWORK.ntk(X1, X2) * (1 + 1e-3 * np.linalg.norm(X1, axis=1)[:, None])


def jittered(X1, X2):
    same = X1.shape == X2.shape and np.array_equal(X1, X2)
    return NETWORK.ntk(X1, X2) + (1e-4 * np.eye(len(X1)) if same else 0)


def own_branch(X1, X2):
    same = X1.shape == X2.shape and np.array_equal(X1, X2)
    return NETWORK.ntk(X1, X2) * (1.1 if same else 1)


def centred(X):
    return X - X.mean(axis=0)


def of_length_1(X):
    return X / np.linalg.norm(X, axis=1, keepdims=True)


def clipped(most):
    """The recursion with angles from arccosines, of cosines up to ``most`` (None: of any)."""

    def kernel(X1, X2):
        q1, q2 = (0.09 + 2 * (X**2).sum(axis=1) / X.shape[1] for X in (X1, X2))
        tangent = c = 0.09 + 2 * X1 @ X2.T / X1.shape[1]
        for bias in (0.09, 0.0):
            scale = np.sqrt(q1)[:, None] * np.sqrt(q2)
            rho = c / scale if most is None else np.clip(c / scale, -most, most)
            theta = np.arccos(rho)
            c = bias + scale * (np.sin(theta) + (np.pi - theta) * rho) / np.pi
            tangent = c + (np.pi - theta) / np.pi * tangent
            q1, q2 = bias + q1, bias + q2
        return tangent

    return kernel


def correlation(kernel, X1, X2):
    own = [np.sqrt(np.diagonal(kernel(X, X))) for X in (X1, X2)]
    return kernel(X1, X2) / own[0][:, None] / own[1]


PLANTED = {
    "transposed": ("transposed", lambda X1, X2: NETWORK.ntk(X1, X2).T),
    "rows and columns exchanged": ("transposed", exchanged),
    "the NNGP kernel": ("other kernel", NETWORK.nngp),
    "clipped at 1 - 1e-6": ("clipped cosine", clipped(1 - 1e-6)),
    "clipped at 1 - 1e-10": ("clipped cosine", clipped(1 - 1e-10)),
    "arccosines": ("digits lost", clipped(1.0)),
    "arccosines without a clip": ("not finite", clipped(None)),
    "not symmetric": ("not symmetric", one_sided),
    "float32 inside": ("precision", lambda X1, X2: NETWORK.ntk(X1, X2).astype("float32").astype(float)),
    "float32 returned": ("precision", lambda X1, X2: NETWORK.ntk(X1, X2).astype("float32")),
    "a correlation": ("normalised", lambda X1, X2: correlation(NETWORK.ntk, X1, X2)),
    "inputs normalised": ("normalised inputs", lambda X1, X2: NETWORK.ntk(*map(of_length_1, (X1, X2)))),
    "centred by the batch": (
        "depends on the batch",
        lambda X1, X2: NETWORK.ntk(*map(centred, (X1, X2))),
    ),
    "jitter": ("jitter", jittered),
    "a branch for X2 = X1": ("X2 = X1", own_branch),
    "something added": ("accuracy", lambda X1, X2: NETWORK.ntk(X1, X2) + 1e-7 * np.cos(X1 @ X2.T)),
    "something else": ("disagrees", lambda X1, X2: NETWORK.ntk(X1, X2) ** 1.1),
}


@pytest.mark.parametrize("kind, f", PLANTED.values(), ids=PLANTED)
def test_planted_bugs_are_rejected_with_their_cause(kind, f, judged):
    trial = judged(f)
    assert not trial.holds and kind in trial.kinds(), trial


def test_digits_are_counted_by_angle(judged):
    trial = judged(clipped(1.0))
    (lost,) = [one for one in trial.findings if one.kind == "digits lost"]
    table = dict(lost.evidence["table"])
    assert table[1e-8] < 10 < table[1e-3]
    assert lost.evidence["digits"] < 10 < 13 < lost.evidence["possible"]
    kept_away = judged(clipped(1 - 1e-6))
    assert [one.evidence["clip"] for one in kept_away.findings if one.kind == "clipped cosine"] == [1e-6]


def test_claimed_digits_make_what_is_lost_a_note(judged):
    assert judged(clipped(1.0), claimed_digits=6).holds
    assert not judged(clipped(1.0), claimed_digits=12).holds
    assert judged(lambda X1, X2: NETWORK.ntk(X1, X2).astype("float32"), claimed_digits=5).holds


def test_digits_lost_for_nearly_opposite_inputs_only(judged):
    network = Network([Dense(1.0), absolute, Dense(1.0)])

    def tangent(angle):
        def kernel(X1, X2):
            norms = [np.linalg.norm(X, axis=1, keepdims=True) for X in (X1, X2)]
            U1, U2 = (X / np.where(norm > 0, norm, 1) for X, norm in zip((X1, X2), norms, strict=True))
            theta = angle(*(np.linalg.norm(U1[:, None] + s * U2[None], axis=2) for s in (-1, 1)))
            T = 2 / np.pi * (np.sin(theta) + (np.pi / 2 - theta) * np.cos(theta))
            return norms[0] * norms[1].T / X1.shape[1] * (T + (1 - 2 * theta / np.pi) * np.cos(theta))

        return kernel

    assert judged(tangent(lambda apart, together: 2 * np.arctan2(apart, together)), network).holds
    trial = judged(tangent(lambda apart, together: 2 * np.arcsin(np.minimum(apart / 2, 1))), network)
    assert "digits lost" in trial.kinds()
    (lost,) = [one for one in trial.findings if one.kind == "digits lost"]
    assert lost.evidence["angle"] > 3.14 and "pi - " in lost.message
