"""Another number for a patient, two patients who were one, and what the population register says afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db.utils import IntegrityError

import registret.demo
from registret.access.refusals import CardTooOld, NotFound, NotPermitted
from registret.access.roles import Role
from registret.kernel.refused import Refused
from registret.records.identity import cases as identity_cases
from registret.records.identity import lookups, merging, renumbering
from registret.records.identity.population import COLUMNS, FileRegister
from registret.records.models import Merge, Patient
from registret.records.refusals import (
    AlsoElsewhere,
    NobodyHere,
    NotAsShown,
    NothingToMerge,
    NotTheSame,
    NumberTaken,
    NumberUnchanged,
    OptedOut,
    ReasonNeeded,
    TakenElsewhere,
)
from registret.records.reporting import audited_reads, beginning, writing
from registret.records.reporting.inclusion import NewPatient
from registret.records.scope import all_providers
from tests import cast
from tests.owner import as_owner
from tests.rooms.records.scene import (
    ACUTE,
    DAY,
    GRETA,
    HOUR,
    NOW,
    RESERVE,
    TOLVAN,
    Known,
    Ward,
    ask,
    at_work,
    begun,
    case,
    counted,
    handler,
    leave,
    log,
    number,
    opt_out,
    registered,
    shown,
    system_id_of,
)

pytestmark = pytest.mark.django_db

OTHER = "19121272-9808"
STRANGER = "19640823-9819"
WHY = "Har fått personnummer"


def change(here: Ward, *, of: str = RESERVE, to: str = TOLVAN, by: str = "anna") -> None:
    renumbering.change_number(
        actor=getattr(here, by), patient=system_id_of(of), number=number(to), reason=WHY, at=NOW + HOUR
    )


def of_case(here: Ward, *, of: str = RESERVE, to: str = TOLVAN, mistaken: bool = False) -> None:
    """The number is changed by Greta, in a case."""
    identity_cases.change_number(
        actor=handler(), case=case(of), number=number(to), reason=WHY, mistaken=mistaken, at=NOW + HOUR
    )


def merge_of_case(*, of: str = RESERVE, into: str = TOLVAN) -> str:
    """By Greta, in a case."""
    return identity_cases.merge(
        actor=handler(), case=case(of), number=number(into), expected=shown(of, into), reason=WHY, at=NOW + HOUR
    )


def merge(here: Ward, *, of: str = RESERVE, into: str = TOLVAN, by: str = "anna") -> str:
    return merging.merge(
        actor=getattr(here, by),
        patient=system_id_of(of),
        number=number(into),
        expected=shown(of, into),
        reason=WHY,
        at=NOW + HOUR,
    )


# --- another number --------------------------------------------------------------------------------


def test_a_reserve_number_becomes_a_personnummer_and_still_leads_there(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    before = system_id_of(RESERVE)
    change(here)
    found, by_the_old = (
        audited_reads.search(actor=here.anna, written=written, at=NOW + 2 * HOUR).patient
        for written in (TOLVAN, RESERVE)
    )
    assert found is not None
    assert found == by_the_old
    assert found.system_id == before
    assert [one.text for one in found.numbers] == ["191212121212", "22800101AB17"]
    assert found.birth_date == date(1912, 12, 12), "what the new number says is relied on"
    (entry,) = log("patient.number_changed")
    told = {"before": "national", "after": "personnummer", "reason": WHY, "mistaken": False, "case": None}
    assert entry.facts == told
    assert entry.about_patient_id == found.id


def test_the_population_register_is_asked_about_the_new_number(here: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(here.anna, patient=RESERVE)
    ask(Known(n191212121212=registered(died_on=date(2026, 11, 1))), monkeypatch)
    change(here)
    found = audited_reads.search(actor=here.anna, written=TOLVAN, at=NOW + 2 * HOUR).patient
    assert found is not None
    assert (found.name, found.died_on) == ("Tolvan Tolvansson", date(2026, 11, 1))


def test_a_number_can_be_taken_back(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    change(here)
    renumbering.change_number(
        actor=here.anna, patient=system_id_of(TOLVAN), number=number(RESERVE), reason="Fel", at=NOW + 2 * HOUR
    )
    found = audited_reads.search(actor=here.anna, written=TOLVAN, at=NOW + 2 * HOUR).patient
    assert found is not None
    assert found.number.text == "22800101AB17"


def test_a_number_is_not_changed_to_itself_to_anothers_or_to_one_that_has_opted_out(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    begun(here.anna)
    with pytest.raises(NumberUnchanged):
        change(here, to=RESERVE)
    with pytest.raises(NumberTaken):
        change(here)
    opt_out(actor=handler(NOW), case=case(OTHER), at=NOW)
    with pytest.raises(TakenElsewhere):
        change(here, to=OTHER)
    with pytest.raises(ValueError, match="reason"):
        renumbering.change_number(
            actor=here.anna, patient=system_id_of(RESERVE), number=number(OTHER), reason="  ", at=NOW
        )
    assert log("patient.number_changed") == ()
    assert counted() == (2, 2, 2)


@pytest.mark.parametrize("act", [change, merge])
def test_only_whoever_reports_at_the_patients_care_provider_says_who_it_is(here: Ward, act) -> None:  # type: ignore[no-untyped-def]
    begun(here.anna, patient=RESERVE)
    if act is merge:
        begun(here.cecilia)
    with pytest.raises(NotFound):
        act(here, by="cecilia")
    with pytest.raises(NotPermitted):
        act(here, by="bertil")
    reader = at_work(cast.person("Rut", "Läs", "SE2321009991-E00R1L9"), here.place.infection, by=None, role=Role.READER)
    with pytest.raises(NotPermitted):
        renumbering.change_number(actor=reader, patient=system_id_of(RESERVE), number=number(OTHER), reason=WHY, at=NOW)
    greta = handler()
    with pytest.raises(NotPermitted):
        renumbering.change_number(actor=greta, patient=system_id_of(RESERVE), number=number(OTHER), reason=WHY, at=NOW)


def test_a_number_that_another_provider_knows_the_patient_by_is_changed_by_no_stranger(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    begun(here.cecilia, patient=RESERVE, arrived_at=["2026-09-01T10:00"])
    for by in ("anna", "cecilia"):
        with pytest.raises(AlsoElsewhere):
            change(here, by=by)
    assert counted() == (1, 1, 2)
    assert log("patient.number_changed") == ()
    of_case(here)
    assert system_id_of(TOLVAN) == system_id_of(RESERVE)
    (entry,) = log("patient.number_changed")
    assert (entry.by_name, entry.facts["case"], entry.clinic_id) == (GRETA.name, "26RS4711", None)


def test_a_number_that_was_wrong_leads_to_the_patient_no_longer_and_is_free_for_whose_it_is(here: Ward) -> None:
    """Mistyped when the patient was registered. Anyone who has it comes later, and must not end up with this
    patient."""
    begun(here.anna, patient=OTHER)
    mine = system_id_of(OTHER)
    renumbering.change_number(
        actor=here.anna, patient=mine, number=number(TOLVAN), reason="Felskrivet", mistaken=True, at=NOW + HOUR
    )
    assert audited_reads.search(actor=here.anna, written=OTHER, at=NOW + HOUR).patient is None
    begun(here.cecilia, patient=OTHER)
    assert counted() == (2, 2, 2)
    assert system_id_of(OTHER) != mine == system_id_of(TOLVAN)
    (entry,) = log("patient.number_changed")
    assert entry.facts["mistaken"] is True
    opt_out(actor=handler(NOW + HOUR), case=case(), at=NOW + HOUR)
    assert audited_reads.search(actor=here.cecilia, written=OTHER, at=NOW + HOUR).patient is not None, (
        "nobody blocks it"
    )


def test_what_the_register_said_of_a_mistaken_number_goes_with_it(here: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(Known(n191212121212=registered(died_on=date(2026, 11, 1))), monkeypatch)
    begun(here.anna)
    renumbering.change_number(
        actor=here.anna, patient=system_id_of(TOLVAN), number=number(RESERVE), reason="Fel", mistaken=True, at=NOW
    )
    found = audited_reads.search(actor=here.anna, written=RESERVE, at=NOW).patient
    assert found is not None
    assert (found.name, found.died_on) == ("", None)


def test_a_change_that_was_wrong_is_taken_back_whole(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    change(here)
    renumbering.change_number(
        actor=here.anna,
        patient=system_id_of(RESERVE),
        number=number(RESERVE),
        reason="Fel",
        mistaken=True,
        at=NOW + DAY,
    )
    assert counted() == (1, 1, 1)
    begun(here.cecilia)
    assert system_id_of(TOLVAN) != system_id_of(RESERVE)


# --- two who were one ------------------------------------------------------------------------------


def test_two_become_one_with_all_episodes_numbers_and_a_trace(here: Ward) -> None:
    mine = begun(here.anna, patient=RESERVE)
    writing.write(actor=here.anna, episode=mine, step="acute", base=0, written=ACUTE, at=NOW)
    theirs = begun(here.cecilia, arrived_at=["2026-09-01T10:00"])
    gone = system_id_of(RESERVE)
    assert merge_of_case() == system_id_of(TOLVAN) == system_id_of(RESERVE)
    assert counted() == (1, 2, 2)
    page = audited_reads.open_patient(actor=here.anna, system_id=system_id_of(TOLVAN), at=NOW + 2 * HOUR)
    assert [one.system_id for one in page.episodes] == [mine], "the fence stands: the other's episode is not shown"
    assert page.patient.number.text == "191212121212"
    assert audited_reads.open_patient(actor=here.anna, system_id=gone, at=NOW).patient == page.patient, (
        "by the old id too"
    )
    with all_providers():
        (trace,) = Merge.objects.all()
        assert (trace.gone, trace.by_name, trace.reason) == (gone, GRETA.name, WHY)
    entries = log("patient.merged")
    told = {"episodes": 1, "mistaken": False, "case": "26RS4711"}
    assert [entry.facts for entry in entries] == [told] * 2, "not the reason, which can go"
    assert len({entry.about_patient_id for entry in entries}) == 2, "under both"
    assert audited_reads.open_step(actor=here.cecilia, episode=theirs, step="acute", at=NOW)


@pytest.mark.parametrize("whose", ["the other", "the own", "both"])
def test_no_stranger_merges_what_another_care_provider_has_recorded(here: Ward, whose: str) -> None:
    """Sydvik has one of the two, or both; so has Norrvik. Neither merges what is the other's too."""
    begun(here.anna, patient=RESERVE)
    begun(here.cecilia if whose == "the other" else here.anna)
    if whose in {"the own", "both"}:
        begun(here.cecilia, patient=RESERVE, arrived_at=["2026-09-01T10:00"])
    if whose == "both":
        begun(here.cecilia, arrived_at=["2026-09-01T10:00"])
    before = counted()
    with pytest.raises(TakenElsewhere if whose == "the other" else AlsoElsewhere):
        change(here)
    with pytest.raises(TakenElsewhere if whose == "the other" else AlsoElsewhere):
        merge(here)
    assert counted() == before
    assert log("patient.merged") == log("patient.number_changed") == ()
    merge_of_case()
    assert counted() == (1, 2, before[2])


