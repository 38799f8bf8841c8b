"""Correct code is accepted for any seed: each seed is a task, a data law, a schedule or a draw of its own.

`python tests/validate/test_false_alarms.py 900` counts for that many seconds of the processor, and prints
what was rejected and how long the trials took.
"""

import sys
import time

import numpy as np
import pytest
from scipy.special import logsumexp

from theory import validate

SEEDS = 20


def in_numpy(weights, X, Y, learning_rate, steps):
    weights = [w.copy() for w in weights]
    for _ in range(steps):
        seen = [X]
        for w in weights:
            seen.append(seen[-1] @ w.T)
        error = (seen[-1] - Y) / len(X)
        for l in reversed(range(len(weights))):
            slope, error = error.T @ seen[l], error @ weights[l]
            weights[l] = weights[l] - learning_rate * slope
    return weights


def in_torch(weights, X, Y, learning_rate, steps):
    import torch

    weights = [w.clone().requires_grad_(True) for w in weights]
    rule = torch.optim.SGD(weights, lr=learning_rate)
    for _ in range(steps):
        rule.zero_grad()
        found = X
        for w in weights:
            found = torch.nn.functional.linear(found, w)
        (0.5 * (found - Y).square().sum(dim=1).mean()).backward()
        rule.step()
    return [w.detach() for w in weights]


def in_jax(weights, X, Y, learning_rate, steps):
    import jax

    global _in_jax
    if _in_jax is None:  # compiled once for each shape

        def loss(weights, X, Y):
            for w in weights:
                X = X @ w.T
            return ((X - Y) ** 2).sum(axis=1).mean() / 2

        def step(weights, X, Y, rate):
            return [w - rate * g for w, g in zip(weights, jax.grad(loss)(weights, X, Y), strict=True)]

        _in_jax = jax.jit(
            lambda weights, X, Y, rate, steps: jax.lax.fori_loop(
                0, steps, lambda _, w: step(w, X, Y, rate), weights
            )
        )
    return _in_jax(weights, X, Y, learning_rate, steps)


_in_jax = None


def training_in_numpy(seed):
    return validate.training(in_numpy, seed=seed, dtype="float32" if seed % 2 else "float64")


def training_in_torch(seed):
    return validate.training(in_torch, seed=seed, library="torch", dtype="float32" if seed % 2 else "float64")


def training_in_jax(seed):
    return validate.training(in_jax, seed=seed, library="jax", dtype="float32")


def law(seed):
    """Of 1 to 3 Gaussians in 2 to 5 dimensions, variances over two decades."""
    rng = np.random.default_rng(seed)
    D, K = int(rng.integers(2, 6)), int(rng.integers(1, 4))
    turns = [np.linalg.qr(rng.normal(size=(D, D)))[0] for _ in range(K)]
    covs = np.array([(q * 10 ** rng.uniform(-1.5, 0.8, D)) @ q.T for q in turns])
    covs = (covs + covs.swapaxes(1, 2)) / 2
    return rng.dirichlet(np.full(K, 3.0)), 2 * rng.normal(size=(K, D)), covs


def parts(weights, means, covs, x):
    """Weighted log-densities (K, B) and scores (K, B, D) of the components, by Cholesky's factors."""
    logs, scores = [], []
    for w, mean, cov in zip(weights, means, covs, strict=True):
        factor = np.linalg.cholesky(cov)
        y = np.linalg.solve(factor, (x - mean).T)
        size = np.sum(np.log(np.diag(factor))) + len(mean) / 2 * np.log(2 * np.pi)
        logs.append(np.log(w) - np.sum(y**2, axis=0) / 2 - size)
        scores.append(-np.linalg.solve(factor.T, y).T)
    return np.array(logs), np.array(scores)


def score_model(seed):
    weights, means, covs = law(seed)
    predicts = ("score", "epsilon", "denoiser")[seed % 3]

    def model(x, sigma):
        logs, scores = parts(weights, means, covs + sigma**2 * np.eye(means.shape[1]), x)
        score = np.einsum("kb,kbd->bd", np.exp(logs - logsumexp(logs, axis=0)), scores)
        return {"score": score, "epsilon": -sigma * score, "denoiser": x + sigma**2 * score}[predicts]

    return validate.score_model(model, data=(weights, means, covs), predicts=predicts, seed=seed)


