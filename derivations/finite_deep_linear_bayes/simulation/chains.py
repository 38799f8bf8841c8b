"""Hamiltonian Monte Carlo over the weights of deep linear networks of many outputs."""

from __future__ import annotations

from functools import partial

import numpy as np

from theory.simulation import Measurement, Simulation

STEP, LEAPS = 0.12, 8


def last_features(V, root, xp):
    """All layers' features for standard normal weights V (chains, N_in, N_out); the inputs' Gram matrix is
    root root'/P, so that the first layer has variance 1/P."""
    H = [xp.broadcast_to(root, (len(V[0]), *root.shape))]
    for W in V:
        H.append(H[-1] @ W / W.shape[1] ** 0.5)
    return H


def log_posterior(V, root, K_L, D, xp):
    """ln p(V | Y), but for constants, and its gradient: normal weights, and D outputs that are Gaussian given
    the last kernel, with the Gram matrix YY' = D K_L. The readout is integrated out."""
    H = last_features(V, root, xp)
    K = H[-1] @ xp.matrix_transpose(H[-1]) / H[-1].shape[2]
    inverse = xp.linalg.inv(K)
    value = -D / 2 * (xp.linalg.slogdet(K)[1] + xp.sum(inverse * K_L, axis=(1, 2)))
    value = value - sum(xp.sum(W**2, axis=(1, 2)) for W in V) / 2
    back = D / H[-1].shape[2] * (inverse @ K_L @ inverse - inverse) @ H[-1]
    slopes = [None] * len(V)
    for k in reversed(range(len(V))):
        fan_in = V[k].shape[1] ** 0.5
        slopes[k] = xp.matrix_transpose(H[k]) @ back / fan_in - V[k]
        back = back @ xp.matrix_transpose(V[k]) / fan_in
    return value, slopes


def sample(rng, root, K_L, D, widths, chains, steps, burn, xp):
    """Mean Gram matrices of every hidden layer in each chain: (chains, d, P, P)."""
    shapes = zip((len(root), *widths[:-1]), widths, strict=True)
    V = [xp.asarray(rng.normal(size=(chains, *shape))) for shape in shapes]
    root, K_L = xp.asarray(root), xp.asarray(K_L)
    value, slopes = log_posterior(V, root, K_L, D, xp)
    total = 0
    for step in range(burn + steps):
        momenta = [xp.asarray(rng.normal(size=W.shape)) for W in V]
        energy = sum(xp.sum(p**2, axis=(1, 2)) for p in momenta) / 2 - value
        new, new_slopes, size = V, slopes, STEP * (0.7 + 0.6 * rng.random())
        p = [m + size / 2 * s for m, s in zip(momenta, slopes, strict=True)]
        for leap in range(LEAPS):
            new = [W + size * m for W, m in zip(new, p, strict=True)]
            new_value, new_slopes = log_posterior(new, root, K_L, D, xp)
            half = 1 if leap < LEAPS - 1 else 0.5
            p = [m + half * size * s for m, s in zip(p, new_slopes, strict=True)]
        new_energy = sum(xp.sum(m**2, axis=(1, 2)) for m in p) / 2 - new_value
        with np.errstate(over="ignore"):
            accept = xp.asarray(rng.random(chains)) < xp.exp(energy - new_energy)
        keep = accept[:, None, None]
        V = [xp.where(keep, a, b) for a, b in zip(new, V, strict=True)]
        slopes = [xp.where(keep, a, b) for a, b in zip(new_slopes, slopes, strict=True)]
        value = xp.where(accept, new_value, value)
        if step >= burn:
            H = last_features(V, root, xp)[1:]
            total = total + xp.stack([h @ xp.matrix_transpose(h) / h.shape[2] for h in H], axis=1)
    return total / steps


def first_kernel(*, xp, rng, progress, width, k_0=1.0, eigenvalues, d, outputs, chains, steps) -> Measurement:
    """The diagonal of the first layer's kernel: (chains, P). Inputs are orthogonal, of the kernel k_0; the
    outputs' Gram matrix is diag(eigenvalues), and ``outputs`` is their number over the width."""
    P = len(eigenvalues)
    root, D = np.sqrt(P * k_0) * np.eye(P), int(outputs * width)
    found = sample(rng, root, np.diag(eigenvalues), D, [width] * d, chains, steps, steps // 3, xp)
    return Measurement(xp.linalg.diagonal(found[:, 0]), steps=steps)


def one_input(*, xp, rng, progress, N, D, q_1, chains, steps) -> Measurement:
    """One input, D outputs of mean square q_1: the mean of kappa."""
    found = sample(rng, np.ones((1, 1)), np.array([[q_1]]), D, [N], chains, steps, steps // 3, xp)
    return Measurement(found[:, 0, :, 0], {"q": D * q_1, "P": D}, steps=steps)


EIGENVALUES = (4.0, 0.3)
_SOME = {"laptop": {"chains": 24, "steps": 150}, "gpu": {"chains": 64, "steps": 3000}}
first_kernel_of_equal_widths = Simulation(
    partial(first_kernel, eigenvalues=EIGENVALUES, d=1, outputs=1), _SOME
)
first_kernel_of_many_outputs = Simulation(
    partial(first_kernel, eigenvalues=EIGENVALUES, d=1, outputs=1.5), _SOME
)
first_kernel_of_two_layers = Simulation(
    partial(first_kernel, eigenvalues=EIGENVALUES, d=2, outputs=0.5), _SOME
)
scale_of_one_input = Simulation(
    partial(one_input, D=3, q_1=0.6),
    {"laptop": {"chains": 100, "steps": 300}, "gpu": {"chains": 1000, "steps": 3000}},
)
