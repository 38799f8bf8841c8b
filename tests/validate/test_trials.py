"""What all trials share: the guarded call, the measured order, the record, the registry."""

import json
import signal
import sys
import threading
import time

import numpy as np
import pytest

from theory.catalogue import UnknownTheory
from theory.validate import Curve, Finding, Trial, trial_of, trials
from theory.validate.guard import Guarded, Misbehaved, as_numpy
from theory.validate.order import measured_order
from theory.validate.registry import find

SIZES = (16, 32, 64, 128, 256)


def stopped(function, *arguments, shape=(2,), limit=5.0):
    with pytest.raises(Misbehaved) as caught:
        Guarded(function, "f", limit)(*arguments, shape=shape)
    return caught.value.finding


@pytest.mark.parametrize(
    ("function", "kind", "message"),
    [
        (lambda x: 1 / 0, "exception", "f raised ZeroDivisionError"),
        (lambda x: sys.exit("bye"), "exception", "f raised SystemExit: bye"),
        (lambda x: x * np.nan, "not finite", "returned nan at"),
        (lambda x: x * np.inf, "not finite", "in 2 of 2 places"),
        (lambda x: x[:1], "shape", r"(1,)"),
        (lambda x: "text", "result", "a real array is wanted"),
        (lambda x: [1, [2]], "result", "list"),
        (lambda x: x * 1j, "result", "complex128"),
        (lambda x: None, "result", "NoneType"),
    ],
    ids=lambda one: "" if callable(one) else str(one),
)
def test_what_ends_a_trial(function, kind, message):
    finding = stopped(function, np.ones(2))
    assert finding.kind == kind and message in finding.message and finding.defect


def test_an_exception_is_placed():
    assert "test_trials.py, line" in stopped(lambda x: {}[x[0]], np.ones(2)).message


def test_a_good_call_gives_float64_and_no_notes():
    guarded = Guarded(lambda x: x.astype(int), "f", 5.0)
    assert guarded(np.ones(2), shape=(2,)).dtype == float and not guarded.notes


def test_a_shorter_type_is_noted_once():
    guarded = Guarded(lambda x: x.astype("float32"), "f", 5.0)
    guarded(np.ones(2), shape=(2,))
    guarded(np.ones(2), shape=(2,))
    assert [one.kind for one in guarded.notes.values()] == ["precision"]
    assert "float32" in guarded.notes["precision"].message


def test_a_type_as_short_as_the_arguments_is_not():
    guarded = Guarded(lambda x: x, "f", 5.0)
    guarded(np.ones(2, dtype="float32"), shape=(2,))
    assert not guarded.notes


def test_a_changed_argument_is_noted_and_the_callers_kept():
    def changes(x, y):
        y += 1
        return x

    given = np.ones(2), np.ones(2)
    guarded = Guarded(changes, "f", 5.0)
    guarded(*given, shape=(2,))
    assert guarded.notes["changes its input"].evidence == {"argument": 2}
    assert np.all(given[1] == 1)


def forever(x):
    while True:
        time.sleep(0.01)


def forever_in_spite(x):
    while True:
        try:
            time.sleep(0.01)
        except BaseException:  # noqa: B036
            return x


def forever_busy(x):
    while True:
        x = x + 1


@pytest.mark.parametrize("function", [forever, forever_in_spite, forever_busy])
def test_an_endless_loop_is_ended(function):
    started = time.process_time()
    assert stopped(function, np.ones(2), limit=0.2).kind == "time limit"
    assert time.process_time() - started < 2


def test_the_limit_is_for_all_calls_together():
    guarded = Guarded(lambda x: time.sleep(0.15) or x, "f", 0.02)
    guarded(np.ones(2), shape=(2,))
    with pytest.raises(Misbehaved, match="f "):
        guarded(np.ones(2), shape=(2,))


def test_another_timer_goes_on():
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        Guarded(lambda x: x, "f", 5.0)(np.ones(2), shape=(2,))
        time.sleep(0.5)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert rung == [1]


def test_in_another_thread_there_is_no_limit_and_no_error():
    found = []
    one = threading.Thread(
        target=lambda: found.append(Guarded(lambda x: x, "f", 5.0)(np.ones(2), shape=(2,)))
    )
    one.start()
    one.join()
    assert np.array_equal(found[0], np.ones(2))


@pytest.mark.peers("torch")
def test_arrays_of_torch():
    import torch

    assert as_numpy(torch.ones(2, requires_grad=True)).dtype == np.float32
    assert as_numpy(torch.ones(2, dtype=torch.bfloat16)).dtype == np.float16
    assert as_numpy(object()) is None


@pytest.mark.parametrize("order", [0.5, 1, 2, 3, 4])
def test_orders_are_recovered(order):
    sizes = np.array(SIZES, dtype=float)
    found = measured_order(SIZES, 3 * sizes**-order * (1 + 2 / sizes), 1e-15)
    assert found.low <= order <= found.high and abs(found.value - order) < 0.02
    assert found.constant == pytest.approx(3, rel=0.2)


