"""Balls: they contain the value that mpmath finds, they are tight, and they never guess."""

import mpmath
import pytest
import sympy as sp
from flint import acb, arb, ctx
from sympy import Integral, Piecewise, Rational, Sum, erf, exp, log, pi, sqrt, tanh

from theory.backends.rigorous import NotEnclosable, ball, compile_ball
from theory.functions import expm1, log1p, wright_omega

x, y, z = sp.symbols("x y z")
n = sp.Symbol("n", integer=True)
third = Rational(1, 3)

FUNCTIONS = [
    *(f(third) for f in (sp.sin, sp.tan, sp.sec, sp.sinh, sp.coth, sp.asin, sp.atan, sp.atanh, sp.asinh)),
    *(f(Rational(7, 3)) for f in (sp.gamma, sp.loggamma, sp.digamma, sp.erfc, sp.erfi, sp.acosh, sp.zeta)),
    *(f(third, Rational(7, 3)) for f in (sp.besselj, sp.bessely, sp.besseli, sp.besselk)),
    *(f(Rational(4, 3), third) for f in (sp.polylog, sp.expint, sp.lowergamma, sp.uppergamma, sp.binomial)),
    sp.polygamma(2, Rational(7, 3)),
    sp.zeta(Rational(7, 3), third),
    sp.lerchphi(third, Rational(4, 3), Rational(1, 2)),
    sp.LambertW(Rational(7, 3)),
    sp.LambertW(-third, -1),
    sp.hyper([third, 2], [Rational(5, 2)], Rational(9, 10)),
    sp.atan2(-third, -2),
    sp.RisingFactorial(Rational(7, 3), third),
    sp.Max(third, sqrt(2)) - sp.Min(third, sqrt(2)),
]  # fmt: skip


@pytest.mark.parametrize("expression", FUNCTIONS, ids=str)
def test_the_ball_contains_what_mpmath_finds_and_is_tight(expression):
    found = ball(expression, {}, digits=30)
    assert isinstance(found, arb)
    with ctx.workprec(140):
        assert abs(found - arb(str(sp.N(expression, 40)))) < arb(10) ** -28
    assert found.rel_accuracy_bits() >= 99


@pytest.mark.parametrize(
    ("stable", "plain"),
    [(expm1(x), exp(x) - 1), (log1p(x), log(1 + x)), (wright_omega(x), sp.LambertW(exp(x)))],
)
@pytest.mark.parametrize("at", [Rational(1, 10**20), Rational(5, 7), Rational(30)])
def test_functions_for_stable_forms_agree_with_what_they_abbreviate(stable, plain, at):
    assert ball(stable - plain + 1, {x: at}).contains(1)
    assert ball(stable, {x: at}).overlaps(ball(plain, {x: at}))


def test_wright_omega_where_its_exponential_is_out_of_reach():
    w = ball(wright_omega(x), {x: sp.Integer(10) ** 30})
    assert (w + w.log() - arb(10) ** 30).contains(0) and w.rel_accuracy_bits() >= 99


INTEGRALS = [
    (Integral(x**2, (x, 0, y)), y**3 / 3),
    (Integral(exp(-(x**2)) * erf(x / sqrt(2)) ** 2, (x, -sp.oo, sp.oo)), 2 / sqrt(pi) * sp.asin(third)),
    (Integral(exp(-(x**2) / 2 + y * x), (x, -sp.oo, sp.oo)), sqrt(2 * pi) * exp(y**2 / 2)),
    (Integral(x * exp(-(x**2)), (x, 0, sp.oo)), Rational(1, 2)),
    (Integral(sp.asin(x), (x, 0, 1)), pi / 2 - 1),
    (Integral(sp.acosh(1 + x), (x, 0, 1)), 2 * sp.acosh(2) - sqrt(3)),
    (Integral(sqrt(1 - x**2), (x, -1, 1)), pi / 2),
    (Integral(log1p(x), (x, -Rational(999, 1000), 1)), 2 * log(2) - 2 - log(Rational(1, 1000)) / 1000
     + Rational(1, 1000)),
    (Integral(sp.Abs(x - third), (x, 0, 1)), Rational(5, 18)),
    (Integral(sp.Heaviside(x - third), (x, 0, 1)), 2 * third),
    (Integral(sp.LambertW(x), (x, -third, 1)), None),
]  # fmt: skip


@pytest.mark.parametrize(("integral", "value"), INTEGRALS, ids=lambda e: str(e)[:60])
def test_a_definite_integral_is_enclosed_also_next_to_branch_cuts(integral, value):
    at = {y: Rational(7, 5)}
    found = ball(integral, at, digits=15)
    if value is None:
        f, (_, low, high) = sp.lambdify(x, integral.function, "mpmath"), integral.limits[0]
        numeric = arb(str(mpmath.quad(f, [float(low) + 0.0, 0, float(high)])))
        assert abs(found - numeric) < arb(10) ** -9
    else:
        assert found.overlaps(ball(sp.sympify(value), at, digits=15))


def test_an_integral_with_a_singular_end_is_given_up_not_guessed():
    with pytest.raises(NotEnclosable):
        ball(Integral(log(x), (x, 0, 1)), {}, digits=15)


