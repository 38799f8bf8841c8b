"""Small neural denoisers trained on images: what their scores look like, and in which order they learn.

Needs JAX and optax (the extra ``jax``). A network knows the images and the noise it is trained with.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from theory.simulation.neural import dense, dense_start, descend

WIDTH = 256


SCALES = {
    "laptop": {"architecture": "dense", "steps": 3000},
    "gpu": {"architecture": "convolutional", "steps": 20_000},
}
"""How a denoiser is trained: of the digits on one core in half a minute, of 32 x 32 images on a GPU."""


def trained_denoiser(
    X: np.ndarray, *, architecture="dense", steps=6000, batch=256, seed=0, sigma_data=0.5
) -> Callable:
    """``denoise(x, sigma)`` of a network trained on the rows of X (n, D).

    "dense": two hidden layers of 256; "convolutional": five layers of 3 x 3 filters, 64 channels, for
    square images.

    As EDM trains: its preconditioning, loss weights and log-normal noise levels (spread wider, to learn
    from 0.02 to 10), Adam with a cosine schedule. About 40 s on one core for the digits.
    """
    import jax
    import optax
    from jax import numpy as jnp

    images, (n, D) = jnp.asarray(X, dtype=jnp.float32), X.shape
    first, *keys = jax.random.split(jax.random.key(seed), steps + 1)
    if architecture == "convolutional":
        network, params = _convolutions, _filters(first, channels=(3, 64, 64, 64, 64, 1))
    else:
        network, params = dense, dense_start(first, (D + 2, WIDTH, WIDTH, D))

    def denoise(params, x, sigma):
        total = jnp.sqrt(sigma**2 + sigma_data**2)
        inside = jnp.concatenate([x / total, jnp.log(sigma) / 4, jnp.sin(jnp.log(sigma))], axis=1)
        return sigma_data**2 / total**2 * x + sigma * sigma_data / total * network(params, inside)

    def loss(params, key):
        picked, drawn, noise = jax.random.split(key, 3)
        clean = images[jax.random.randint(picked, (batch,), 0, n)]
        sigma = jnp.exp(-0.6 + 1.6 * jax.random.normal(drawn, (batch, 1)))
        found = denoise(params, clean + sigma * jax.random.normal(noise, clean.shape), sigma)
        weight = (sigma**2 + sigma_data**2) / (sigma * sigma_data) ** 2
        return jnp.mean(weight * (found - clean) ** 2)

    adam = optax.adam(optax.cosine_decay_schedule(2e-3, steps))
    params, _ = descend(loss, params, jnp.stack(keys), adam)

    def trained(x, sigma):
        x = jnp.asarray(x, dtype=jnp.float32)
        return np.asarray(denoise(params, x, jnp.full((len(x), 1), sigma, dtype=jnp.float32)), dtype=float)

    return trained


def learning_of_modes(
    X: np.ndarray, sigma: float, *, hidden: tuple = (WIDTH,), steps=4000, rate=0.05, seed=0, every=10
) -> tuple[np.ndarray, np.ndarray]:
    """The weights of the modes while a network learns to denoise at one noise level, by plain SGD.

    Returns the learning times (steps times rate times 2/D, as the loss is a mean over pixels) and the
    weights (times, D): the regression slope, in each principal direction of X, of the output on the input.
    ``hidden`` are the widths of hidden layers; () is a linear denoiser. Starts from an output of 0.
    """
    import jax
    import optax
    from jax import numpy as jnp

    images, (n, D) = jnp.asarray(X - X.mean(axis=0), dtype=jnp.float32), X.shape
    modes = jnp.asarray(np.linalg.svd(np.asarray(images, float), full_matrices=False)[2].T, jnp.float32)

    def loss(params, key):
        picked, noise = jax.random.split(key)
        clean = images[jax.random.randint(picked, (256,), 0, n)]
        return jnp.sum((dense(params, _noisy(clean, noise)) - clean) ** 2) / len(clean)

    def _noisy(clean, key):
        return clean + sigma * jax.random.normal(key, clean.shape)

    def weights(params, key):
        inputs = _noisy(images, key)
        outputs = dense(params, inputs)
        y, found = inputs @ modes, outputs @ modes
        return jnp.sum(y * found, axis=0) / jnp.sum(y**2, axis=0)

    first, probe, *keys = jax.random.split(jax.random.key(seed), steps + 2)
    params = dense_start(first, (D, *hidden, D))
    params[-1] = (0 * params[-1][0], params[-1][1])
    keys = jnp.stack(keys).reshape(-1, every)
    sgd = optax.sgd(rate)
    _, found = descend(loss, params, keys, sgd, watch=partial(weights, key=probe))
    return rate * every * np.arange(1, len(found) + 1), np.asarray(found, dtype=float)


def _convolutions(params, x):
    """The image and two constant channels, from the rows (D + 2), through 3 x 3 filters: rows (D)."""
    import jax
    from jax import numpy as jnp

    side = round((x.shape[1] - 2) ** 0.5)
    image = x[:, :-2].reshape(-1, side, side, 1)
    level = jnp.broadcast_to(x[:, None, None, -2:], (*image.shape[:3], 2))
    y = jnp.concatenate([image, level], axis=3)
    for k, (W, b) in enumerate(params):
        y = jax.nn.silu(y) if k else y
        y = jax.lax.conv_general_dilated(y, W, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + b
    return y.reshape(len(x), -1)


def _filters(key, channels):
    import jax

    keys = jax.random.split(key, len(channels) - 1)
    return [
        (jax.random.normal(k, (3, 3, a, b)) / (9 * a) ** 0.5, jax.numpy.zeros(b))
        for k, a, b in zip(keys, channels, channels[1:], strict=False)
    ]
