"""Flow matching: a small network learns the velocity of a path, and moves noise along it in steps.

Needs JAX and optax (the extra ``jax``). The network knows the data, the noise, and the path's levels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from theory.simulation import namespace
from theory.simulation.neural import dense, dense_start, descend

from .points import noised, posterior

WIDTH = 256


@dataclass(frozen=True)
class TrainedVelocity:
    """``velocity(x, t)`` of a trained network, for x (B, d) and times () or (B,); ``loss``, its ``error``.

    The loss is |velocity - target|^2/d on draws that training has not seen, over times between ``cut``
    and 1 - ``cut``.
    """

    velocity: Callable
    loss: float
    error: float
    cut: float

    def sample(self, x_0: np.ndarray, steps: int) -> list[np.ndarray]:
        """The samples x_0 (B, d) on their way by Euler's method, in equal steps: the start and each step."""
        times = np.linspace(self.cut, 1 - self.cut, steps + 1)
        path = [np.asarray(x_0, dtype=float)]
        for here, there in zip(times[:-1], times[1:], strict=True):
            path.append(path[-1] + (there - here) * self.velocity(path[-1], here))
        return path


def energy_and_chord(samples: list[np.ndarray], cut: float) -> tuple[float, float]:
    """The kinetic energy of sampled ways, and that of straight ones between their ends, per coordinate.

    Equal if and only if every sample moves straight ahead at one speed.
    """
    way = np.stack(samples)
    steps, d = len(way) - 1, way.shape[2]
    speeds = np.diff(way, axis=0) * steps / (1 - 2 * cut)
    chord = (way[-1] - way[0]) / (1 - 2 * cut)
    return float(np.mean(np.sum(speeds**2, axis=2)) / d), float(np.mean(np.sum(chord**2, axis=1)) / d)


def trained_velocity(
    X: np.ndarray, path, *, steps: int = 3000, cut: float = 0.01, seed: int = 0, draws: int = 40_000
) -> TrainedVelocity:
    """A network with two hidden layers of 256, trained on the rows of X (n, d) along a path.

    ``path`` has levels ``a``, ``m`` and rates ``da``, ``dm`` of JAX arrays of times. Near its ends, where
    rates may be infinite, a part ``cut`` of the time is left out. Adam with a cosine schedule, batches
    of 256; half a minute on one core for the digits.
    """
    import jax
    import optax
    from jax import numpy as jnp

    data, (n, d) = jnp.asarray(X, dtype=jnp.float32), X.shape

    def network(params, x, t):
        a, m = path.a(t)[:, None], path.m(t)[:, None]
        angle = jnp.arctan2(a, m)
        inside = [x / jnp.sqrt(a**2 + m**2), angle, jnp.sin(2 * angle), jnp.sin(4 * angle)]
        size = jnp.sqrt(path.da(t) ** 2 + path.dm(t) ** 2)[:, None]
        return size * dense(params, jnp.concatenate(inside, axis=1))

    def misses(params, key, count):
        picked, noise, when = jax.random.split(key, 3)
        t = cut + (1 - 2 * cut) * jax.random.uniform(when, (count,))
        x_1, x_0 = data[jax.random.randint(picked, (count,), 0, n)], jax.random.normal(noise, (count, d))
        x = path.a(t)[:, None] * x_1 + path.m(t)[:, None] * x_0
        target = path.da(t)[:, None] * x_1 + path.dm(t)[:, None] * x_0
        return jnp.mean((network(params, x, t) - target) ** 2, axis=1)

    first, last, *keys = jax.random.split(jax.random.key(seed), steps + 2)
    params = dense_start(first, (d + 3, WIDTH, WIDTH, d))
    adam = optax.adam(optax.cosine_decay_schedule(2e-3, steps))
    params, _ = descend(lambda params, key: jnp.mean(misses(params, key, 256)), params, jnp.stack(keys), adam)
    found = np.asarray(jax.jit(misses, static_argnums=2)(params, last, draws), dtype=float)

    @jax.jit
    def at(x, t):
        return network(params, x, jnp.broadcast_to(t, (len(x),)))

    def velocity(x, t):
        return np.asarray(at(*(jnp.asarray(v, dtype=jnp.float32) for v in (x, t))), dtype=float)

    return TrainedVelocity(velocity, float(found.mean()), float(found.std(ddof=1) / draws**0.5), cut)


def split_of_the_loss(
    X: np.ndarray, path, trained: TrainedVelocity, *, draws=4000, seed=1, time=None
) -> np.ndarray:
    """Of fresh draws, what the network's velocity misses of the target and of the data's own velocity.

    (draws, 2), squared and per coordinate, over the same times as its loss, or at one ``time``. The data's
    velocity, the mean of the target given x, is computed from the points themselves.
    """
    xp, rng, d = namespace(), np.random.default_rng(seed), X.shape[1]
    t = trained.cut + (1 - 2 * trained.cut) * rng.random(draws)
    t = t if time is None else np.full(draws, float(time))
    a, m, da, dm = (np.asarray(f(t), dtype=float) for f in (path.a, path.m, path.da, path.dm))
    clean, noisy = noised(X, a, m, rng, xp)
    noise = (noisy - a[:, None] * clean) / m[:, None]
    D = posterior(X, noisy, a, m, xp) @ X
    exact, target = (
        da[:, None] * mean + dm[:, None] * left
        for mean, left in ((D, (noisy - a[:, None] * D) / m[:, None]), (clean, noise))
    )
    found = trained.velocity(noisy, t)
    return np.stack([np.sum((found - aim) ** 2, axis=1) / d for aim in (target, exact)], axis=1)
