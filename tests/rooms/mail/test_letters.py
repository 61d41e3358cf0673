from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from registret.mail.letters import CONFIRMING, LETTERS, FactKind, Rendered, rendered, stored_facts
from registret.mail.links import (
    confirmation_code,
    confirmation_token,
    objection_token,
    read_objection,
    read_token,
    spaced,
)
from registret.mail.smtp import message

EXAMPLES: dict[FactKind, str | date] = {
    FactKind.LINE: "Åsa Öberg",
    FactKind.TEXT: "Du arbetar inte här.\nTala med Bertil.",
    FactKind.DAY: datetime(2026, 12, 1, 22, 30, tzinfo=UTC),
}


def letter(kind: str, language: str = "sv", **facts: str | date) -> Rendered:
    known = {name: EXAMPLES[fact] for name, fact in LETTERS[kind].facts.items()} | facts
    confirmation = (17, 3) if LETTERS[kind].about_confirmation else None
    return rendered(kind=kind, language=language, facts=stored_facts(kind, known), confirmation=confirmation)


class _Balance(HTMLParser):
    """Counts what is opened and closed, and collects attributes and text."""

    VOID = ("meta", "br")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(html: str) -> _Balance:
    page = _Balance()
    page.feed(html)
    page.close()
    assert page.open == []
    return page


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("kind", LETTERS)
def test_every_kind_can_be_written_in_both_languages(kind: str, language: str) -> None:
    made = letter(kind, language)
    assert made.subject
    assert "\n" not in made.subject
    assert f'<html lang="{language}"' in made.html
    page = parsed(made.html)
    for body in (made.text, " ".join(page.text.split())):
        assert "{" not in body
        assert "None" not in body
        assert "/hjalp" in body
    assert all(tag != "script" for tag, _, _ in page.attributes)


@pytest.mark.parametrize("kind", LETTERS)
def test_an_empty_line_stands_before_where_not_to_answer(kind: str) -> None:
    assert "\n\nSvara inte på mejlet." in letter(kind).text
    assert "\n\n\n" not in letter(kind).text


@pytest.mark.parametrize("kind", LETTERS)
def test_every_fact_of_a_letter_is_told_in_text_and_in_html(kind: str) -> None:
    facts = {name: f"Fakta {name}" for name, fact in LETTERS[kind].facts.items() if fact is not FactKind.DAY}
    made = letter(kind, **facts)
    for fact in facts.values():
        assert fact in made.text
        assert fact in parsed(made.html).text


@pytest.mark.parametrize("kind", LETTERS)
def test_text_and_html_lead_to_the_same_places(kind: str) -> None:
    made = letter(kind)
    in_html = {value for tag, name, value in parsed(made.html).attributes if name == "href"}
    in_text = set(re.findall(r"https://\S+", made.text))
    assert in_html == in_text
    assert all(address.startswith(f"{django_settings.SITE_ORIGIN}/") for address in in_html)


def test_the_confirmation_has_link_and_code_and_says_until_when() -> None:
    made = letter("confirm_email")
    for body in (made.text, made.html):
        assert f"/bekrafta/{confirmation_token(17, 3)}" in body
        assert spaced(confirmation_code(17, 3)) in body
        assert "1 december 2026" in body


@pytest.mark.parametrize(
    ("kind", "why", "then"),
    [
        ("confirm_email", "Du har registrerat dig för", "återstår att kliniken attesterar"),
        ("confirm_moved", "Ditt konto är flyttat hit från det tidigare systemet", "kan du arbeta som förut"),
        ("confirm_appointed", "Du har fått ett uppdrag för", "kan du logga in"),
    ],
)
def test_the_confirmation_says_why_it_comes_and_what_then_happens(kind: str, why: str, then: str) -> None:
    said = " ".join(letter(kind).text.split())
    assert why in said
    assert then in said
    assert ("registrerat" in said) == (kind == "confirm_email")


def test_only_letters_that_confirm_have_a_link_that_confirms_and_only_those_to_an_old_address_one_that_objects() -> (
    None
):
    for kind in LETTERS:
        assert ("/bekrafta/" in letter(kind).text) == (kind in CONFIRMING)
        assert ("/invand/" in letter(kind).text) == (kind in {"address_change_asked", "address_changed"})


def test_the_link_that_objects_confirms_nothing_and_the_other_way_round() -> None:
    assert read_objection(objection_token(17, 3)) == 17
    assert read_objection(confirmation_token(17, 3)) is None
    assert read_token(objection_token(17, 3)) is None
    for kind in ("address_change_asked", "address_changed"):
        assert f"/invand/{objection_token(17, 3)}" in letter(kind).text
        assert spaced(confirmation_code(17, 3)) not in letter(kind).text


