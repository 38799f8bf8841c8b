"""Training code on trial: the correct one accepted, broken ones named."""

import time

import numpy as np
import pytest

from theory import validate


def train(
    weights, X, Y, learning_rate, steps, *, factor=1.0, momentum=0.0, average=False, nesterov=False,
    decay=0.0, change=None, rate=None, data=None, gradient=None,
):  # fmt: skip
    """Full-batch gradient descent by hand, with places to break it."""
    weights, held = [w.copy() for w in weights], [0 * w for w in weights]
    if data is not None:
        X, Y = data(X, Y)
    for step in range(steps):
        slopes = (gradient or backward)(weights, X, Y)
        slopes = [factor * g + decay * w for g, w in zip(slopes, weights, strict=True)]
        if change is not None:
            slopes = change(slopes, weights)
        held = [
            momentum * b + (1 - momentum if average else 1) * g for b, g in zip(held, slopes, strict=True)
        ]
        moves = [g + momentum * b for g, b in zip(slopes, held, strict=True)] if nesterov else held
        pace = learning_rate * (1 if rate is None else rate(step, steps))
        weights = [w - pace * v for w, v in zip(weights, moves, strict=True)]
    return weights


def backward(weights, X, Y, *, forward=lambda l, w: w, back=lambda l, w: w, scale=None):
    """The gradient of half the mean squared error."""
    weights = weights if scale is None else [w * scale(w) for w in weights]
    activities = [X]
    for l, w in enumerate(weights):
        activities.append(activities[-1] @ forward(l, w).T)
    error, slopes = (activities[-1] - Y) / len(X), []
    for l in reversed(range(len(weights))):
        slopes.append(error.T @ activities[l] * (1 if scale is None else scale(weights[l])))
        error = error @ back(l, weights[l])
    return slopes[::-1]


def broken(**options):
    def broken_train(weights, X, Y, learning_rate, steps):
        return train(weights, X, Y, learning_rate, steps, **options)

    return broken_train


def test_gradient_descent_is_accepted():
    trial = validate.training(train)
    assert trial.holds, trial
    assert trial.order_interval[0] <= 1 <= trial.order_interval[1]
    assert "left over the last correction" in trial.setting or "what is left" in trial.setting
    trial.to_json(), trial.to_html(), trial.figure()


@pytest.mark.parametrize("seed", range(1, 6))
def test_it_is_accepted_on_other_tasks(seed):
    trial = validate.training(train, seed=seed)
    assert trial.holds, trial


def test_in_float32():
    trial = validate.training(train, dtype="float32")
    assert trial.holds, trial


def test_one_layer_after_the_other_still_follows_the_flow():
    def in_turn(weights, X, Y, learning_rate, steps):
        weights = [w.copy() for w in weights]
        for _ in range(steps):
            for l in range(len(weights)):
                weights[l] = weights[l] - learning_rate * backward(weights, X, Y)[l]
        return weights

    trial = validate.training(in_turn)
    assert trial.holds, trial


CONVENTIONS = {
    "mean": lambda X, Y: 2,
    "half sum": lambda X, Y: len(X),
    "sum": lambda X, Y: 2 * len(X),
    "mse": lambda X, Y: 2 / Y.shape[1],
    "half mse": lambda X, Y: 1 / Y.shape[1],
}


@pytest.mark.parametrize("loss", CONVENTIONS)
def test_another_loss_is_named_and_accepted_when_claimed(loss):
    def of_loss(weights, X, Y, learning_rate, steps):
        return train(weights, X, Y, learning_rate, steps, factor=CONVENTIONS[loss](X, Y))

    trial = validate.training(of_loss)
    assert trial.kinds() == ("learning-rate convention",), trial
    assert trial.findings[0].evidence["loss"] == loss
    assert validate.training(of_loss, loss=loss).holds


def turned(l, w):
    return w.T if l == 1 and w.shape[0] == w.shape[1] else w


def freeze(slopes, weights):
    return [0 * g if l == 0 and len(slopes) > 1 else g for l, g in enumerate(slopes)]


def clipped(slopes, weights):
    return [g * min(1, 0.5 / size(slopes)) for g in slopes]


def size(slopes):
    return np.sqrt(sum(np.sum(g**2) for g in slopes))


