"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON, for programs.")]
Package = Annotated[str, Parameter(name="--package", help="The Python package that holds the theories.")]
