"""Networks that differ from one by the usual mistakes."""

from __future__ import annotations

from dataclasses import replace

from ..architecture.layers import Conv, Dense, Flatten, GlobalAveragePool, LayerNorm, Residual


def changed_layers(layers):
    """(kind, what is said, layers) for every network that differs by one of the usual mistakes."""
    dense = [one for one in leaves(layers) if isinstance(one, Dense | Conv)]
    biases = {one.sigma_b for one in dense if one.sigma_b > 0}
    changes = []
    for b in sorted(biases):
        changes.append(
            (
                "sigma_b",
                f"sigma_b = {b:g} is forgotten",
                lambda one, b=b: _bias(one, 0.0) if one.sigma_b == b else one,
            )
        )
    changes += [
        ("sigma_b", "sigma_b is not squared", lambda one: _bias(one, one.sigma_b**0.5)),
        (
            "sigma_b",
            "sigma_b^2 is taken for sigma_b and squared again",
            lambda one: _bias(one, one.sigma_b**2),
        ),
        ("sigma_b", "sigma_b is multiplied by sigma_w", lambda one: _bias(one, one.sigma_b * one.sigma_w)),
    ]
    for b in sorted(biases):
        changes.append(
            ("sigma_b", f"biases of sigma_b = {b:g} are added where there are none",
             lambda one, b=b: one if one.sigma_b else _bias(one, b))
        )  # fmt: skip
    gains = (
        ("the gain sqrt(2), 2 in the variance, is missing", lambda sigma: sigma / 2**0.5),
        ("there is a gain sqrt(2) too much, 2 in the variance", lambda sigma: sigma * 2**0.5),
        ("sigma_w is not squared", lambda sigma: sigma**0.5),
        ("sigma_w^2 is taken for sigma_w and squared again", lambda sigma: sigma**2),
        ("sigma_w is forgotten", lambda sigma: 1.0),
    )
    for message, change in gains:
        changes.append(
            ("gain", message, lambda one, change=change: replace(one, sigma_w=change(one.sigma_w)))
        )
    count = len(dense)
    names = [_ordinal(k, count) for k in range(count)]
    for kind, message, change in changes:
        yield kind, f"{message} in all layers", _mapped(layers, change, range(count))
        for k in range(count):
            yield kind, f"{message} in {names[k]}", _mapped(layers, change, [k])
        if count > 2:
            yield kind, f"{message} in all layers but the first", _mapped(layers, change, range(1, count))
            yield kind, f"{message} in all layers but the last", _mapped(layers, change, range(count - 1))
            yield kind, f"{message} in the hidden layers", _mapped(layers, change, range(1, count - 1))
    for k, layer in enumerate(layers):
        rest = (*layers[:k], *layers[k + 1 :])
        if isinstance(layer, LayerNorm) and rest:
            yield "layer norm", f"the LayerNorm at place {k} is forgotten", rest
        if isinstance(layer, Residual):
            for said, other in (("forgotten", 0.0), ("squared", layer.alpha**2), ("set to 1", 1.0)):
                swapped = (*layers[:k], replace(layer, alpha=other), *layers[k + 1 :])
                yield (
                    "residual",
                    f"alpha = {layer.alpha:g} of the residual branch at place {k} is {said}",
                    swapped,
                )
            yield "residual", f"what goes into the residual layer at place {k} is not added", (
                *layers[:k], *layer.layers, *layers[k + 1 :]
            )  # fmt: skip
        if isinstance(layer, Conv):
            other = "same" if layer.padding == "circular" else "circular"
            swapped = (*layers[:k], replace(layer, padding=other), *layers[k + 1 :])
            yield "padding", f"the padding of the Conv at place {k} is as for {other!r}", swapped
        if isinstance(layer, GlobalAveragePool):
            yield "pooling", "positions are flattened, not pooled", (*layers[:k], Flatten(), *layers[k + 1 :])


def _bias(one, value):
    return replace(one, sigma_b=value)


def _ordinal(k: int, count: int) -> str:
    return "the only layer" if count == 1 else "the last layer" if k == count - 1 else f"layer {k + 1}"


def leaves(layers):
    """All layers, those of residual branches in their place."""
    for one in layers:
        yield from leaves(one.layers) if isinstance(one, Residual) else (one,)


def _mapped(layers, change, chosen):
    """The layers with those of the chosen Dense and Conv (counted through) changed."""
    counter = iter(range(10**6))

    def walk(layers):
        for one in layers:
            if isinstance(one, Residual):
                yield replace(one, layers=tuple(walk(one.layers)))
            elif isinstance(one, Dense | Conv):
                yield change(one) if next(counter) in chosen else one
            else:
                yield one

    return tuple(walk(layers))


def other_depths(layers):
    """(what is said, layers) for networks with more or fewer layers."""
    blocks = [k for k in range(len(layers) - 1) if _is_block(layers[k : k + 2])]
    middle = blocks[-1:] + blocks[:1]
    for k in dict.fromkeys(middle):
        block, rest = layers[k : k + 2], (*layers[:k], *layers[k + 2 :])
        if rest:
            yield "one hidden layer is missing: depth off by one", rest
        yield (
            "there is one hidden layer too many: depth off by one",
            (*layers[:k], *block, *block, *layers[k + 2 :]),
        )
        yield "there are two hidden layers too many", (*layers[:k], *(3 * block), *layers[k + 2 :])
        if rest and len(blocks) > 2:
            yield "two hidden layers are missing", (*layers[:k], *layers[k + 4 :])
    if len(layers) > 1:
        last = "the last layer is missing: it is the kernel behind the last activation"
        yield last, layers[:-1]
        yield "the last two layers are missing", layers[:-2]


def _is_block(pair) -> bool:
    return isinstance(pair[0], Dense | Conv) and hasattr(pair[1], "derivative_dual")
