"""Alla mejl: the office reads every letter that the system can send; a letter without an example is not finished."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from registret.mail.letters import LETTERS
from registret.mail.models import Letter
from registret.web.office.samples import sample_letter
from registret.words.letters import letter_name
from tests.cast import BERTIL, DORIS, ERIK, Country, Person
from tests.rooms.web.client import Browser, text_of

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("kind", LETTERS)
def test_every_letter_has_an_example_in_both_languages(kind: str, language: str) -> None:
    made = sample_letter(kind, language=language, at=NOW)
    assert made.subject
    assert "{" not in made.text
    other = sample_letter(kind, language="en" if language == "sv" else "sv", at=NOW)
    assert made.subject != other.subject
    assert made.text != other.text


def test_the_example_of_a_confirmation_confirms_nothing() -> None:
    made = sample_letter("confirm_email", language="sv", at=NOW)
    assert "/bekrafta/exempel" in made.text
    assert "7K4 M2P" in made.text


@pytest.mark.django_db
def test_the_office_finds_all_of_them_and_reads_each_as_text_and_as_mail_programs_show_it(place: Country) -> None:
    doris = Browser.of(DORIS)
    page = doris.get("/kansliet/brev").content.decode()
    assert f"{len(LETTERS)} mejl som systemet kan skicka" in page
    sent = Letter.objects.count()
    for kind in LETTERS:
        assert letter_name(kind) in page
        assert not re.search(rf">\s*{kind}\s*<", page), "a code says nothing to the office"
        assert f"/kansliet/brev/{kind}/sv" in page
        assert f"/kansliet/brev/{kind}/en" in page
    for kind in ("declined", "recertification_silent", "confirm_email"):
        for language in ("sv", "en"):
            made = sample_letter(kind, language=language, at=timezone.now())
            assert made.subject in text_of(doris.get(f"/kansliet/brev/{kind}/{language}"))
            html = doris.get(f"/kansliet/brev/{kind}/{language}/html")
            assert html["Content-Language"] == language
            assert html["Content-Security-Policy"].endswith("sandbox")
            assert "default-src 'none'" in html["Content-Security-Policy"]
            assert "<script" not in html.content.decode()
    assert Letter.objects.count() == sent, "reading sends nothing"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["ingen/sv", "declined/de", "declined/de/html"])
def test_what_is_no_letter_is_not_found(path: str, place: Country) -> None:
    assert Browser.of(DORIS).get(f"/kansliet/brev/{path}").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("who", [BERTIL, ERIK])
def test_it_is_a_page_of_the_office(who: Person, place: Country) -> None:
    for path in ("/kansliet/brev", "/kansliet/brev/declined/sv", "/kansliet/brev/declined/sv/html"):
        assert Browser.of(who).get(path).status_code == 403
