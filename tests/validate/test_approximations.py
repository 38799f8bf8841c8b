"""Samples and sequences of approximations against a closed form."""

import numpy as np
import pytest

from derivations.deep_linear import mode_strength
from derivations.score_sde import langevin_variance
from theory import Discretisation, FiniteSize, MonteCarlo, validate


def stepped(t, s, u0, tau, step, *, rule="euler", count=round, faster=1.0):
    """du/dt = 2 u (s - u)/tau in equal steps, 1/step of them."""
    n = count(1 / step)
    h, u = t / n * faster, u0 + 0 * t

    def rate(u):
        return 2 * u * (s - u) / tau

    for _ in range(n):
        if rule == "euler":
            u = u + h * rate(u)
        elif rule == "heun":
            first = rate(u)
            u = u + h / 2 * (first + rate(u + h * first))
        elif rule == "midpoint":
            u = u + h * rate(u + h / 2 * rate(u))
        elif rule == "wrong midpoint":
            u = u + h * rate(u + h * rate(u))
        elif rule == "exact":
            u = u * s / (u + (s - u) * np.exp(-2 * s * h / tau))
    return u


@pytest.mark.parametrize(
    ("options", "order", "kinds"),
    [
        (dict(rule="euler"), 1, ()),
        (dict(rule="heun"), 2, ()),
        (dict(rule="midpoint"), 2, ()),
        (dict(rule="heun"), 1, ()),  # better than claimed is no defect
        (dict(rule="exact"), 1, ()),
        (dict(rule="euler"), 2, ("order",)),
        (dict(rule="wrong midpoint"), 2, ("order",)),
        (dict(rule="euler", count=lambda n: round(n) - 1, faster=1.0), 1, ()),
        (dict(rule="heun", faster=0.5), 2, ("arguments",)),
        (dict(rule="heun", faster=0.99), 2, ("limit",)),
    ],
)
def test_order_of_a_rule(options, order, kinds):
    def run(t, s, u0, tau, step=0.1):
        return stepped(t, s, u0, tau, step, **options)

    trial = validate.closed_form(mode_strength, tolerance=Discretisation(order=order))(run).trial()
    assert trial.kinds() == kinds, f"{trial}"
    if trial.order is not None:
        trial.figure()
        trial.to_html()
    trial.to_json()


@pytest.mark.parametrize("seed", range(6))
def test_right_rules_are_accepted_at_other_points(seed):
    for rule, order in (("euler", 1), ("heun", 2)):

        def run(t, s, u0, tau, step, rule=rule):
            return stepped(t, s, u0, tau, step, rule=rule)

        trial = validate.closed_form(mode_strength, tolerance=Discretisation(order), seed=seed)(run).trial()
        assert trial.holds, f"{trial}"
        low, high = trial.order_interval
        assert low <= order <= high


def test_last_step_dropped():
    def run(t, s, u0, tau, step):
        n = round(1 / step)
        u, h = u0 + 0 * t, t / n
        for _ in range(n - 1):
            first = 2 * u * (s - u) / tau
            second = u + h * first
            u = u + h / 2 * (first + 2 * second * (s - second) / tau)
        return u

    trial = validate.closed_form(mode_strength, tolerance=Discretisation(2))(run).trial()
    assert trial.kinds() == ("order",), f"{trial}"


def test_steps_and_keywords_of_the_callers_choice():
    def run(t, s, u0, tau, dt):
        return stepped(t, s, u0, tau, dt)

    for tolerance in (
        Discretisation(1),
        Discretisation(1, varies="dt"),
        Discretisation(1, (0.01, 0.005, 0.0025, 0.00125)),
    ):
        trial = validate.closed_form(mode_strength, tolerance=tolerance)(run).trial()
        assert trial.holds, f"{trial}"

    def counted(t, s, u0, tau, steps):
        return stepped(t, s, u0, tau, 1 / steps)

    assert validate.closed_form(mode_strength, tolerance=Discretisation(1))(counted).trial().holds
    assert validate.closed_form(mode_strength, tolerance=FiniteSize(1))(counted).trial().holds
    assert not validate.closed_form(mode_strength, tolerance=FiniteSize(2))(counted).trial().holds


def test_a_rule_that_is_unstable_at_few_steps():
    at = dict(t=np.array([1.0, 3.0]), s=np.array([20.0, 30.0]), u0=0.1, tau=0.5)

    def run(t, s, u0, tau, step):
        return stepped(t, s, u0, tau, step)

    trial = validate.closed_form(mode_strength, tolerance=Discretisation(1), at=at)(run).trial()
    assert trial.holds, f"{trial}"


def test_hidden_state_between_steps():
    held = []

    def run(t, s, u0, tau, step):
        held.append(0)
        return stepped(t, s, u0, tau, step) * (1 + 1e-9 * (len(held) % 2))

    trial = validate.closed_form(mode_strength, tolerance=Discretisation(1))(run).trial()
    assert "two runs differ" in trial.kinds(), f"{trial}"


