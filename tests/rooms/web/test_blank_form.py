"""A form on paper: blank, to fill in by hand, and as an episode has been answered."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from registret.access.roles import Role
from registret.records.reporting import writing
from registret.registries.conditions import asked_when
from registret.registries.exports import codebook
from registret.registries.forms import Form
from registret.registries.queries import catalogue, form_of
from registret.web.records import paper, paper_pdf
from tests import cast
from tests.cast import ANNA, Country
from tests.pdf import read
from tests.rooms.records.scene import NOW, TOLVAN, begun
from tests.rooms.web.client import Browser, text_of

FORMS = [pytest.param(form, id=form.code) for form in catalogue().forms.values()]
every_form = pytest.mark.parametrize("form", FORMS)


@pytest.fixture
def anna(place: Country, now: datetime) -> Browser:
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    return Browser.of(ANNA)


def asks(page: str) -> list[str]:
    """Each question of a paper form."""
    tight = re.sub(r">\s+(?=<)|\s+(?=</)", lambda found: found[0].strip(), " ".join(page.split()))
    return re.findall(r'<div class="ask"><h4>.*?</div>', tight)


def ticks(ask: str) -> list[str]:
    return [re.sub(r"<[^>]*>", "", one).strip() for one in re.findall(r"<li[^>]*>(.*?)</li>", ask)]


@every_form
def test_a_blank_form_has_every_question_with_all_its_options_and_lines_for_the_others(
    form: Form, anna: Browser
) -> None:
    page = anna.get(f"/delregister/{form.code}/{form.version}/blankett").content.decode()
    found = asks(page)
    assert len(found) == len(form.questions)
    for ask, question in zip(found, form.questions.values(), strict=True):
        assert f"<h4>{question.variable.label}</h4>" in ask
        labels = [str(option.label) for option in question.options]
        assert ticks(ask)[: len(labels)] == labels
        assert len(ticks(ask)) == len(labels) + len(question.variable.missing)
        assert ('<p class="line"><span></span>' in ask) is not bool(labels), question.code
        if question.variable.unit and not labels:
            assert str(question.variable.unit) in ask
    assert 'class="on"' not in page


@every_form
@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_blank_form_as_pdf_is_read_question_by_question(form: Form, language: str) -> None:
    with translation.override(language):
        document = read(paper_pdf.blank_pdf(paper.blank(form), at=NOW))
        questions = [" ".join(str(question.variable.label).split()) for question in form.questions.values()]
    assert (document.standard, document.language, document.untagged) == ("PDF/UA-1", language, 0)
    assert document.headings_skip_no_level
    assert [" ".join(text.split()) for level, text in document.headings if level == 3] == questions
    boxes = sum(len(q.options) + len(q.variable.missing) for q in form.questions.values())
    assert document.heard("Lbl") == ["☐"] * boxes


def test_a_blank_form_as_pdf_is_a_file_about_nobody(anna: Browser) -> None:
    assert '/delregister/pneumoni/1/blankett.pdf"' in anna.get("/delregister/pneumoni/1/blankett").content.decode()
    answer = anna.get("/delregister/pneumoni/1/blankett.pdf")
    assert answer["Content-Type"] == "application/pdf"
    document = read(answer.content)
    assert document.title == "Pneumoni, Infektionsregistret"
    assert TOLVAN[:8] not in document.text
    assert anna.get("/delregister/pneumoni/99/blankett.pdf").status_code == 404


def test_a_blank_form_is_about_nobody_and_each_place_that_offers_it_leads_there(anna: Browser) -> None:
    now = timezone.now()
    arrived = [f"{timezone.localtime(now - timedelta(days=4)):%Y-%m-%dT%H:%M}"]
    episode = begun(cast.actor(ANNA, at=now - timedelta(hours=1)), at=now, arrived_at=arrived)
    blank = "/delregister/pneumoni/1/blankett"
    for address in (f"/vardepisod/{episode}/acute", "/registreringar", "/delregister"):
        assert f'href="{blank}"' in anna.get(address).content.decode(), address
    new = anna.post("/patienter/ny", {"number": "19640823-3234", "sub_registry": "pneumoni"})
    assert f'href="{blank}"' in new.content.decode()
    page = anna.get(blank).content.decode()
    assert TOLVAN[:8] not in page
    assert episode not in page


def test_no_form_of_that_version_is_not_found(anna: Browser) -> None:
    assert anna.get("/delregister/pneumoni/99/blankett").status_code == 404
    assert anna.get("/delregister/malaria/1/blankett").status_code == 404


def test_what_is_answered_is_marked_among_the_options_and_stands_on_the_line(anna: Browser) -> None:
    now = timezone.now()
    arrived = [f"{timezone.localtime(now - timedelta(days=4)):%Y-%m-%dT%H:%M}"]
    actor = cast.actor(ANNA, at=now - timedelta(hours=1))
    episode = begun(actor, at=now, arrived_at=arrived)
    written = {"confusion": ["no"], "comorbidity": ["copd", "diabetes"], "pulse": ["88"], "crp": ["missing:not_done"]}
    writing.write(actor=actor, episode=episode, step="acute", base=0, written=written, at=now)
    page = anna.get(f"/vardepisod/{episode}/utskrift")
    found = {re.sub(r"<[^>]*>", "", ask.partition("</h4>")[0]): ask for ask in asks(page.content.decode())}
    assert ticks(found["Nytillkommen förvirring"]) == ["Ja", "Nej (valt)", "Ej utfört", "Okänt"]
    chosen = [one for one in ticks(found["Andra sjukdomar"]) if one.endswith("(valt)")]
    assert chosen == ["KOL (valt)", "Diabetes (valt)"]
    assert '<p class="line has"><span>88</span> /min' in found["Puls"]
    assert ticks(found["CRP, första värdet"]) == ["Ej utfört (valt)", "Okänt"]
    assert '<p class="line"><span></span> mg/L' in found["CRP, första värdet"]
    assert "När blododlingen togs" not in found, "it is not asked"
    assert "19121212-1212" in text_of(page)
    assert f'href="/vardepisod/{episode}/utskrift.pdf"' in page.content.decode()
    document = read(anna.get(f"/vardepisod/{episode}/utskrift.pdf").content)
    marks = list(zip(document.heard("Lbl"), document.heard("LBody"), strict=True))
    assert [label for mark, label in marks if mark == "☒" and label in {"KOL", "Diabetes", "Astma"}] == [
        "KOL",
        "Diabetes",
    ]
    assert ("Nummer", "19121212-1212") in marks
    assert "88" in document.text
    assert "När blododlingen togs" not in document.text


@every_form
def test_a_blank_form_says_in_words_when_a_question_is_asked(form: Form) -> None:
    for language, start in {"sv": "Besvaras om ”", "en": "Answered if “"}.items():
        with translation.override(language):
            told = {q.code: asked_when(form, q) for q in form.questions.values()}
        assert [q.code for q in form.questions.values() if bool(told[q.code]) is not bool(q.shown_if)] == []
        assert [code for code, text in told.items() if text and not text.startswith(start)] == []


@pytest.mark.parametrize(
    ("sub_registry", "code", "told"),
    [
        ("pneumoni", "blood_cultured_at", "Besvaras om ”Blododling tagen” är Ja."),
        ("pneumoni", "antibiotic_at", "Besvaras om ”Första antibiotika på sjukhuset” har ett svar."),
        (
            "pneumoni",
            "resistance",
            "Besvaras om ”Agens” har ett svar och ”Agens” inte är Inget agens påvisat.",
        ),
        ("meningit", "gcs", "Besvaras om ”Medvetandegrad, RLS 85” inte har något svar."),
        ("meningit", "neurological", "Besvaras om ”Hur patienten följdes upp” är Besök eller Telefon eller video."),
        ("sepsis", "lactate_repeat", "Besvaras om ”Laktat, första värdet” är mer än 2 mmol/L."),
        ("sepsis", "triage", ""),
    ],
)
def test_conditions_are_said_with_the_labels_of_questions_and_options(sub_registry: str, code: str, told: str) -> None:
    form = form_of(sub_registry, 1)
    assert asked_when(form, form.questions[code]) == told


def test_a_blank_form_and_the_code_book_say_from_which_day_an_outcome_can_be_answered(anna: Browser) -> None:
    told = text_of(anna.get(reverse("blank_form", args=["pneumoni", 1])))
    assert "Kan besvaras från dygn 30 efter ”Ankomst till sjukhuset”." in told
    assert "Kan besvaras från dygn 90 efter ”Ankomst till sjukhuset”." in told
    book = {row["code"]: row for row in codebook.rows(form_of("pneumoni", 1)) if row["row"] == "variable"}
    assert (book["alive_90"]["opens_after"], book["alive_90"]["opens_days"]) == ("arrived_at", "90")
    assert (book["pulse"]["opens_after"], book["pulse"]["opens_days"]) == ("", "")


def test_the_indicators_of_a_sub_registry_are_files_beside_its_form(anna: Browser) -> None:
    page = anna.get("/delregister").content.decode()
    for kind, starts in (("csv", "sub_registry;code;version"), ("json", '{"resourceType": "Bundle"')):
        address = f"/delregister/pneumoni/indikatorer.{kind}"
        assert page.count(f'href="{address}"') == 1
        assert anna.get(address).content.decode("utf-8-sig").startswith(starts)
    assert anna.get("/delregister/malaria/indikatorer.csv").status_code == 404
