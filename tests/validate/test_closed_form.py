"""A function against a closed form: correct ones accepted, broken ones named, the rest guarded."""

import math
import time

import numpy as np
import pytest

import theory
from derivations.deep_linear import depth_learning_time, fuss_catalan_moment, mode_strength, unbalanced_mode
from derivations.gaussian_score import mode_score
from derivations.nngp_ntk.angles import squared_distance
from derivations.score_sde import vp_sigma2
from theory import Discretisation, FiniteSize, MonteCarlo, RoundOff, validate
from theory.validate import TrialFailed


def strength(t, s, u0, tau, *, rate=2, front=1.0):
    """Saxe et al. (2014), as a ratio of positive terms."""
    x = rate * s * t / tau
    return front * s * u0 / (s * np.exp(-x) - u0 * np.expm1(-x))


def score(x, lam, mu, alpha, sigma):
    return (alpha * mu - x) / (alpha**2 * lam + sigma**2)


def vp(t, beta_min, beta_max):
    return -np.expm1(-(beta_min * t + (beta_max - beta_min) * t**2 / 2))


def textbook(t, s, u0, tau):
    """Cancels where the strength starts far above its end and has hardly moved."""
    return s / (1 + (s / u0 - 1) * np.exp(-2 * s * t / tau))


def broken(change):
    return lambda t, s, u0, tau: change(t, s, u0, tau)


COUNT = [0]


def counted(value):
    COUNT[0] += 1
    return value * (1 + 2.3e-16 * (COUNT[0] % 3))


def short(t, s, u0, tau):
    return np.asarray(strength(*(np.asarray(v, "float32") for v in (t, s, u0, tau)))).astype(float)[()]


def in_place(t, s, u0, tau):
    if isinstance(t, np.ndarray) and t.size and t.shape == np.shape(tau):
        t /= tau
        return strength(t, s, u0, 1.0)
    return strength(t, s, u0, tau)


def forever(t, s, u0, tau):
    while True:
        pass


def not_finite(t, s, u0, tau):
    return np.where(np.asarray(t) > 5, np.nan, strength(t, s, u0, tau))[()]


def raises(t, s, u0, tau):
    raise KeyError("no such mode")


def by_hand(t, s, u0, tau):
    x = 2 * s * t / tau
    return s * u0 / (s * math.exp(-x) - u0 * math.expm1(-x))


@pytest.mark.parametrize(
    ("form", "function", "options"),
    [
        (mode_strength, strength, {}),
        (mode_strength, by_hand, dict(vectorised=False)),
        (mode_strength, lambda s, u0, tau, t: strength(t, s, u0, tau), {}),
        (mode_strength, lambda a, b, c, d: strength(b, a, c, d), dict(arguments=("s", "t", "u0", "tau"))),
        (mode_strength, lambda t: strength(t, 2.0, 0.1, 1.0), dict(at=dict(s=2.0, u0=0.1, tau=1.0, d=1))),
        (mode_strength, textbook, dict(within=dict(u0=(1e-6, 1e-2), s=(0.1, 10)))),
        (mode_score, score, {}),
        (vp_sigma2, vp, {}),
    ],
    ids=["strength", "numbers", "by name", "arguments", "one argument", "textbook", "score", "vp"],
)
@pytest.mark.parametrize("seed", range(3))
def test_correct_functions_are_accepted(form, function, options, seed):
    trial = validate.closed_form(form, seed=seed, **options)(function).trial()
    assert trial.holds, f"{trial}"
    trial.to_json(), trial.to_html()
    assert len(trial.reproduce.splitlines()) == 3


PLANTED = {
    "wrong coefficient": (lambda *a: strength(*a, rate=1), ("arguments",), "as if t were half as large"),
    "factor": (lambda *a: strength(*a, front=0.5), ("factor",), "1/2 times"),
    "factor of pi": (lambda *a: strength(*a, front=np.pi), ("factor",), "pi times"),
    "missing factor": (lambda t, s, u0, tau: strength(t, s, u0, tau) / s, ("factor",), "it is s**(-1) times"),
    "sign": (lambda *a: -strength(*a), ("sign",), "the sign is wrong"),
    "offset": (lambda *a: strength(*a) + 1, ("offset",), "1 more"),
    "exchanged": (lambda t, s, u0, tau: strength(t, u0, s, tau), ("arguments",), "s and u0 were exchanged"),
    "square": (lambda *a: strength(*a) ** 2, ("transformed",), "square of the value"),
    "one token": (
        lambda t, s, u0, tau: s / (1 + (s / u0 + 1) * np.exp(-2 * s * t / tau)), ("formula",), "one change",
    ),
    "two errors": (
        lambda t, s, u0, tau: s / (1 + (s / u0 + 1) * np.exp(-s * t / tau)), ("value",), "values in float64",
    ),
    "far too large": (
        lambda t, s, u0, tau: 1e300 * (1 + strength(t, s, u0, tau) ** 3), ("value",), "values in float64",
    ),
    "zero": (lambda t, s, u0, tau: 0 * strength(t, s, u0, tau), ("factor",), "it is 0 times"),
    "float32 inside": (short, ("precision", "not finite"), "float32"),
    "cancellation": (textbook, ("digits",), "digits are lost"),
    "in place": (in_place, ("changes its input",), "wrote into t"),
    "hidden state": (lambda *a: counted(strength(*a)), ("two runs differ",), "hidden state"),
    "NaN": (not_finite, ("not finite",), "returned nan at t = "),
    "exception": (raises, ("exception",), "KeyError"),
    "endless": (forever, ("time limit",), "endless loop"),
    "numbers only": (by_hand, ("arrays",), "vectorised=False"),
    "no broadcasting": (
        lambda t, s, u0, tau: np.array([strength(*v) for v in zip(t, s, u0, tau, strict=True)])
        if np.ndim(t) else strength(t, s, u0, tau),
        ("broadcasting",), "of shape",
    ),
    "no empty array": (
        lambda t, s, u0, tau: strength(t, s, u0, tau) + 0 * np.max(t), ("empty array",), "empty arrays",
    ),
    "shape": (lambda t, s, u0, tau: np.sum(strength(t, s, u0, tau)), ("arrays",), "returned shape ()"),
    "text": (lambda t, s, u0, tau: "0.5", ("result",), "a real array is wanted"),
}  # fmt: skip


