"""One compiled loop for a formula: as accurate as its certificate, vectorised, kept between processes."""

import os
import re
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import sympy as sp

from derivations.deep_linear import mode_strength, unbalanced_mode
from derivations.nngp_ntk.deep_relu import deep_relu_correlation
from theory import Claim, DomainError, ExplicitForm, Parameter, RecursiveForm, catalogue
from theory.backends import fused as fused_module
from theory.backends import loop_cache, threads
from theory.backends.fused import LARGE, is_elementary, write_loop
from theory.closed_form import on_numpy
from theory.closed_form.accuracy import reference
from theory.closed_form.branch import Formula
from theory.rules import Given
from theory.ulps import ulps_between

LONG = 2 * LARGE
AT = {"s": 1.0, "u0": 1e-3, "tau": 2.0}
x = Parameter("x", "a number", extremes=(-30, 30))
y = Parameter("y", "another number", extremes=(-30, 30))


@pytest.fixture
def always(monkeypatch):
    """Arrays of any size go by one loop; yields the names of the forms that did."""
    done = set()

    def watched(by_one_loop):
        def run(form, *given):
            found = by_one_loop(form, *given)
            if found is not None:
                done.add(form.name)
            return found

        return run

    monkeypatch.setattr(on_numpy, "LARGE", 1)
    for name in ("_plain", "_by_one_loop"):
        monkeypatch.setattr(on_numpy, name, watched(getattr(on_numpy, name)))
    return done


def form_of(expression, *arguments, where=(), **options) -> ExplicitForm:
    value = sp.Symbol("value")
    return ExplicitForm(Claim(value, expression, Given("an example"), where=where), arguments, **options)


def is_fused(form) -> bool:
    numbers = type(form) is ExplicitForm and all(type(b) is Formula for b, _ in form.branches)
    return numbers and is_elementary([e for b, _ in form.branches for e in b.expressions])


THEORIES = [
    pytest.param(name, marks=() if name in ("deep_linear", "nngp_ntk") else pytest.mark.slow)
    for name in catalogue.names()
]


@pytest.mark.parametrize("theory", THEORIES)
def test_the_certificates_hold_by_one_loop(theory, always):
    for name, form in catalogue.find(theory).closed_forms.items():
        if is_fused(form) and not any(
            e.has(sp.MatrixSymbol) for b, _ in form.branches for e in b.expressions
        ):
            found = form.accuracy("numpy", points=60, seed=1)
            assert found.holds, (name, found)


def test_most_of_the_elementary_forms_do_take_it(always):
    forms = [f for t in ("deep_linear", "nngp_ntk") for f in catalogue.find(t).closed_forms.values()]
    forms = [f for f in forms if is_fused(f)]
    for form in forms:
        form.accuracy("numpy", points=20)
    assert len(always) > 0.8 * len(forms)


def test_a_recursion_is_as_accurate_by_one_loop(always):
    points, balls = reference(deep_relu_correlation, 300, 2)
    for layers in {at["layers"] for at in points}:
        chosen = [k for k, at in enumerate(points) if at["layers"] == layers]
        rho = np.array([points[k]["rho"] for k in chosen])
        for k, value in zip(chosen, deep_relu_correlation(rho=rho, layers=layers), strict=True):
            assert ulps_between(float(value), balls[k][0]) <= deep_relu_correlation.ulps
    assert always == {"deep_relu_correlation"}


def test_steps_without_end_and_blocks_of_any_length(always):
    k, n = sp.Symbol("k", integer=True), Parameter("n", "steps", sp.Range(0, sp.oo))
    a, b = (sp.Function(name, real=True)(k) for name in "ab")
    claim = Claim((a.subs(k, k + 1), b.subs(k, k + 1)), (b, a * b + x), Given("two numbers"))
    form = RecursiveForm(claim, (n, x), state=(a, b), start=(1, x), steps=n, value=a + b)
    for size in (1, 511, 512, 513, 2000):
        at = np.linspace(-1, 1, size)
        for steps in (0, 1, 9):
            one, other = np.ones(size), at
            for _ in range(steps):
                one, other = other, one * other + at
            np.testing.assert_allclose(form(steps, at), one + other, rtol=1e-13, atol=1e-15)
    assert always


