"""*Journal X*, a record system that nobody has: its mapping, and rows as it writes them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta

MAPPING = """
source_system = "Journal X"
sub_registry = "pneumoni"
version = 1
source_id = "Vårdtillfälle"
number = "Personnummer"
birth_date = "Född"
sex = "Kön"
exported_at = "Uttaget"
erase = ["RADERA"]
ignore = ["Avdelning"]

[[column]]
name = "Inskriven"
variable = "arrived_at"

[[column]]
name = "Pneumoni"
variable = "pneumonia_treated"

[[column]]
name = "Förvärvad"
variable = "acquired"
values = { "SAM" = "community", "VRI" = "health_care" }

[[column]]
name = "Puls"
variable = "pulse"

[[column]]
name = "Temp (F)"
variable = "temperature"
factor = 0.5

[[column]]
name = "Sjukdomar"
variable = "comorbidity"

[[column]]
name = "Odling"
variable = "airway_culture"
values = { "?" = "missing:unknown" }

[[column]]
name = "Utskriven"
variable = "discharged_at"
date_order = "dmy"
"""
"""The temperature is in a unit of its own: twice the degrees."""

COLUMNS = (
    *("Vårdtillfälle", "Personnummer", "Född", "Kön", "Uttaget", "Avdelning", "Inskriven", "Pneumoni", "Förvärvad"),
    *("Puls", "Temp (F)", "Sjukdomar", "Odling", "Utskriven"),
)
ROW = {
    "Vårdtillfälle": "X-1001",
    "Personnummer": "19121212-1212",
    "Uttaget": "2026-11-24 06:00",
    "Avdelning": "31",
    "Inskriven": "2026-11-20 08:15",
    "Pneumoni": "Ja",
    "Förvärvad": "SAM",
    "Puls": "98",
    "Temp (F)": "77,1",
    "Sjukdomar": "KOL, Diabetes",
    "Odling": "?",
    "Utskriven": "23.11.2026 12:00",
}


def row(**different: str) -> dict[str, str]:
    """As `ROW`, but for these columns; those whose names are no words come as a dict: `row(**{"Temp (F)": "80"})`."""
    return ROW | different


def recent(now: datetime, **different: str) -> dict[str, str]:
    """A row of some days ago."""
    arrived, left = now - timedelta(days=4), now - timedelta(days=1)
    days = {"Inskriven": f"{arrived:%Y-%m-%d} 08:15", "Utskriven": f"{left:%d.%m.%Y} 12:00", "Uttaget": ""}
    return row(**days | different)


def file_of(*rows: dict[str, str], columns: Sequence[str] = COLUMNS) -> bytes:
    out = io.StringIO()
    lines = csv.DictWriter(out, columns, restval="", delimiter=";")
    lines.writeheader()
    lines.writerows(rows)
    return out.getvalue().encode()
