"""Parametrisations: stable, trivial, kernel or feature learning, by exact exponents."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derivations.feature_learning_limits import Parametrisation
from derivations.feature_learning_limits.comparison import learning_rate_transfer

HALF = Fraction(1, 2)
FRACTIONS = st.fractions(min_value=-3, max_value=3, max_denominator=8)


def test_mean_field_is_the_maximal_update_shifted():
    one_layer = Parametrisation.maximal_update(1)
    assert one_layer.shifted(HALF) == Parametrisation.mean_field()
    assert one_layer.canonical() == Parametrisation.mean_field().canonical()
    assert Parametrisation.standard(c=1).canonical() != Parametrisation.tangent().canonical()


@settings(max_examples=20, deadline=None)
@given(theta=FRACTIONS, c=FRACTIONS)
def test_a_shift_changes_nothing(theta, c):
    for one in (
        Parametrisation.standard(3, c),
        Parametrisation.tangent(3),
        Parametrisation.maximal_update(3),
    ):
        other = one.shifted(theta)
        assert (other.r, other.label, other.kernel_exponent, other.maximal) == (
            one.r, one.label, one.kernel_exponent, one.maximal,
        )  # fmt: skip


@settings(deadline=None)
@given(A=FRACTIONS, B=FRACTIONS, C=FRACTIONS)
def test_dichotomy(A, B, C):
    """What is stable and not trivial learns features or has a kernel, and r tells which (R1)."""
    one = Parametrisation.at(A, B, C)
    r = min(A, B) + C
    assert one.r == r
    stable = A >= HALF and r >= 0 and B >= 1 and A + r >= 1
    assert one.stable == stable
    assert one.nontrivial == (stable and (A + r == 1 or B == 1))
    if one.nontrivial:
        assert one.label == ("feature learning" if r == 0 else "kernel")


def test_only_the_maximal_update_is_maximal_in_all_layers():
    assert all(Parametrisation.maximal_update(4).maximal)
    assert Parametrisation.tangent(2).maximal == (False, False, True)
    assert Parametrisation.standard(2, 1).maximal == (False, False, True)


def test_what_is_unstable_is_said_in_words():
    found = Parametrisation.standard().violations
    assert any("features change by n^1" in x for x in found)
    assert any("the output changes by n^" in x for x in found)
    assert "hidden layer 1" in Parametrisation((0, 0, 0), ("1/2", "1/2", "1/2"), 1).violations[0]
    assert Parametrisation((0, 0, 0), (0, "1/2", 0), 1).violations[0] == "the output starts at n^1/2"


def test_rate_exponents():
    """The largest stable rate follows n^kappa: it falls as 1/n in the standard parametrisation alone."""
    kappa = [p.kernel_exponent for p in (Parametrisation.standard(), Parametrisation.tangent())]
    assert kappa == [-1, 0] and Parametrisation.maximal_update().kernel_exponent == 0


def test_scales_at_a_width():
    found = Parametrisation.maximal_update().scales(16)
    assert found["multipliers"] == (4.0, 1.0, 0.25) and found["rate"] == 1
    assert found["deviations"] == (0.25, 0.25, 0.25)


def test_errors_say_what_to_do():
    with pytest.raises(ValueError, match="as a string"):
        Parametrisation((0, 0.1), (0, 0), 0)
    with pytest.raises(ValueError, match="exact fraction"):
        Parametrisation((0, "x"), (0, 0), 0)
    with pytest.raises(ValueError, match="not 2 and 1"):
        Parametrisation((0, 0), (0,), 0)
    with pytest.raises(ValueError, match="number of hidden layers"):
        Parametrisation.tangent(0)
    with pytest.raises(ValueError, match="width is a whole number"):
        Parametrisation.tangent().scales(2.5)


def test_transfer_on_the_digits_tells_the_parametrisations_apart():
    """That the best rate stays in both, or falls in both, is refused by the training runs."""
    assert learning_rate_transfer.run(seed=0).holds
    for both in (0.0, -1.0):
        assert not learning_rate_transfer.verdict_of(lambda both=both, **at: [both, both]).holds