@pytest.mark.parametrize("edge", [178.0, 400.0, 1e4])
def test_no_nan_where_generated_code_has_one(edge):
    t = np.full(LONG, edge)
    np.testing.assert_array_equal(mode_strength(t=t, s=2.0, u0=1e-3, tau=1.0), 2.0)
    rho = 1 - np.array([0, 1e-16, 1e-15, 1e-14, 1e-13] * (LONG // 5))
    found = deep_relu_correlation(rho=rho)
    assert np.all(found <= 1) and np.all(np.abs(found - rho) < 1e-13)


def test_branches_by_arrays_are_selected(always):
    small = Claim(sp.Symbol("value"), x + y, Given("an example"))
    form = form_of(x * y, x, y, forms=((small, x < y), (Claim(sp.Symbol("value"), x * y, Given("it")), True)))
    a, b = np.random.default_rng(0).normal(size=(2, 1000))
    np.testing.assert_array_equal(form(a, b), np.where(a < b, a + b, a * b))
    assert always
    pieces = form_of(sp.Piecewise((sp.exp(x), (x < 0) & (y > 0)), (sp.Max(x, y), True)), x, y)
    found = np.where((a < 0) & (b > 0), np.exp(a), np.maximum(a, b))
    np.testing.assert_allclose(pieces(a, b), found, rtol=1e-15)


def test_relations_and_whole_numbers_are_looked_at(always):
    n = Parameter("n", "a count", sp.Range(1, sp.oo))
    form = form_of(n * sp.sqrt(y - x), x, y, n, where=x <= y)
    one = np.ones(10)
    np.testing.assert_array_equal(form(one, 5 * one, 3 * one), 6.0)
    assert always
    with pytest.raises(DomainError, match="x <= y"):
        form(one, one * 0, one)
    with pytest.raises(DomainError, match="x <= y"):
        form(1.0, 0.0, one)
    with pytest.raises(DomainError, match="n = 2.5"):
        form(one, one, 2.5 * one)


def test_arrays_broadcast_and_keep_their_type(always):
    a, b = np.linspace(-1, 1, 300), np.linspace(0, 2, 200)
    form = form_of(sp.exp(x) - y, x, y)
    expected = np.exp(a[:, None]) - b
    for rows, columns in ((a[:, None], b), (a[::-1][::-1, None], b.astype(">f8"))):
        np.testing.assert_allclose(form(rows, columns), expected, rtol=1e-15, atol=1e-15)
    found = form(a.astype(np.float32)[:, None], b.astype(np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    with pytest.raises(FloatingPointError, match="not representable as a float32"):
        form(np.full(10, 100, np.float32), np.float32(0))


def test_angles_too_long_for_the_loop_are_left_to_numpy(always):
    form = form_of(sp.sin(x), x)
    at = np.array([1.0, 1e9, -3e12])
    np.testing.assert_array_equal(form(at), np.sin(at))
    assert not always
    form(at[:1])
    assert always


def test_equalities_infinity_and_series_are_in_the_loop(always):
    value = sp.Symbol("value")
    z = Parameter("z", "a number that may be infinite", sp.Interval(0, sp.oo), infinite=True)
    near = Claim(value, x**2 * sp.hyper((1, 2), (3,), -x) / 2, Given("its series"))
    form = form_of(
        x - sp.log(1 + x),
        x,
        z,
        forms=(
            (Claim(value, x, Given("a limit")), sp.Eq(z, sp.oo, evaluate=False)),
            (near, (2 * x >= -1) & (2 * x <= 1)),
            (Claim(value, x - sp.log(1 + x), Given("itself")), True),
        ),
    )
    a, b = np.array([0.0, 1e-9, -0.5, 0.5, 0.25, 3.0, 7.0]), np.ones(7)
    b[-1] = np.inf
    found = form(a, b)
    assert always
    for k in range(6):
        exact = a[k] - np.log1p(np.longdouble(a[k])) if abs(a[k]) > 0.1 else a[k] ** 2 / 2 - a[k] ** 3 / 3
        np.testing.assert_allclose(found[k], float(exact), rtol=1e-15)
    assert found[6] == 7.0


def test_any_exponent_is_in_the_loop_and_roots_are_not_rounded(always):
    n = Parameter("n", "a count", sp.Range(1, sp.oo))
    few = Parameter("n", "a count", sp.Range(1, sp.oo), extremes=(1, 30))
    base = Parameter("base", "a positive number", sp.Interval.open(0, sp.oo), extremes=(1e-140, 1e140))
    for form in (
        form_of(base ** (2 / n), base, n),
        form_of(base ** (-1 / n) + n, base, n),
        form_of(base ** sp.Rational(2, 3), base),
        form_of((-1) ** n * base ** (y / 30), base, n, y),
        form_of((sp.tanh(x) / 2) ** n, x, few),
        form_of(sp.atan2(y, x), x, y),
    ):
        assert form.accuracy("numpy", points=200).holds
    always.clear()
    a, counts = np.exp(np.linspace(-600, 600, 50)), np.arange(1.0, 51)
    form = form_of(base ** (2 / n), base, n)
    few = np.array([form(float(p), float(q)) for p, q in zip(a, counts, strict=True)])
    np.testing.assert_allclose(form(a, counts), few, rtol=5e-16)
    np.testing.assert_allclose(form(a, 7), [form(float(p), 7) for p in a], rtol=5e-16)
    assert always


def test_powers_of_halves_call_nothing():
    program = on_numpy._program(form_of(x**2 / (1 + y**2) ** sp.Rational(3, 2), x, y), (0, 1), (0,))
    assert "power" not in write_loop(program) and "sqrt" in write_loop(program)


@pytest.fixture
def assemblies(monkeypatch):
    """A function to the machine code of all loops that were compiled meanwhile, in text."""
    loops, load = [], loop_cache.load
    monkeypatch.setattr(loop_cache, "_written", lambda *_: None)
    monkeypatch.setattr(loop_cache, "load", lambda *a: loops.append(load(*a)) or loops[-1])
    fused_module.fused.cache_clear()
    yield lambda: [text for loop in loops for text in loop.inspect_asm().values()]
    fused_module.fused.cache_clear()


def test_several_outputs_are_vectorised(assemblies):
    unbalanced_mode(np.linspace(0, 3, LONG), 1.0, 0.5, 0.1, 1.0)
    mode_strength(t=np.linspace(0, 3, LONG), **AT)
    for text in assemblies():
        assert "vdivpd" in text or "divpd" in text or "fdiv.2d" in text or "v0.2d" in text


def test_vectors_on_the_stack_are_aligned(assemblies):
    """Otherwise each is read from two lines of the cache, in three processes of four."""
    form_of(sp.exp(x) / (1 + sp.log(y) ** 2), x, y)(np.ones(LONG), np.ones(LONG))
    (text,) = assemblies()
    on_stack = re.findall(r"(vmov[a-z0-9]+)\s+-?\d*\(%r[bs]p\), %[yz]mm", text)
    assert not [move for move in on_stack if move.startswith(("vmovup", "vmovdqu"))]


def test_threads_divide_a_large_array(monkeypatch):
    monkeypatch.setattr(threads, "threads", lambda: 2)
    seen = set()
    length = 3 * threads._PART + 1
    where = np.arange(length)
    assert threads.in_parts(
        lambda a, b: seen.add((a[0], b[-1] + 1, threading.get_ident())) or True, [where, where]
    )
    assert sorted((a, b) for a, b, _ in seen) == [(0, length // 2), (length // 2, length)]
    t = np.linspace(0, 20, length)
    whole = mode_strength(t=t, **AT)
    monkeypatch.setattr(threads, "threads", lambda: 1)
    np.testing.assert_array_equal(mode_strength(t=t, **AT), whole)
    t[-1] = -1
    with pytest.raises(DomainError, match="t = -1"):
        mode_strength(t=t, **AT)


def test_as_many_threads_as_allowed(monkeypatch):
    monkeypatch.setenv("NUMBA_NUM_THREADS", "64")
    monkeypatch.setenv("OMP_NUM_THREADS", "1,2")
    assert threads.threads() == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "not a number")
    assert 1 <= threads.threads() <= (os.cpu_count() or 1)


RUN = """
import numpy as np
from theory.backends import loop_cache
from derivations.deep_linear import mode_strength
t = np.linspace(0, 9, 200_000)
found = mode_strength(t=t, s=1.0, u0=0.1, tau=1.0)
print(repr(float(found.sum())), loop_cache.loaded["kept"], loop_cache.loaded["compiled"])
"""


def run(**environment) -> list[str]:
    process = subprocess.run(
        [sys.executable, "-c", RUN], capture_output=True, text=True, env={**os.environ, **environment}
    )
    assert process.returncode == 0, process.stderr
    return process.stdout.split()


def test_loops_are_kept_between_processes_that_start_together(tmp_path):
    kept = {"XDG_CACHE_HOME": str(tmp_path)}
    together = []
    starts = [threading.Thread(target=lambda: together.append(run(**kept))) for _ in range(3)]
    [s.start() for s in starts]
    [s.join() for s in starts]
    later = run(**kept)
    assert {one[0] for one in together} == {later[0]}
    assert later[1:] == ["1", "0"]  # nothing compiled
    assert len(list(tmp_path.glob("theory-workbench/loops/*/loop.py"))) == 1
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_home_that_cannot_be_written_costs_only_the_cache(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")  # permissions would not stop root
    assert run(XDG_CACHE_HOME=str(blocked))[1:] == ["0", "1"]


def test_another_formula_or_other_functions_are_another_loop(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    source, signature = "def loop(x):\n    return exp(x)\n", "float64(float64)"
    assert loop_cache.load(source, signature)(0.0) == 1.0
    assert loop_cache.load(source.replace("exp(x)", "exp(x) + 1.0"), signature)(0.0) == 2.0
    monkeypatch.setattr(loop_cache, "_surroundings", lambda: "another processor")
    assert loop_cache.load(source, signature)(0.0) == 1.0
    assert len(list(tmp_path.rglob("loop.py"))) == 3


def test_a_loop_is_used_again_until_its_claim_changes(tmp_path, monkeypatch, always):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def found(expression) -> tuple[str, float]:
        fused_module.fused.cache_clear()  # as in another process
        before = dict(loop_cache.loaded)
        value = form_of(expression, x)(np.array([2.0, 3.0]))[0]
        (how,) = (name for name, count in loop_cache.loaded.items() if count > before[name])
        return how, float(value)

    assert found(x**2 + sp.exp(-x * x)) == ("compiled", 4 + np.exp(-4))
    assert found(x**2 + sp.exp(-x * x)) == ("kept", 4 + np.exp(-4))
    assert found(x**2 - sp.exp(-x * x)) == ("compiled", 4 - np.exp(-4))
    assert found(x**2 + sp.exp(-x * x)) == ("kept", 4 + np.exp(-4))


WRITTEN_OUT = """
@written_out
def body(size, factor, x, found):
    for start in over(size, 4):
        rest = size - start
        for i in over(where(rest < 4, rest, 4)):
            found[start + i] = factor*exp_of_moderate(x[start + i]) + found.after(0)[2*start - start + i]
def loop(size, factor, x, found):
    return body(size, factor, x, found)
"""


def test_a_loop_that_is_written_out_is_kept_too(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    signature = "int64(int64, float64, Array(float64, 1, 'C', readonly=True), float64[::1])"
    at = np.linspace(-1, 1, 11)
    for how in ("compiled", "kept"):
        before, found = loop_cache.loaded[how], np.ones(11)
        loop_cache.load(WRITTEN_OUT, signature)(11, 2.0, at, found)
        np.testing.assert_allclose(found, 2 * np.exp(at) + 1, rtol=1e-15)
        assert loop_cache.loaded[how] == before + 1


def kept_loops(place, count: int, ages) -> list:
    """Folders of loops, used so many seconds ago."""
    made = [place / "theory-workbench" / "loops" / f"{k:024x}" for k in range(count)]
    for path, age in zip(made, ages, strict=True):
        path.mkdir(parents=True)
        (path / "loop.py").write_text("")
        os.utime(path, (time.time() - age,) * 2)
    return made


def test_the_loops_used_longest_ago_are_taken_away(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(loop_cache, "MOST_KEPT", 8)
    made = kept_loops(tmp_path, 8, [(7 * k % 8 + 2) * 3600 for k in range(8)])
    loop_cache.prune()
    assert all(path.exists() for path in made)  # not too many
    source, signature = "def loop(x):\n    return exp(x)\n", "float64(float64)"
    loop_cache.load(source, signature)
    left = [k for k, path in enumerate(made) if path.exists()]
    assert sorted(7 * k % 8 for k in left) == [0, 1, 2, 3, 4]  # and the new one
    before = loop_cache.loaded["kept"]
    assert loop_cache.load(source, signature)(0.0) == 1.0 and loop_cache.loaded["kept"] == before + 1


def test_to_be_loaded_counts_as_use_and_what_was_used_just_now_stays(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    source, signature = "def loop(x):\n    return exp(x)\n", "float64(float64)"
    loop_cache.load(source, signature)
    (own,) = (tmp_path / "theory-workbench" / "loops").iterdir()
    os.utime(own, (0, 0))
    loop_cache.load(source, signature)
    assert time.time() - own.stat().st_mtime < 60
    monkeypatch.setattr(loop_cache, "MOST_KEPT", 2)
    made = kept_loops(tmp_path, 10, range(10))
    loop_cache.prune()
    assert all(path.exists() for path in (own, *made))


PRUNE = "from theory.backends import loop_cache; loop_cache.MOST_KEPT = 20; loop_cache.prune()"


def test_processes_may_take_loops_away_together(tmp_path):
    made = kept_loops(tmp_path, 60, [10_000 + k for k in range(60)])
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    together = [subprocess.Popen([sys.executable, "-c", PRUNE], env=environment) for _ in range(3)]
    assert [process.wait() for process in together] == [0, 0, 0]
    assert {path for path in made if path.exists()} == set(made[:15])
    assert len(list(made[0].parent.iterdir())) == 15