def test_a_nested_integral_is_analytic_in_the_outer_variable_too():
    found = ball(Integral(sqrt(1 + x) * z, (z, 0, 1), (x, 0, 1)), {}, digits=12)
    assert found.overlaps(ball((2 * sqrt(2) - 1) / 3, {}))


def test_a_tail_bound_is_not_claimed_for_complex_parameters():
    coupled = Integral(exp(-(z**2)) * tanh(x + z), (z, -sp.oo, sp.oo))
    enclose = compile_ball(coupled, [x])
    assert enclose([Rational(1, 2)], 100).is_finite()
    assert not enclose([acb(0.5, 1.5)], 100).is_finite()


def test_sums_and_products_are_finite_and_exact():
    assert ball(Sum(n**2, (n, 1, 10)), {}) == 385
    assert ball(sp.Product(1 + 1 / n, (n, 1, x)), {x: sp.Integer(9)}).contains(10)


@pytest.mark.parametrize(("at", "value"), [(Rational(1, 4), 1), (Rational(1, 2), 2), (Rational(3, 4), 3)])
def test_a_piecewise_takes_its_branch(at, value):
    pieces = Piecewise((1, x < Rational(1, 2)), (2, sp.Eq(x, Rational(1, 2))), (3, True))
    assert ball(pieces, {x: at}) == value


def test_a_branch_that_balls_cannot_choose_has_no_value():
    undecidable = Piecewise((1, sp.Gt(sp.sin(y) ** 2 + sp.cos(y) ** 2, 1)), (2, True))
    with pytest.raises(NotEnclosable):
        ball(undecidable, {y: third})


@pytest.mark.parametrize("expression", [log(-x), sqrt(-x), sp.acosh(x / 2), 1 / (x - 3 * x**2)])
def test_what_is_not_real_is_not_finite_rather_than_guessed(expression):
    with pytest.raises(NotEnclosable):
        ball(expression, {x: third})


def test_a_complex_value_of_a_real_argument_stays_complex():
    assert isinstance(ball(sp.LambertW(third, -1), {}), acb)
    assert isinstance(ball(sp.polylog(Rational(4, 3), Rational(4, 3)), {}), acb)


@pytest.mark.parametrize(
    "expression", [sp.Function("f")(x), sp.Symbol("free") * x, sp.primepi(x), Sum(x**n, (n, 0, sp.oo))]
)
def test_what_has_no_rigorous_evaluation_says_so(expression):
    with pytest.raises(NotEnclosable):
        compile_ball(expression, [x])


def test_equal_subexpressions_are_evaluated_once(monkeypatch):
    import theory.backends.rigorous as rigorous

    calls = []
    monkeypatch.setitem(rigorous.FUNCTIONS, "exp", lambda analytic, v: calls.append(1) or v.exp())
    monkeypatch.setitem(rigorous.FUNCTIONS, "erf", lambda analytic, v: calls.append(1) or v.erf())
    shared = sp.erf(x)
    enclose = compile_ball(shared**3 + shared * y + sqrt(shared), [x, y])
    first, again = (enclose([third, v], 100) for v in (Rational(1), Rational(2)))
    assert len(calls) == 2  # once for each call, not once for each mention
    assert (again - first).overlaps(ball(shared, {x: third}))


def test_straight_code_and_the_tree_enclose_the_same():
    from theory.backends.ball_source import real_functions
    from theory.backends.rigorous import _node, _Scope

    x, y = sp.symbols("x y", positive=True)
    for expression in (
        (x + sp.Rational(2, 3) * y) ** 3 / sp.sqrt(1 + x**2) - sp.pi,
        sp.exp(-x / y) * sp.log(1 + y) + sp.acos(x / (1 + x)) * sp.sqrt(2),
        1 / sp.sqrt(3) + x**-2 + sp.tanh(y - x),
        -x - 3 * y / 7 - sp.Rational(-5, 4) * x**4 / y**5,
        x ** sp.Rational(3, 2) + (1 + y) ** sp.Rational(-5, 2) / sp.sqrt(x),
        0.1 * x - sp.Float("0.3") / y + sp.exp(1) ** 2 - sp.log(2) * 2**0.25,
        -x - y,
        x,
        sp.Integer(3),
    ):
        make = real_functions([expression, x], (x, y))
        tree = _node(expression, _Scope({x: 0, y: 1}))
        for at in ((arb("0.3"), arb(7)), (arb(2), arb("1e-20"))):
            with ctx.workprec(200):
                (ours, other), theirs = make()(*at), tree(list(at), False)
            assert other is at[0]
            assert ours.overlaps(theirs) and ours.rel_accuracy_bits() >= theirs.rel_accuracy_bits() - 4
    for expression in (sp.gamma(x), x**y, sp.Piecewise((x, x > y), (y, True)), sp.I * x):
        assert real_functions([x, expression], (x, y)) is None


def test_a_power_that_falls_far_is_a_small_ball_and_not_one_over_infinity():
    x = sp.Symbol("x", positive=True)
    ball = compile_ball(1 / x ** (10**1000) + 1, (x,))([Rational(1217, 180)], 128)
    assert ball.contains(1) and ball.rad() < arb(2) ** -100
    assert compile_ball(x**-1001, (x,))([Rational(1, 2)], 128).contains(2**1001)