def test_what_both_are_of_the_own_provider_alone_is_merged_there_whatever_the_clinic(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    ulla = cast.person("Ulla", "Med", "SE2321009991-E00U1M2")
    begun(at_work(ulla, here.place.medicine, by=None), arrived_at=["2026-09-01T10:00"])
    assert merge(here) == system_id_of(TOLVAN)
    assert [entry.facts["case"] for entry in log("patient.merged")] == [None, None]


def test_a_case_handler_merges_two_official_numbers_of_one_person(here: Ward) -> None:
    """Who was given another birth date: anyone who reports cannot say so, for a mistyped number looks the same."""
    begun(here.anna)
    begun(here.anna, patient=STRANGER)
    merge_of_case(of=TOLVAN, into=STRANGER)
    assert counted() == (1, 2, 2)


@pytest.mark.parametrize("who", ["anna", "bertil", "cecilia"])
def test_only_a_case_handler_with_a_fresh_card_acts_in_a_case(here: Ward, who: str) -> None:
    begun(here.anna, patient=RESERVE)
    begun(here.anna)
    somebody, late = getattr(here, who), NOW + HOUR + timedelta(minutes=1)
    for act in (identity_cases.change_number, partial(identity_cases.merge, expected=shown(RESERVE, TOLVAN))):
        with pytest.raises(NotPermitted):
            act(actor=somebody, case=case(RESERVE), number=number(TOLVAN), reason=WHY, at=NOW)
        with pytest.raises(CardTooOld):
            act(actor=handler(), case=case(RESERVE), number=number(TOLVAN), reason=WHY, at=late)
        with pytest.raises(NobodyHere):
            act(actor=handler(), case=case(OTHER), number=number(TOLVAN), reason=WHY, at=NOW)
        with pytest.raises(ValueError, match="reason"):
            act(actor=handler(), case=case(RESERVE), number=number(TOLVAN), reason=" ", at=NOW)
    assert counted() == (2, 2, 2)


def test_in_a_case_too_a_number_is_not_changed_to_anothers_or_to_one_that_has_opted_out(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    begun(here.anna)
    with pytest.raises(NumberTaken):
        of_case(here)
    with pytest.raises(NumberUnchanged):
        of_case(here, to=RESERVE)
    opt_out(actor=handler(NOW), case=case(OTHER), at=NOW)
    with pytest.raises(OptedOut):
        of_case(here, to=OTHER)
    with pytest.raises(OptedOut):
        merge_of_case(into=OTHER)
    with pytest.raises(NothingToMerge):
        merge_of_case(into=RESERVE)


@pytest.mark.parametrize("into", [TOLVAN, "22800102AB14"])
def test_a_number_that_was_wrong_does_not_come_along_to_whom_it_really_is(here: Ward, into: str) -> None:
    """Two of one person, one of them under a mistyped number, whose owner comes later."""
    begun(here.anna, patient=OTHER)
    begun(here.anna, patient=into)
    remains = system_id_of(into)
    done = merging.merge(
        actor=here.anna,
        patient=system_id_of(OTHER),
        number=number(into),
        expected=shown(OTHER, into),
        reason=WHY,
        mistaken=True,
        at=NOW + HOUR,
    )
    assert done == remains == system_id_of(into)
    assert counted() == (1, 1, 2)
    begun(here.cecilia, patient=OTHER)
    assert system_id_of(OTHER) != remains


def test_who_has_a_personnummer_remains_whichever_way_it_is_said(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    begun(here.anna)
    remains, goes = system_id_of(TOLVAN), system_id_of(RESERVE)
    assert merge(here, of=TOLVAN, into=RESERVE) == remains
    with all_providers():
        assert Merge.objects.get().gone == goes


def test_a_merged_patient_is_merged_again_and_no_trace_is_lost(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    begun(here.anna, patient=OTHER)
    begun(here.anna)
    first, second = system_id_of(RESERVE), system_id_of(OTHER)
    merge(here, of=RESERVE, into=OTHER)
    remains = merge(here, of=OTHER, into=TOLVAN)
    with all_providers():
        assert set(Merge.objects.values_list("gone", "patient__system_id")) == {(first, remains), (second, remains)}
    assert audited_reads.open_patient(actor=here.anna, system_id=first, at=NOW).patient.system_id == remains
    assert counted() == (1, 3, 3)


def test_protection_and_death_go_along(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    begun(here.anna)
    with all_providers():
        Patient.objects.filter(system_id=system_id_of(RESERVE)).update(is_protected=True, died_on=date(2026, 11, 2))
    audited_reads.open_patient(actor=here.anna, system_id=system_id_of(RESERVE), reason="Rättar", at=NOW + HOUR)
    merge(here)
    with all_providers():
        found = Patient.objects.get()
        assert (found.is_protected, found.died_on) == (True, date(2026, 11, 2))


def test_nobody_is_merged_with_nobody_or_with_themselves(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    for into in (TOLVAN, RESERVE):
        with pytest.raises(NothingToMerge):
            merge(here, into=into)
    opt_out(actor=handler(NOW), case=case(), at=NOW)
    with pytest.raises(TakenElsewhere):
        merge(here)
    assert counted() == (1, 1, 1)


@pytest.mark.parametrize("act", [change, merge])
def test_whoever_reports_learns_by_a_number_neither_who_is_elsewhere_nor_who_has_opted_out(here: Ward, act) -> None:  # type: ignore[no-untyped-def]
    """A patient of a reserve number may be anybody, so any number can be tried from there."""
    begun(here.anna, patient=RESERVE)
    begun(here.cecilia, patient=TOLVAN)
    opt_out(actor=handler(NOW), case=case(OTHER), at=NOW)
    begun(here.cecilia, patient=STRANGER)
    leave(actor=handler(NOW), case=case(STRANGER), at=NOW)
    said = []
    for tried in (TOLVAN, OTHER, STRANGER):
        with pytest.raises(Refused) as refused:
            act(here, **{"to" if act is change else "into": tried})
        said.append((refused.value.code, refused.value.status, vars(refused.value)))
    assert said == [said[0]] * 3
    assert said[0][0] == "patient.taken_elsewhere"


def test_a_trace_is_not_rewritten(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    begun(here.anna)
    merge(here)
    for attempt in (lambda: Merge.objects.update(reason="annat"), lambda: Merge.objects.all().delete()):
        with pytest.raises(IntegrityError), as_owner(), all_providers():
            attempt()


# --- the population register -----------------------------------------------------------------------


def test_a_death_and_a_protection_are_seen_the_next_day_and_the_log_says_which_fields(
    here: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(Known(n191212121212=registered()), monkeypatch)
    begun(here.anna)
    assert lookups.ask_again(at=NOW + HOUR) == 0, "it was asked an hour ago"
    ask(Known(n191212121212=registered(protected=True, died_on=date(2026, 11, 24))), monkeypatch)
    assert lookups.ask_again(at=NOW + DAY) == 1
    assert lookups.ask_again(at=NOW + 2 * DAY) == 0, "nothing new"
    with all_providers():
        found = Patient.objects.get()
        assert (found.is_protected, found.died_on) == (True, date(2026, 11, 24))
    (entry,) = log("patient.looked_up")
    assert entry.facts == {"fields": "is_protected,died_on"}
    assert entry.by_program == "population"


@pytest.mark.parametrize("of", [RESERVE, OTHER])
def test_a_protection_survives_a_merge_until_the_register_takes_it_back_from_the_number_in_force(
    here: Ward, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    """The register says of the number in force that it is not protected, and has never said otherwise."""
    ask(Known(n191212121212=registered()), monkeypatch)
    begun(here.anna, patient=of)
    begun(here.anna)
    with all_providers():
        Patient.objects.filter(system_id=system_id_of(of)).update(is_protected=True)
    audited_reads.open_patient(actor=here.anna, system_id=system_id_of(of), reason="Rättar", at=NOW + HOUR)
    merge(here, of=of)

    def protected_after(days: int, *, register_says: bool | None) -> bool:
        answers = {} if register_says is None else {"n191212121212": registered(protected=register_says)}
        ask(Known(**answers), monkeypatch)
        lookups.ask_again(at=NOW + days * DAY)
        with all_providers():
            return Patient.objects.get().is_protected

    assert protected_after(1, register_says=False), "it said so before the merge too"
    assert protected_after(2, register_says=None)
    assert protected_after(3, register_says=False)
    assert protected_after(4, register_says=True)
    assert protected_after(5, register_says=None), "a register that is silent takes nothing back"
    assert not protected_after(6, register_says=False), "now it takes back what it has said itself"
    assert [entry.facts for entry in log("patient.looked_up")] == [{"fields": "is_protected"}]


def test_a_protection_survives_another_number_that_the_register_does_not_protect(
    here: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(Known(n191212729808=registered(protected=True), n191212121212=registered()), monkeypatch)
    begun(here.anna, patient=OTHER)
    audited_reads.open_patient(actor=here.anna, system_id=system_id_of(OTHER), reason="Rättar", at=NOW + HOUR)
    change(here, of=OTHER)
    for days in (0, 1, 2):
        lookups.ask_again(at=NOW + days * DAY)
        with all_providers():
            assert Patient.objects.get().is_protected, "a mistyped number must not uncover anybody"


def test_a_protection_that_the_register_gave_it_takes_back(here: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(Known(n191212121212=registered(protected=True)), monkeypatch)
    begun(here.anna)
    ask(Known(n191212121212=registered()), monkeypatch)
    assert lookups.ask_again(at=NOW + DAY) == 1
    with all_providers():
        assert not Patient.objects.get().is_protected


def test_what_the_register_does_not_know_or_cannot_be_stays(here: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(here.anna)
    assert lookups.ask_again(at=NOW + DAY) == 0
    ask(Known(n191212121212=registered(died_on=date(1900, 1, 1))), monkeypatch)
    lookups.ask_again(at=NOW + 2 * DAY)
    with all_providers():
        found = Patient.objects.get()
        assert (found.surname, found.died_on) == ("Tolvansson", None), "nobody died before birth"
    ask(Known(), monkeypatch)
    lookups.ask_again(at=NOW + 4 * DAY)
    with all_providers():
        assert Patient.objects.get().surname == "Tolvansson", "a register that is silent erases nobody"


def test_the_demos_file_is_a_population_with_numbers_of_nobody(here: Ward) -> None:
    file = Path(registret.demo.__file__).parent / "population.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[0].split(",") == list(COLUMNS)
    numbers = [number(line.split(",")[0]) for line in lines[1:]]
    assert len(numbers) == len({one.text for one in numbers}) > 10
    people = FileRegister(file).people(numbers)
    for one in numbers:
        assert people[one.text].sex is one.sex
        # Skatteverket gives no newborn a serial of 238, 239 or 980 and up; Tolvan is its own example.
        assert one.text[8:11] in {"238", "239", "980"} or one.text == "191212121212"
    assert any(one.is_protected for one in people.values())
    assert any(one.died_on for one in people.values())


ANOTHER_RESERVE = "22800102AB14"


def test_two_official_numbers_of_different_birth_dates_are_not_one_persons(here: Ward) -> None:
    begun(here.anna)
    begun(here.anna, patient=STRANGER)
    for act in (change, merge):
        with pytest.raises(NotTheSame):
            act(here, **{"of": TOLVAN, "to" if act is change else "into": STRANGER})
    assert audited_reads.search(actor=here.anna, written=STRANGER, at=NOW).patient is not None


def test_another_birth_date_is_not_reached_in_two_steps_either(here: Ward) -> None:
    """By a reserve number on the way: what the patient has had counts, on both sides."""
    begun(here.anna)
    change(here, of=TOLVAN, to=RESERVE)
    with pytest.raises(NotTheSame):
        change(here, to=STRANGER)
    begun(here.anna, patient=STRANGER)
    for of, into in ((RESERVE, STRANGER), (STRANGER, RESERVE), (TOLVAN, STRANGER)):
        with pytest.raises(NotTheSame):
            merge(here, of=of, into=into)
    change(here, of=STRANGER, to=ANOTHER_RESERVE)
    with pytest.raises(NotTheSame):
        merge(here, into=ANOTHER_RESERVE)
    assert counted() == (2, 4, 2)
    merge_of_case(into=ANOTHER_RESERVE)
    change(here, of=ANOTHER_RESERVE, to=RESERVE)


def test_a_number_that_was_said_to_be_wrong_does_not_count(here: Ward) -> None:
    begun(here.anna, patient=STRANGER)
    renumbering.change_number(
        actor=here.anna, patient=system_id_of(STRANGER), number=number(RESERVE), reason=WHY, mistaken=True, at=NOW
    )
    change(here)
    assert system_id_of(TOLVAN) == system_id_of(RESERVE)


def with_sepsis(here: Ward, patient: str) -> None:
    """Ulla, who reports to all sub-registries, begins an episode of sepsis, which Anna does not see."""
    ulla = cast.person("Ulla", "Med", "SE2321009991-E00U1M2")
    at = ["2026-11-20T08:15"]
    beginning.begin(
        actor=at_work(ulla, here.place.infection, by=None),
        who=NewPatient(number=number(patient)),
        sub_registry="sepsis",
        written={
            "arrived_at": at,
            "sepsis_treated": ["yes"],
            "acquired": ["community"],
            "intensive_care": ["yes"],
            "intensive_care_from": at,
            "paediatric_icu": ["no"],
        },
        is_no_double=False,
        at=NOW,
    )


def test_whom_the_own_provider_has_in_a_sub_registry_outside_the_seat_is_not_merged_and_so_uncovered(
    here: Ward,
) -> None:
    begun(here.anna, patient=RESERVE)
    with_sepsis(here, TOLVAN)
    for act in (change, merge):
        with pytest.raises(TakenElsewhere):
            act(here)
    with pytest.raises(NotFound):
        audited_reads.open_patient(actor=here.anna, system_id=system_id_of(TOLVAN), at=NOW)
    begun(here.anna)
    for act in (change, merge):
        with pytest.raises(AlsoElsewhere):
            act(here, **{"of": TOLVAN, "to" if act is change else "into": RESERVE})
    assert counted() == (2, 2, 3)
    merge_of_case()


@pytest.mark.parametrize("act", [change, merge])
def test_the_other_of_protected_identity_asks_for_a_reason_too(here: Ward, act: Callable[..., object]) -> None:
    begun(here.anna, patient=RESERVE)
    begun(here.anna)
    with all_providers():
        Patient.objects.filter(system_id=system_id_of(TOLVAN)).update(is_protected=True)
    with pytest.raises(ReasonNeeded) as no:
        act(here)
    assert no.value.patient == system_id_of(TOLVAN)
    assert len(log("patient.number_met")) == 1
    audited_reads.open_patient(actor=here.anna, system_id=system_id_of(TOLVAN), reason="Rättar", at=NOW + HOUR)
    if act is change:
        with pytest.raises(NumberTaken):
            change(here)
    else:
        merge(here)
        assert counted() == (1, 2, 2)


@pytest.mark.parametrize("seen", ["nobody", "one of them", "somebody else"])
def test_only_the_two_who_were_shown_are_merged(here: Ward, seen: str) -> None:
    begun(here.anna, patient=RESERVE)
    begun(here.anna)
    mine, other = system_id_of(RESERVE), system_id_of(TOLVAN)
    expected = {"nobody": (), "one of them": (mine,), "somebody else": (mine, "P2222AAAA")}[seen]
    with pytest.raises(NotAsShown) as at_the_clinic:
        merging.merge(
            actor=here.anna, patient=mine, number=number(TOLVAN), expected=expected, reason=WHY, at=NOW + HOUR
        )
    with pytest.raises(NotAsShown) as in_a_case:
        identity_cases.merge(
            actor=handler(), case=case(RESERVE), number=number(TOLVAN), expected=expected, reason=WHY, at=NOW
        )
    assert at_the_clinic.value.patient == in_a_case.value.patient == other
    assert counted() == (2, 2, 2)


def test_what_shows_by_a_refusal_is_an_entry_about_whom_it_shows(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    begun(here.cecilia)
    mine, theirs = (entry.about_patient_id for entry in reversed(log("episode.begun")))
    with pytest.raises(TakenElsewhere):
        merge(here)
    assert [entry.about_patient_id for entry in log("patient.number_met")] == [theirs]
    begun(here.cecilia, patient=RESERVE, arrived_at=["2026-09-01T10:00"])
    with pytest.raises(AlsoElsewhere):
        change(here)
    with pytest.raises(AlsoElsewhere):
        merge(here, into=STRANGER)
    told = [(entry.by_name, entry.about_patient_id) for entry in log("patient.more_met")]
    assert told == [(here.anna.name, mine)] * 2
    assert len(log("patient.number_met")) == 1, "of the number nothing was said"


def test_whether_somebody_has_a_number_of_another_birth_date_does_not_show(here: Ward) -> None:
    begun(here.anna)
    with pytest.raises(NotTheSame):
        merge(here, of=TOLVAN, into=STRANGER)
    begun(here.cecilia, patient=STRANGER)
    with pytest.raises(NotTheSame):
        merge(here, of=TOLVAN, into=STRANGER)
    assert log("patient.number_met") == ()
