"""What the figure of the explained score shows, read from the data on its axes."""

import numpy as np
import pytest

from derivations.gaussian_score.figures import explained_score

pytestmark = pytest.mark.slow  # the figure trains networks


@pytest.fixture(scope="module")
def data():
    return explained_score.axes_data()


def test_more_components_explain_more_and_the_points_all(data):
    explained = [data["a", name][1] for name in ("1 Gaussian", "10 Gaussians", "100 Gaussians", "the points")]
    for fewer, more in zip(explained, explained[1:], strict=False):
        assert np.all(fewer <= more)
    np.testing.assert_array_equal(explained[-1], 1)
    assert explained[0][-1] > 0.99999


def test_quadrature_lands_on_the_theory_far_from_the_data(data):
    names = {series.rpartition(",")[0] for panel, series in data if panel == "b"}
    assert len(names) == 3
    for name in names:
        line, marks = (data["b", f"{name}, {kind}"] for kind in ("theory", "quadrature"))
        apart = marks[1] / np.exp(np.interp(np.log(marks[0]), np.log(line[0]), np.log(line[1]))) - 1
        # the next order falls as the share of signal does
        assert abs(apart[-1]) < 0.01 and abs(apart[-1]) < abs(apart[-5]) < abs(apart[0])
