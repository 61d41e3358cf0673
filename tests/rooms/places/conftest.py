"""Two regions that do not exist, with three clinics: where the cast works."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.places.clinic_file import COLUMNS, read
from registret.places.services import Imported, import_clinics

DORIS = By(hsa_id=HsaId("SE2321009991-E00D0R1"), name="Doris Lund", role="registry_office")
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
HEADER = ";".join(COLUMNS)
INFECTION = (
    "98;Region Norrvik;Region Norrvik;232100-9991;regionnorrvik.se;infektion-norrvik;Infektionskliniken;"
    "Norrviks sjukhus;Registeransvarig;infektion@regionnorrvik.se;0980-319 201;"
)
MEDICINE = INFECTION.replace("infektion-norrvik", "medicin-norrvik").replace("Infektionskliniken", "Medicinkliniken")
SYDVIK = (
    "99;Region Sydvik;Region Sydvik;232100-9983;regionsydvik.se;infektion-sydvik;Infektionskliniken;Sydviks sjukhus;;;;"
)

Bring = Callable[..., Imported]


@pytest.fixture
def bring(db: None) -> Bring:
    def bring(*lines: str, dry_run: bool = False, at: datetime = NOW) -> Imported:
        rows, faults = read("\n".join([HEADER, *lines]).encode())
        assert faults == ()
        return import_clinics(rows=rows, dry_run=dry_run, by=DORIS, at=at)

    return bring


@pytest.fixture
def country(bring: Bring) -> None:
    assert bring(INFECTION, MEDICINE, SYDVIK).faults == ()
