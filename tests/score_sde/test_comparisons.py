"""Every closed form agrees with what knows only the process and the score."""

import numpy as np
import pytest

from theory.catalogue import find

COMPARISONS = find("score_sde").comparisons
FORMS = find("score_sde").closed_forms


@pytest.mark.parametrize("name", COMPARISONS)
def test_the_comparison_agrees(name):
    verdict = COMPARISONS[name].run(seed=0)
    assert verdict.holds, verdict


@pytest.mark.parametrize("name", [n for n in COMPARISONS if n.endswith("certificate")])
def test_a_certificate_refuses_a_constant_that_is_a_hundredth_off(name):
    comparison = COMPARISONS[name]
    comparison.run(seed=0)
    assert not comparison.verdict_of(lambda **at: 1.01 * np.asarray(comparison.prediction(**at))).holds


@pytest.mark.parametrize("backend", ["numpy", "jax"])
@pytest.mark.parametrize("name", FORMS)
def test_the_closed_form_keeps_its_digits(name, backend):
    found = FORMS[name].accuracy(backend, points=200)
    assert found.holds, found