def test_orders_are_recovered_above_rounding():
    sizes = np.array([*SIZES, 512, 1024], dtype=float)
    found = measured_order(sizes, sizes**-4.0 + 1e-12, 1e-12)
    assert abs(found.value - 4) < 0.5


def test_unsettled_slopes_widen_the_interval():
    errors = [1, 0.5, 0.3, 0.05, 0.04]
    found = measured_order(SIZES, errors, 1e-15)
    assert found.high - found.low > 1


def test_errors_that_do_not_fall():
    assert measured_order(SIZES, [1.0, 0.9, 0.89, 0.889, 0.889], 1e-15).stuck
    assert measured_order(SIZES, [1e-16] * 5, 1e-15).exact
    assert measured_order(SIZES, [1.0, 2.0, 4.0, 8.0, np.inf], 1e-15).stuck
    few = measured_order(SIZES, [1e-3, 1e-15, 1e-15, 1e-15, 1e-15], 1e-15)
    assert few.value is None and not few.stuck and few.left == 1e-15


def test_a_method_unstable_at_few_steps_has_the_order_of_many():
    found = measured_order(SIZES, [np.inf, np.nan, 1 / 64, 1 / 128, 1 / 256], 1e-15)
    assert found.value == pytest.approx(1)


@pytest.mark.parametrize(
    ("sizes", "errors", "noise"),
    [((1, 2, 3), (1, 1, 1), 0.0), ((1, 2), (1, 1, 1), 0.0), ((1, 2, 4), (1, 1, 1), -1.0)],
)
def test_wrong_ladders_are_errors(sizes, errors, noise):
    with pytest.raises(ValueError, match="needs"):
        measured_order(sizes, errors, noise)


def a_trial(**options):
    usual = dict(
        subject="mine",
        question="Is it <right>?",
        setting="on a grid",
        findings=(
            Finding("order", "too low", {"errors": np.array([1.0, np.nan])}),
            Finding("a", "b", defect=False),
        ),
        reproduce="from theory import validate",
        order=1.0,
        order_interval=(0.9, 1.1),
        claimed_order=2.0,
        curves=(Curve("all", (1.0, 2.0, 4.0), (1.0, 0.5, 0.25)),),
    )
    return Trial(**{**usual, **options})


def test_a_trial_holds_unless_a_finding_is_a_defect():
    assert not a_trial().holds and a_trial().kinds() == ("order",)
    assert a_trial(findings=(Finding("a", "b", defect=False),)).holds


def test_a_trial_as_json_text_html_and_table():
    from rich.console import Console

    trial = a_trial()
    record = json.loads(trial.to_json())
    assert record["findings"][0]["evidence"] == {"errors": [1.0, None]}
    assert record["curves"] == [{"label": "all", "steps": [1.0, 2.0, 4.0], "errors": [1.0, 0.5, 0.25]}]
    assert "DOES NOT HOLD" in str(trial) and "order 1, between 0.9 and 1.1" in str(trial)
    page = trial.to_html()
    assert page == trial._repr_html_() and "&lt;right&gt;" in page and "<script" not in page
    with Console(width=100, record=True, file=open("/dev/null", "w")) as console:
        console.print(trial)
    shown = console.export_text()
    assert "too low" in shown and "defect" in shown and "note" in shown


def test_the_figure_shows_measured_and_claimed_order():
    labels = a_trial().figure().axes[0].get_legend_handles_labels()[1]
    assert labels == ["all", "measured order 1", "claimed order 2"]
    with pytest.raises(ValueError, match="measured no convergence"):
        a_trial(curves=()).figure()
    assert "<img" not in a_trial(curves=()).to_html()


def test_trials_are_found_by_walking_the_catalogue():
    assert trials()["sampler"].module.startswith("derivations.")
    assert find("sampler").__doc__
    with pytest.raises(UnknownTheory, match="no trial named 'soup'.*sampler"):
        find("soup")


def test_a_package_of_others_brings_trials_of_its_own(tmp_path, monkeypatch):
    home = tmp_path / "others"
    for theory in ("one", "two"):
        (home / theory).mkdir(parents=True)
        (home / theory / "__init__.py").write_text('"""A theory."""\n')
    (home / "__init__.py").write_text("")
    text = "from theory.validate import trial_of\n\n\n@trial_of('mine')\ndef judge(f):\n    return f\n"
    (home / "one" / "trial.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert list(trials("others")) == ["mine"] and find("mine", "others")(3) == 3
    (home / "two" / "trial.py").write_text(text)
    with pytest.raises(ValueError, match="two trials named 'mine'"):
        trials("others")


def test_the_decorator_keeps_name_and_words():
    @trial_of("x")
    def judge(f):
        """Words."""

    assert judge.__doc__ == "Words." and judge.name == "x" and judge.module == __name__
