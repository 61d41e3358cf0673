"""An unexpected error: a page that stands whatever is broken, and one reference for it, the program and the log."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError
from django.template import engines
from django.utils import timezone
from psycopg.errors import DeadlockDetected
from pytest_django import DjangoAssertNumQueries

from registret.ledger.queries import EntryRow, Wanted, entries
from registret.web import fault
from registret.web.health import views
from tests import cast
from tests.cast import ERIK
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

SECRET = "Anna Berg, 19121212-1212"


@pytest.fixture
def raised(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """What the page at /halsa stops with."""
    errors: list[Exception] = [RuntimeError(SECRET)]

    def fails() -> None:
        raise errors[0]

    monkeypatch.setattr(views, "lacking", fails)
    return errors


def failed(language: str = "sv", *, status: int = 500) -> Any:
    browser = Browser()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    browser.raise_request_exception = False
    page = browser.get("/halsa")
    assert page.status_code == status
    return page


def reference_on(page: Any) -> str:
    found = re.search(r'class="id">([0-9A-Z]{3}-[0-9A-Z]{4})<', page.content.decode())
    assert found is not None
    return found[1]


def told() -> tuple[EntryRow, ...]:
    return entries(wanted=Wanted(event="request.failed")).rows


def test_it_says_what_happened_what_to_do_and_whom_to_ask_in_both_languages(raised: list[Exception]) -> None:
    text = text_of(failed())
    for said in ("Något gick fel hos oss.", "Vad som hände", "Vad du gör nu", "försök igen om en stund", "Supporten"):
        assert said in text, said
    assert settings.CONTACT_MAIL in text
    page = failed("en")
    assert '<html lang="en">' in page.content.decode()
    text = text_of(page)
    for said in ("What happened", "What to do now", "Reference"):
        assert said in text, said
    assert re.findall(r"\S*[åäöÅÄÖ]\S*", text) == []


def test_the_reference_is_the_same_on_the_page_in_the_programs_messages_and_in_the_log(
    raised: list[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    first, second = reference_on(failed()), reference_on(failed())
    assert first != second
    messages = [r.getMessage() for r in caplog.records if r.name == "registret.web"]
    assert [message.partition("\n")[0] for message in messages] == [
        f"unexpected RuntimeError in view ready, reference {one}" for one in (first, second)
    ]
    assert [(e.reference, e.facts, e.outcome) for e in told()] == [
        (one, {"view": "ready"}, "refused") for one in (second, first)
    ]


def test_a_log_reviewer_finds_it_by_its_reference(raised: list[Exception]) -> None:
    cast.country(timezone.now() - timedelta(days=1))
    reference = reference_on(failed())
    text = text_of(Browser.at_the_log(ERIK).get("/loggen", {"reference": reference}))
    assert "Ett fel hos oss stoppade sidan" in text


def test_nothing_of_the_error_is_on_the_page_or_in_the_messages(
    raised: list[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    page = failed().content.decode()
    for secret in ("Anna", "1212", "RuntimeError", "Traceback", "/halsa"):
        assert secret not in page, secret
    assert "Anna" not in caplog.text
    assert "1212" not in caplog.text


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_without_a_database_the_page_comes_and_asks_it_nothing(
    raised: list[Exception], error: Exception, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    raised[0] = error
    with django_assert_num_queries(0):
        page = failed(status=503)
    assert "Registret svarar inte just nu." in text_of(page)
    assert page.headers["Retry-After"] == "10"
    assert told() == ()


def test_without_a_database_the_programs_messages_have_a_line_and_no_more(
    raised: list[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    raised[0] = OperationalError("gone")
    reference = reference_on(failed(status=503))
    (line,) = [one for one in caplog.records if reference in one.getMessage()]
    assert "\n" not in line.getMessage()
    assert line.exc_info is None


def test_a_deadlock_is_an_error_of_a_database_that_answers(raised: list[Exception]) -> None:
    trouble = OperationalError("deadlock detected")
    trouble.__cause__ = DeadlockDetected()
    raised[0] = trouble
    page = failed()
    assert reference_on(page) == told()[0].reference


def test_an_error_of_the_database_that_answers_is_in_the_log(raised: list[Exception]) -> None:
    raised[0] = IntegrityError("broken")
    assert reference_on(failed()) == told()[0].reference
    assert (told()[0].event, told()[0].by_hsa_id, told()[0].about_account_id) == ("request.failed", "", None)


def test_without_templates_files_or_a_log_the_page_comes_all_the_same(
    raised: list[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("broken as well")

    monkeypatch.setattr(type(engines["django"]), "get_template", broken)
    monkeypatch.setattr(fault, "static", broken)
    monkeypatch.setattr(fault, "record_refusal", broken)
    page = failed()
    assert "Något gick fel hos oss." in text_of(page)
    assert reference_on(page)
    assert "stylesheet" not in page.content.decode()


def test_it_wears_the_look_of_the_site_and_has_nothing_inline(raised: list[Exception]) -> None:
    page = failed().content.decode()
    assert re.search(r'<link rel="stylesheet" href="/static/registret\.[0-9a-f]+\.css">', page)
    assert not re.search(r"<(script|style)|style=| on\w+=", page)


def test_what_fails_before_anybody_is_known_has_a_page_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middleware, before there is a moment, an address or a language."""

    def broken(*args: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("registret.web.middleware.arrival", broken)
    page = failed()
    assert reference_on(page)
    assert told() == (), "nobody knows who asked"
