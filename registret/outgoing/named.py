"""A service of another organisation, as the settings name it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedService:
    """`address`: https, empty if there is none. `certificate` and `key`: PEM files by which we show who we are, empty
    if the service does not want to know. `ca_file`: its CA if it is no public one."""

    address: str = ""
    certificate: str = ""
    key: str = ""
    ca_file: str = ""
