"""The folder of a sweep: its definition, a Parquet file for each finished chunk, at the end one for all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .. import records

_NUMBERS = {"cell": "int64", "seed": "int64", "components": "int64", "holds": "bool"}
_WORDS = ("error", "description")


class Store:
    """``folder/sweep.json``, ``folder/parts/*.parquet`` while it runs, ``folder/cells.parquet`` when done."""

    def __init__(self, folder: Path):
        self.folder, self.parts = Path(folder), Path(folder) / "parts"
        self.whole = self.folder / "cells.parquet"

    def open(self, definition: Mapping) -> dict:
        """Begin a sweep here, or go on with the one that is; its definition (chunks may be of another size).

        ValueError if another sweep is in the folder, with what is different.
        """
        definition = records.plain(definition)
        there = records.read(self.folder / "sweep.json")
        if there is None:
            if self.whole.exists() or self.parts.exists():
                raise ValueError(f"{self.folder}: results without sweep.json; choose another folder")
            records.write(self.folder / "sweep.json", records.dumps(definition))
            there = definition
        differs = [_other(x, there.get(x), definition[x])
                   for x in definition if x != "chunk" and there.get(x) != definition[x]]  # fmt: skip
        if differs:
            raise ValueError(
                f"{self.folder} holds another sweep (other {', '.join(differs)}): choose another folder, "
                "or remove that one"
            )
        self.parts.mkdir(parents=True, exist_ok=True)
        for left in self.parts.glob(".*"):
            left.unlink()
        return there

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else may sweep into this folder meanwhile; the system forgets it when the process ends."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / ".lock", "w") as held:
            try:
                import fcntl

                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except ImportError:  # no such locks on Windows
                pass
            except OSError:
                raise BlockingIOError(
                    f"{self.folder}: another process is sweeping into this folder"
                ) from None
            yield

    def finished(self) -> set[int]:
        """The chunks that are on disk."""
        return {int(file.stem) for file in self.parts.glob("[0-9]*.parquet")}

    def write(self, chunk: int, columns: Mapping) -> None:
        """Keep a chunk: whole or not at all, and for good once this returns."""
        import pyarrow.parquet

        table = _table(columns)
        part, path = self.parts / f".{chunk}", self.parts / f"{chunk}.parquet"
        with open(part, "wb") as file:
            pyarrow.parquet.write_table(table, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)

    def gather(self, chunks: int) -> None:
        """One file of all parts, in order; then the parts go."""
        import pyarrow.parquet

        if not self.whole.exists():
            part, writer = self.folder / ".cells.parquet", None
            for chunk in range(chunks):
                table = pyarrow.parquet.read_table(self.parts / f"{chunk}.parquet")
                writer = writer or pyarrow.parquet.ParquetWriter(part, table.schema)
                writer.write_table(table)
            writer.close()
            os.replace(part, self.whole)
        for file in self.parts.glob("*.parquet"):
            file.unlink()
        if self.parts.exists():
            self.parts.rmdir()

    def table(self):
        """What is finished, as a `pyarrow.Table` in the order of the cells."""
        import pyarrow
        import pyarrow.parquet

        if self.whole.exists():
            return pyarrow.parquet.read_table(self.whole)
        files = [self.parts / f"{chunk}.parquet" for chunk in sorted(self.finished())]
        tables = [pyarrow.parquet.read_table(file) for file in files]
        return (
            pyarrow.concat_tables(tables) if tables else pyarrow.table({"cell": pyarrow.array([], "int64")})
        )


def _other(name: str, there, here) -> str:
    """That two definitions differ under a name, and in what, if that is short."""
    if name != "target" or not isinstance(there, Mapping):
        return name
    parts = [f"{x} {there.get(x)!r} there, {here[x]!r} here" for x in here if there.get(x) != here[x]]
    return f"{name}: {'; '.join(parts)}"


def _table(columns: Mapping):
    import pyarrow

    def typed(name):
        return "string" if name in _WORDS else _NUMBERS.get(name, None)

    arrays = {
        name: pyarrow.array(values, typed(name) or (None if hasattr(values, "dtype") else "float64"))
        for name, values in columns.items()
    }
    return pyarrow.table(arrays)
