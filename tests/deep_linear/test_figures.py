"""What the figures show, read from the data on their axes."""

from __future__ import annotations

import numpy as np
import pytest

from derivations.deep_linear import figures

NAMES = (
    "staged_learning",
    "phase_plane",
    "learning_time_against_depth",
    "tree_learning",
    "singular_values_of_products",
    "edge_of_chaos_gradients",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_has_named_axes_and_a_caption(name):
    figure = getattr(figures, name)
    assert figure.name == name and len(figure.caption) > 100
    for ax in figure.canvas.axes:
        assert ax.get_xlabel() and ax.get_ylabel()


def half_times(data, panel, ending):
    found = []
    for (where, series), (x, y, *_) in data.items():
        if where == panel and series.endswith(ending):
            found.append(np.interp(0.5, y / y[-1], x))
    return found


@pytest.mark.parametrize("panel", "ab")
def test_training_on_the_digits_lands_on_the_theory(panel):
    data = figures.staged_learning.axes_data()
    predicted, measured = (half_times(data, panel, e) for e in (", theory", ", simulation"))
    assert len(predicted) == 6
    assert predicted == sorted(predicted), "strong modes first"
    for (where, series), (x, y, *_) in data.items():
        if where == panel and series.endswith(", theory"):
            times, strengths, *_ = data[panel, series.replace("theory", "simulation")]
            # Steps of 0.05 delay a mode by half a step's growth: 0.05 s/2 of its time, slope s^2/2.
            s = y[-1]
            assert np.max(np.abs(np.interp(times, x, y) - strengths)) < 0.05 * s / 2 * 32 * s**2 / 2
    assert measured == sorted(measured)


def test_weights_of_one_mode_stay_on_their_hyperbola_and_end_at_a_minimum():
    ax = figures.phase_plane.canvas.axes[0]
    paths = [line.get_xydata() for line in ax.lines if len(line.get_xydata()) == 301]
    assert len(paths) == 16
    for path in paths:
        a, b = path.T
        assert np.ptp(a**2 - b**2) < 1e-12 * np.max(a**2 + b**2)
        # The slowest starts at a strength of 1/100 and approaches at rate 2 s, for t = 6.
        assert a[-1] * b[-1] == pytest.approx(1, abs=100 * np.exp(-12))


def test_the_learning_time_saturates_with_depth():
    data = figures.learning_time_against_depth.axes_data()
    for u0 in (0.1, 0.2, 0.4):
        layers, steps = data["a", f"$u_0 = {u0}$, theory"]
        limit = np.log(0.9 * (1 - u0) / (u0 * 0.1)) + 1 / u0 - 1 / 0.9
        assert np.all(np.diff(steps) > 0) and np.all(steps < limit) and steps[-1] > 0.97 * limit
    layers, rate = data["b", "$s = 1$, theory"]
    assert np.diff(np.log(rate[-2:])) / np.diff(np.log(layers[-2:])) == pytest.approx(-1, abs=0.03)


def test_coarse_splits_are_learned_first():
    data = figures.tree_learning.axes_data()
    for ending in (", theory", ", simulation"):
        times = half_times(data, "a", ending)
        assert len(times) == 5 and times == sorted(times)


def test_orthogonal_products_keep_their_singular_values():
    data = figures.singular_values_of_products.axes_data()
    edges, share = data["a", "orthogonal, $L = 100$"]
    assert np.sum(share[:-1] > 0) == 1
    spread = [np.sum(data["a", f"Gaussian, $L = {n}$"][1][:-1] > 0) for n in (1, 2, 4, 10)]
    assert spread == sorted(spread)


def test_gradients_vanish_below_the_edge_and_grow_above():
    data = figures.edge_of_chaos_gradients.axes_data()
    for ending in ("theory", "simulation"):
        last = [data["b", f"$g = {g}$, {ending}"][1][-1] for g in (0.9, 1.1, 1.4, 1.8)]
        assert last == sorted(last) and last[0] < 0.1 and last[-1] > 100
