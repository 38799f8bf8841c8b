"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON, for programs.")]
ArrayLibrary = Annotated[
    Literal["numpy", "jax", "torch"], Parameter(name="--backend", help="The array library.")
]
Device = Annotated[
    str | None, Parameter(name="--device", help="Its device: cpu (when not given), cuda or cuda:NUMBER.")
]
Package = Annotated[str, Parameter(name="--package", help="The Python package that holds the theories.")]
