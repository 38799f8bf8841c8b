"""The command line: what it prints, its exit codes, and errors of one line."""

import json
import resource
import subprocess
import sys

import pytest

from theory.cli import COMMANDS, run

SCRIPT = [sys.executable, "-c", "from theory.cli import main; main()"]


@pytest.fixture
def theory(beside_examples, capsys):
    """Run the command line on the examples; returns (exit code, standard output, standard error)."""

    def call(*arguments, package=beside_examples):
        code = run([*map(str, arguments), *(["--package", package] if package else [])])
        return code, *capsys.readouterr()

    return call


@pytest.mark.parametrize("command", [[], *[[name] for name, *_ in COMMANDS]], ids=" ".join)
def test_help_answers_at_once(command):
    """In seconds of the processor, which do not count what else the machine does meanwhile."""

    def seconds():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([*SCRIPT, *command, "--help"], capture_output=True, text=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert "Usage: theory" in done.stdout
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(3)) < 0.5


def test_importing_the_workbench_loads_nothing_heavy():
    heavy = "import sys, theory.cli; print(*{'sympy', 'numpy', 'matplotlib', 'jax'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True).stdout.strip() == ""


def test_list_counts_and_fails_for_a_broken_theory(theory):
    code, out, _ = theory("list")
    assert code == 1
    assert "relaxation" in out and "RuntimeError: out of order" in out


def test_list_as_json_gives_evidence_and_backends(theory):
    code, out, _ = theory("list", "--json")
    broken, relaxation = json.loads(out)
    assert code == 1 and broken["error"]
    assert relaxation["claims"] == [
        {"name": "flow", "evidence": "EXACT", "standing": "EXACT"},
        {"name": "decay", "evidence": "EXACT", "standing": "EXACT"},
    ]
    (form,) = relaxation["closed_forms"]
    assert form["name"] == "weight" and form["arguments"] == ["t", "w0", "k", "tau"]
    assert {"numpy", "jax", "torch", "mpmath", "rigorous"} <= set(form["backends"])
    assert relaxation["comparisons"] == ["descent_follows_decay"]
    assert relaxation["figures"] == ["decaying_weight"]


@pytest.mark.parametrize("format", ["text", "markdown", "html", "latex"])
def test_show_prints_reasons_and_evidence(theory, format):
    code, out, _ = theory("show", "relaxation", "decay", "--format", format)
    assert code == 0
    assert "solves" in out and "exact" in out.lower()


def test_show_takes_a_closed_form_too(theory):
    code, out, _ = theory("show", "relaxation", "weight")
    assert code == 0 and "initial weight" in out


def test_check_counts_claims_and_mutants(theory):
    code, out, _ = theory("check", "relaxation", "--json")
    record = json.loads(out)
    assert code == 0 and record["holds"]
    assert record["checked"] == 2
    assert [c["evidence"] for c in record["claims"]] == ["EXACT", "EXACT"]
    tally = record["mutants"]
    assert tally["made"] >= 5
    assert tally["killed"] == tally["made"] - tally["equivalent"]
    assert tally["survivors"] == []
    assert record["seconds"] > 0


