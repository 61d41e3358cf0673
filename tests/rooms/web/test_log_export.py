"""The log as a file: all of it, in a stream, logged, and verified by somebody who has nothing of this program."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.ledger import exporting
from registret.ledger.models import Entry
from registret.ledger.queries import EntryRow, Wanted, entries
from registret.ledger.sealing import checkpoint, seal_key, seal_settled
from registret.ledger.services import record
from tests import cast
from tests.cast import BERTIL, CECILIA, DORIS, ERIK, Country
from tests.made_up import made_up
from tests.rooms.ledger.forging import forge
from tests.rooms.web.client import Browser

pytestmark = pytest.mark.django_db

DOCUMENT = Path(__file__).parents[3] / "docs" / "ledger.md"


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return cast.country(timezone.now() - timedelta(days=40))


def taken_out(form: str, browser: Browser | None = None, **filters: str) -> bytes:
    answer: Any = (browser or Browser.at_the_log(ERIK)).post("/loggen/exportera", {"form": form, **filters})
    assert answer.status_code == 200
    assert answer.streaming
    return b"".join(answer.streaming_content)


def exports() -> tuple[EntryRow, ...]:
    return entries(wanted=Wanted(event="log.exported")).rows


def test_every_entry_is_in_it_once_oldest_first(place: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "_CHUNK", 7)
    lines = [json.loads(line) for line in taken_out("jsonl").splitlines()]
    (exported,) = exports()
    assert [line["id"] for line in lines] == list(
        Entry.objects.filter(id__lt=exported.id).order_by("id").values_list("id", flat=True)
    )
    assert exported.facts == {"form": "jsonl", "rows": len(lines), "opening": exported.facts["opening"]}
    assert exported.by_hsa_id == ERIK.hsa_id


def test_the_filter_counts_and_is_in_the_log(place: Country) -> None:
    lines = taken_out("jsonl", hsa_id=CECILIA.hsa_id.lower(), event="grant.appointed").splitlines()
    assert len(lines) == 1
    (exported,) = exports()
    assert (exported.about_hsa_id.upper(), exported.facts["event"]) == (CECILIA.hsa_id, "grant.appointed")


def test_a_table_opens_in_a_spreadsheet_and_holds_no_formula(place: Country) -> None:
    by = By(hsa_id=HsaId("SE2321009991-E00X5S5"), name='=HYPERLINK("http://x";"y")')
    record(event=made_up("page.test"), by=by, at=timezone.now(), facts={"text": 'a;"b"\nå'})
    content = taken_out("csv", hsa_id="SE2321009991-E00X5S5")
    assert content.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    assert row["by_name"] == "'" + by.name if by.name else ""
    assert json.loads(row["facts"]) == {"text": 'a;"b"\nå'}
    assert row["by_account_id"] == ""


@pytest.mark.parametrize(
    "wrong", [{"form": "xlsx"}, {"form": ""}, {"form": "csv", "since": "nej"}, {"form": "csv", "hsa_id": "<b>"}]
)
def test_what_cannot_be_exported_leaves_nothing(place: Country, wrong: dict[str, str]) -> None:
    assert Browser.at_the_log(ERIK).post("/loggen/exportera", wrong).status_code == 422
    assert exports() == ()


@pytest.mark.parametrize("who", [BERTIL, DORIS, CECILIA])
def test_nobody_but_a_log_reviewer_exports(place: Country, who: Any) -> None:
    assert Browser.of(who).post("/loggen/exportera", {"form": "csv"}).status_code == 403
    assert Browser().post("/loggen/exportera", {"form": "csv"}).status_code == 401
    assert exports() == ()


def test_an_export_needs_the_token_of_the_page(place: Country) -> None:
    browser = Browser.of(ERIK, enforce_csrf_checks=True)
    assert browser.post("/loggen/exportera", {"form": "csv"}).status_code == 403
    assert browser.get("/loggen/exportera").status_code == 405
    assert exports() == ()


# Verified with the script of docs/ledger.md


def verified(folder: Path, *, change: Any = None) -> subprocess.CompletedProcess[str]:
    """The script of the document, in a process without this program, over what a reviewer took out."""
    at = timezone.now()
    for days in (0, 35):
        record(
            event=made_up("page.test"),
            by=By.of_program("å\u2028😀"),
            at=at - timedelta(days=days),
            facts={"n": 1, "t": True},
        )
    seal_settled(at=lambda: at)
    record(event=made_up("page.test"), by=By.of_program("test"), at=at)
    seal_settled(at=lambda: at)
    kept = str(checkpoint())
    if change:
        change()
    browser = Browser.at_the_log(ERIK)
    (folder / "entries").write_bytes(taken_out("jsonl", browser))
    (folder / "seals").write_bytes(taken_out("seals", browser))
    script = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert script is not None
    (folder / "verify.py").write_text(script[1], encoding="utf-8")
    given = [sys.executable, "-I", str(folder / "verify.py"), "entries", "seals", seal_key().public, kept]
    return subprocess.run(given, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_the_script_of_the_document_verifies_an_export(place: Country, tmp_path: Path) -> None:
    done = verified(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("2 seals, all entries up to ")


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE ledger_entry SET by_name = 'x' WHERE id = (SELECT min(id) FROM ledger_entry)",
        "DELETE FROM ledger_entry WHERE id = (SELECT min(id) FROM ledger_entry)",
        "DELETE FROM ledger_seal WHERE number = 2",
        "UPDATE ledger_seal SET signature = repeat('0', 128) WHERE number = 2",
        "UPDATE ledger_seal SET sealed_at = sealed_at - interval '1 year' WHERE number = 2",
    ],
)
def test_the_script_of_the_document_finds_what_was_forged(place: Country, tmp_path: Path, attack: str) -> None:
    assert verified(tmp_path, change=lambda: forge(attack)).returncode != 0
