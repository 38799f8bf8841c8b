"""Figures: the data on their axes, files that repeat to the byte, provenance, type and colour."""

import csv
import io
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from theory.derivation import Claim
from theory.figure import Figure, figure, fingerprint, write_whole
from theory.rules import Given

x = sp.Symbol("x", positive=True)
square = Claim(sp.Function("f")(x), x**2, Given("a parabola"), where=(x < 3,))
STYLE_LIGHTNESS_GAP = 12
"""CIE lightness (0 to 100) by which any two colours of the cycle differ at least."""


@figure(columns=2, panels=(1, 3), shows=(square,))
def kinds(axes):
    """One of each kind of artist,
    on three panels."""
    lines, counts, plane = axes
    lines.plot([0, 1, 2], [0, 1, 4], label="theory")
    lines.errorbar([0, 1], [0.5, 1.5], yerr=[0.25, 0.5], fmt="o", label="measured")
    lines.axhline(2.0, label="limit")
    lines.plot([0, 1], [1, np.nan])
    lines.legend()
    counts.bar([1, 2], [5, 7], label="bars")
    counts.stairs([1, 2], [0, 1, 2], label="steps")
    counts.fill_between([0, 1], [0, 0], [1, 2], label="band")
    plane.imshow([[1.0, 2.0], [3.0, 4.0]], extent=(0, 2, 0, 4))
    plane.scatter([0.5], [1.5], label="saddle")
    plane.quiver([0, 1], [0, 1], [1, 2], [3, 4], label="flow")
    plane.contour([0, 1], [0, 1], [[0, 1], [0, 1]], levels=[0.5], colors="k")


@figure()
def plain(axes):
    """A line drawn from a seed."""
    axes.plot(np.random.default_rng(0).normal(size=20).cumsum(), label="$x_t$")


def test_axes_data_are_what_was_drawn():
    data = kinds.axes_data()
    expected = {
        ("a", "theory"): [[0, 1, 2], [0, 1, 4]],
        ("a", "measured"): [[0, 1], [0.5, 1.5]],
        ("a", "measured, lower y"): [[0, 1], [0.25, 1.0]],
        ("a", "measured, upper y"): [[0, 1], [0.75, 2.0]],
        ("a", "line 1"): [[0, 1], [1, np.nan]],
        ("b", "bars"): [[1, 2], [5, 7]],
        ("b", "steps"): [[0, 1, 2], [1, 2, 2]],
        ("c", "saddle"): [[0.5], [1.5]],
        ("c", "flow"): [[0, 1], [0, 1]],
        ("c", "flow, components"): [[1, 2], [3, 4]],
        ("c", "image 1"): [[0.5, 1.5, 0.5, 1.5], [3, 3, 1, 1], [1, 2, 3, 4]],
        ("c", "contour 0.5"): [[0.5, 0.5], [1, 0]],
    }
    for key, rows in expected.items():
        np.testing.assert_array_equal(data[key], rows, err_msg=str(key))
    np.testing.assert_allclose(data["a", "limit"][1], 2.0, atol=1e-12)
    assert set(data) == {*expected, ("a", "limit"), ("b", "band")}


def test_size_name_and_caption():
    assert (kinds.size[0], plain.size[0]) == (7.0, 3.375)
    assert plain.canvas.get_size_inches() == pytest.approx(plain.size)
    assert kinds.name == "kinds" and kinds.module == __name__
    assert kinds.caption == "One of each kind of artist, on three panels."


def test_csv_holds_the_data_to_the_last_digit(tmp_path):
    kinds.build(tmp_path, formats=())
    rows = list(csv.reader((tmp_path / "kinds.csv").open()))
    assert rows[0] == ["panel", "series", "x", "y", "z"]
    for (panel, series), data in kinds.axes_data().items():
        written = [[float(v) for v in r[2:] if v] for r in rows[1:] if r[:2] == [panel, series]]
        np.testing.assert_array_equal(np.array(written).T, data)
    plain.build(tmp_path, formats=())
    assert (tmp_path / "plain.csv").read_text().startswith("panel,series,x,y\na,$x_t$,0,0.1257302210933933")


def test_rebuild_is_byte_identical_across_processes(tmp_path):
    program = "import test_figure as m; [f.build('{}', ('pdf', 'png', 'svg')) for f in (m.kinds, m.plain)]"
    contents = []
    for run in ("first", "second"):
        folder = tmp_path / run
        search = os.pathsep.join([str(Path(__file__).parents[1]), str(Path(__file__).parent)])
        # Another hash seed and another locale of time must not change a byte.
        environment = {
            **os.environ,
            "PYTHONPATH": search,
            "PYTHONHASHSEED": str(len(run)),
            "TZ": f"X{len(run)}",
        }
        subprocess.run([sys.executable, "-c", program.format(folder)], check=True, env=environment)
        contents.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert len(contents[0]) == 8
    assert contents[0] == contents[1]