def test_check_fails_for_a_wrong_claim(theory, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert theory("new", "wrong", package="wrong_theories")[0] == 0
    source = tmp_path / "wrong_theories" / "wrong" / "decay.py"
    source.write_text(source.read_text().replace("exp(-k * t / tau)", "exp(-2 * k * t / tau)"))
    code, out, _ = theory("check", "wrong", package="wrong_theories")
    assert code == 1
    assert "REFUTED" in out and "decay is refuted" in out


def test_evaluate_takes_numbers_lists_and_ranges(theory):
    code, out, _ = theory("evaluate", "relaxation", "weight", "t=0:2:3", "w0=1,3", "k=1", "tau=1", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["t"] == [0, 0, 1, 1, 2, 2] and found["w0"] == [1, 3] * 3
    assert found["weight"][:2] == [1.0, 3.0]
    assert found["weight"][2] == pytest.approx(0.36787944117144233, abs=1e-16)


@pytest.mark.parametrize("backend", ["numpy", "jax", "torch", "mpmath", "rigorous"])
def test_evaluate_on_every_backend(theory, backend):
    code, out, err = theory(
        "evaluate", "relaxation", "weight", "t=1", "w0=1", "k=1", "tau=1", "--backend", backend
    )
    assert code == 0, err
    assert "0.367879441" in out


@pytest.mark.parametrize("backend", ["numpy", "jax", "torch"])
def test_evaluate_on_a_named_device(theory, backend):
    pytest.importorskip(backend)
    at = ("evaluate", "relaxation", "weight", "t=1", "w0=1", "k=1", "tau=1", "--backend", backend)
    code, out, err = theory(*at, "--device", "cpu")
    assert code == 0 and "0.367879441" in out, err
    code, _, err = theory(*at, "--device", "cuda:99")
    assert code == 2 and "finds no device 'cuda:99' on this machine (available: cpu" in err


@pytest.mark.parametrize("backend", ["numpy", "jax", "torch"])
def test_a_matrix_is_evaluated_on_the_backend_asked_for(theory, backend):
    pytest.importorskip(backend)
    weights = ["W1=[[1,0],[0,1]]", "W2=[[1,0],[0,1]]", "Sigma31=[[1,0],[0,2]]"]
    at = ("evaluate", "deep_linear", "balanced_product", "t=0", "tau=1", *weights, "--backend", backend)
    code, out, err = theory(*at, "--json", package="derivations")
    assert code == 0, err
    assert sum(json.loads(out)["balanced_product"], []) == pytest.approx([1, 0, 0, 1], abs=1e-15)
    code, _, err = theory(*at, "--device", "cuda:99", package="derivations")
    assert code == 2 and "no device 'cuda:99'" in err


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["check", "relaxaton"], "did you mean 'relaxation'"),
        (["evaluate", "relaxation", "wieght", "t=1"], "did you mean 'weight'"),
        (["compare", "relaxation", "nothing"], "no comparison named 'nothing'"),
        (["evaluate", "relaxation", "weight", "t=1"], "missing w0, k, tau"),
        (["evaluate", "relaxation", "weight", "t=1", "w0=1", "k=1", "tau=1", "z=1"], "has no z"),
        (["evaluate", "relaxation", "weight", "t=one"], "'t=one': a value is"),
        (["evaluate", "relaxation", "weight", "t=1", "w0=-1", "k=1", "tau=1"], "w0"),
        (["evaluate", "relaxation", "weight", "t=nan", "w0=1", "k=1", "tau=1"], "t"),
        (["compare", "relaxation", "--scale", "huge"], "huge"),
        (
            ["compare", "relaxation", "--device", "cuda:99"],
            "device = 'cuda:99': backend 'numpy' finds no device",
        ),
        (["compare", "relaxation", "--device", "tpu"], "unknown device 'tpu': choose cpu, cuda"),
        (
            [
                "evaluate",
                "relaxation",
                "weight",
                "t=1",
                "w0=1",
                "k=1",
                "tau=1",
                "--backend",
                "mpmath",
                "--device",
                "cuda",
            ],
            "device = 'cuda'; numpy, jax and torch do",
        ),
        (["check"], "NAME"),
        (["new", "Not-a-name"], "cannot name a theory"),
        (["new", "relaxation"], "exists already"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_usage_errors_are_one_line_and_exit_with_2(theory, arguments, message):
    code, out, err = theory(*arguments)
    errors = [line for line in err.splitlines() if line.startswith("theory: ")]
    assert code == 2
    assert len(errors) == 1 and message in errors[0]
    assert "Traceback" not in err


def test_a_broken_theory_is_one_line_and_exits_with_1(theory):
    code, _, err = theory("check", "broken")
    assert code == 1
    assert err.splitlines() == [
        "theory: example_theories.broken cannot be imported: RuntimeError: out of order"
    ]


def test_compare_reports_the_verdict_and_its_seed(theory):
    code, out, _ = theory("compare", "relaxation", "--seed", "7", "--json")
    (verdict,) = json.loads(out)["comparisons"]
    assert code == 0 and verdict["holds"]
    assert verdict["seed"] == 7
    assert verdict["statistic"] <= verdict["bound"]
    assert abs(verdict["observed_rate"] - 1) < 0.25


def test_figures_writes_files(theory, tmp_path):
    code, out, _ = theory("figures", "relaxation", "--to", tmp_path)
    names = {path.name for path in (tmp_path / "relaxation").iterdir()}
    assert code == 0
    assert names == {"decaying_weight.pdf", "decaying_weight.png", "decaying_weight.csv"}
    assert len(out.split()) == 3


def test_one_figure_can_be_asked_for(theory, tmp_path):
    code, out, _ = theory("figures", "relaxation", "decaying_weight", "--to", tmp_path)
    assert code == 0 and len(out.split()) == 3
    code, _, err = theory("figures", "relaxation", "decaying_wait", "--to", tmp_path)
    assert code == 2 and "did you mean 'decaying_weight'?" in err


def test_a_folder_that_cannot_be_written_to_is_said_in_one_line(theory, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    code, _, err = theory("figures", "relaxation", "--to", tmp_path / "file")
    assert code == 2
    assert err.splitlines()[-1].startswith("theory: cannot write")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_latex_prints_a_whole_document(theory):
    code, out, _ = theory("latex", "relaxation")
    assert code == 0
    assert r"\documentclass" in out and out.rstrip().endswith(r"\end{document}")


def test_cite_prints_bibtex(theory):
    code, out, _ = theory("cite", "relaxation")
    assert code == 0 and out.startswith("@article{relaxation,")


def test_a_new_theory_passes_its_checks_at_once(theory, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    mine = "my_theories"
    assert theory("new", "spin_glass", package=mine)[0] == 0
    assert theory("check", "spin_glass", package=mine)[0] == 0
    assert theory("compare", "spin_glass", package=mine)[0] == 0
    assert theory("new", "spin_glass", package=mine)[0] == 2
    assert [path.name for path in (tmp_path / mine).iterdir() if path.name.startswith(".")] == []
