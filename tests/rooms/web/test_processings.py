"""The list of processings, and the notice for staff: true to what is kept, with the lengths in force."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from registret.kernel.by import By
from registret.ledger.queries import Wanted, entries
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.services import decide
from registret.words.processings import PROCESSINGS
from tests import cast
from tests.cast import BERTIL, DORIS, ERIK
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def country(module_db: None) -> None:
    cast.country(timezone.now() - timedelta(days=1))


def keep_ended(months: int) -> None:
    by = By(hsa_id=DORIS.card.hsa_id, name=DORIS.name, account_id=7)
    decide(limit=TimeLimit.KEEP_ENDED, number=months, reason="Kortare", by=by, at=timezone.now())


def test_every_processing_says_all_that_the_law_asks_for() -> None:
    page = text_of(Browser.of(DORIS).get("/kansliet/behandlingar"))
    for one in PROCESSINGS:
        parts = (one.name, one.purpose, one.ground, one.persons, one.data, one.recipients, one.security)
        assert [str(part) for part in parts if str(part) not in page] == []
        assert one.kept


def test_the_lengths_are_those_in_force() -> None:
    browser = Browser.of(DORIS)
    assert "Tills 24 månader har gått" in text_of(browser.get("/kansliet/behandlingar"))
    assert "Tills 24 månader har gått" in text_of(Browser().get("/personuppgifter"))
    keep_ended(4)
    for page in (browser.get("/kansliet/behandlingar"), Browser().get("/personuppgifter")):
        assert "Tills 4 månader har gått" in text_of(page)
        assert "24 månader har gått" not in text_of(page)


def test_every_limit_of_keeping_is_told_of() -> None:
    told = {kept.limit for one in PROCESSINGS for kept in one.kept}
    assert {limit for limit in TimeLimit if limit.value.startswith("keep_")} == told - {None}


def test_the_file_has_the_same_and_taking_it_out_is_logged() -> None:
    answer = Browser.of(DORIS).get("/kansliet/behandlingar.csv")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [line[0] for line in lines] == ["Behandling", *(str(one.name) for one in PROCESSINGS)]
    assert {len(line) for line in lines} == {11}
    assert lines[1][-3:-1] == ["Region Örebro län", "Region Norrvik, Region Sydvik"]
    assert "accounts.Account.hsa_id" in lines[1][-1]
    (entry,) = entries(wanted=Wanted(event="processings.exported")).rows
    assert (entry.by_hsa_id, entry.facts) == (DORIS.hsa_id, {"rows": len(PROCESSINGS)})


def test_whoever_answers_for_the_data_is_named_where_it_is_told(settings: Settings) -> None:
    settings.CENTRAL_CONTROLLER = "Region Mellanvik"
    for page in (Browser.of(DORIS).get("/kansliet/behandlingar"), Browser().get("/personuppgifter")):
        text = text_of(page)
        assert "Region Mellanvik" in text
        assert "Region Sydvik Infektionskliniken, Sydviks sjukhus" in text, "each care provider, with its clinics"
    assert "Dataskyddsombud Region Mellanvik: dataskyddsombud@registret.example" in text_of(
        Browser().get("/personuppgifter")
    )


@pytest.mark.parametrize("who", [BERTIL, ERIK])
@pytest.mark.parametrize("path", ["/kansliet/behandlingar", "/kansliet/behandlingar.csv"])
def test_it_is_a_page_of_the_office(who: cast.Person, path: str) -> None:
    assert Browser.of(who).get(path).status_code == 403
    assert Browser().get(path).status_code == 401


def test_the_notice_is_open_to_all_and_led_to() -> None:
    assert 'href="/personuppgifter"' in Browser().get("/").content.decode()
    newcomer = Browser.of(cast.person("Disa", "Falk", "SE2321009991-E00F4K1"))
    assert 'href="/personuppgifter#sparas"' in newcomer.get("/registrera").content.decode()