@pytest.mark.parametrize("bug", PLANTED)
def test_a_bug_is_named(bug):
    function, kinds, words = PLANTED[bug]

    def bugged(t, s, u0, tau):
        return function(t, s, u0, tau)

    limit = 0.5 if bug == "endless" else 30
    trial = validate.closed_form(mode_strength, time_limit=limit)(bugged).trial()
    assert trial.kinds() == kinds, f"{trial}"
    assert words in str(trial)


def test_the_region_of_lost_digits_is_told():
    trial = validate.closed_form(mode_strength, points=128)(textbook).trial()
    assert "where s/u0 <= " in str(trial), trial
    assert (
        validate.closed_form(mode_strength, tolerance=RoundOff(1e9), dtypes=("float64",))(textbook)
        .trial()
        .holds
    )


def test_outside_the_domain_is_a_remark():
    trial = validate.closed_form(mode_strength)(mode_strength).trial()
    (remark,) = [one for one in trial.findings if one.kind == "outside the domain"]
    assert not remark.defect and "raises an error at t = -1" in remark.message


@pytest.mark.peers("torch")
def test_functions_of_torch():
    import torch

    def in_torch(t, s, u0, tau):
        x = 2 * s * t / tau
        return s * u0 / (s * torch.exp(-x) - u0 * torch.expm1(-x))

    trial = validate.closed_form(mode_strength, library="torch")(in_torch).trial()
    assert trial.holds, f"{trial}"

    def in_half(t, s, u0, tau):
        return in_torch(t.half(), s, u0, tau).to(s.dtype)

    assert validate.closed_form(mode_strength, library="torch")(in_half).trial().kinds()[0] in (
        "value",
        "not finite",
    )

    def in_place(t, s, u0, tau):
        return in_torch(t.mul_(2), s, u0, 2 * tau)

    assert (
        "changes its input" in validate.closed_form(mode_strength, library="torch")(in_place).trial().kinds()
    )


@pytest.mark.peers("jax")
def test_functions_of_jax():
    import jax
    import jax.numpy as jnp

    @jax.jit
    def in_jax(t, s, u0, tau):
        x = 2 * s * t / tau
        return s * u0 / (s * jnp.exp(-x) - u0 * jnp.expm1(-x))

    trial = validate.closed_form(mode_strength, library="jax", within=dict(u0=(1e-6, 1e3)))(in_jax).trial()
    assert trial.holds, f"{trial}"


# ---- wrong arguments of the caller ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (dict(form="mode_strength"), "form = 'mode_strength'"),
        (dict(function=3), "needs a function"),
        (dict(function=lambda time, u0, s, tau: 0), "which is which"),
        (dict(function=lambda t, s: 0), "takes no u0, tau"),
        (dict(arguments=("t", "s", "u", "tau")), "arguments = "),
        (dict(tolerance=1e-3), "tolerance = 0.001"),
        (dict(tolerance=Discretisation(1)), "it takes no 'step'"),
        (dict(dtypes=("float16",)), "dtypes = "),
        (dict(library="cupy"), "library = 'cupy'"),
        (dict(points=3), "points = 3"),
        (dict(time_limit=0), "time_limit = 0"),
        (dict(within=dict(v=(0, 1))), "no argument 'v'"),
        (dict(within=dict(t=(2, 1))), "needs low <= high"),
        (dict(at=dict(t=np.array([-1.0]))), "outside the domain"),
    ],
)
def test_wrong_arguments_are_told(arguments, words):
    given = {"form": mode_strength, "function": strength, **arguments}
    form, function = given.pop("form"), given.pop("function")
    with pytest.raises(ValueError, match=words.replace("(", r"\(")):
        validate.closed_form(form, **given)(function).trial()


