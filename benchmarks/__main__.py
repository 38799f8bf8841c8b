"""Speed and memory of everything that claims some: ``python -m benchmarks [PART ...]``.

Each part runs in a process of its own; its rows go into ``benchmarks/record.json`` as soon as it is done,
in place of its earlier ones, so that an interrupted run keeps what it has. ``--table`` prints the record
as the README quotes it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from theory import benchmark

from .parts import PARTS, RECORD, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all when not given")
    parser.add_argument("--device", help="cpu (when not given), cuda or cuda:NUMBER, of the part device")
    parser.add_argument("--record", type=Path, default=RECORD)
    parser.add_argument("--table", action="store_true", help="print the record's table, measure nothing")
    given = parser.parse_args()
    if unknown := [part for part in given.parts if part not in PARTS]:
        parser.error(f"no part named {unknown[0]!r}; there is {', '.join(PARTS)}")
    if given.device and given.parts != ["device"]:
        parser.error(f"--device {given.device} is for the part device alone: device --device {given.device}")
    if given.table:
        print(benchmark.table(benchmark.read(given.record)[1]))
        return 0
    failed = []
    for part in given.parts or PARTS:
        try:
            run(part, given.record, *([given.device] if given.device else []))
        except Exception as error:
            failed.append(part)
            print(f"{part} failed: {type(error).__name__}: {error}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