def test_a_moment_is_shown_as_the_day_it_is_in_sweden() -> None:
    almost_midnight = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)
    assert "2 december 2026" in letter("attested", valid_until=almost_midnight).text
    assert "1 december 2026" in letter("attested", valid_until=date(2026, 12, 1)).text


def test_english_letters_have_english_dates() -> None:
    assert "1 December 2026" in letter("attested", "en", valid_until=date(2026, 12, 1)).text


def test_letters_carry_the_name_of_the_registry(settings: Settings) -> None:
    settings.REGISTRY_NAME = "Provregistret"
    made = letter("attested")
    assert "Provregistret" in made.subject
    assert "Infektionsregistret" not in made.text + made.html


def test_what_people_wrote_is_escaped_in_html_and_left_alone_in_text() -> None:
    nasty = '<script>alert("x")</script> & {code} {0.__class__} %(x)s'
    made = letter("declined", name=nasty, clinic=nasty, reason=nasty)
    assert "<script" not in made.html
    assert "&lt;script&gt;" in made.html
    assert nasty in made.text
    assert nasty in parsed(made.html).text


def test_a_name_with_line_breaks_stays_on_its_line() -> None:
    made = letter("attested", name="Anna\r\nBcc: cecilia@regionsydvik.se\x0b\x00\u2028x")
    assert "Hej Anna Bcc: cecilia@regionsydvik.se x!" in made.text


def test_the_reason_keeps_its_lines_and_cannot_pass_for_the_letters_own_words() -> None:
    made = letter("declined", reason="Du arbetar inte här.\r\n\r\nBekräfta:\r\nhttps://example.org/")
    assert "> Du arbetar inte här.\n> \n> Bekräfta:\n> https://example.org/\n" in made.text
    assert "Bekräfta:<br>" in made.html


def test_letters_about_others_tell_no_hsa_id() -> None:
    for kind in ("application_waiting", "application_escalated", "reminder"):
        facts = set(LETTERS[kind].facts)
        assert facts
        assert {fact for fact in facts if "hsa" in fact} == set()


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("unheard_of", {}),
        ("attested", {"name": "Anna"}),
        ("appointed", {"name": "A", "role": "r", "place": "p", "valid_until": date(2026, 1, 1), "code": "7K4M2P"}),
        ("appointed", {"name": "A", "role": "r", "place": "p", "valid_until": "tomorrow"}),
        ("address_changed", {"name": date(2026, 1, 1), "new_address": "a•••@regionnorrvik.se"}),
    ],
)
def test_a_letter_with_wrong_facts_is_a_mistake_in_the_program(kind: str, facts: dict[str, str | date]) -> None:
    with pytest.raises(ValueError, match=kind):
        stored_facts(kind, facts)


def test_a_message_has_exactly_the_headers_that_it_should_have() -> None:
    built = message(
        letter=letter("confirm_email", name="Anna\r\nBcc: x@example.org", clinic="\nX-Evil: yes\n"),
        to="anna.berg@regionnorrvik.se",
        message_id="<1@registret.localhost>",
        language="sv",
        sender="no-reply@registret.localhost",
        at=datetime(2026, 11, 24, tzinfo=UTC),
    )
    assert set(built.keys()) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Content-Language",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "MIME-Version",
        "Content-Type",
    }
    assert b"\nX-Evil" not in bytes(built).replace(b"\r\n", b"\n").partition(b"\n\n")[0]


@pytest.mark.parametrize(
    "broken",
    [
        {"to": "anna@regionnorrvik.se\r\nBcc: x@example.org"},
        {"to": "anna@regionnorrvik.se, x@example.org"},
        {"sender": "a@b.se\nBcc: x@example.org"},
        {"message_id": "<1@x>\r\nBcc: x@example.org"},
        {"language": "sv\nBcc: x@example.org"},
    ],
)
def test_no_part_of_a_message_can_begin_another_header(broken: dict[str, str]) -> None:
    parts = {
        "to": "anna@regionnorrvik.se",
        "message_id": "<1@registret.localhost>",
        "language": "sv",
        "sender": "no-reply@registret.localhost",
    } | broken
    with pytest.raises(ValueError, match=r"(?i)header|linefeed|addr_spec|CR or LF"):
        message(letter=letter("attested"), at=datetime(2026, 11, 24, tzinfo=UTC), **parts)


def test_a_subject_with_a_line_break_is_refused() -> None:
    with pytest.raises(ValueError, match=r"newline|linefeed|header"):
        message(
            letter=Rendered(subject="Hej\r\nBcc: x@example.org", text="x", html="x"),
            to="anna@regionnorrvik.se",
            message_id="<1@registret.localhost>",
            language="sv",
            sender="no-reply@registret.localhost",
            at=datetime(2026, 11, 24, tzinfo=UTC),
        )
