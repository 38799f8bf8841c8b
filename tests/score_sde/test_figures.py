"""What the figures show, read from the data on their axes."""

import numpy as np
import pytest

from derivations.score_sde import figures

NAMES = ("order_of_samplers", "ancestral_noise", "noise_variances", "perturbation_kernels")


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_has_named_axes_and_a_caption(name):
    figure = getattr(figures, name)
    assert figure.name == name and len(figure.caption) > 100
    for ax in figure.canvas.axes:
        assert ax.get_xlabel() and ax.get_ylabel()


def test_samplers_land_on_their_predicted_lines():
    data = figures.order_of_samplers.axes_data()
    names = {series.rpartition(",")[0] for _, series in data}
    assert len(names) == 5
    for name in names:
        predicted, found = (data["a", f"{name}, {kind}"][1][-1] for kind in ("theory", "sampler"))
        assert found == pytest.approx(predicted, rel=0.05)


def test_integrated_variances_land_on_the_theory():
    data = figures.noise_variances.axes_data()
    for panel, name in (("a", "VE"), ("b", "VP"), ("b", "sub-VP")):
        line, marks = (data[panel, f"{name}, {kind}"] for kind in ("theory", "integrated"))
        assert np.interp(marks[0], *line) == pytest.approx(marks[1], rel=2e-3, abs=1e-4)
