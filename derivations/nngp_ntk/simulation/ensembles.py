"""Ensembles in training: linear models by their equations of motion, and real networks.

Linear models are drawn with random derivatives J of the outputs by the parameters, and a random map B from
normal numbers to the outputs at the start; kernels are read off these. Networks have dense layers in the NTK
parametrisation, hidden layers of one width, one output.
"""

from __future__ import annotations

import numpy as np

from theory.simulation import Measurement, Simulation

TIMES = (0.5, 1.0, 2.0, 4.0)
POINTS, TESTS, PARAMETERS = 4, 3, 9


def linear_model(rng) -> dict:
    """Derivatives J and the map B at the training points, then at the test points; targets y."""
    rows = POINTS + TESTS
    J = rng.normal(size=(rows, PARAMETERS)) / np.sqrt(PARAMETERS)
    B = rng.normal(size=(rows, rows + 2)) / np.sqrt(rows + 2)
    return {"J": J, "B": B, "y": rng.normal(size=POINTS)}


def kernels_of(model) -> dict:
    """The kernels between training points X and test points S, as predictions take them."""
    J, B = model["J"], model["B"]
    Theta, K = J @ J.T, B @ B.T
    X, S = slice(POINTS), slice(POINTS, None)
    return {
        "K_XX": K[X, X], "K_SX": K[S, X], "K_SS": K[S, S], "Theta_XX": Theta[X, X],
        "Theta_SX": Theta[S, X], "y": model["y"],
    }  # fmt: skip


def _flow(xp, model, step, ridge=0.0, targets=None):
    """Outputs of members started at the columns of B, by Euler's method in the parameters, at `TIMES`.

    The last column starts at 0 and is trained to the targets, the others to 0: what is linear in the start,
    and what is linear in the targets.
    """
    J = xp.asarray(model["J"])
    starts = xp.asarray(np.column_stack([model["B"], np.zeros(len(model["B"]))]))
    aims = np.zeros((POINTS, starts.shape[1]))
    aims[:, -1] = model["y"]
    aims, w, found = xp.asarray(aims), xp.zeros((PARAMETERS, starts.shape[1])), []
    for k in range(round(TIMES[-1] / step)):
        outputs = starts + J @ w
        w = w - step * (J[:POINTS].T @ (outputs[:POINTS] - aims) + ridge * w)
        if (k + 1) * step in TIMES:
            found.append(starts + J @ w)
    return found


def moments_by_euler(*, xp, rng, progress, step, ridge=0.0) -> Measurement:
    """Mean at the test points at each time, and the covariances with the same networks at the first time."""
    model = linear_model(rng)
    path = [found[POINTS:] for found in _flow(xp, model, step, ridge)]
    early = path[0][:, :-1]
    rows = [xp.concat([late[:, -1:], early @ late[:, :-1].T], axis=1) for late in path]
    read = kernels_of(model) | {"t": np.array(TIMES)}
    return Measurement(xp.stack(rows), read, steps=round(TIMES[-1] / step))


def components_by_euler(*, xp, rng, progress, step) -> Measurement:
    """One network's outputs along the kernel principal components, at each time."""
    model = linear_model(rng)
    path = _flow(xp, model, step)
    lam, V = np.linalg.eigh(kernels_of(model)["Theta_XX"])
    chosen = xp.asarray(np.eye(path[0].shape[1])[:, [0, -1]].sum(1))
    rows = [xp.asarray(V).T @ (found[:POINTS] @ chosen) for found in path]
    read = {
        "t": np.array(TIMES)[:, None],
        "lam": lam,
        "y_i": V.T @ model["y"],
        "a_i": V.T @ model["B"][:POINTS, 0],
    }
    return Measurement(xp.stack(rows), read, steps=round(TIMES[-1] / step))


def losses_by_euler(*, xp, rng, progress, step) -> Measurement:
    """The mean square of the residual along each component, over all starts, at each time."""
    model = linear_model(rng)
    lam, V = np.linalg.eigh(kernels_of(model)["Theta_XX"])
    rows = []
    for found in _flow(xp, model, step):
        along = xp.asarray(V).T @ found[:POINTS]
        missed = along[:, -1] - xp.asarray(V.T @ model["y"])
        rows.append(missed**2 + xp.sum(along[:, :-1] ** 2, axis=1))
    start = V.T @ model["B"][:POINTS]
    read = {"t": np.array(TIMES)[:, None], "lam": lam, "y_i": V.T @ model["y"], "kappa": np.sum(start**2, 1)}
    return Measurement(xp.stack(rows), read, steps=round(TIMES[-1] / step))


