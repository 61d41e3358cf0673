"""The forms that are shipped are pinned: a site that has begun episodes with one does not start once it is changed."""

from __future__ import annotations

import csv
from pathlib import Path

from registret.registries.queries import catalogue

PINNED = Path(__file__).parent / "shipped.csv"


def test_a_shipped_form_stays_as_it_is_and_a_change_is_a_new_version() -> None:
    """Before the first release a form may still change: then write its new digest into shipped.csv, and say in the
    changelog that the demo starts over."""
    with PINNED.open(encoding="utf-8", newline="") as file:
        pinned = {(row["sub_registry"], int(row["version"])): row["digest"] for row in csv.DictReader(file)}
    assert {key: form.digest for key, form in catalogue().forms.items()} == pinned
