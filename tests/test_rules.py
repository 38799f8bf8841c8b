"""Every rule accepts a true claim, refutes a false one, and refuses what it cannot check."""

import pytest
import sympy as sp
from sympy import (
    Derivative,
    Eq,
    Function,
    Integral,
    Piecewise,
    Rational,
    Symbol,
    cos,
    erf,
    exp,
    log,
    sin,
    sqrt,
)

from theory.derivation import Claim, Evidence
from theory.parameter import COUNTING, NONNEGATIVE, POSITIVE, Parameter
from theory.residual import Refuted, Undecided
from theory.rules import (
    Approximates,
    Assumption,
    Coefficients,
    Conserved,
    Defines,
    Differentiates,
    Equates,
    Evolves,
    Expands,
    FixedPoint,
    Given,
    Integrates,
    Inverts,
    Limit,
    Maximises,
    Recursion,
    Rewrites,
    Separates,
    Series,
    Solves,
    Substitutes,
)

t = Parameter("t", "time", NONNEGATIVE)
x = Parameter("x", "a number")
r = Parameter("r", "a rate", POSITIVE)
u0 = Parameter("u0", "start", POSITIVE)
uf = Parameter("uf", "end", POSITIVE)
n = Parameter("n", "index", COUNTING)
y = Symbol("y")
u, v, f, T = (Function(name) for name in ("u", "v", "f", "T"))
name = Symbol("name")

decay = Claim(u(t).diff(t), -r * u(t), Given("decay"))
w = Function("w")
heat = Claim(w(x, t).diff(t), w(x, t).diff(x, 2), Given(""))
decayed = Claim(u(t), u0 * exp(-r * t), Solves(decay, [(u(0), u0)]))
turning = (Claim(u(t).diff(t), v(t), Given("")), Claim(v(t).diff(t), -u(t), Given("")))
wave = Claim(f(x), exp(-(x**2)), Given(""))
line = Claim(f(x), x * (2 - x), Given(""))
doubling = Claim(f(n + 1), 2 * f(n), Given(""))
fibonacci = Claim(f(n + 2), f(n + 1) + f(n), Given(""))
binet = ((1 + sqrt(5)) ** n - (1 - sqrt(5)) ** n) / (2**n * sqrt(5))
catalan = Claim(f(y), y * (1 + f(y)) ** 2, Given(""))
catalan_number = sp.binomial(2 * n, n) / (n + 1)
before = (u0 > uf,)


def catalan_by(coefficient):
    return Claim(Function("c")(n), coefficient, Coefficients(catalan, f(y), y, n, 6, at=[{}]))


