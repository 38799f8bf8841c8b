"""A survey of a peer package: a row for every part, a figure, a stage of the reproduction."""

import pytest

from theory import stages
from theory.catalogue import find
from theory.validate import Finding, Trial
from theory.validate.survey import Survey, orders, row, survey_of, surveys


def trial(order, *findings):
    interval = None if order is None else (order - 0.1, order + 0.1)
    return Trial(
        "x", "?", "here", tuple(findings), "again", order=order, order_interval=interval, claimed_order=2
    )


PARTS = {
    "good": trial(2.0),
    "low": trial(1.0, Finding("order", "1 where 2 is claimed")),
    "hidden": trial(None),
    "other": "it goes the other way",
}


@survey_of("parts", title="Parts of a peer", needs=("pytest",), parts=lambda: PARTS)
def peer(name):
    return PARTS[name]


def test_every_part_has_a_row_and_one_that_cannot_be_judged_its_reason():
    rows = {r["name"]: r for r in peer.rows()}
    assert rows["good"]["verdict"] == "holds" and rows["good"]["order_interval"] == (1.9, 2.1)
    assert rows["low"]["verdict"] == "does not hold" and rows["low"]["defects"] == [
        "order: 1 where 2 is claimed"
    ]
    assert rows["hidden"]["verdict"] == "errors reach rounding before they show an order"
    assert rows["other"] == {"name": "other", "judged": False, "why_not": "it goes the other way"}


def test_the_figure_has_a_mark_for_each_measured_and_claimed_order():
    canvas = orders(peer.rows(), "Parts")
    (ax,) = canvas.axes
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["good", "low"]
    assert {text.get_text() for text in ax.get_legend().get_texts()} == {"measured", "claimed"}
    with pytest.raises(ValueError, match="nothing to draw"):
        orders([row("other", "no")], "Parts")


def test_the_stage_keeps_rows_versions_and_the_figure(monkeypatch, tmp_path):
    monkeypatch.setattr("theory.validate.survey.surveys", lambda *_: {"parts": peer})
    record = stages.trials(find("deep_linear"), tmp_path)
    (kept,) = record["surveys"]
    assert record["holds"] and kept["versions"] == {"pytest": pytest.__version__} and len(kept["rows"]) == 4
    assert (tmp_path / "parts.png").exists()


def test_a_peer_that_is_missing_is_said_and_fails_nothing(monkeypatch, tmp_path):
    absent = Survey("parts", "Parts", ("no_such_package",), lambda: PARTS, PARTS.get)
    monkeypatch.setattr("theory.validate.survey.surveys", lambda *_: {"parts": absent})
    record = stages.trials(find("deep_linear"), tmp_path)
    assert record["holds"] and record["surveys"][0]["missing"] == ["no_such_package"]


def test_a_survey_that_breaks_fails_and_says_why(monkeypatch, tmp_path):
    def breaks(name):
        raise RuntimeError("out of order")

    broken = Survey("parts", "Parts", ("pytest",), lambda: PARTS, breaks)
    monkeypatch.setattr("theory.validate.survey.surveys", lambda *_: {"parts": broken})
    record = stages.trials(find("deep_linear"), tmp_path)
    assert not record["holds"] and "out of order" in record["surveys"][0]["error"]


def test_surveys_are_found_beside_the_trials_of_a_theory():
    assert list(surveys("gaussian_score")) == ["diffusers_schedulers"]
    assert surveys("rg_flow") == {}


@pytest.mark.peers("diffusers", "torch")
def test_a_scheduler_of_diffusers_has_its_row():
    survey = surveys("gaussian_score")["diffusers_schedulers"]
    assert {"EulerDiscrete", "LCM"} <= set(survey.parts())
    found = row("EulerDiscrete", survey.judge("EulerDiscrete"))
    assert found["verdict"] == "holds" and found["order"] == pytest.approx(1, abs=0.15)
    assert "consistency" in survey.judge("LCM")
