"""A network of finite width: its parameters at the start, its outputs, and its kernels as they come out.

Where to begin: ``parameters = initialise(network, 256, (64,), rng)``, ``forward(network, parameters, x)``.
``network`` is a `Network` or a plain list of layers. Inputs are (B, d), images (B, positions, channels) or
(B, height, width, channels), on NumPy, JAX or PyTorch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import array_api_compat
import numpy as np

from theory.simulation import Namespace, namespace

from .layers import Attention, Conv, Dense, Flatten, GlobalAveragePool, LayerNorm, Residual

WEIGHTS = (Dense, Conv, Attention)
PARAMETRISATIONS = ("ntk", "standard")


def initialise(
    network,
    width: int,
    inputs: Sequence[int],
    rng: np.random.Generator,
    backend: str | Namespace = "numpy",
    *,
    outputs: int = 1,
    heads: int | None = None,
    draws: int | None = None,
) -> list:
    """Random parameters, one entry for each layer, in the backend's arrays.

    Every layer has ``width`` channels but the last one with weights, which has ``outputs``. ``inputs`` is the
    shape of one input: (d,), (positions, channels) or (height, width, channels). ``heads`` of attention:
    as many as the width. ``draws``: that many networks at once, on a first axis of every parameter (dense
    layers broadcast over it, and `jax.vmap` maps the others). Biases are left out where ``sigma_b`` is 0. JAX
    keeps float64 where it is enabled.

    Raises ValueError for a network without weights, or a branch that changes the shape.
    """
    layers, standard = _parts(network)
    if not (isinstance(width, int) and width >= 1):
        raise ValueError(f"width = {width!r}: how many channels the layers have, an integer >= 1")
    xp = namespace(backend) if isinstance(backend, str) else backend
    last = _last_with_weights(layers)
    shape, parameters = tuple(inputs), []

    def normal(shape, deviation):
        shape = tuple(shape) if draws is None else (draws, *shape)
        return xp.asarray(deviation * rng.standard_normal(shape))

    for k, layer in enumerate(layers):
        size = outputs if k == last else width
        entry, shape = _start(layer, shape, size, normal, standard, heads or width)
        parameters.append(entry)
    return parameters


def forward(network, parameters, x):
    """The outputs (B, outputs), or (B, positions..., outputs) where nothing reads the positions out."""
    layers, standard = _parts(network)
    xp = array_api_compat.array_namespace(x)
    for layer, entry in zip(layers, parameters, strict=True):
        x = _apply(xp, layer, entry, x, standard)
    return x


def empirical_nngp(network, parameters, x1, x2=None):
    """Products of the last layer's outputs, averaged over channels: (B1, B2), with positions between."""
    z1 = forward(network, parameters, x1)
    z2 = z1 if x2 is None else forward(network, parameters, x2)
    xp = array_api_compat.array_namespace(z1)
    return xp.tensordot(z1, z2, axes=([z1.ndim - 1], [z2.ndim - 1])) / z1.shape[-1]


def empirical_ntk(network, parameters, x1, x2=None):
    """Products of the outputs' gradients by all parameters, averaged over outputs: (B1, B2).

    By reverse-mode differentiation, an output at a time; JAX (and NumPy, by way of JAX) or PyTorch. The
    network must read its positions out. Memory: a gradient of all parameters for every input and output.
    """
    x2 = x1 if x2 is None else x2
    if array_api_compat.is_torch_array(x1):
        return _torch_ntk(network, parameters, x1, x2)
    import jax

    if isinstance(x1, np.ndarray):
        with jax.enable_x64(True):
            return np.asarray(_jax_ntk(network, parameters, *map(jax.numpy.asarray, (x1, x2))))
    return _jax_ntk(network, parameters, x1, x2)


def dense_ntk_by_backpropagation(network, parameters, x1, x2=None):
    """The same for networks of dense layers and activations, from products of what goes forward and back.

    For each layer the products of its inputs, entry by entry times those of the gradients at its outputs:
    no gradient of all parameters is ever stored. One output. ValueError for other layers.
    """
    layers, standard = _parts(network)
    first = _sweep(layers, parameters, x1, standard)
    second = first if x2 is None else _sweep(layers, parameters, x2, standard)
    total = 0.0
    for (a1, back1, scale, bias), (a2, back2, _, _) in zip(first, second, strict=True):
        total = total + (scale**2 * (a1 @ a2.mT) + bias**2) * (back1 @ back2.mT)
    return total


def slopes(activation, u):
    """The activation's derivative at every entry, by forward-mode differentiation (JAX or PyTorch)."""
    if array_api_compat.is_torch_array(u):
        import torch

        return torch.func.jvp(activation, (u,), (torch.ones_like(u),))[1]
    import jax

    def by_jax(u):
        return jax.jvp(activation, (u,), (jax.numpy.ones_like(u),))[1]

    if not isinstance(u, np.ndarray):
        return by_jax(u)
    with jax.enable_x64(True):
        return np.asarray(by_jax(jax.numpy.asarray(u)))