def descent_of_modes(*, xp, rng, progress, eta, n, replicates=512) -> Measurement:
    """What is left of the residual along each component after n steps, in the parameters of linear models."""
    J = np.stack([child.normal(size=(POINTS, PARAMETERS)) for child in rng.spawn(replicates)])
    J = J / np.sqrt(PARAMETERS)
    lam, V = np.linalg.eigh(J @ J.mT)
    J, V, w = xp.asarray(J), xp.asarray(V), xp.zeros((replicates, PARAMETERS, 1))
    start = xp.sum(V, axis=2, keepdims=True)
    for _ in range(n):
        w = w - eta * (J.mT @ (start + J @ w))
    return Measurement((V.mT @ (start + J @ w))[..., 0], {"lam": lam}, steps=n)


def on_a_circle(training: int = POINTS, tests: int = TESTS):
    """Unequally spaced points of norm sqrt(2), the training points first, and their targets."""
    angle = np.concatenate([2.0 * np.arange(training) ** 1.1, 1 + 1.7 * np.arange(tests)])
    x = np.sqrt(2) * np.column_stack([np.cos(angle), np.sin(angle)])
    return x, np.sin(2 * angle[:training]) + 0.5


def trained_networks(act, slope, layers, rng, xp, *, width, members, x, y, rate, record, progress=None):
    """Outputs (steps, members, inputs) of networks at inputs x, trained by gradient descent on the first of
    them, of which there are as many as targets y; ``record`` holds the steps."""
    sizes = [x.shape[1], *[width] * (len(layers) - 1), 1]
    W = [xp.asarray(rng.normal(size=(members, a, b))) for a, b in zip(sizes, sizes[1:], strict=False)]
    b = [xp.asarray(rng.normal(size=(members, 1, size))) for size in sizes[1:]]
    scale = [layer.sigma_w / np.sqrt(size) for layer, size in zip(layers, sizes, strict=False)]
    x, y, points, found = xp.asarray(x)[None], xp.asarray(y)[:, None], len(y), []
    for k in range(max(record) + 1):
        # the other inputs only where they are looked at
        inputs, before = [x if k in record else x[:, :points]], []
        for i in range(len(layers)):
            before.append(scale[i] * (inputs[-1] @ W[i]) + layers[i].sigma_b * b[i])
            inputs.append(act(before[-1]))
        if k in record:
            found.append(before[-1][..., 0])
        if k == max(record):
            break
        back = before[-1][:, :points] - y
        for i in reversed(range(len(layers))):
            behind = inputs[i][:, :points]
            change = scale[i] * (behind.mT @ back)
            further = scale[i] * (back @ W[i].mT) * slope(before[i - 1][:, :points]) if i else None
            W[i] = W[i] - rate * change
            b[i] = b[i] - rate * layers[i].sigma_b * xp.sum(back, axis=1, keepdims=True)
            back = further
        if progress is not None:
            progress(k + 1, max(record))
    return xp.stack(found)


def moments_of_networks(
    *, xp, rng, progress, width, act, slope, layers, rate, steps, replicates=32, members=96
) -> Measurement:
    """Means and mean squares of the outputs over members, on a circle, after numbers of steps."""
    x, y = on_a_circle()
    outputs = trained_networks(
        act, slope, layers, rng, xp, width=width, members=replicates * members, x=x, y=y, rate=rate,
        record=steps, progress=progress,
    )  # fmt: skip
    outputs = xp.reshape(outputs, (len(steps), replicates, members, len(x)))
    moments = xp.stack([xp.mean(outputs, axis=2), xp.mean(outputs**2, axis=2)], axis=-1)
    return Measurement(xp.permute_dims(moments, (1, 0, 2, 3)), steps=max(steps))


_FINER = {"step": (1 / 256, 1 / 512, 1 / 1024, 1 / 2048)}
euler_moments = Simulation(moments_by_euler, {"laptop": {}, "gpu": _FINER})
euler_components = Simulation(components_by_euler, {"laptop": {}, "gpu": _FINER})
euler_losses = Simulation(losses_by_euler, {"laptop": {}, "gpu": _FINER})
linear_descent = Simulation(descent_of_modes, {"laptop": {}, "gpu": {"replicates": 4096}})
