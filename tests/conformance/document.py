"""`docs/conformance.md`, written from the tables alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.conformance import table
from tests.conformance.suites import SUITES

FILE = Path(__file__).parents[2] / "docs" / "conformance.md"

_SUITES = {
    "limbo": (
        "[x509-limbo](https://x509-limbo.com), client variant",
        "path, with the usages of a login",
    ),
    "pkits": ("[NIST PKITS](https://csrc.nist.gov/projects/pki-testing) 1.0.1", "path, with revocation"),
    "shapes": ("Cards of every shape, our own", "path and profile, with revocation"),
}


def text() -> str:
    known = table.reasons()
    tables = {suite: table.rows(suite) for suite in SUITES}
    sums = {suite: table.summary(rows, known) for suite, rows in tables.items()}
    lines = [_HEAD, "| Suite | Decided | Cases | Right | of them let in | False accepts | False rejects | Outside |"]
    lines.append("|---|---|--:|--:|--:|--:|--:|--:|")
    for suite, found in sums.items():
        title, what = _SUITES[suite]
        numbers = (found.cases, found.right, found.accepted, found.false_accepts, found.false_rejects, found.outside)
        lines.append(f"| {title} | {what} | " + " | ".join(map(str, numbers)) + " |")
    lines += ["", *(f"    {suite}: {found}" for suite, found in sums.items())]
    lines += ["", _READING]
    lines += ["", "## False rejects, and why", "", *_reasons(tables, known, outside=False)]
    lines += ["", "## Outside, and why", "", *_reasons(tables, known, outside=True)]
    return "\n".join(lines) + "\n"


def _reasons(tables: dict[str, list[table.Row]], known: dict[str, table.Reason], *, outside: bool) -> list[str]:
    lines = ["| Reason | limbo | pkits | shapes | |", "|---|--:|--:|--:|---|"]
    counts = {suite: Counter(row.reason for row in rows) for suite, rows in tables.items()}
    for key, reason in known.items():
        if reason.outside is outside:
            numbers = " | ".join(str(counts[suite][key] or "") for suite in SUITES)
            lines.append(f"| `{key}` | {numbers} | {reason.text} |")
    return lines


_HEAD = """\
# Conformance

How the decision about cards fares in other people's test suites, and in a table of our own. `make conformance` runs all
of it and writes this page; `make test` fails if a decision changes, if somebody is let in who should not be, or if this
page is not what the tables say. Every case stands in `tests/conformance/*.csv` with what its suite expects, what is
decided and, where the two differ, a reason. [Decision 0040](decisions/0040-conformance-of-one-step.md) says what is
counted, and how.
"""

_READING = """\
**A false accept** is a certificate that is let in against the suite. There is none, and no reason for one can be given
in the tables. **A false reject** is one that is refused against the suite; each has a reason below, and none is of a
kind that is known of cards of SITHS or EFOS. **Outside** are cases that ask for something else than this decision. They
are run as well, and their outcome is in the tables. Those that are let in, `server-name` and `web-server`, have a good
path by the word of a second library, `pyhanko-certvalidator`, and so has everything else that is let in. (One
case, `webpki::san::unicode-emoji-san`, that library cannot read.)

Of limbo, 121 cases name a trusted certificate as the issuer, 26 of them expected to be valid; the other 72 are `chain`.
PKITS trusts one root above all and expects chains to be built from it; here the issuing CA of each case is pinned
instead (column `pinned`), and each list that the suite has of that CA is tried as if an operator had configured it. Its
21 tests of an application's own set of policies are left out: there is no such set here.

The shapes are the rows of [journeys](journeys.md) that are about cards, keys, signatures, names, older and other cards,
critical extensions, usages, other CAs, and the second on either side of each date. They are made anew in each run.

The parser is fuzzed in `tests/rooms/cards/test_fuzz.py`: changed bits, lengths, tags and nesting, also signed by
the CA. What a decision costs is no test, since machines differ; `make conformance` says it at the end of each suite."""