# ---- samples --------------------------------------------------------------------------------------


def exact(t, s, u0, tau):
    return mode_strength(t, s, u0, tau)


def noisy(t, s, u0, tau, rng, replicates, *, factor=1.0, offset=0.0, size=None, bias=0.0):
    noise = rng.normal(size=(replicates, len(t))) / (1 if size is None else np.sqrt(size))
    off = 0.0 if size is None else bias / size
    return factor * exact(t, s, u0, tau) * (1 + 0.1 * noise + off) + offset


def of_global_state(t, s, u0, tau, rng, replicates):
    return noisy(t, s, u0, tau, np.random.default_rng(), replicates)


def same_seed(t, s, u0, tau, rng, replicates):
    return noisy(t, s, u0, tau, np.random.default_rng(7), replicates)


def seed_for_each(t, s, u0, tau, rng, replicates):
    return np.concatenate([noisy(t, s, u0, tau, np.random.default_rng(7), 1) for _ in range(replicates)])


def repeated(t, s, u0, tau, rng, replicates):
    half = noisy(t, s, u0, tau, rng, replicates // 2)
    return np.concatenate([half, half])


@pytest.mark.parametrize(
    ("function", "kinds"),
    [
        (noisy, ()),
        (lambda t, s, u0, tau, rng, replicates: noisy(t, s, u0, tau, rng, replicates, factor=0.8), ("bias",)),
        (lambda t, s, u0, tau, rng, replicates: noisy(t, s, u0, tau, rng, replicates, offset=0.3), ("bias",)),
        (of_global_state, ("two runs differ",)),
        (same_seed, ("seed",)),
        (seed_for_each, ("bias", "same draws")),
        (repeated, ("same draws",)),
        (lambda t, s, u0, tau, rng, replicates: noisy(t, s, u0, tau, rng, 4), ("replicates",)),
        (lambda t, s, u0, tau, rng, replicates: exact(t, s, u0, tau), ("shape",)),
    ],
)
def test_draws(function, kinds):
    def drawn(t, s, u0, tau, rng, replicates):
        return function(t, s, u0, tau, rng, replicates)

    trial = validate.closed_form(mode_strength, tolerance=MonteCarlo())(drawn).trial()
    assert trial.kinds() == kinds, f"{trial}"


def test_a_factor_of_the_mean_is_told():
    def drawn(t, s, u0, tau, seed, replicates):
        return noisy(t, s, u0, tau, np.random.default_rng(seed), replicates, factor=0.75)

    trial = validate.closed_form(mode_strength, tolerance=MonteCarlo())(drawn).trial()
    assert trial.kinds() == ("bias",) and "times what it should be" in str(trial), f"{trial}"


@pytest.mark.parametrize(("exponent", "kinds"), [(1, ()), (0.5, ("bias",))])
def test_a_bias_that_falls_with_the_size(exponent, kinds):
    def drawn(t, s, u0, tau, rng, replicates, width):
        return noisy(t, s, u0, tau, rng, replicates, size=width**2, bias=5 * width)

    trial = validate.closed_form(mode_strength, tolerance=FiniteSize(exponent))(drawn).trial()
    assert trial.kinds() == kinds, f"{trial}"
    plain = validate.closed_form(mode_strength, tolerance=FiniteSize(1))

    def stays(t, s, u0, tau, rng, replicates, width):
        return noisy(t, s, u0, tau, rng, replicates, size=width**2, factor=1.1)

    assert plain(stays).trial().kinds() == ("bias",)


def test_unadjusted_langevin_of_another_theory():
    """The variance after n steps of x' = x - epsilon x/v + sqrt(2 epsilon) noise, exactly."""

    def drawn(n, v, epsilon, V0, rng, replicates):
        x = rng.normal(size=(replicates, 200, len(v))) * np.sqrt(V0)
        for _ in range(n):
            x = x - epsilon / v * x + np.sqrt(2 * epsilon) * rng.normal(size=x.shape)
        return np.mean(x**2, axis=1)

    at = dict(n=5, v=np.array([1.0, 2.0]), epsilon=0.3, V0=2.0)
    trial = validate.closed_form(langevin_variance, tolerance=MonteCarlo(), at=at)(drawn).trial()
    assert trial.holds, f"{trial}"

    def lacks_root(n, v, epsilon, V0, rng, replicates):
        x = rng.normal(size=(replicates, 200, len(v))) * np.sqrt(V0)
        for _ in range(n):
            x = x - epsilon / v * x + 2 * epsilon * rng.normal(size=x.shape)
        return np.mean(x**2, axis=1)

    trial = validate.closed_form(langevin_variance, tolerance=MonteCarlo(), at=at)(lacks_root).trial()
    assert trial.kinds() == ("bias",), f"{trial}"


@pytest.mark.parametrize("seed", range(40))
def test_right_draws_raise_no_alarm(seed):
    trial = validate.closed_form(mode_strength, tolerance=MonteCarlo(), seed=seed)(noisy).trial()
    assert trial.holds, f"{trial}"