def test_a_file_does_not_depend_on_which_others_are_built(tmp_path):
    # Crowded panels: their constrained layout would move a little at every drawing.
    alone, together = (Figure(kinds.draw, kinds.columns, kinds.panels) for _ in range(2))
    alone.build(tmp_path / "alone", formats=("png",))
    together.build(tmp_path / "together", formats=("pdf", "svg", "png"))
    assert (tmp_path / "alone" / "kinds.png").read_bytes() == (
        tmp_path / "together" / "kinds.png"
    ).read_bytes()


def test_the_readers_own_settings_change_nothing():
    import matplotlib

    before = plain._saved("png")
    with matplotlib.rc_context({"font.size": 20, "lines.linewidth": 5, "axes.grid": True}):
        assert Figure(plain.draw)._saved("png") == before


def test_fonts_are_embedded_as_type_42():
    import zlib

    pdf = plain._saved("pdf")
    assert b"/FontFile2" in pdf and b"/CIDFontType2" in pdf + _inflated(pdf, zlib)
    assert b"/Type3" not in pdf


def _inflated(pdf, zlib) -> bytes:
    out = b""
    for piece in pdf.split(b"stream\n")[1::2]:
        try:
            out += zlib.decompressobj().decompress(piece)
        except zlib.error:
            continue
    return out


def test_provenance_is_in_the_metadata():
    import matplotlib
    from PIL import Image

    png = Image.open(io.BytesIO(kinds._saved("png")))
    found = json.loads(png.text["Source"])
    assert found["figure"] == "kinds"
    assert found["claims"] == {"square": fingerprint(square)}
    assert found["versions"]["matplotlib"] == matplotlib.__version__
    assert set(found["versions"]) == {"theory", "numpy", "matplotlib"}
    assert png.text["Description"] == kinds.caption
    pdf = kinds._saved("pdf")
    assert fingerprint(square).encode() in pdf and b"CreationDate" not in pdf


def test_fingerprint_tells_claims_apart():
    f = square.lhs
    variants = [
        square,
        Claim(f, x**3, Given("another power"), where=(x < 3,)),
        Claim(f, x**2, Given("another relation"), where=(x < 4,)),
        Claim(2 * f, x**2, Given("another left side"), where=(x < 3,)),
    ]
    assert len({fingerprint(claim) for claim in variants}) == len(variants)
    assert fingerprint(Claim(f, x**2, Given("the same"), where=(x < 3,))) == fingerprint(square)


@pytest.fixture
def read_only():
    """A folder this process may not write to, also when the tests run as root."""
    outer = Path(tempfile.mkdtemp())
    outer.chmod(0o755)
    plain.build(outer)  # imports what drawing needs while the interpreter's own folder is readable
    folder = outer / "read_only"
    folder.mkdir(mode=0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield folder
    if root:
        os.seteuid(0)
    shutil.rmtree(outer)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="read-only folders by POSIX permissions")
def test_read_only_folder_is_one_clear_line(read_only):
    plain.canvas  # noqa: B018 - drawn beforehand: only the writing is under test
    with pytest.raises(PermissionError) as caught:
        plain.build(read_only)
    message = str(caught.value)
    assert "cannot write" in message and str(read_only) in message and "\n" not in message
    assert list(read_only.iterdir()) == []


def test_files_appear_together_or_not_at_all(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="cannot write"):
        write_whole({tmp_path / "a.csv": b"1", tmp_path / "file" / "b.csv": b"2"})
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_unknown_format_and_size_are_named():
    with pytest.raises(ValueError, match="'gif' is not a figure format: choose from pdf, png, svg"):
        plain._saved("gif")
    with pytest.raises(ValueError, match="columns = 3"):
        figure(columns=3)
    with pytest.raises(ValueError, match="panels"):
        figure(panels=(0, 1))


# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
COLOUR_VISION = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def _lab(linear):
    to_xyz = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
    ratio = np.array(to_xyz) @ linear / [0.95047, 1, 1.08883]
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def _cycle():
    from matplotlib import rcParams
    from matplotlib.colors import to_rgb

    from theory.figure import _style

    with _style():
        cycle = rcParams["axes.prop_cycle"].by_key()
    rgb = np.array([to_rgb(c) for c in cycle["color"]])
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4), cycle["linestyle"]


def test_colours_differ_in_greyscale():
    colours, styles = _cycle()
    lightness = [_lab(colour)[0] for colour in colours]
    assert np.diff(lightness).min() >= STYLE_LIGHTNESS_GAP  # dark to light, hence every pair
    assert 100 - lightness[-1] >= STYLE_LIGHTNESS_GAP  # and against white paper
    assert len(set(map(str, styles))) == len(colours)


@pytest.mark.parametrize("vision", COLOUR_VISION)
def test_colours_differ_for_every_reader(vision):
    seen = [_lab(np.clip(np.array(COLOUR_VISION[vision]) @ colour, 0, 1)) for colour in _cycle()[0]]
    # A CIE distance of 2.3 is just noticeable; lines want several times that.
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) >= 5 * 2.3
