"""What the benchmark of a device reports, in tiny sizes on the CPU."""

import math

import pytest

from benchmarks import device
from benchmarks.device import Device, Sizes, measure
from theory.simulation import BackendUnavailable

TINY = Sizes(points=256, square=16, samples=8, dimension=12, digits=10, repeats=1)
LIBRARY = pytest.mark.parametrize("library", ["jax", "torch"])


@pytest.fixture
def tiny(library, monkeypatch):
    """Measure one library without its comparisons."""
    pytest.importorskip(library)
    monkeypatch.setattr(device, "LIBRARIES", (library,))
    monkeypatch.setattr(device, "COMPARISONS", ())
    return lambda: {row.name: row for row in measure("cpu", TINY)}


@pytest.mark.slow
@LIBRARY
def test_every_evaluator_has_its_share(library, tiny):
    rows = tiny()
    assert {row.part for row in rows.values()} == {"device cpu"}
    shares = [row for row in rows.values() if row.ratio is not None]
    assert len(shares) == 2 * 5 and len(rows) == 2 * 7
    assert all(math.isfinite(row.value) and row.value > 0 for row in rows.values())


@LIBRARY
def test_shares_count_the_bytes_and_products_that_cannot_be_avoided(library, tiny, monkeypatch):
    """Were all to take two seconds."""
    monkeypatch.setattr(Device, "seconds", lambda self, action, repeats: (self.finished(action()), 2.0)[1])
    monkeypatch.setattr(device, "KINDS", ("float32",))
    rows, label = tiny(), f"{library}, float32: "
    assert rows[label + "memory bandwidth"].value == 2 * 256 * 4 / 2 / 1e9
    assert rows[label + "matrix peak"].value == 2 * 16**3 / 2 / 1e9
    assert rows[label + "sigmoid"].ratio == rows[label + "arc-cosine, 3 layers"].ratio == 1
    assert rows[label + "mixture score"].ratio == pytest.approx(4 * 8 * 10 * 64 / (2 * 16**3))
    assert rows[label + "probability flow"].ratio == pytest.approx(4 * 8 * 12 * 2 / (2 * 16**3))
    kernels = rows[label + "NNGP and NTK of the digits, 3 layers"]
    assert kernels.ratio == pytest.approx((10 * 64 + 2 * 10**2) / (2 * 256))


@LIBRARY
def test_a_call_has_finished_when_its_time_is_taken(library, monkeypatch):
    pytest.importorskip(library)
    place, order = Device(library, "cpu", "float32"), []
    monkeypatch.setattr(place, "finished", lambda found: order.append("finished"))
    monkeypatch.setattr(device.time, "perf_counter", lambda: order.append("clock") or 0.0)
    place.seconds(lambda: order.append("called"), 1)
    assert order == ["called", "finished", "clock", "called", "finished", "clock"]


@pytest.mark.slow
@LIBRARY
def test_comparisons_come_with_their_verdict(library):
    pytest.importorskip(library)
    for theory, name in device.COMPARISONS:
        row = device._compared(library, "cpu", theory, name)
        assert row.name == f"{library}: {theory} {name} at scale laptop, holds" and row.unit == "s"


def test_a_device_that_is_not_there_is_named():
    with pytest.raises(BackendUnavailable, match="device = 'cuda:99'"):
        next(measure("cuda:99"))