def _parts(network) -> tuple[tuple, bool]:
    """The layers, and whether the parametrisation is the standard one."""
    kind = getattr(network, "parametrisation", "ntk")
    if kind not in PARAMETRISATIONS:
        raise ValueError(f"parametrisation {kind!r}: one of {', '.join(PARAMETRISATIONS)}")
    return tuple(getattr(network, "layers", network)), kind == "standard"


def _last_with_weights(layers) -> int:
    places = [k for k, layer in enumerate(layers) if isinstance(layer, WEIGHTS)]
    if not places:
        raise ValueError("a network needs a layer with weights: Dense, Conv or Attention")
    return places[-1]


# Parameters at the start, and the shape of what comes out.


def _start(layer, shape, size, normal, standard, heads):
    if isinstance(layer, Dense):
        return _weights(layer, (shape[-1], size), shape[-1], normal, standard), (*shape[:-1], size)
    if isinstance(layer, Conv):
        taps = (layer.size,) * (len(shape) - 1)
        fan_in = math.prod(taps) * shape[-1]
        return _weights(layer, (*taps, shape[-1], size), fan_in, normal, standard), (*shape[:-1], size)
    if isinstance(layer, Attention):
        return _heads(layer, shape[-1], size, heads, normal, standard), (*shape[:-1], size)
    if isinstance(layer, Residual):
        entries, out = [], shape
        for inner in layer.layers:
            entry, out = _start(inner, out, shape[-1], normal, standard, heads)
            entries.append(entry)
        if out != shape:
            raise ValueError(f"Residual: the branch makes {out} of {shape}, and cannot be added")
        return entries, shape
    if isinstance(layer, Flatten):
        return (), (math.prod(shape),)
    if isinstance(layer, GlobalAveragePool):
        return (), (shape[-1],)
    return (), shape


def _weights(layer, shape, fan_in, normal, standard):
    """(weights, biases), or (weights,) where there are no biases."""
    W = normal(shape, layer.sigma_w / math.sqrt(fan_in) if standard else 1.0)
    if layer.sigma_b == 0:
        return (W,)
    return W, normal(shape[-1:], layer.sigma_b if standard else 1.0)


def _heads(layer, channels, size, heads, normal, standard):
    """(queries and) keys, values (heads, channels, channels) and the output (heads, channels, size)."""
    inner, outer = (heads, channels, channels), (heads, channels, size)
    unit = 1 / math.sqrt(channels) if standard else 1.0
    # queries and keys that share their weights have one factor, the root of both
    shared = math.sqrt(layer.sigma_q * layer.sigma_k)
    deviations = (layer.sigma_q, layer.sigma_k) if layer.logits == "identity" else (shared,)
    entry = [normal(inner, s * unit if standard else 1.0) for s in deviations]
    entry.append(normal(inner, unit))
    spread = layer.sigma_v / math.sqrt(heads * channels) if standard else 1.0
    return (*entry, normal(outer, spread))


# What each layer does.


def _apply(xp, layer, entry, x, standard):
    if isinstance(layer, Dense):
        return _affine(layer, entry, x @ entry[0], x.shape[-1], standard)
    if isinstance(layer, Conv):
        fan_in = layer.size ** (x.ndim - 2) * x.shape[-1]
        return _affine(layer, entry, _convolve(xp, layer, entry[0], x), fan_in, standard)
    if isinstance(layer, Attention):
        return _attend(xp, layer, entry, x, standard)
    if isinstance(layer, Residual):
        y = x
        for inner, part in zip(layer.layers, entry, strict=True):
            y = _apply(xp, inner, part, y, standard)
        return x + layer.alpha * y
    if isinstance(layer, LayerNorm):
        return x / xp.sqrt(xp.mean(x**2, axis=-1, keepdims=True))
    if isinstance(layer, Flatten):
        return xp.reshape(x, (x.shape[0], -1))
    if isinstance(layer, GlobalAveragePool):
        return xp.mean(x, axis=tuple(range(1, x.ndim - 1)))
    return layer(x)


def _affine(layer, entry, z, fan_in, standard):
    z = z if standard else layer.sigma_w / math.sqrt(fan_in) * z
    if len(entry) == 1:
        return z
    b = entry[1] if entry[1].ndim == 1 else entry[1][:, None, :]
    return z + (b if standard else layer.sigma_b * b)