BROKEN = {
    "momentum": ("momentum", dict(momentum=0.9)),
    "momentum, averaged": ("momentum", dict(momentum=0.9, average=True)),
    "momentum, Nesterov": ("momentum", dict(momentum=0.9, nesterov=True)),
    "weight decay": ("weight decay", dict(decay=1e-4)),
    "frozen layer": ("frozen layer", dict(change=freeze)),
    "frozen last layer": ("frozen layer", dict(change=lambda g, w: [*g[:-1], 0 * g[-1] if g[1:] else g[-1]])),
    "sign": ("sign", dict(factor=-1.0)),
    "rate": ("learning rate", dict(factor=0.3)),
    "clipping": ("clipping", dict(change=clipped)),
    "transposed forward": ("transposed weight", dict(gradient=lambda *a: backward(*a, forward=turned))),
    "not transposed back": ("transposed weight", dict(gradient=lambda *a: backward(*a, back=turned))),
    "transposed step": ("transposed weight",
                        dict(change=lambda g, w: [turned(1, one) if len(g) > 1 else one for one in g])),
    "fan-in of the network": ("fan-in",
                              dict(gradient=lambda *a: backward(*a, scale=lambda w: w.shape[1] ** -0.5))),
    "fan-in of the steps": ("fan-in",
                            dict(change=lambda g, w: [one / one.shape[1] for one in g])),
    "rates by layer": ("learning rates of layers",
                       dict(change=lambda g, w: [one / (l + 1) for l, one in enumerate(g)])),
    "signs": ("adaptive", dict(change=lambda g, w: [np.sign(one) for one in g])),
    "last example": ("examples left out", dict(data=lambda X, Y: (X[:-1], Y[:-1]))),
    "one batch": ("examples left out", dict(data=lambda X, Y: (X[:4], Y[:4]))),
    "centred": ("changed data", dict(data=lambda X, Y: (X - X.mean(axis=0), Y))),
    "schedule": ("learning rate changes", dict(rate=lambda step, steps: 1 / (1 + 0.1 * step))),
    "cosine": ("learning rate changes", dict(rate=lambda step, steps: np.cos(step / max(steps, 8)))),
    "late decay": ("trajectory", dict(rate=lambda step, steps: 1 if step < 10 else 0.5)),
    "normalised": ("clipping", dict(change=lambda g, w: [one / size(g) for one in g])),
}  # fmt: skip


@pytest.mark.parametrize("bug", BROKEN)
def test_a_bug_is_named(bug):
    kind, options = BROKEN[bug]
    trial = validate.training(broken(**options))
    assert not trial.holds
    assert trial.kinds()[0] == kind, trial


def test_off_by_one_in_the_steps():
    def late(weights, X, Y, learning_rate, steps):
        return train(weights, X, Y, learning_rate, steps - 1)

    def early(weights, X, Y, learning_rate, steps):
        return train(weights, X, Y, learning_rate, steps + 1)

    for one in (late, early):
        assert validate.training(one).kinds() == ("number of steps",), one


def test_layers_moved_by_different_losses_break_the_conservation():
    """Past the first steps, where nothing else looks: a cutoff that only one layer has."""

    def cut(slopes, weights):
        return (
            [*slopes[:-1], np.where(np.abs(slopes[-1]) < 0.05, 0, slopes[-1])] if len(slopes) > 1 else slopes
        )

    kinds = validate.training(broken(change=cut)).kinds()
    assert kinds and set(kinds) <= {"trajectory", "conserved quantity", "order"}


def test_a_method_of_second_order():
    def heun(weights, X, Y, learning_rate, steps):
        for _ in range(steps):
            first = backward(weights, X, Y)
            middle = [w - learning_rate * g for w, g in zip(weights, first, strict=True)]
            second = backward(middle, X, Y)
            weights = [
                w - learning_rate / 2 * (g + h) for w, g, h in zip(weights, first, second, strict=True)
            ]
        return weights

    trial = validate.training(heun, claimed_order=2)
    assert trial.holds, trial
    assert abs(trial.order - 2) < 0.25
    assert not validate.training(train, claimed_order=2).holds


def test_a_full_trial_takes_less_than_ten_seconds():
    started = time.process_time()
    validate.training(train)
    assert time.process_time() - started < 10


