"""Names in files of CDISC ODM that both those who write them and those who read them must know. No Django: the readers
of files are a library."""

from __future__ import annotations

from typing import Final

NAMESPACE: Final = "http://www.cdisc.org/ns/odm/v1.3"
MISSING_LIST: Final = "registret:missing"
MARK_LIST: Final = "registret:mark"
"""Lists of our own, from which the flags of a value come: why there is none, and that the true number lies below or
above it."""
