"""A simulation, and what it measures: the microscopic side of a comparison."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..derivation import Named
from .namespace import Namespace


@dataclass(frozen=True, eq=False)
class Measurement:
    """What a simulation measured, and the predictions' arguments as read off the model or the data.

    ``values``: real; (times, components...) for a deterministic simulation, (replicates,
    components...) for a random one. ``inputs``: arguments of the prediction by name (times,
    singular values of the data, initial strengths, ...), broadcastable to the components' shape
    (or to that of ``values``, where each replicate has its own). ``steps``: how many
    steps or additions each value has been through; it sets the round-off expected in it.
    ``by``: the array library that computed them, which `Simulation.measure` fills in.
    """

    values: Any
    inputs: Mapping[str, Any] = field(default_factory=dict)
    steps: int = 1
    by: str = ""


@dataclass(frozen=True, eq=False)
class Simulation(Named):
    """A microscopic model that can be run: it starts from the model's equations, knows no result.

    ``run(*, xp, rng, progress, **settings)`` returns a `Measurement`; ``xp`` is a `Namespace`,
    ``rng`` a NumPy generator, ``progress`` a callable(done, total) or None. ``scales`` maps the
    name of a scale ("laptop", "gpu") to its settings (replicates, steps, sizes); one that has none to
    choose is the same at both. ``growth`` is the exponent of the cost in a setting, where it is neither
    1 nor, of a width, 2.
    """

    run: Callable[..., Measurement]
    scales: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {"laptop": {}, "gpu": {}})
    description: str = ""
    growth: Mapping[str, float] = field(default_factory=dict)
    module: str = field(default="", init=False, repr=False)

    def __post_init__(self):
        if not self.description:
            words = (inspect.getdoc(getattr(self.run, "func", self.run)) or "").strip()
            object.__setattr__(self, "description", words.partition("\n")[0])
        self._remember_module()

    def settings(self, scale: str) -> dict[str, Any]:
        """The settings of a scale; ValueError names the scales there are."""
        if scale not in self.scales:
            known = ", ".join(self.scales)
            raise ValueError(f"{self.name or 'simulation'}: no scale {scale!r}, only {known}")
        return dict(self.scales[scale])

    def accepted(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the settings that ``run`` names among its parameters."""
        parameters = inspect.signature(self.run).parameters.values()
        if any(p.kind is p.VAR_KEYWORD for p in parameters):
            return dict(settings)
        names = {p.name for p in parameters}
        return {name: value for name, value in settings.items() if name in names}

    def measure(
        self,
        *,
        xp: Namespace,
        rng: np.random.Generator,
        progress: Callable[[float, float], None] | None = None,
        **settings,
    ) -> Measurement:
        """Run once and bring the measurement back to NumPy; values that are not finite are an error."""
        name = self.name or "simulation"
        with xp:
            found = self.run(xp=xp, rng=rng, progress=progress, **settings)
            if not isinstance(found, Measurement):
                raise TypeError(f"{name}: run returned {type(found).__name__}, not a Measurement")
            by = xp.name if xp.computed(found.values) else "numpy"
            values = xp.to_numpy(found.values)
            inputs = {key: xp.to_numpy(value) for key, value in found.inputs.items()}
        if not np.issubdtype(values.dtype, np.floating):
            raise TypeError(f"{name}: values are {values.dtype}, not real floating-point")
        lost = int(np.sum(~np.isfinite(values)))
        if lost:
            raise ArithmeticError(f"{name}: {lost} of {values.size} measured values are not finite")
        return Measurement(values, inputs, found.steps, by)