HOLDS = {
    "Substitutes": (lambda: Claim(Derivative(u(t), t), -2 * u(t), Substitutes(decay, at={r: 2})), "EXACT"),
    "Substitutes, a definition": (
        lambda: Claim(name, 4 * r**2, Substitutes(Claim(name, x**2, Given("")), Claim(x, 2 * r, Given("")))),
        "EXACT",
    ),
    "Rewrites": (lambda: Claim(u(t), u0 / exp(r * t), Rewrites(decayed)), "EXACT"),
    "Equates": (lambda: Claim((x + r) ** 2, x**2 + 2 * x * r + r**2, Equates()), "EXACT"),
    "Solves": (lambda: Claim(u(t), u0 * exp(-r * t), Solves(decay, [(u(0), u0)])), "EXACT"),
    "Solves, a partial differential equation": (
        lambda: Claim(w(x, t), x**2 + 2 * t, Solves(heat, [(w(x, 0), x**2)])),
        "EXACT",
    ),
    "Solves, a system": (
        lambda: Claim((u(t), v(t)), (u0 * cos(t), -u0 * sin(t)), Solves(turning, [(u(0), u0), (v(0), 0)])),
        "EXACT",
    ),
    "Evolves": (
        lambda: Claim(
            Derivative(f(t), t), -2 * r * u(t) ** 2, Evolves(Claim(f(t), u(t) ** 2, Given("")), (decay,))
        ),
        "EXACT",
    ),
    "Conserved": (
        lambda: Claim(u(t) ** 2 + v(t) ** 2, u0**2, Conserved(turning, t, [(u(0), u0), (v(0), 0)])),
        "EXACT",
    ),
    "Separates": (lambda: Claim(T(uf), log(u0 / uf) / r, Separates(decay, uf, u0), where=before), "EXACT"),
    "Inverts": (lambda: Claim(T(uf), log(u0 / uf) / r, Inverts(decayed, t, uf), where=before), "SAMPLED"),
    "Limit": (lambda: Claim(name, 0, Limit(decayed, t, sp.oo)), "SAMPLED"),
    "Limit, at a point": (
        lambda: Claim(name, Rational(1, 6), Limit(Claim(f(x), (x - sin(x)) / x**3, Given("")), x, 0)),
        "SAMPLED",
    ),
    "Series": (lambda: Claim(f(x), 1 - x**2, Series(wave, x, 3)), "EXACT"),
    "Series, asymptotic": (
        lambda: Claim(f(r), r * log(r), Series(Claim(f(r), r * log(r) + r**2 * log(r), Given("")), r, 1)),
        "SAMPLED",
    ),
    "Differentiates": (
        lambda: Claim(Derivative(f(x), x), -2 * x * exp(-(x**2)), Differentiates(wave, x)),
        "EXACT",
    ),
    "Integrates, to a variable": (
        lambda: Claim(r * Integral(2 * y, (y, 1, x)), r * (x**2 - 1), Integrates(x)),
        "EXACT",
    ),
    "Integrates, by quadrature": (
        lambda: Claim(Integral(exp(-(y**2)), (y, -sp.oo, sp.oo)), sqrt(sp.pi), Integrates()),
        "SAMPLED",
    ),
    "FixedPoint": (lambda: Claim(x, 2, FixedPoint(Claim(f(x), (x + 4 / x) / 2, Given("")), x)), "SAMPLED"),
    "Recursion": (lambda: Claim(f(n), 3 * 2**n, Recursion(doubling, {f(0): 3})), "EXACT"),
    "Recursion, of second order": (
        lambda: Claim(f(n), binet, Recursion(fibonacci, {f(1): 1, f(2): 1})),
        "SAMPLED",
    ),
    "Maximises": (lambda: Claim(name, 1, Maximises(line, x, 1)), "SAMPLED"),
    "Approximates": (
        lambda: Claim(f(x), 1 + Rational(1, 10**20), Approximates(Claim(f(x), 1, Given("")))),
        "SAMPLED",
    ),
    "Expands": (lambda: Claim(f(y), y + 2 * y**2 + 5 * y**3, Expands(catalan, y, 3)), "EXACT"),
    "Expands, of no polynomial": (
        lambda: Claim(f(y), y - y**2 / 2 + y**3 / 3, Expands(Claim(sp.exp(f(y)), 1 + y, Given("")), y, 3)),
        "EXACT",
    ),
    "Coefficients": (lambda: catalan_by(catalan_number), "SAMPLED"),
}


@pytest.mark.parametrize("case", HOLDS)
def test_a_true_claim_stands_with_its_evidence(case):
    build, evidence = HOLDS[case]
    assert build().evidence >= Evidence[evidence]