def density(seed):
    data = law(seed)
    return validate.density(lambda x: logsumexp(parts(*data, x)[0], axis=0), data=data, seed=seed)


def estimated_density(seed):
    data, rng = law(seed), np.random.default_rng([seed, 1])
    rough = rng.uniform(0.01, 3)

    def estimate(x):
        """With the error of a trace that is estimated with random signs."""
        probes = rng.choice([-1.0, 1.0], size=x.shape)
        return logsumexp(parts(*data, x)[0], axis=0) + rough * probes[:, 0] * probes[:, 1]

    return validate.density(estimate, data=data, stochastic=True, seed=seed)


def schedule(seed):
    rng = np.random.default_rng(seed)
    if seed % 3 == 0:
        low, high = rng.uniform(0.01, 1), rng.uniform(2, 30)
        of = dict(
            alpha=lambda t: np.exp(-(low * t + (high - low) * t**2 / 2) / 2),
            sigma=lambda t: np.sqrt(-np.expm1(-(low * t + (high - low) * t**2 / 2))),
            f=lambda t: -(low + (high - low) * t) / 2,
            g2=lambda t: low + (high - low) * t,
        )
        return validate.schedule(kind="vp", **of)
    if seed % 3 == 1:
        low, high = 10 ** rng.uniform(-3, -1), 10 ** rng.uniform(0.5, 2.5)
        ratio = high / low
        return validate.schedule(
            np.ones_like,
            lambda t: low * ratio**t,
            kind="ve",
            dsigma=lambda t: low * ratio**t * np.log(ratio),
            g2=lambda t: 2 * np.log(ratio) * (low * ratio**t) ** 2,
            log_snr=lambda t: -2 * (np.log(low) + t * np.log(ratio)),
        )
    s = rng.uniform(0.001, 0.05)
    return validate.schedule(
        lambda t: np.cos(np.pi / 2 * (t + s) / (1 + s)),
        lambda t: np.sin(np.pi / 2 * (t + s) / (1 + s)),
        kind="vp",
        f=lambda t: -np.pi / 2 / (1 + s) * np.tan(np.pi / 2 * (t + s) / (1 + s)),
    )


FAMILIES = (
    training_in_numpy, training_in_torch, training_in_jax, score_model, density, estimated_density, schedule,
)  # fmt: skip


def needs(family):
    package = family.__name__.rpartition("_in_")[2]
    return pytest.param(family, marks=pytest.mark.peers(package)) if package in ("torch", "jax") else family


@pytest.mark.parametrize("family", [needs(one) for one in FAMILIES], ids=lambda one: one.__name__)
def test_a_few_seeds(family):
    for seed in range(1000, 1002):
        trial = family(seed)
        assert trial.holds, f"seed {seed}: {trial}"


@pytest.mark.slow
@pytest.mark.parametrize("family", [needs(one) for one in FAMILIES], ids=lambda one: one.__name__)
def test_many_seeds(family):
    slowest = 0.0
    for seed in range(SEEDS):
        started = time.process_time()
        trial = family(seed)
        slowest = max(slowest, time.process_time() - started)
        assert trial.holds, f"seed {seed}: {trial}"
    assert slowest < 10


def count(seconds: float) -> None:
    """All families in turn, seed after seed, until the time is over."""
    spent = {family.__name__: [] for family in FAMILIES}
    alarms, seed, started = [], 0, time.process_time()
    while time.process_time() - started < seconds:
        for family in FAMILIES:
            # four times as many of what costs little
            for one in range(4 * seed, 4 * seed + (1 if "training" in family.__name__ else 4)):
                before = time.process_time()
                trial = family(one)
                spent[family.__name__].append(time.process_time() - before)
                if not trial.holds:
                    alarms.append((family.__name__, one))
                    print(f"REJECTED {family.__name__}, seed {one}: {trial}", flush=True)
        seed += 1
        done = ", ".join(
            f"{name} {len(all_)} ({np.median(all_):.2g} s, at most {max(all_):.2g})"
            for name, all_ in spent.items()
        )
        total = sum(map(len, spent.values()))
        print(f"{total} trials, {len(alarms)} false alarms: {done}", flush=True)


if __name__ == "__main__":
    count(float(sys.argv[1]) if len(sys.argv) > 1 else 60)
