"""The numbers behind what is drawn on an Axes, read back from its artists."""

from __future__ import annotations

from itertools import chain

import numpy as np
from matplotlib.collections import LineCollection, PathCollection, PolyCollection, QuadMesh
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.contour import ContourSet
from matplotlib.image import AxesImage
from matplotlib.patches import Polygon, StepPatch
from matplotlib.quiver import Quiver

CELLS = 10_000
"""Images with more cells than this are listed on a coarser grid, evenly thinned."""


def plotted(ax) -> dict[str, np.ndarray]:
    """Every series on the axes: ``{label: array of rows x, y}``, rows x, y, z for images.

    Lines and scatters list their points; error bars their points and, as two further series,
    the lower and upper ends; bars their centres and heights; histogram steps their edges and
    levels; bands and outlines their vertices; contours the vertices of each level; arrows their
    feet and their components. Pieces of one series are separated by a row of NaN. Unlabelled
    artists are numbered by kind.
    """
    found: dict[str, np.ndarray] = {}
    counts: dict[str, int] = {}
    in_containers = set()

    def add(label, kind, *rows) -> None:
        if not label or str(label).startswith("_"):
            counts[kind] = counts.get(kind, 0) + 1
            label = f"{kind} {counts[kind]}"
        label, repeats = str(label), 1
        while (name := label if repeats == 1 else f"{label} ({repeats})") in found:
            repeats += 1
        found[name] = np.array([np.ma.filled(np.ma.asarray(r, dtype=float), np.nan) for r in rows])

    for container in ax.containers:
        in_containers.update(map(id, _members(container)))
        if isinstance(container, ErrorbarContainer):
            _error_bars(container, add)
        elif isinstance(container, BarContainer):
            bars = [(b.get_x() + b.get_width() / 2, b.get_y() + b.get_height()) for b in container]
            if container.orientation == "horizontal":
                bars = [(b.get_x() + b.get_width(), b.get_y() + b.get_height() / 2) for b in container]
            add(container.get_label(), "bars", *zip(*bars, strict=True))
    for artist in chain(ax.lines, ax.collections, ax.patches, ax.images):
        if id(artist) not in in_containers and artist.get_visible():
            _read(artist, ax, add)
    return found


def _members(container):
    """The artists of a container, nested tuples flattened."""
    for item in container:
        if isinstance(item, tuple | list):
            yield from item
        elif item is not None:
            yield item


def _error_bars(container, add) -> None:
    points, _, bars = container.lines
    label = container.get_label()
    label = None if label is None or label.startswith("_") else label
    if points is not None:
        add(label, "points", points.get_xdata(orig=False), points.get_ydata(orig=False))
    for direction, bar in zip("xy"[not container.has_xerr :], bars, strict=False):
        segments = np.array(bar.get_segments())  # (points, 2 ends, 2 coordinates)
        for end, side in enumerate(("lower", "upper")):
            add(f"{label or 'points'}, {side} {direction}", "ends", *segments[:, end].T)


def _read(artist, ax, add) -> None:
    label = artist.get_label()
    if isinstance(artist, QuadMesh):
        corners = artist.get_coordinates()
        centres = (corners[:-1, :-1] + corners[1:, :-1] + corners[:-1, 1:] + corners[1:, 1:]) / 4
        values = artist.get_array().reshape(centres.shape[:2])
        add(label, "grid", *_thinned(centres[..., 0], centres[..., 1], values))
    elif isinstance(artist, AxesImage):
        values = np.ma.asarray(artist.get_array())
        values = values if values.ndim == 2 else values[..., :3].mean(axis=-1)
        left, right, bottom, top = artist.get_extent()
        rows, columns = values.shape
        if artist.origin == "upper":
            bottom, top = top, bottom
        x = left + (right - left) * (np.arange(columns) + 0.5) / columns
        y = bottom + (top - bottom) * (np.arange(rows) + 0.5) / rows
        add(label, "image", *_thinned(*np.meshgrid(x, y), values))
    elif isinstance(artist, ContourSet):
        for level, path in zip(artist.levels, artist.get_paths(), strict=False):
            if len(path.vertices):
                add(f"contour {level:.6g}", "contour", *_joined(path.to_polygons(closed_only=False)))
    elif isinstance(artist, Quiver):
        add(label, "arrows, feet", *artist.get_offsets().T)
        named = None if str(label).startswith("_") else f"{label}, components"
        add(named, "arrows, components", artist.U, artist.V)
    elif isinstance(artist, PathCollection):
        add(label, "scatter", *artist.get_offsets().T)
    elif isinstance(artist, LineCollection):
        add(label, "segments", *_joined(artist.get_segments()))
    elif isinstance(artist, PolyCollection):
        add(label, "band", *_joined([p.vertices for p in artist.get_paths()]))
    elif isinstance(artist, StepPatch):
        steps = artist.get_data()
        add(label, "steps", steps.edges, np.append(steps.values, steps.values[-1:]))
    elif isinstance(artist, Polygon):
        add(label, "outline", *artist.get_xy().T)
    elif hasattr(artist, "get_xydata"):
        x, y = artist.get_xdata(orig=False), artist.get_ydata(orig=False)
        if artist.get_transform() != ax.transData and len(x):  # axhline and its like
            x, y = (artist.get_transform() - ax.transData).transform(np.column_stack([x, y])).T
        add(label, "line", x, y)


def _joined(pieces):
    """Polylines as one, a row of NaN between them."""
    gap = np.full((1, 2), np.nan)
    rows = [r for piece in pieces if len(piece) for r in (np.asarray(piece, float), gap)][:-1]
    return np.concatenate(rows).T if rows else np.empty((2, 0))


def _thinned(x, y, z):
    """A grid as columns, every k-th row and column when there are more than CELLS cells."""
    step = max(1, int(np.ceil(np.sqrt(z.size / CELLS))))
    return (part[::step, ::step].ravel() for part in (x, y, z))