def _convolve(xp, layer, W, x):
    """All that the filter sees, side by side as channels, times its weights."""
    axes = tuple(range(1, x.ndim - 1))
    lengths = tuple(x.shape[axis] for axis in axes)
    for axis in axes:
        x = _widen(xp, x, axis, layer.size // 2, layer.padding == "circular")
    places = np.ndindex(*(layer.size,) * len(axes))
    windows = [tuple(slice(r, r + n) for r, n in zip(place, lengths, strict=True)) for place in places]
    seen = xp.concat([x[(slice(None), *window)] for window in windows], axis=-1)
    return seen @ xp.reshape(W, (-1, W.shape[-1]))


def _widen(xp, x, axis: int, by: int, circular: bool):
    """The image with ``by`` more positions at either end: zeros, or those of the other side."""
    length = x.shape[axis]
    index = np.arange(-by, length + by)
    wide = xp.take(x, _like(xp, x, index % length), axis=axis)
    if circular:
        return wide
    inside = ((index >= 0) & (index < length)).reshape((-1,) + (1,) * (x.ndim - axis - 1))
    return xp.where(_like(xp, x, inside), wide, xp.zeros_like(wide))


def _like(xp, x, values: np.ndarray):
    """Integers or Booleans as an array of the library of ``x``, on its device."""
    if array_api_compat.is_torch_array(x):
        return xp.asarray(values, device=x.device)
    return xp.asarray(values)


def _attend(xp, layer, entry, x, standard):
    """Heads side by side: (B, positions..., channels) to the same with the output's channels."""
    places, channels = x.shape[1:-1], x.shape[-1]
    x = xp.reshape(x, (x.shape[0], 1, -1, channels))
    *queries_and_keys, values, output = entry
    unit = 1.0 if standard else 1 / math.sqrt(channels)
    across = [xp.matmul(x, unit * W) for W in queries_and_keys]  # (B, heads, positions, channels)
    if layer.logits == "identity":
        q, k = across
        factor = (1.0 if standard else layer.sigma_q * layer.sigma_k) / math.sqrt(channels)
    else:
        q = k = across[0]
        factor = (1.0 if standard else layer.sigma_q * layer.sigma_k) / channels
    logits = factor * xp.matmul(q, xp.permute_dims(k, (0, 1, 3, 2)))
    if layer.logits == "softmax":
        raised = xp.exp(logits - xp.max(logits, axis=-1, keepdims=True))
        logits = raised / xp.sum(raised, axis=-1, keepdims=True)
    mixed = xp.matmul(logits, xp.matmul(x, unit * values))
    scale = 1.0 if standard else layer.sigma_v / math.sqrt(output.shape[0] * channels)
    y = scale * xp.sum(xp.matmul(mixed, output), axis=1)
    return xp.reshape(y, (x.shape[0], *places, output.shape[-1]))


# The tangent kernel without gradients of all parameters, and on PyTorch.


def _sweep(layers, parameters, x, standard):
    """For every dense layer: its inputs, the gradients at its outputs, and the factors of both."""
    if not all(isinstance(layer, Dense) or callable(layer) for layer in layers):
        raise ValueError("backpropagation by hand knows dense layers and activations only")
    met = []
    for layer, entry in zip(layers, parameters, strict=True):
        met.append(x)
        x = _apply(None, layer, entry, x, standard)
    if x.shape[-1] != 1:
        raise ValueError(f"a tangent kernel by backpropagation is of one output, not of {x.shape[-1]}")
    back, found = x * 0 + 1, []
    for layer, entry, a in zip(layers[::-1], parameters[::-1], met[::-1], strict=True):
        if not isinstance(layer, Dense):
            back = back * slopes(layer, a)
            continue
        scale = 1.0 if standard else layer.sigma_w / math.sqrt(a.shape[-1])
        bias = (1.0 if standard else layer.sigma_b) if len(entry) == 2 else 0.0
        found.append((a, back, scale, bias))
        back = scale * (back @ entry[0].mT)
    return found


def _torch_ntk(network, parameters, x1, x2):
    import torch

    leaves, tree = torch.utils._pytree.tree_flatten(parameters)

    def gradients(x):
        def one(leaves, x):
            return forward(network, torch.utils._pytree.tree_unflatten(leaves, tree), x[None, ...])[0, ...]

        return torch.func.vmap(torch.func.jacrev(one), (None, 0))(leaves, x)

    total = 0.0
    for a, b in zip(gradients(x1), gradients(x2), strict=True):
        total = total + torch.einsum("iok,jok->ij", a.flatten(2), b.flatten(2)) / a.shape[1]
    return total


def _jax_ntk(network, parameters, x1, x2):
    import jax

    def one(parameters, x):
        return forward(network, parameters, x[None, ...])[0, ...]

    gradients = jax.vmap(jax.jacrev(one), (None, 0))
    first = gradients(parameters, x1)
    second = first if x2 is x1 else gradients(parameters, x2)
    total = 0.0
    for a, b in zip(jax.tree.leaves(first), jax.tree.leaves(second), strict=True):
        flat = (jax.numpy.reshape(g, (*g.shape[:2], -1)) for g in (a, b))
        total = total + jax.numpy.einsum("iok,jok->ij", *flat) / a.shape[1]
    return total