def test_misbehaviour_is_found_not_raised():
    state = []

    def fails(weights, X, Y, learning_rate, steps):
        raise KeyError("no such layer")

    def wrong_shape(weights, X, Y, learning_rate, steps):
        return [w.T for w in weights]

    def nan(weights, X, Y, learning_rate, steps):
        return [w * np.nan for w in weights]

    def nothing(weights, X, Y, learning_rate, steps):
        return None

    def in_place(weights, X, Y, learning_rate, steps):
        for w, after in zip(weights, train(weights, X, Y, learning_rate, steps), strict=True):
            w[...] = after
        return weights

    def remembers(weights, X, Y, learning_rate, steps):
        state.append(1)
        return train(weights, X, Y, learning_rate * (1 + 1e-9 * len(state)), steps)

    def forever(weights, X, Y, learning_rate, steps):
        while True:
            pass

    def short(weights, X, Y, learning_rate, steps):
        return train([w.astype("float32") for w in weights], X.astype("float32"), Y.astype("float32"),
                     learning_rate, steps)  # fmt: skip

    def shorter(weights, X, Y, learning_rate, steps):
        return [w.astype("float32").astype(float) for w in train(weights, X, Y, learning_rate, steps)]

    assert "exception" in validate.training(fails).kinds()
    assert "shape" in validate.training(wrong_shape).kinds()
    assert "not finite" in validate.training(nan).kinds()
    assert "result" in validate.training(nothing).kinds()
    assert "changes its input" in validate.training(in_place).kinds()
    assert "two runs differ" in validate.training(remembers).kinds()
    assert "time limit" in validate.training(forever, time_limit=0.2).kinds()
    assert "precision" in validate.training(short).kinds()
    assert "precision" in validate.training(shorter).kinds()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (dict(train=3), "train = 3"),
        (dict(loss="l1"), "loss = 'l1'"),
        (dict(claimed_order=-1), "claimed_order = -1"),
        (dict(library="cupy"), "library = 'cupy'"),
        (dict(dtype="float16"), "dtype = 'float16'"),
        (dict(stochastic=True), "stochastic = True"),
    ],
)
def test_wrong_arguments_are_errors(arguments, named):
    with pytest.raises(ValueError, match=named.replace("(", r"\(")):
        validate.training(**{"train": train, **arguments})


def in_torch(weights, X, Y, learning_rate, steps, *, optimiser="SGD", **options):
    import torch

    layers = [torch.nn.Linear(w.shape[1], w.shape[0], bias=False, dtype=w.dtype) for w in weights]
    for layer, w in zip(layers, weights, strict=True):
        layer.weight.data = w.clone()
    network = torch.nn.Sequential(*layers)
    rule = getattr(torch.optim, optimiser)(network.parameters(), lr=learning_rate, **options)
    for _ in range(steps):
        rule.zero_grad()
        torch.nn.functional.mse_loss(network(X), Y).backward()
        rule.step()
    return [layer.weight for layer in layers]


@pytest.mark.peers("torch")
@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({}, None),
        (dict(momentum=0.9), "momentum"),
        (dict(momentum=0.9, nesterov=True), "momentum"),
        (dict(weight_decay=1e-3), "weight decay"),
        (dict(optimiser="Adam"), "adaptive"),
    ],
)
def test_optimisers_of_pytorch(options, kind):
    trial = validate.training(
        lambda *a: in_torch(*a, **options), loss="mse", library="torch", name=str(options)
    )
    assert trial.kinds() == (() if kind is None else (kind,)), trial


@pytest.mark.peers("jax")
def test_a_compiled_loop_of_jax():
    import jax

    @jax.jit
    def in_jax(weights, X, Y, learning_rate, steps):
        def loss(weights):
            found = X
            for w in weights:
                found = found @ w.T
            return ((found - Y) ** 2).sum(axis=1).mean() / 2

        def step(_, weights):
            return [w - learning_rate * g for w, g in zip(weights, jax.grad(loss)(weights), strict=True)]

        return jax.lax.fori_loop(0, steps, step, weights)

    trial = validate.training(in_jax, library="jax", dtype="float32", time_limit=600)
    assert trial.holds, f"{trial}"
