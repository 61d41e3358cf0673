"""The one form in which an entry is hashed: canonical JSON, so that anybody can do it again (docs/ledger.md).

Pure: what the database answered goes in, bytes come out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

# The form of today. A new column of the log makes a new form; seals name theirs, so old ones stay as they are.
FORM = 2

# Each field of a form, and how the database is asked for it. Moments and networks come as text of one spelling.
_FIRST: Mapping[str, str] = {
    "id": "id",
    "at": """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
    "event": "event",
    "outcome": "outcome",
    "by_hsa_id": "by_hsa_id",
    "by_name": "by_name",
    "by_account_id": "by_account_id",
    "by_role": "by_role",
    "by_clinic_id": "by_clinic_id",
    "by_program": "by_program",
    "network": "abbrev(network)",
    "about_account_id": "about_account_id",
    "about_hsa_id": "about_hsa_id",
    "about_patient_id": "about_patient_id",
    "clinic_id": "clinic_id",
    "reference": "reference",
    "facts": "facts::text",
}
FIELDS: Mapping[int, Mapping[str, str]] = {
    1: _FIRST,
    2: {**_FIRST, "shown_patient_ids": "shown_patient_ids"},
}

_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(value: object) -> bytes:
    """JSON as RFC 8785 writes it: keys in order, no spaces, UTF-8, nothing escaped that need not be. No fractions."""
    return _encoder.encode(value).encode()


def entry_line(row: Sequence[Any], *, form: int) -> bytes:
    """One entry, of the columns `FIELDS[form]` in their order, as canonical JSON without a line break."""
    fields = dict(zip(FIELDS[form], row, strict=True))
    fields["facts"] = _facts(fields["facts"])
    return canonical(fields)


def leaf(entry_id: int, line: bytes) -> bytes:
    """What a seal keeps of an entry: its number in 8 bytes, big-endian, and the SHA-256 of its line. 40 bytes."""
    return entry_id.to_bytes(8, "big", signed=True) + hashlib.sha256(line).digest()


def _facts(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        # Numbers of thousands of digits, or a nesting without end: nothing that this program wrote.
        return text