FALSE = {
    "Substitutes, a coefficient": lambda: Claim(u(t).diff(t), -3 * u(t), Substitutes(decay, at={r: 2})),
    "Substitutes, hidden by the factor 0": lambda: Claim(
        u(t).diff(t), 5 * u(t), Substitutes(decay, factor=0)
    ),
    "Rewrites, a sign": lambda: Claim(u(t), u0 * exp(r * t), Rewrites(decayed)),
    "Equates, an exponent": lambda: Claim((x + r) ** 2, x**2 + 2 * x * r + r**3, Equates()),
    "Solves, a rate": lambda: Claim(u(t), u0 * exp(-2 * r * t), Solves(decay, [(u(0), u0)])),
    "Solves, another start": lambda: Claim(u(t), 2 * u0 * exp(-r * t), Solves(decay, [(u(0), u0)])),
    "Evolves, a coefficient": lambda: Claim(
        f(t).diff(t), -r * u(t) ** 2, Evolves(Claim(f(t), u(t) ** 2, Given("")), (decay,))
    ),
    "Evolves, a term beside the derivative": lambda: Claim(
        f(t).diff(t) + 5, -2 * r * u(t) ** 2, Evolves(Claim(f(t), u(t) ** 2, Given("")), (decay,))
    ),
    "Conserved, a sign": lambda: Claim(
        u(t) ** 2 - v(t) ** 2, u0**2, Conserved(turning, t, [(u(0), u0), (v(0), 0)])
    ),
    "Conserved, another start": lambda: Claim(
        u(t) ** 2 + v(t) ** 2, 2 * u0**2, Conserved(turning, t, [(u(0), u0), (v(0), 0)])
    ),
    "Separates, a factor": lambda: Claim(T(uf), 2 * log(u0 / uf) / r, Separates(decay, uf, u0), where=before),
    "Separates, another start": lambda: Claim(
        T(uf), log(u0 / uf) / r, Separates(decay, uf, 2 * u0), where=before
    ),
    "Separates, a term beside the derivative of the flow": lambda: Claim(
        T(uf), log(u0 / uf) / r, Separates(Claim(u(t).diff(t) + u(t), -r * u(t), Given("")), uf, u0)
    ),
    "Inverts, a factor": lambda: Claim(T(uf), 2 * log(u0 / uf) / r, Inverts(decayed, t, uf), where=before),
    "Inverts, outside of the domain": lambda: Claim(T(uf), log(u0 / uf) / r, Inverts(decayed, t, uf)),
    "Inverts, the other root": lambda: Claim(T(uf), -sqrt(uf), Inverts(Claim(u(t), t**2, Given("")), t, uf)),
    "Limit, a constant": lambda: Claim(name, 1, Limit(decayed, t, sp.oo)),
    "Limit, slowly approached": lambda: Claim(name, 0, Limit(Claim(f(r), 1 / log(r), Given("")), r, sp.oo)),
    "Limit, a tiny multiple of what diverges": lambda: Claim(
        name, 0, Limit(Claim(f(r), log(r) / 10**60, Given("")), r, sp.oo)
    ),
    "Limit, divergence that begins late": lambda: Claim(
        name, 0, Limit(Claim(f(r), r / 10**200, Given("")), r, sp.oo)
    ),
    "Series, a coefficient": lambda: Claim(f(x), 1 - 2 * x**2, Series(wave, x, 3)),
    "Series, an order missing": lambda: Claim(f(x), 1 - x**2, Series(wave, x, 4)),
    "Series, asymptotic": lambda: Claim(
        f(r), 2 * r * log(r), Series(Claim(f(r), r * log(r) + r**2, Given("")), r, 1)
    ),
    "Differentiates, a sign": lambda: Claim(name, 2 * x * exp(-(x**2)), Differentiates(wave, x)),
    "Integrates, another start": lambda: Claim(Integral(2 * y, (y, 1, x)), x**2, Integrates(x)),
    "Integrates, another slope": lambda: Claim(Integral(2 * y, (y, 1, x)), 2 * x**2 - 2, Integrates(x)),
    "Integrates, another value": lambda: Claim(
        Integral(exp(-(y**2)), (y, -sp.oo, sp.oo)), sp.pi, Integrates()
    ),
    "FixedPoint": lambda: Claim(x, 3, FixedPoint(Claim(f(x), (x + 4 / x) / 2, Given("")), x)),
    "FixedPoint, outside of the domain": lambda: Claim(
        r, -2, FixedPoint(Claim(f(r), (r + 4 / r) / 2, Given("")), r)
    ),
    "Recursion, the base": lambda: Claim(f(n), 3 * 2**n, Recursion(doubling, {f(0): 2})),
    "Recursion, the step": lambda: Claim(f(n), 3 * 3**n, Recursion(doubling, {f(0): 3})),
    "Recursion, a base that is not joined to the rest": lambda: Claim(
        f(n), Piecewise((3, Eq(n, 0)), (7 * 2**n, True)), Recursion(doubling, {f(0): 3})
    ),
    "Maximises, exceeded": lambda: Claim(name, Rational(3, 4), Maximises(line, x, Rational(1, 2))),
    "Maximises, not attained": lambda: Claim(name, 2, Maximises(line, x, 1)),
    "Maximises, a minimum": lambda: Claim(name, 0, Maximises(Claim(f(x), x**2, Given("")), x, 0)),
    "Approximates, too far": lambda: Claim(
        f(x), 1 + Rational(1, 10**15), Approximates(Claim(f(x), 1, Given("")))
    ),
    "Expands": lambda: Claim(f(y), y + 2 * y**2 + 6 * y**3, Expands(catalan, y, 3)),
    "Coefficients": lambda: catalan_by(2 * catalan_number),
}