def test_a_ladder_may_be_left_open():
    assert Discretisation(order=1).steps is None and FiniteSize(exponent=1).sizes is None
    for tolerance in (Discretisation(order=1), FiniteSize(exponent=1)):
        with pytest.raises(ValueError, match="needs at least 3"):
            tolerance.ladder  # noqa: B018
    assert Discretisation(order=2).along((0.4, 0.2, 0.1)).ladder == (0.4, 0.2, 0.1)


# ---- the decorator and the checks -----------------------------------------------------------------


def test_the_decorated_function_is_still_the_function():
    @theory.validate(mode_strength, tolerance=RoundOff(64))
    def mine(t, s, u0, tau):
        "Docstring."
        return strength(t, s, u0, tau)

    assert mine(1.0, 2.0, 0.1, 1.0) == strength(1.0, 2.0, 0.1, 1.0)
    assert mine.__name__ == "mine" and mine.__doc__ == "Docstring."
    assert mine.trial().holds
    assert callable(theory.validate) and theory.validate is validate


def test_named_checks():
    found = validate.checks(mode_strength, lambda t, s, u0, tau: -strength(t, s, u0, tau), name="minus")
    names = [str(one) for one in found]
    assert names[0] == "minus-moderate_values-float64" and len(set(names)) == len(names) == 11
    with pytest.raises(TrialFailed, match="the sign is wrong") as failed:
        found[0]()
    assert isinstance(failed.value, AssertionError) and not failed.value.trial.holds
    assert found[names.index("minus-same_twice")]().holds
    one = validate.closed_form(mode_strength)(strength).check("empty_array")
    assert one().holds
    with pytest.raises(ValueError, match="no check 'empty'"):
        validate.closed_form(mode_strength)(strength).check("empty")


def test_the_lines_that_reproduce_it_run():
    trial = validate.closed_form(mode_strength, within=dict(t=(0.1, 1)), seed=3)(textbook).trial()
    namespace = {"textbook": textbook}
    exec(trial.reproduce, namespace)  # prints the trial


def test_a_trial_costs_little():
    started = time.process_time()
    for form, function in ((mode_strength, strength), (mode_strength, textbook), (mode_score, score)):
        validate.closed_form(form)(function).trial()
    assert time.process_time() - started < 10


@pytest.mark.parametrize("tolerance", [MonteCarlo(), None])
def test_what_draws_is_judged_by_its_mean(tolerance):
    def drawn(t, s, u0, tau, rng):
        return strength(t, s, u0, tau) * (1 + 0.1 * rng.normal(size=(32, len(t))))

    assert [one.name for one in validate.checks(mode_strength, drawn, tolerance=tolerance)] == [
        "mean",
        "draws",
    ]


# ---- forms of other theories ----------------------------------------------------------------------


def distance(s_1, s_2, theta):
    """By half the angle: nothing cancels."""
    return (s_1 - s_2) ** 2 + 4 * s_1 * s_2 * np.sin(theta / 2) ** 2


def distance_by_cosine(s_1, s_2, theta):
    return s_1**2 + s_2**2 - 2 * s_1 * s_2 * np.cos(theta)


def test_squared_distance_of_nngp_ntk():
    trial = validate.closed_form(squared_distance)(distance).trial()
    assert trial.holds, f"{trial}"
    trial = validate.closed_form(squared_distance)(distance_by_cosine).trial()
    assert trial.kinds() == ("digits",), f"{trial}"


def test_a_form_of_integers_only():
    def catalan(k, L):
        return math.comb(k * (L + 1), k) / (L * k + 1)

    trial = validate.closed_form(fuss_catalan_moment, within=dict(k=(1, 8), L=(1, 6)))(catalan).trial()
    assert trial.holds, f"{trial}"

    def without(k, L):
        return float(math.comb(k * (L + 1), k))

    trial = validate.closed_form(fuss_catalan_moment, within=dict(k=(1, 8), L=(1, 6)))(without).trial()
    assert trial.kinds() == ("formula",) and "on L*k + 1" in str(trial), f"{trial}"


def test_integers_come_as_integers_of_python():
    seen = set()

    def mine(uf, s, u0, tau, L):
        seen.add(type(L))
        return depth_learning_time(uf, s, u0, tau, L)

    assert validate.closed_form(depth_learning_time, points=16)(mine).trial().holds
    assert seen == {int}


def test_two_outputs():
    def mine(t, s, a0, b0, tau):
        return unbalanced_mode(t, s, a0, b0, tau)

    assert validate.closed_form(unbalanced_mode, points=16, dtypes=("float64",))(mine).trial().holds

    def turned(t, s, a0, b0, tau):
        return unbalanced_mode(t, s, a0, b0, tau)[::-1]

    trial = validate.closed_form(unbalanced_mode, points=16, dtypes=("float64",))(turned).trial()
    assert trial.kinds() == ("value",), f"{trial}"

    def first(t, s, a0, b0, tau):
        return unbalanced_mode(t, s, a0, b0, tau)[0]

    assert not validate.closed_form(unbalanced_mode, points=16, dtypes=("float64",))(first).trial().holds
