"""`make conformance`: runs the suites, says how they went, and writes docs/conformance.md if all is well.

    python -m tests.conformance [limbo.json]             another release of limbo, in the suite's own format
    python -m tests.conformance --keep limbo.json        take it over into tests/conformance/data

Ends with 1 if anything is not as the tables say.
"""

from __future__ import annotations

import argparse
import logging
import resource
import sys
import tempfile
from pathlib import Path

from tests.conformance import document, limbo, table
from tests.conformance.mutations import decisions_of_mutations
from tests.conformance.suites import SUITES, decided

MUTATIONS = 5000


def main() -> int:
    arguments = _arguments()
    logging.disable(logging.WARNING)  # lists that cannot be used are what many cases are about
    if arguments.keep:
        limbo.DATA.write_text(limbo.kept(limbo.read(arguments.limbo)), encoding="utf-8")
    known, wrong = table.reasons(), list[str]()
    for suite in SUITES:
        with tempfile.TemporaryDirectory() as folder:
            found = decided(suite, Path(folder), limbo_file=arguments.limbo)
        rows = table.rows(suite)
        wrong += [f"{suite}: {fault}" for fault in table.faults(rows, found, known)]
        print(f"{suite:8}{table.summary(table.as_decided(rows, found), known)}")
        print(f"{'':8}slowest: {_slowest([(one.seconds, one.case.name) for one in found])}")
    print(f"{MUTATIONS} changed certificates of the suites, and large ones")
    print(f"{'':8}slowest: {_slowest(decisions_of_mutations(MUTATIONS))}")
    print(f"{'':8}most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB, all suites in it")
    for line in wrong:
        print(line, file=sys.stderr)
    if not wrong:
        document.FILE.write_text(document.text(), encoding="utf-8")
    return 1 if wrong else 0


def _slowest(times: list[tuple[float, str]]) -> str:
    seconds, name = max(times)
    middle = sorted(times)[len(times) // 2][0]
    return f"{seconds * 1000:.1f} ms ({name}), in the middle {middle * 1000:.1f} ms"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance")
    parser.add_argument("limbo", nargs="?", type=Path, default=limbo.DATA)
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
