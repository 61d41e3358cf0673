"""Granskningar, page by page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registret.access.roles import Role
from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.queries import Wanted, entries
from registret.ledger.services import record
from registret.oversight.models import Review, ReviewedEntry
from tests import cast
from tests.cast import BERTIL, CECILIA, DORIS, ERIK, Country, Person, person
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

FRIDA = person("Frida", "Ros", "SE2321009991-E00F6R6")
HOSTILE = "<script>alert('”&amp;')</script>"
ALL = "/loggen/granskningar"


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    now = timezone.now()
    built = cast.country(now - timedelta(days=40))
    cast.appoint_by_program(FRIDA, Role.LOG_REVIEWER, at=now - timedelta(days=40))
    for n in range(3):
        acted(BERTIL, built.infection, days_ago=3, reason=f"nummer {n}")
    return built


def acted(who: Person, clinic_id: int, *, days_ago: int, reason: str = "") -> None:
    account_id = cast.account_of(who).id
    by = By(hsa_id=who.card.hsa_id, name=who.name, account_id=account_id, role="reporter", clinic_id=clinic_id)
    record(event=Event.SESSION_ENDED, by=by, at=timezone.now() - timedelta(days=days_ago), facts={"reason": reason})


def days(*, ago: int = 5) -> dict[str, str]:
    today = timezone.localdate()
    return {"since": f"{today - timedelta(days=ago)}", "until": f"{today - timedelta(days=1)}"}


def sample_of(place: Country, *, by: Person = ERIK) -> dict[str, str]:
    return {**days(), "clinic": str(place.infection), "size": "20", "reviewer": str(cast.account_of(by).id)}


def drawn(place: Country, browser: Browser) -> str:
    """The address of a sample of three entries that Erik reviews."""
    answer = browser.post(f"{ALL}/stickprov", sample_of(place))
    assert answer.status_code == 303
    return str(answer["Location"])


def judged(review: str, verdict: str = "justified", note: str = "") -> dict[str, str]:
    numbers = ReviewedEntry.objects.filter(review_id=int(review.rpartition("/")[2])).values_list("entry_id", flat=True)
    return {key: value for n in numbers for key, value in ((f"v{n}", verdict), (f"n{n}", note))}


def test_a_sample_is_drawn_judged_closed_and_counted(place: Country) -> None:
    browser = Browser.of(ERIK)
    review = drawn(place, browser)
    text = text_of(browser.get(review))
    for words in ("Stickprov", "alla 3", "Bertil Holm", "Session avslutad", "nummer 2", "Erik Sand"):
        assert words in text
    assert browser.post(f"{review}/bedom", judged(review)).status_code == 303
    assert browser.post(f"{review}/avsluta", {"outcome": "no_remark", "conclusion": ""}).status_code == 303
    text = text_of(browser.get(review))
    assert "Utan anmärkning, i dag" in text
    assert "Spara bedömningarna" not in text
    listed = text_of(browser.get(ALL))
    assert "Inga granskningar pågår." in listed
    assert "2 kliniker har inget avslutat stickprov." in listed
    assert "Infektionskliniken, Norrviks sjukhus 1 0 3 0 0 0" in listed


def test_a_directed_review_says_why(place: Country) -> None:
    browser = Browser.of(ERIK)
    wish = {**days(), "hsa_id": BERTIL.hsa_id, "reason": HOSTILE, "reviewer": str(cast.account_of(ERIK).id)}
    answer = browser.post(f"{ALL}/riktad", wish)
    page = browser.get(answer["Location"])
    assert "Riktad granskning" in text_of(page)
    assert HOSTILE in text_of(page)
    assert "<script>alert" not in page.content.decode()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"clinic": ""}, "Välj en klinik"),
        ({"clinic": "999999"}, "Välj en klinik i listan"),
        ({"since": ""}, "Skriv en dag"),
        ({"since": "2026-02-30"}, "30 februari 2026 finns inte"),
        ({"since": "2026-01-02", "until": "2026-01-01"}, "Till och med ligger före från och med"),
        ({"since": "2001-01-01", "until": "2001-02-01"}, "Loggen har inga sådana poster under perioden"),
        ({"size": "0"}, "Skriv ett tal mellan 1 och 200"),
        ({"size": "201"}, "Skriv ett tal mellan 1 och 200"),
        ({"size": "x"}, "Skriv ett heltal, bara siffror"),
        ({"reviewer": ""}, "Välj vem som granskar"),
        ({"reviewer": "1"}, "Välj en av loggranskarna i listan"),
    ],
)
def test_what_is_wrong_with_a_sample_is_said_at_its_field(place: Country, changes: dict[str, str], says: str) -> None:
    page = Browser.of(ERIK).post(f"{ALL}/stickprov", sample_of(place) | changes)
    assert page.status_code == 422
    assert text_of(page).count(says) >= 2, "in the summary and at the field"
    assert not Review.objects.exists()


def test_whoever_worked_there_is_refused_beside_the_reviewer(place: Country) -> None:
    acted(ERIK, place.infection, days_ago=2)
    page = Browser.of(ERIK).post(f"{ALL}/stickprov", sample_of(place))
    assert "Granskaren har själv poster där under perioden. Välj någon annan." in text_of(page)
    assert Browser.of(ERIK).post(f"{ALL}/stickprov", sample_of(place, by=FRIDA)).status_code == 303


def test_a_judgement_without_the_note_that_it_needs_keeps_what_was_chosen(place: Country) -> None:
    browser = Browser.of(ERIK)
    review = drawn(place, browser)
    page = browser.post(f"{review}/bedom", judged(review, "unjustified"))
    assert page.status_code == 422
    assert text_of(page).count("Skriv varför posten inte bedöms som befogad") == 6
    assert len(re.findall(r'value="unjustified"\s+checked', page.content.decode())) == 3
    assert not ReviewedEntry.objects.exclude(verdict="").exists()
    assert browser.post(f"{review}/bedom", judged(review, "perhaps")).status_code == 422


def test_some_may_be_judged_now_and_others_later(place: Country) -> None:
    browser = Browser.of(ERIK)
    review = drawn(place, browser)
    first = next(name for name in judged(review) if name.startswith("v"))
    assert browser.post(f"{review}/bedom", judged(review, "") | {first: "justified"}).status_code == 303
    assert ReviewedEntry.objects.exclude(verdict="").count() == 1
    assert "1 av 3" in text_of(browser.get(ALL))


def long_review(place: Country, browser: Browser) -> str:
    """The address of a sample of 60 entries."""
    for _ in range(57):
        acted(BERTIL, place.infection, days_ago=3)
    answer = browser.post(f"{ALL}/stickprov", sample_of(place) | {"size": "60"})
    return str(answer["Location"])


def page_of(browser: Browser, review: str, number: int) -> dict[str, str]:
    """The fields of a page, as they are."""
    page = browser.get(f"{review}?sida={number}").content.decode()
    return dict.fromkeys(re.findall(r'<input\s+id="(n[0-9]+)"', page), "")


def test_a_long_review_is_judged_page_by_page_with_one_press_for_the_rest(place: Country) -> None:
    browser = Browser.of(ERIK)
    review = long_review(place, browser)
    assert "Sida 1 av 3 · 0 av 60 bedömda" in text_of(browser.get(review))
    for number, (so_far, leads_to) in enumerate([(20, "?sida=2#poster"), (40, "?sida=3#poster"), (60, "#avsluta")], 1):
        fields = page_of(browser, review, number)
        assert len(fields) <= 20
        one = next(iter(fields)).removeprefix("n")
        marked = {f"v{one}": "unclear", f"n{one}": "Frågat chefen"}
        answer = browser.post(f"{review}/bedom?sida={number}", fields | marked | {"rest": "1"})
        assert (answer.status_code, answer["Location"]) == (303, review + leads_to)
        assert ReviewedEntry.objects.exclude(verdict="").count() == so_far
        assert f"{so_far} av 60 bedömda" in text_of(browser.get(review))
    found = ReviewedEntry.objects.values_list("verdict", flat=True)
    assert sorted(found) == ["justified"] * 57 + ["unclear"] * 3
    assert [entry.facts["rows"] for entry in entries(wanted=Wanted(event="review.judged")).rows] == [20, 20, 20]
    assert "Bedöm resten" not in text_of(browser.get(review))
    assert browser.post(f"{review}/avsluta", {"outcome": "no_remark", "conclusion": ""}).status_code == 303


def test_the_rest_of_a_page_is_no_more_than_that_page_and_nothing_that_was_judged(place: Country) -> None:
    browser = Browser.of(ERIK)
    review = long_review(place, browser)
    fields = page_of(browser, review, 2)
    first = next(iter(fields)).removeprefix("n")
    saved = browser.post(f"{review}/bedom?sida=2", fields | {f"v{first}": "unjustified", f"n{first}": "Varför?"})
    assert saved["Location"] == f"{review}?sida=2#poster", "some of it is left"
    kept = {f"v{first}": "unjustified", f"n{first}": "Varför?"}
    browser.post(f"{review}/bedom?sida=2", fields | kept | {"rest": "1"})
    assert ReviewedEntry.objects.get(entry_id=int(first)).verdict == "unjustified"
    assert ReviewedEntry.objects.exclude(verdict="").count() == 20
    elsewhere = page_of(browser, review, 1)
    one = next(iter(elsewhere)).removeprefix("n")
    browser.post(f"{review}/bedom?sida=2", {f"v{one}": "unjustified", f"n{one}": "x", "rest": "1"})
    assert ReviewedEntry.objects.get(entry_id=int(one)).verdict == "", "of another page than the one that was sent"


def test_a_note_without_a_judgement_is_not_one_of_the_rest(place: Country) -> None:
    browser = Browser.of(ERIK)
    review = drawn(place, browser)
    fields = page_of(browser, review, 1)
    page = browser.post(f"{review}/bedom", fields | {next(iter(fields)): "Vem är det?", "rest": "1"})
    assert page.status_code == 422
    assert "Välj en bedömning till anteckningen" in text_of(page)
    assert "Vem är det?" in page.content.decode()
    assert not ReviewedEntry.objects.exclude(verdict="").exists()


def test_what_the_log_has_culled_is_not_one_of_the_rest(place: Country) -> None:
    browser = Browser.of(ERIK)
    review = drawn(place, browser)
    ReviewedEntry.objects.create(review=Review.objects.get(), entry_id=10**9, by_account_id=cast.account_of(BERTIL).id)
    answer = browser.post(f"{review}/bedom", page_of(browser, review, 1) | {"rest": "1"})
    assert answer["Location"] == f"{review}?sida=1#poster"
    assert ReviewedEntry.objects.get(entry_id=10**9).verdict == ""
    assert ReviewedEntry.objects.filter(verdict="justified").count() == 3


def test_only_the_reviewer_judges_the_rest(place: Country) -> None:
    review = drawn(place, Browser.of(ERIK))
    assert Browser.of(FRIDA).post(f"{review}/bedom", {"rest": "1"}).status_code == 403
    assert not ReviewedEntry.objects.exclude(verdict="").exists()


def test_a_page_asks_no_more_with_more_pages(place: Country) -> None:
    browser = Browser.of(ERIK)
    short, long = drawn(place, browser), long_review(place, browser)
    browser.get(short)
    with CaptureQueriesContext(connection) as few:
        browser.get(short)
    with CaptureQueriesContext(connection) as many:
        browser.get(f"{long}?sida=2")
    assert len(many) == len(few)


@pytest.mark.parametrize("number", ["0", "-1", "x", "99", "9" * 30])
def test_a_page_that_is_not_there_is_another(place: Country, number: str) -> None:
    browser = Browser.of(ERIK)
    assert browser.get(f"{drawn(place, browser)}?sida={number}").status_code == 200


@pytest.mark.parametrize(
    ("outcome", "conclusion", "says"),
    [
        ("", "", "Välj ett utfall"),
        ("maybe", "", "Välj ett utfall i listan"),
        ("no_remark", "", "En post är bedömd som obefogad. Välj ett annat utfall."),
        ("remark", " ", "Skriv vad som framkom och vad som görs"),
        ("remark", "x" * 2001, "Skriv högst 2 000 tecken"),
        ("remark", "\x00", "Texten innehåller ett tecken som inte går att spara"),
    ],
)
def test_a_review_is_not_closed_without_an_outcome_that_fits(
    place: Country, outcome: str, conclusion: str, says: str
) -> None:
    browser = Browser.of(ERIK)
    review = drawn(place, browser)
    browser.post(f"{review}/bedom", judged(review, "unjustified", "Varför?"))
    page = browser.post(f"{review}/avsluta", {"outcome": outcome, "conclusion": conclusion})
    assert page.status_code == 422
    assert says in text_of(page)
    assert Review.objects.get().closed_at is None


def test_it_is_not_closed_before_all_is_judged(place: Country) -> None:
    browser = Browser.of(ERIK)
    page = browser.post(f"{drawn(place, browser)}/avsluta", {"outcome": "no_remark"})
    assert "3 poster saknar bedömning. Bedöm dem och spara först." in text_of(page)


def test_another_reviewer_reads_and_takes_over_and_only_then_judges(place: Country) -> None:
    review = drawn(place, Browser.of(ERIK))
    hers = Browser.of(FRIDA)
    assert "Spara bedömningarna" not in text_of(hers.get(review))
    assert hers.post(f"{review}/bedom", judged(review)).status_code == 403
    assert hers.post(f"{review}/avsluta", {"outcome": "no_remark"}).status_code == 403
    assert hers.post(f"{review}/ta").status_code == 303
    assert hers.post(f"{review}/bedom", judged(review)).status_code == 303


def test_reading_a_review_is_logged(place: Country) -> None:
    browser = Browser.of(ERIK)
    review = drawn(place, browser)
    browser.get(review)
    (entry,) = entries(wanted=Wanted(event="review.read")).rows
    assert (entry.by_hsa_id, entry.facts) == (ERIK.hsa_id, {"review": int(review.rpartition("/")[2]), "rows": 3})


@pytest.mark.parametrize("who", [BERTIL, CECILIA, DORIS])
def test_nobody_else_reads_or_acts(place: Country, who: Person) -> None:
    review = drawn(place, Browser.of(ERIK))
    browser = Browser.of(who)
    for address in (ALL, review, f"{ALL}/stickprov", f"{ALL}/riktad"):
        assert browser.get(address).status_code == 403
        assert Browser().get(address).status_code == 401
    for address in (f"{review}/bedom", f"{review}/avsluta", f"{review}/ta", f"{ALL}/stickprov", f"{ALL}/riktad"):
        assert browser.post(address, sample_of(place)).status_code == 403
    assert Review.objects.count() == 1


@pytest.mark.parametrize("number", ["0", "999999999", "9" * 30])
def test_a_review_that_is_not_there_is_not_found(place: Country, number: str) -> None:
    assert Browser.of(ERIK).get(f"{ALL}/{number}").status_code == 404


def test_a_form_without_its_token_does_nothing(place: Country) -> None:
    browser = Browser.of(ERIK, enforce_csrf_checks=True)
    assert browser.post(f"{ALL}/stickprov", sample_of(place)).status_code == 403
    assert not Review.objects.exists()


def test_the_list_asks_no_more_for_more_reviews(place: Country) -> None:
    browser = Browser.of(ERIK)
    drawn(place, browser)
    with CaptureQueriesContext(connection) as few:
        browser.get(ALL)
    for _ in range(5):
        drawn(place, browser)
    with CaptureQueriesContext(connection) as many:
        browser.get(ALL)
    assert len(many) == len(few)
