"""Run by the Python of an environment that has Neural Tangents: CPU seconds of its kernels, as JSON."""

import json
import sys
import time

import jax
import numpy as np

jax.config.update("jax_enable_x64", sys.argv[1] == "64")

from neural_tangents import stax  # noqa: E402
from sklearn.datasets import load_digits  # noqa: E402


def seconds(network, x) -> float:
    compiled = jax.jit(lambda x: tuple(network(x, None, ("nngp", "ntk"))))
    jax.block_until_ready(compiled(x))
    found = []
    for _ in range(2):
        started = time.process_time()
        jax.block_until_ready(compiled(x))
        found.append(time.process_time() - started)
    return min(found)


def stack(layer, depth, *read_out):
    return stax.serial(*[one for _ in range(depth) for one in (layer, stax.Relu())], *read_out)[2]


dense = stax.Dense(1, W_std=2**0.5, b_std=0.0)
convolution = stax.Conv(1, (3, 3), padding="SAME", W_std=2**0.5, b_std=0.0)
digits = load_digits()
pictures = digits.images[:50, :, :, None] / 16
told = {}
if sys.argv[1] == "64":
    for depth in (3, 64):
        told[f"dense, depth {depth}"] = seconds(stack(dense, depth, dense), digits.data / 16)
kind = np.float64 if sys.argv[1] == "64" else np.float32
network = stack(convolution, 3, stax.GlobalAvgPool(), dense)
told[f"convolutional, {kind.__name__}"] = seconds(network, pictures.astype(kind))
print(json.dumps(told))
