"""The kernel on trial, called with flat inputs of a given type and library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from theory.validate.guard import Guarded, Misbehaved
from theory.validate.trial import Finding

from .arrays import given
from .inputs import Inputs


@dataclass
class Subject:
    """``guarded`` is the function, ``library`` what it wants arrays of, ``object`` what the user gave."""

    guarded: Guarded
    library: str
    at: Inputs
    object: object
    transposes: Callable | None = None
    """The closed form's kernel at two sets of flat inputs."""

    @property
    def who(self) -> str:
        return self.guarded.what

    def __call__(self, X1: np.ndarray, X2: np.ndarray, dtype: str, where: str = "") -> np.ndarray:
        """(n1, n2), float64. Raises `Misbehaved`, with the likely cause where it is known."""
        try:
            return self._called(X1, X2, dtype, where)
        except Misbehaved as ended:
            raise Misbehaved(self._explained(ended.finding, X1, X2, dtype)) from None

    def _called(self, X1, X2, dtype, where="") -> np.ndarray:
        arrays = [given(self.at.given(X).astype(dtype), self.library) for X in (X1, X2)]
        with np.errstate(all="ignore"):
            return self.guarded(*arrays, shape=(len(X1), len(X2)), where=where)

    def _explained(self, finding: Finding, X1, X2, dtype) -> Finding:
        """Rows and columns exchanged, or an arccosine of more than 1."""
        if finding.kind in ("shape", "exception", "result") and len(X1) != len(X2):
            return self._transposed(finding, X1, X2, dtype)
        if finding.kind == "not finite":
            return self._near_parallel(finding, X1, X2, dtype)
        return finding

    def _transposed(self, finding, X1, X2, dtype) -> Finding:
        n1, n2 = len(X1), len(X2)
        if finding.evidence.get("shape") == (n2, n1):
            message = f"it returned (n2, n1) = ({n2}, {n1}): the transpose, rows belong to X1"
            return Finding("transposed", message, finding.evidence)
        if finding.kind == "exception" and self.transposes is not None and _about_shapes(finding):
            few = min(n1, n2, 4)
            try:
                found = self._called(X1[-few:], X2[-few:], dtype)
            except Misbehaved:
                return finding
            wanted = self.transposes(X1[-few:], X2[-few:])
            size = np.max(np.abs(wanted))
            said = "which is right for as many inputs in both"
            if np.max(np.abs(found - wanted)) > 1e-6 * size:
                said = "and for as many inputs in both its values are wrong"
                if np.max(np.abs(found - wanted.T)) < 1e-6 * size:
                    said = "and for as many inputs in both it is the transpose"
            return Finding(
                "transposed",
                f"{finding.message}; it works only where n1 = n2, {said}: rows and columns are exchanged",
                finding.evidence,
            )
        return finding

    def _near_parallel(self, finding, X1, X2, dtype) -> Finding:
        generic = slice(self.at.related.stop, None)
        if len(X2) != len(self.at.second) or len(X1) != len(self.at.first):
            return finding
        try:
            self._called(X1[1:], X2[generic], dtype)
        except Misbehaved:
            return finding
        return Finding(
            finding.kind,
            f"{finding.message}, but not for inputs in general: for nearly parallel or opposite ones "
            "rounding takes a cosine beyond 1, where arccos and sqrt(1 - cos^2) are NaN, or their slope is "
            "infinite",
            {**finding.evidence, "only": "nearly parallel or opposite"},
        )


def _about_shapes(finding: Finding) -> bool:
    said = finding.message.lower()
    return any(word in said for word in ("shape", "broadcast", "size", "dimension", "match", "out of bounds"))
