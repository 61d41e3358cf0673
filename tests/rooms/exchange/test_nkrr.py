"""Answers of a record system, by way of the national platform: asked for, suggested, accepted one by one."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from pytest_django import Settings

from registret.access.refusals import NotFound, NotPermitted
from registret.demo.services.national_platform import Known, NationalPlatform, answered, fault
from registret.exchange.mappings.reading import FormMapping
from registret.exchange.nkrr import platform, suggesting
from registret.exchange.nkrr.asked import TABLES, asked_of, form_id_of
from registret.exchange.nkrr.form_data import ResultCode
from registret.exchange.nkrr.moments import as_typed, is_ambiguous
from registret.exchange.nkrr.suggesting import Found, JournalSilent, ask
from registret.outgoing.named import NamedService
from registret.outgoing.service import Service, Unanswered
from registret.records.models import Step
from registret.records.reporting.audited_reads import open_step
from registret.records.reporting.prefilling import AcceptedSuggestions, accept
from registret.records.reporting.writing import write
from registret.records.scope import all_providers
from registret.registries.queries import catalogue
from tests import cast
from tests.cast import ANNA, KARIN, MEDICINE
from tests.national_platform import UNIT, national_platform
from tests.rooms.records.scene import NOW, RESERVE, TOLVAN, Ward, at_work, begun, case, handler, leave, log, ward
from tests.rooms.web.client import Browser, text_of
from tests.rooms.web.conftest import static_files

__all__ = ["static_files"]

pytestmark = pytest.mark.django_db

SOURCE = (("Provsvar", "P-CRP"),)


@pytest.fixture(scope="module")
def here(module_db: None) -> Ward:
    return ward()


@pytest.fixture
def journal() -> Iterator[NationalPlatform]:
    with national_platform() as national:
        yield national


def knows(**answers: Sequence[str]) -> Any:
    """A record system that knows this of everybody, by query."""

    def known(patient: str, day: str) -> Known:
        return {query: (told, SOURCE) for query, told in answers.items()}

    return known


def suggested(here: Ward, episode: str, step: str = "acute") -> Found:
    return ask(actor=here.anna, episode=episode, step=step, at=NOW)[1]


def answers_of(episode: str, step: str = "acute") -> dict[str, Any]:
    with all_providers():
        found: dict[str, Any] = Step.objects.get(episode__system_id=episode, code=step).answers
    return found


def test_a_record_system_is_asked_as_the_person_about_the_clinics_own_unit(
    here: Ward, journal: NationalPlatform
) -> None:
    episode = begun(here.anna)
    found = suggested(here, episode)
    entry = log("step.prefill_asked")[0]
    assert journal.asked == [
        {
            "formId": "pneumoni-1",
            "subjectOfCareId": "191212121212",
            "careEncounterStartDate": "20261120",
            "careUnitHSAId": UNIT,
            "employeeId": ANNA.card.hsa_id.text,
            "correlation": found.correlation,
            "logicalAddress": UNIT,
        }
    ]
    assert entry.facts["correlation"] == found.correlation
    assert "1212" not in str(entry.facts)


def test_the_log_keeps_the_id_of_a_question_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """By chance an id has digits that look like a personal number, which the log masks."""
    looks_like_one, whole = UUID("ce361753-6966-4a73-ae61-909602241212"), UUID("ce36a753-a966-4a73-ae61-9096022eea09")
    monkeypatch.setattr(uuid, "uuid4", iter([looks_like_one, whole]).__next__)
    assert suggesting._new_correlation() == str(whole)


def test_answers_are_checked_and_converted_as_if_typed(here: Ward, journal: NationalPlatform) -> None:
    journal.known = knows(
        CRP=["212"],
        BODY_TEMPERATURE=["38,4"],
        OXYGEN_SATURATION=["91"],
        ON_OXYGEN=["false"],
        BLOOD_CULTURE=["true"],
        BLOOD_CULTURE_TIME=["20261120085000"],
        PULSE=["98", "104"],
        UREA=["9999"],
        SMOKING=["nobody knows"],
        UNHEARD_OF=["1"],
    )
    found = suggested(here, begun(here.anna))
    told = [(one.variable, one.written, one.source) for one in found.suggestions]
    source = "Provsvar: P-CRP"
    assert told == [
        ("pulse", ("104",), source),
        ("pulse", ("98",), source),
        ("temperature", ("38,4",), source),
        ("saturation", ("91",), source),
        ("on_oxygen", ("no",), source),
        ("blood_culture", ("yes",), source),
        ("blood_cultured_at", ("2026-11-20T08:50",), source),
        ("crp", ("212",), source),
    ]
    assert found.unusable == 2


def test_what_is_accepted_is_written_as_if_typed_with_where_it_came_from(here: Ward, journal: NationalPlatform) -> None:
    episode = begun(here.anna)
    found = suggested(here, episode)
    said = AcceptedSuggestions(written={"crp": ("212",)}, sources={"crp": "Provsvar"}, correlation=found.correlation)
    assert accept(actor=here.anna, episode=episode, step="acute", said=said, at=NOW) == ()
    assert answers_of(episode) == {"crp": "212"}
    with all_providers():
        revision = Step.objects.get(episode__system_id=episode, code="acute").revisions.get()
    assert revision.reason == f"NKRR {found.correlation}: Provsvar"
    assert (log("step.written")[0].facts["answers"], log("step.prefilled")[0].facts["answers"]) == (1, 1)
    assert "crp" not in {one.variable for one in suggested(here, episode).suggestions}


def test_an_answer_that_stands_is_never_overwritten(here: Ward, journal: NationalPlatform) -> None:
    episode = begun(here.anna)
    suggested(here, episode)
    write(actor=here.karin, episode=episode, step="acute", base=0, written={"crp": ["7"]}, at=NOW)
    said = AcceptedSuggestions(written={"crp": ("212",), "pulse": ("98",)}, sources={}, correlation="c")
    assert accept(actor=here.anna, episode=episode, step="acute", said=said, at=NOW) == ("crp",)
    assert answers_of(episode) == {"crp": "7", "pulse": "98"}


def test_an_error_may_come_with_answers_that_are_right(here: Ward, journal: NationalPlatform) -> None:
    journal.known, journal.result = knows(CRP=["212"]), "ERROR"
    found = suggested(here, begun(here.anna))
    assert (found.result, len(found.suggestions)) == (ResultCode.ERROR, 1)


RIGHT = answered("pneumoni-1", {"CRP": (["212"], SOURCE)}, "OK")
DTD = RIGHT.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY b "212">]>', 1).replace(b">212<", b">&b;<")


def test_the_answer_that_is_made_worse_below_is_right(here: Ward, journal: NationalPlatform) -> None:
    journal.instead = (200, RIGHT)
    assert [one.variable for one in suggested(here, begun(here.anna)).suggestions] == ["crp"]


@pytest.mark.parametrize(
    "instead",
    [
        (500, fault("no such form for 191212121212")),
        (200, DTD),
        (200, b"<html>"),
        (200, b"\xff\xfe"),
        (200, b"x" * (300 * 1024)),
        (200, fault("").replace(b"Fault", b"GetFormDataResponse")),
        (302, b""),
    ],
)
def test_what_is_no_answer_is_none(
    here: Ward, journal: NationalPlatform, caplog: pytest.LogCaptureFixture, instead: tuple[int, bytes]
) -> None:
    journal.instead = instead
    with pytest.raises(JournalSilent):
        suggested(here, begun(here.anna))
    assert journal.calls == 1
    assert "1212" not in caplog.text


def test_one_who_answers_late_is_not_waited_for_and_then_left_alone(
    here: Ward, journal: NationalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "PATIENCE", 0.5)
    journal.late = 60
    episode = begun(here.anna)
    for _ in range(5):
        with pytest.raises(JournalSilent):
            suggested(here, episode)
    assert journal.calls == 3
    assert answers_of(episode) == {}


def test_the_platform_knows_us_by_our_certificate(journal: NationalPlatform, settings: Settings) -> None:
    nobody, forged = replace(settings.NKRR, certificate="", key=""), replace(settings.NKRR, ca_file="")
    for service in (Service(name="nkrr", named=one, patience=30) for one in (nobody, forged)):
        with pytest.raises(Unanswered, match="network"):
            service.post(b"", headers={})
    assert journal.calls == 0


def test_nothing_is_asked_that_may_not_be(here: Ward, journal: NationalPlatform, settings: Settings) -> None:
    episode = begun(here.anna)
    with pytest.raises(NotFound):
        ask(actor=here.cecilia, episode=episode, step="acute", at=NOW)
    with pytest.raises(NotPermitted):
        ask(actor=here.bertil, episode=episode, step="acute", at=NOW)
    for step in ("inclusion", "follow_up", "unheard"):
        with pytest.raises(NotFound):
            suggested(here, episode, step)
    with pytest.raises(NotFound):
        suggested(here, begun(here.anna, patient=RESERVE))
    settings.NKRR_UNITS = {"infektion-sydvik": UNIT}
    with pytest.raises(NotFound):
        suggested(here, episode)
    settings.NKRR_UNITS, settings.NKRR = {"infektion-norrvik": UNIT}, NamedService()
    with pytest.raises(NotFound):
        suggested(here, episode)
    assert (journal.calls, log("step.prefill_asked")) == (0, ())


def test_nothing_is_asked_about_a_step_that_another_clinic_has(
    here: Ward, journal: NationalPlatform, settings: Settings
) -> None:
    """Of the same care provider, so it may be read."""
    episode = begun(here.anna)
    ulla = at_work(cast.person("Ulla", "Med", "SE2321009991-E00U1M2"), here.place.medicine, by=None)
    settings.NKRR_UNITS = {"infektion-norrvik": UNIT, MEDICINE: "SE2321009991-U0A2"}
    assert open_step(actor=ulla, episode=episode, step="acute", at=NOW).patient
    with pytest.raises(NotFound):
        ask(actor=ulla, episode=episode, step="acute", at=NOW)
    assert journal.calls == 0


def test_nothing_is_asked_about_a_patient_who_has_opted_out(here: Ward, journal: NationalPlatform) -> None:
    episode = begun(here.anna)
    leave(actor=handler(), case=case(TOLVAN), at=NOW)
    with pytest.raises(NotFound):
        suggested(here, episode)
    assert journal.calls == 0


def test_a_time_in_the_hour_that_comes_twice_is_told(here: Ward, journal: NationalPlatform) -> None:
    assert as_typed("20261025023000") == "2026-10-25T02:30"
    assert [is_ambiguous(as_typed(f"20261025{hour}3000")) for hour in ("01", "02", "03")] == [False, True, False]
    assert not is_ambiguous("2026-03-29T02:30")
    journal.known = knows(BLOOD_CULTURE=["true"], BLOOD_CULTURE_TIME=["20261025023000"])
    found = suggested(here, begun(here.anna, arrived_at=["2026-10-24T08:15"]))
    assert [one.is_ambiguous for one in found.suggestions] == [False, True]


def test_every_table_fits_its_form() -> None:
    names = {file.stem for file in TABLES.glob("*.toml")}
    forms = {form_id_of(form): form for form in catalogue().forms.values()}
    assert "pneumoni-1" in names
    assert names <= forms.keys()
    assert all(isinstance(asked_of(forms[name]), FormMapping) for name in names)


# --- in the browser ----------------------------------------------------------------------------------


@pytest.fixture
def step(here: Ward, journal: NationalPlatform) -> str:
    return f"/vardepisod/{begun(here.anna)}/acute"


def kept_in(page: Any) -> str:
    found = re.search(r'name="kept" value="([^"]+)"', page.content.decode())
    assert found is not None
    return found[1]


def browser_of(who: Any = ANNA) -> Browser:
    return Browser.of(who)


def test_a_doctor_fetches_compares_and_brings_in(step: str, journal: NationalPlatform) -> None:
    journal.known = knows(CRP=["212"], PULSE=["98", "104"], UREA=["9999"])
    anna = browser_of()
    assert "Hämta från journalen" in text_of(anna.get(step))
    page = anna.post(f"{step}/journalen")
    told = text_of(page)
    assert "CRP, första värdet: 212 mg/L Källa: Provsvar: P-CRP." in told
    assert "1 svar ur journalen passar inte i formuläret." in told
    kept = kept_in(page)
    both = anna.post(f"{step}/journalen", {"kept": kept, "accepted": ["0", "1", "2"]})
    assert (both.status_code, "Välj högst ett svar på varje fråga" in text_of(both)) == (422, True)
    none = anna.post(f"{step}/journalen", {"kept": kept})
    assert (none.status_code, "Välj de svar som ska föras in" in text_of(none)) == (422, True)

    done = anna.post(f"{step}/journalen", {"kept": kept_in(both), "accepted": ["1", "2"]})
    assert done.status_code == 303
    assert "Klart: svaren ur journalen är införda." in text_of(anna.get(done.headers["Location"]))
    assert answers_of(step.split("/")[2]) == {"crp": "212", "pulse": "98"}
    assert "NKRR" in text_of(anna.get(f"{step}/andringar"))
    again = anna.post(f"{step}/journalen", {"kept": kept, "accepted": ["2"]})
    assert "Några svar fördes inte in" in text_of(anna.get(again.headers["Location"]))


@pytest.mark.parametrize(
    ("told", "result"),
    [("Journalen kunde inte svara på alla frågor.", "INFO"), ("Svaren här är riktiga, men fler kan saknas.", "ERROR")],
)
def test_the_page_says_that_more_may_be_missing(step: str, journal: NationalPlatform, told: str, result: str) -> None:
    journal.result = result
    assert told in text_of(browser_of().post(f"{step}/journalen"))


def test_a_silent_record_system_leaves_the_form_as_it_is(step: str, journal: NationalPlatform) -> None:
    anna = browser_of()
    journal.known = knows()
    nothing = anna.post(f"{step}/journalen")
    assert "Journalen hade inga svar" in text_of(anna.get(nothing.headers["Location"]))
    journal.instead = (500, fault(""))
    silent = anna.post(f"{step}/journalen")
    page = anna.get(silent.headers["Location"])
    assert "Journalen svarade inte." in text_of(page)
    assert 'name="crp"' in page.content.decode()


def test_a_certificate_that_cannot_be_read_stops_no_form(
    step: str, journal: NationalPlatform, settings: Settings
) -> None:
    settings.NKRR = replace(settings.NKRR, certificate="/nowhere")
    anna = browser_of()
    assert anna.get(step).status_code == 200
    silent = anna.post(f"{step}/journalen")
    assert "Journalen svarade inte." in text_of(anna.get(silent.headers["Location"]))


def test_only_what_was_suggested_here_lately_is_brought_in(step: str, journal: NationalPlatform) -> None:
    anna, karin = browser_of(), browser_of(KARIN)
    kept = kept_in(anna.post(f"{step}/journalen"))
    forged = kept[:-2] + ("aa" if kept[-2:] != "aa" else "bb")
    for who, sent in ((anna, forged), (karin, kept), (anna, "")):
        answer = who.post(f"{step}/journalen", {"kept": sent, "accepted": ["0"]})
        assert "journalen=gammal" in answer.headers["Location"]
    assert answers_of(step.split("/")[2]) == {}


def test_a_step_of_another_clinic_has_no_button(step: str, here: Ward, journal: NationalPlatform) -> None:
    assert browser_of(cast.CECILIA).post(f"{step}/journalen").status_code == 404
    assert browser_of().get(f"{step}/journalen").status_code == 405
    assert "Hämta från journalen" not in text_of(browser_of().get(step.replace("acute", "inclusion")))
    assert journal.calls == 0
