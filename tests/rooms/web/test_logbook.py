"""Loggen: what a reviewer finds, and that nobody reads it unseen."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from registret.access.grants.granting import revoke
from registret.access.queries.logins import seats_of
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.ledger.events import Event
from registret.ledger.queries import EntryRow, Wanted, entries
from registret.ledger.services import Fact, record
from registret.words.events import event_name
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, Country, person
from tests.made_up import made_up
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert('”&amp;')</script>"


def readings() -> tuple[EntryRow, ...]:
    return entries(wanted=Wanted(event="log.read")).rows


def table_of(text: str) -> str:
    return text.partition("Från, referens")[2]


# What is shown


def test_entries_are_in_words_with_names_clinics_and_where_from(place: Country, now: datetime) -> None:
    cast.register(ANNA, place.infection, at=now)
    record(
        event=Event.APPLICATION_ATTEST,
        by=By(hsa_id=BERTIL.card.hsa_id, name=BERTIL.name, role="local_administrator,reporter", network="192.0.2.7"),
        at=now,
        about_account_id=cast.account_of(ANNA).id,
        clinic_id=place.infection,
        reference="K7F-2Q9M",
        facts={"role": "reader", "until": "2028-11-23", "sub_registries": "pneumoni,sepsis"},
    )
    text = table_of(text_of(Browser.at_the_log(ERIK).get("/loggen?event=application.attest")))
    for words in (
        timezone.localtime(now).strftime("%Y-%m-%d %H:%M"),
        f"Bertil Holm {BERTIL.hsa_id}",
        "Attesterade roll: Läsare till och med: 2028-11-23 delregister: Pneumoni, Sepsis",
        f"Anna Berg {ANNA.hsa_id}",
        "Lokal administratör, Registrerare Infektionskliniken, Norrviks sjukhus",
        "192.0.2.7 K7F-2Q9M",
    ):
        assert words in text


def test_a_refusal_is_said_in_words(place: Country, now: datetime) -> None:
    cast.register(ANNA, place.infection, at=now)
    assert Browser.of(ANNA).get("/ansokan").status_code == 200
    text = table_of(text_of(Browser.at_the_log(ERIK).get("/loggen?event=login.refused")))
    assert "nekad Inloggning misslyckades Kontot är ej attesterat –" in text


def test_codes_that_nobody_has_worded_are_shown_as_they_are(place: Country, now: datetime) -> None:
    facts: dict[str, Fact] = {
        "code": "gone.long_ago",
        "strange": True,
        "role": "chief",
        "sub_registries": "pneumoni,gone",
    }
    record(event=made_up("thing.happened"), outcome="refused", by=By.of_program("elsewhere"), at=now, facts=facts)
    text = table_of(text_of(Browser.at_the_log(ERIK).get("/loggen")))
    for words in ("elsewhere", "thing.happened", "gone.long_ago", "strange: ja", "roll: chief", "Pneumoni, gone"):
        assert words in text


def test_codes_among_the_facts_are_in_words_and_free_texts_are_left_alone(place: Country, now: datetime) -> None:
    for reason in ("logout", "Loggade in åt en kollega"):
        record(event=Event.SESSION_ENDED, by=ANNA.by, at=now, facts={"reason": reason})
    text = table_of(text_of(Browser.at_the_log(ERIK).get("/loggen?event=session.ended")))
    assert "skäl: loggade ut" in text
    assert "skäl: Loggade in åt en kollega" in text


def test_what_somebody_did_to_oneself_does_not_repeat_the_name(place: Country, now: datetime) -> None:
    cast.register(ANNA, place.infection, at=now)
    text = table_of(text_of(Browser.at_the_log(ERIK).get("/loggen?event=application.made")))
    assert text.count("Anna Berg") == 1


def test_texts_in_the_log_are_shown_as_text(place: Country, now: datetime) -> None:
    by = By(hsa_id=HsaId("SE2321009991-E00X5S5"), name=HOSTILE)
    record(event=Event.ACCOUNT_SUSPEND, by=by, at=now, facts={"reason": HOSTILE, "<b>x</b>": HOSTILE})
    source = Browser.at_the_log(ERIK).get("/loggen").content.decode()
    assert "<script>alert" not in source
    assert "<b>x" not in source


# Filters


def test_the_log_is_filtered_by_person_whatever_the_case_both_as_author_and_as_subject(
    place: Country, now: datetime
) -> None:
    text = table_of(text_of(Browser.at_the_log(ERIK).get("/loggen", {"hsa_id": f" {CECILIA.hsa_id.lower()} "})))
    assert event_name("grant.appointed") in text
    assert "Bekräftade e-post" in text
    assert "Bertil Holm" not in text


def test_a_person_is_looked_for_by_name_and_nobody_is_told_whose_names_are_alike(place: Country, now: datetime) -> None:
    browser = Browser.at_the_log(ERIK)
    for written in (CECILIA.name, CECILIA.name.partition(" ")[2].lower()):
        text = table_of(text_of(browser.get("/loggen", {"hsa_id": written})))
        assert CECILIA.hsa_id in text
        assert "Bertil Holm" not in text
    cast.register(person("Cecilia", "Dahl", "SE2321009991-E00C9C9"), place.infection, at=now)
    both = browser.get("/loggen", {"hsa_id": "Cecilia"})
    assert both.status_code == 422
    assert "Det passar flera." in text_of(both)
    assert CECILIA.hsa_id not in text_of(both)
    assert Browser.of(BERTIL).get("/loggen", {"hsa_id": "Cecilia"}).status_code == 403


def test_the_log_is_filtered_by_outcome_event_and_reference(place: Country, now: datetime) -> None:
    browser = Browser.at_the_log(ERIK)
    reference = text_of(Browser.of(BERTIL).get("/loggen")).partition("Referens till supporten ")[2][:8]
    found = table_of(text_of(browser.get("/loggen", {"reference": reference.lower()})))
    assert found.count("Begäran nekad") == 1
    refused = table_of(text_of(browser.get("/loggen?outcome=refused&event=request.refused")))
    assert reference in refused
    assert event_name("grant.appointed") not in refused


def test_days_are_whole_days_in_sweden_the_last_one_included(place: Country) -> None:
    midnight = timezone.make_aware(datetime(2026, 6, 2))  # noqa: DTZ001 (made aware here)
    for minutes, name in ((-1, "Före"), (0, "Först"), (24 * 60 - 1, "Sist"), (24 * 60, "Efter")):
        by = By(hsa_id=ANNA.card.hsa_id, name=name)
        record(event=Event.CARD_READ, by=by, at=midnight + timedelta(minutes=minutes))
    text = table_of(text_of(Browser.at_the_log(ERIK).get("/loggen?since=2026-06-02&until=2026-06-02")))
    assert "Först" in text
    assert "Sist" in text
    assert "Före" not in text
    assert "Efter" not in text


def test_nothing_found_is_a_sentence(place: Country) -> None:
    page = Browser.at_the_log(ERIK).get("/loggen?reference=AAA-AAAA")
    assert "Ingen loggpost passar filtret." in text_of(page)
    assert "<table" not in page.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("since", "2026-02-30", "30 februari 2026 finns inte"),
        ("since", "0001-01-01", "Tidigast är 1 januari 2000"),
        ("until", "9999-12-31", "Senast är 31 december 2199"),
        ("until", HOSTILE, "Det går inte att läsa som ett datum"),
        ("hsa_id", "191212121212", "Skriv hela HSA-id:t"),
        ("hsa_id", HOSTILE, "Skriv hela HSA-id:t"),
        ("event", HOSTILE, "Välj en händelse i listan"),
        ("event", "log.read'--", "Välj en händelse i listan"),
        ("outcome", "maybe", "Välj ett utfall i listan"),
        ("reference", "K7F-2Q9M-AND-MORE", "K7F-2Q9M"),
    ],
)
def test_a_filter_that_cannot_be_is_said_keeps_the_rest_and_reads_nothing(
    place: Country, field: str, value: str, says: str
) -> None:
    question = {"hsa_id": BERTIL.hsa_id, "reference": "K7F-2Q9M", "since": "2026-11-01"} | {field: value}
    page = Browser.at_the_log(ERIK).get("/loggen", question)
    source = page.content.decode()
    assert page.status_code == 422
    assert says in text_of(page)
    assert f'href="#{field}"' in source
    assert "<script>alert" not in source
    for name, kept in question.items():
        if name != field:
            assert f'value="{kept}"' in source
    assert "<table" not in source
    assert readings() == ()


def test_an_until_before_since_is_said(place: Country) -> None:
    page = Browser.at_the_log(ERIK).get("/loggen?since=2026-11-24&until=2026-11-23")
    assert "Till och med ligger före från och med" in text_of(page)
    assert readings() == ()


@pytest.mark.parametrize("before", ["x", "-1", "%00", "9" * 18, "9" * 30, ""])
def test_a_spoilt_page_number_is_no_error(place: Country, before: str) -> None:
    assert Browser.at_the_log(ERIK).get(f"/loggen?fore={before}").status_code == 200


# Pages


def test_older_entries_are_one_click_away_with_the_same_filter_and_none_is_missed(
    place: Country, now: datetime
) -> None:
    for number in range(120):
        record(event=Event.CARD_READ, by=By(hsa_id=ANNA.card.hsa_id, name=f"Nummer{number:03}"), at=now)
    browser = Browser.at_the_log(ERIK)
    address, seen = "/loggen?event=card.read&outcome=done", ""
    for _ in range(12):
        page = browser.get(address)
        seen += table_of(text_of(page))
        links = page.content.decode().partition(">Äldre</a>")
        if not links[1]:
            break
        address = "/loggen" + links[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
        assert "event=card.read" in address
        # Somebody logs in meanwhile: keyset pages do not shift.
        record(event=Event.CARD_READ, by=By(hsa_id=ANNA.card.hsa_id, name="Ny"), at=now)
    assert all(seen.count(f"Nummer{number:03}") == 1 for number in range(120))


def test_the_queries_do_not_grow_with_the_entries(
    place: Country, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = Browser.at_the_log(ERIK)
    with django_assert_max_num_queries(15) as few:
        browser.get("/loggen?event=application.made")
    before = len(few)
    for number in range(20):
        somebody = person(f"Kollega{number}", "Ek", f"SE2321009991-E9{number:04}")
        cast.register(somebody, (place.infection, place.medicine)[number % 2], at=now)
    browser = Browser.at_the_log(ERIK)
    # Once there is somebody and some place to look up, that takes one query each.
    with django_assert_max_num_queries(before + 2):
        browser.get("/loggen?event=application.made")


# Reading is logged


def test_every_reading_is_logged_with_its_filter(place: Country) -> None:
    browser = Browser.at_the_log(ERIK)
    browser.get(f"/loggen?event=card.read&since=2026-11-01&hsa_id={BERTIL.hsa_id}")
    browser.get("/loggen?fore=1")
    newest, first = readings()
    assert (first.by_hsa_id, first.about_hsa_id) == (ERIK.hsa_id, BERTIL.hsa_id)
    assert first.facts["event"] == "card.read"
    assert first.facts["since"] == "2026-11-01"
    assert newest.facts == {"below": 1, "rows": 0, "opening": first.facts["opening"]}


def test_a_reading_is_seen_by_the_next_reviewer(place: Country) -> None:
    browser = Browser.at_the_log(ERIK)
    browser.get("/loggen")
    assert "Läste loggen" in table_of(text_of(browser.get("/loggen")))


# Who must not


@pytest.mark.parametrize("address", ["/loggen", "/loggen?event=card.read"])
def test_only_a_log_reviewer_reads(place: Country, now: datetime, address: str) -> None:
    cast.register(ANNA, place.infection, at=now)
    assert Browser().get(address).status_code == 401
    for who in (BERTIL, CECILIA, DORIS):
        browser = Browser.of(who)
        answer = browser.get(address)
        assert answer.status_code == 403
        # One's own name stands in the bar.
        assert ("Bertil Holm" if who is CECILIA else "Cecilia Dahl") not in text_of(answer)
        assert "Loggen" not in text_of(browser.get("/start"))
    assert Browser.of(ANNA).get(address)["Location"] == "/ansokan"
    assert readings() == ()


def test_a_reviewer_whose_grant_was_revoked_a_moment_ago_reads_no_more(place: Country, now: datetime) -> None:
    browser = Browser.at_the_log(ERIK)
    assert browser.get("/loggen").status_code == 200
    (seat,) = seats_of(account_id=cast.account_of(ERIK).id, at=now)
    revoke(grant_id=seat.grant_id, reason="Har slutat", revoked_by_id=None, by=DORIS.by, at=timezone.now())
    assert browser.get("/loggen").status_code == 303
    assert len(readings()) == 1


def test_the_log_is_read_and_never_written_to(place: Country) -> None:
    assert Browser.at_the_log(ERIK).post("/loggen", {}).status_code == 405