@pytest.mark.parametrize("case", FALSE)
def test_a_false_claim_is_refuted(case):
    with pytest.raises(Refuted) as failure:
        _ = FALSE[case]().evidence
    assert all(value.is_Rational for value in failure.value.at.values())
    assert failure.value.value != 0


REFUSED = {
    "a name that a premise has given to something else": lambda: Claim(
        v(t), u0 * exp(-r * t), Rewrites(Claim(u(t), u0 * exp(-r * t), Substitutes(turning[0])))
    ),
    "a factor on the left, which Rewrites does not see": lambda: Claim(
        2 * u(t), u0 / exp(r * t), Rewrites(decayed)
    ),
    "a factor on the left, which Differentiates does not see": lambda: Claim(
        2 * f(x).diff(x), -2 * x * exp(-(x**2)), Differentiates(wave, x)
    ),
    "a time named as the strength": lambda: Claim(u(t), log(u0 / uf) / r, Separates(decay, uf, u0)),
    "another quantity's derivative": lambda: Claim(
        v(t).diff(t), -2 * r * u(t) ** 2, Evolves(Claim(f(t), u(t) ** 2, Given("")), (decay,))
    ),
    "a second derivative for a first": lambda: Claim(
        f(t).diff(t, 2), -2 * r * u(t) ** 2, Evolves(Claim(f(t), u(t) ** 2, Given("")), (decay,))
    ),
    "a solution without its initial condition": lambda: Claim(u(t), 7 * exp(-r * t), Solves(decay)),
    "a partial differential equation without its initial condition": (
        lambda: Claim(w(x, t), 7 + 0 * x, Solves(heat))
    ),
    "one condition where the order in that variable is two": lambda: Claim(
        w(x, t), x**2 + 2 * t + x, Solves(heat, [(w(0, t), 2 * t)])
    ),
    "a condition on something else": lambda: Claim(u(t), 7 * exp(-r * t), Solves(decay, [(u0, u0)])),
    "an oscillator with one condition of two": lambda: Claim(
        u(t), u0 * cos(t) + 5 * sin(t), Solves(Claim(u(t).diff(t, 2), -u(t), Given("")), [(u(0), u0)])
    ),
    "equations that are none": lambda: Claim(u(t), 7, Solves(())),
    "a conserved quantity with one flow missing": lambda: Claim(
        u(t) ** 2 + v(t) ** 2, u0**2, Conserved(turning[:1], t, [(u(0), u0), (v(0), 0)])
    ),
    "a conserved quantity with one condition missing": lambda: Claim(
        u(t) ** 2 + v(t) ** 2, u0**2, Conserved(turning, t, [(u(0), u0)])
    ),
    "a recursion without a base": lambda: Claim(f(n), 7 * 2**n, Recursion(doubling, {})),
    "a recursion of second order with one value": lambda: Claim(f(n), binet, Recursion(fibonacci, {f(1): 1})),
    "a recursion that starts after its domain does": lambda: Claim(
        f(n), 3 * 2**n, Recursion(doubling, {f(4): 48})
    ),
    "an inverse of a formula without the variable": lambda: Claim(
        T(uf), 17, Inverts(Claim(u(t), u0, Given("")), t, u0)
    ),
    "a limit that depends on its variable": lambda: Claim(
        f(x), x, Limit(Claim(f(x), x + x**2, Given("")), x, 0)
    ),
    "a series with terms beyond its order": lambda: Claim(f(x), 1 + 7 * x**2, Series(wave, x, 1)),
    "an expansion with terms beyond its order": lambda: Claim(f(y), y + 9 * y**2, Expands(catalan, y, 1)),
    "an integral that is empty elsewhere than checked": lambda: Claim(
        Integral(2 * y, (y, 1, 2 * x)), 4 * x**2 - 4, Integrates(x)
    ),
    "an integral that is none": lambda: Claim(x**2, x**2, Integrates(x)),
    "relations that exclude each other": lambda: Claim(
        x + 1 - x - name, 1 - x, Equates(Claim(name, x + r, Given(""))), where=(r > 2, r < 1)
    ),
    "a function without a value": lambda: Claim(f(x), 2 * f(x), Equates()),
    "a formula that is finite nowhere": lambda: Claim(log(-r) / (x - x * r / r + 0 * r), x, Equates()),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_rule_cannot_check_does_not_stand(case):
    with pytest.raises((Undecided, Refuted)):
        _ = REFUSED[case]().evidence


def test_statements_are_stated_not_checked():
    assert Claim(x, 2, Given("the model")).evidence is Evidence.EXACT
    assert Claim(x, 2, Defines("short")).evidence is Evidence.EXACT
    assert Claim(x, 2, Assumption("large width")).evidence is Evidence.ASSUMED


def test_a_claim_stands_as_well_as_the_weakest_line_it_rests_on():
    assumed = Claim(f(x), x**2, Assumption("self-averaging"))
    exact = Claim(f(x), x * x * 1, Rewrites(assumed))
    assert (exact.evidence, exact.standing) == (Evidence.EXACT, Evidence.ASSUMED)
    assert exact.lines() == (assumed, exact)
    assert min(Evidence) is Evidence.ASSUMED < Evidence.SAMPLED < Evidence.SYMBOLIC < Evidence.EXACT


def test_sympy_integrates_a_gaussian_of_erf_squared_wrongly_and_is_not_believed():
    integral = Integral(exp(-(y**2)) * erf(y / sqrt(2)) ** 2, (y, -sp.oo, sp.oo))
    with pytest.raises(Refuted) as failure:
        _ = Claim(integral, sqrt(sp.pi), Integrates()).evidence
    assert abs(float(failure.value.value) - (0.3834 - float(sqrt(sp.pi)))) < 1e-3
    right = Claim(integral, 2 / sqrt(sp.pi) * sp.asin(Rational(1, 3)), Integrates())
    assert right.evidence is Evidence.SAMPLED


def test_a_refutation_names_the_claim_the_residual_and_the_point():
    with pytest.raises(Refuted, match=r"u\(t\) is refuted: equation .* at r = .*, t = .*, u0 = ") as failure:
        _ = Claim(u(t), u0 * exp(-2 * r * t), Solves(decay, [(u(0), u0)])).evidence
    at = failure.value.at
    assert set(at) == {t, r, u0}
    assert failure.value.residual.subs(at) == (-u0 * r * exp(-2 * r * t)).subs(at)
