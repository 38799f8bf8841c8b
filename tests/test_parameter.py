"""Parameters carry their domain; sampling meets every branch, obeys the relations and repeats."""

import pickle

import pytest
import sympy as sp

from theory.parameter import COUNTING, NONNEGATIVE, POSITIVE, Domain, NoPoints, Parameter

x = Parameter("x", "any number")
r = Parameter("r", "a rate", POSITIVE)
t = Parameter("t", "time", NONNEGATIVE)
p = Parameter("p", "a probability", sp.Interval(0, 1))
L = Parameter("L", "layers", COUNTING)
N = Parameter("N", "units", COUNTING)
far = Parameter("far", "far out", POSITIVE, extremes=(1e-300, 1e300))


def test_sympy_reads_its_assumptions_off_the_domain():
    assert r.is_positive and t.is_nonnegative and not t.is_positive
    assert L.is_integer and L.is_positive and x.is_real and x.is_positive is None


def test_the_allowed_values_in_words():
    assert [y.allowed for y in (r, t, x)] == ["r > 0", "t >= 0", "x a finite real number"]
    assert p.allowed == "0 <= p <= 1"
    assert L.allowed == "L an integer from 1"
    assert Parameter("K", "", COUNTING, infinite=True).allowed.endswith("or infinity")


def test_a_parameter_survives_pickling_with_all_it_carries():
    copy = pickle.loads(pickle.dumps(far))
    assert copy == far
    assert (copy.meaning, copy.domain, copy.extremes) == (far.meaning, far.domain, far.extremes)


def test_symbols_of_one_name_and_different_domains_are_different_to_sympy_too():
    share = Parameter("t", "share of the time", sp.Interval(0, 1))
    assert share != Parameter("t", "time", sp.Interval(0, 2)) and hash(share) != hash(t)
    for one in (t, share):
        (found,) = sp.exp(-one).free_symbols  # which a cache might take from an equal expression
        assert found.domain is one.domain
    assert Parameter("t", "the same, in other words", NONNEGATIVE) == t


@pytest.mark.parametrize("wide", [False, True])
def test_every_point_is_rational_and_in_the_domain(wide):
    domain = Domain([x, r, t, p, L], [r < t, sp.Ne(L, 3)])
    for point in domain.points(50, wide=wide):
        assert all(value.is_Rational for value in point.values())
        assert domain.contains(point)
        assert point[r] < point[t] and point[L] != 3


def test_moderate_points_stay_near_one_and_wide_ones_reach_the_extremes():
    near = [point[far] for point in Domain([far]).points(200)]
    wide = [point[far] for point in Domain([far]).points(200, wide=True)]
    assert all(1 / 17 < value < 17 for value in near)
    assert min(wide) < 1e-200 and max(wide) > 1e200
    assert all(1e-301 < value < 1e301 for value in wide)


def test_the_same_seed_gives_the_same_points_and_another_seed_others():
    domain = Domain([x, r, L], [x < r])
    assert domain.points(20, seed=3) == Domain([L, r, x], [x < r]).points(20, seed=3)
    assert domain.points(20, seed=3) != domain.points(20, seed=4)


@pytest.mark.parametrize("others", [[], [r], [r, t, x], [N], [Parameter("A", "sorts first", POSITIVE)]])
def test_an_integer_takes_its_dozen_smallest_values_among_sixteen_points(others):
    taken = {point[L] for point in Domain([L, *others]).points(16)}
    assert taken == set(range(1, 13))


def test_an_integer_takes_every_value_that_a_relation_leaves():
    domain = Domain([L, r], [L >= 3, L <= 9, L * r > 1])
    assert {point[L] for point in domain.points(16)} == set(range(3, 10))


def test_two_integers_are_not_locked_to_each_other():
    points = Domain([L, N]).points(200)
    assert {point[L] - point[N] for point in points} >= set(range(-6, 7))


def test_relations_that_exclude_each_other_have_no_points():
    with pytest.raises(NoPoints, match="compatible"):
        Domain([r], [r > 2, r < 1]).points(1)
    with pytest.raises(NoPoints):
        Domain([r], [sp.false]).points(1)


def test_relations_may_be_booleans_of_relations_and_transcendental():
    domain = Domain([r, t], [sp.Or(sp.And(r < 1, t > 2), r > 8), sp.sinh(t) < 100])
    for point in domain.points(30):
        assert (point[r] < 1 and point[t] > 2) or point[r] > 8
        assert float(sp.sinh(point[t])) < 100


def test_points_on_an_equality_satisfy_it_and_the_domain():
    domain = Domain([x, r, t, p], [r < t])
    points = domain.points_on(sp.Eq(x, -2 * r), 4)
    assert len(points) == 4
    assert all(point[x] == -2 * point[r] and domain.contains(point) for point in points)
    assert domain.points_on(sp.Eq(p, 2 + r), 4) == ()
