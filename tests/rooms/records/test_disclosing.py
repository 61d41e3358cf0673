"""Utlämnande för forskning: two decide, a file without names leaves, and the log tells each patient of it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import resource
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from pytest_django import DjangoDbBlocker, Settings

from registret.access.actor import Actor
from registret.access.models import Claim
from registret.access.refusals import CardTooOld, NotFound, NotPermitted, PrincipalsMissing
from registret.access.roles import Role
from registret.access.staff.dismissing import dismiss_by_program
from registret.chores.running import workers
from registret.kernel.by import By
from registret.kernel.checkdigit import luhn_digit
from registret.kernel.identifiers import HsaId, Malformed
from registret.kernel.life import NotPossible
from registret.oversight.extracts import READS, log_extract_of_case
from registret.rate_limits.services import TooMany
from registret.records.disclosure import key
from registret.records.disclosure.deciding import DECIDABLE_FOR, FETCHABLE_FOR, decide
from registret.records.disclosure.ending import close, close_due, withdraw
from registret.records.disclosure.fetching import FETCHES_PER_PERSON, fetch
from registret.records.disclosure.key import take_key
from registret.records.disclosure.preparing import PREPARED_PER_PERSON, prepare
from registret.records.disclosure.pseudonyms import Pseudonyms, key_in_force
from registret.records.disclosure.queries import disclosure, disclosures
from registret.records.disclosure.rows import DisclosureWish
from registret.records.disclosure.selection import parts_of
from registret.records.ethics_approval import Approval
from registret.records.identity import cases as identity_cases
from registret.records.lifecycle import DisclosureState
from registret.records.models import Disclosure, DisclosureFetch, Episode, Patient, Step
from registret.records.refusals import (
    DisclosureClosed,
    DisclosureLapsed,
    NotDecided,
    NotFetched,
    NothingToDisclose,
    OwnDisclosure,
    PreparerGone,
    ResearchKeyMissing,
)
from registret.records.reporting import audited_reads, signing, writing
from registret.records.scope import all_providers, deletion_allowed, snapshot_of_all
from registret.registries.loading.catalogue import DEFINITIONS
from registret.registries.queries import catalogue
from tests import cast
from tests.cast import ANNA, DORIS, ERIK
from tests.owner import as_owner
from tests.parallel import Kept, committed, together
from tests.rooms.records.scene import (
    ACUTE,
    DAY,
    DISCHARGE,
    GRETA,
    HENNING,
    HOUR,
    MINUTE,
    NOW,
    RESERVE,
    SAMORDNAD,
    TOLVAN,
    Known,
    Ward,
    ask,
    begun,
    case,
    handler,
    log,
    opt_out,
    registered,
    shown,
    system_id_of,
    ward,
)

__all__ = ["committed"]

EVERYTHING = frozenset(part.code for part in parts_of("pneumoni"))
NAMED = {"agent": ["other"], "other_agent": ["KVIST"], "main_diagnosis": ["j13"]}
WISH = DisclosureWish(
    project="KLARA",
    approval=Approval("2026-01234-01"),
    recipient_name="Vera Forsk",
    recipient_organisation="Lärosätet",
    sub_registry="pneumoni",
    first_day=date(2026, 10, 25),
    last_day=date(2026, 11, 24),
    parts=EVERYTHING,
    reason="Begäran 26RS4800",
)
PROTECTED = "19340417238" + luhn_digit("340417238")
IRENE = cast.person("Irene", "Ek", "SE2321009991-E00I3E4")


@pytest.fixture(scope="module")
def here(module_db: None) -> Iterator[Ward]:
    with pytest.MonkeyPatch.context() as patch:
        answered(patch)
        yield treated()


@pytest.fixture(scope="module")
def kept(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Kept[Ward]]:
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        answered(patch)
        with Kept.of(treated) as kept:
            yield kept


@pytest.fixture
def open_house(kept: Kept[Ward], committed: None, monkeypatch: pytest.MonkeyPatch) -> Ward:
    """As `here`, and committed: a file is made in a transaction of its own."""
    answered(monkeypatch)
    return kept.brought_back()


def answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The population register knows Tolvan, and one of protected identity."""
    ask(Known(n191212121212=registered(), **{f"n{PROTECTED}": registered(protected=True)}), monkeypatch)


def treated() -> Ward:
    """Tolvan in Norrvik, from arrival to discharge; somebody in Sydvik, acute care only; one with a reserve number
    whose acute care is begun and not signed; and one of protected identity, signed."""
    found = ward()
    tolvan = begun(found.anna)
    signed(found.anna, tolvan, "acute", {**ACUTE, "crp": ["201"], "temperature": ["38,4"]})
    signed(found.anna, tolvan, "discharge", {**DISCHARGE, **NAMED})
    signed(found.cecilia, begun(found.cecilia, patient=SAMORDNAD), "acute", ACUTE)
    third = begun(found.anna, patient=RESERVE)
    writing.write(actor=found.anna, episode=third, step="acute", base=0, written=ACUTE, at=NOW)
    fourth = begun(found.anna, patient=PROTECTED)
    audited_reads.open_patient(actor=found.anna, system_id=system_id_of(PROTECTED), reason="Rond", at=NOW)
    signed(found.anna, fourth, "acute", ACUTE)
    return found


def signed(actor: Actor, episode: str, step: str, written: Mapping[str, Sequence[str]]) -> None:
    writing.write(actor=actor, episode=episode, step=step, base=0, written=written, at=NOW)
    signing.sign(actor=actor, episode=episode, step=step, base=1, at=NOW)


def greta(at: datetime = NOW) -> Actor:
    return handler(at)


def henning(at: datetime = NOW) -> Actor:
    return handler(at, HENNING)


def prepared(at: datetime = NOW, **different: Any) -> int:
    """By Greta."""
    return prepare(actor=greta(at), wish=replace(WISH, **different), at=at)


def decided(at: datetime = NOW, **different: Any) -> int:
    """Prepared by Greta, decided by Henning."""
    number = prepared(at, **different)
    decide(actor=henning(at), number=number, at=at)
    return number


def file_of(number: int, at: datetime = NOW) -> bytes:
    with fetch(actor=greta(at), number=number, at=at) as file:
        return file.read()


def inside(file: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(file)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode()), delimiter=";"))


def manifest(file: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(inside(file)["manifest.json"])
    return found


def key_of(number: int, *names: str) -> key.Key:
    two = (names[0], names[1]) if names else ("Sven Styrelse", "Tove Tvåa")
    return take_key(number=number, decided_by=two, by=By.of_program("research-key"), at=NOW)


def patient_ids() -> dict[str, int]:
    with all_providers():
        return dict(Patient.objects.values_list("numbers__text", "id"))


# --- who prepares and who decides ------------------------------------------------------------------


def test_what_is_prepared_says_how_much_it_comes_to_and_names_nobody(here: Ward) -> None:
    number = prepared()
    page = disclosure(actor=henning(), number=number)
    assert page.row.wish == WISH
    assert (page.row.state, page.row.prepared_by_name) == (DisclosureState.PREPARED, GRETA.name)
    assert page.extent is not None
    assert (page.extent.patients, page.extent.episodes, page.extent.steps) == (3, 3, 6)
    assert (page.extent.protected_patients, page.extent.protected_steps, page.extent.unsigned) == (1, 2, 1)
    assert page.free_text == ("other_agent",)
    (entry,) = log("disclosure.prepared")
    assert entry.facts == {
        "disclosure": number,
        "project": "KLARA",
        "approval": "2026-01234-01",
        "organisation": "Lärosätet",
        "sub_registry": "pneumoni",
        "full_dates": False,
        "reason": "Begäran 26RS4800",
    }
    assert log("patient.disclosed") == (), "counting is no look at a patient"


def test_another_decides_and_both_names_and_times_are_kept(here: Ward) -> None:
    number = prepared()
    assert disclosure(actor=henning(), number=number).decidable
    assert not disclosure(actor=greta(), number=number).decidable
    decide(actor=henning(), number=number, at=NOW + HOUR / 2)
    row = disclosure(actor=greta(), number=number).row
    assert (row.prepared_by_name, row.prepared_at) == (GRETA.name, NOW)
    assert (row.decided_by_name, row.decided_at) == (HENNING.name, NOW + HOUR / 2)
    assert (row.patients, row.episodes) == (3, 3)
    assert row.fetch_until == date(2026, 11, 24) + FETCHABLE_FOR
    (entry,) = log("disclosure.decided")
    assert (entry.by_name, entry.facts["patients"], entry.facts["until"]) == (HENNING.name, 3, "2026-12-24")


def test_nobody_decides_what_they_prepared(here: Ward) -> None:
    number = prepared()
    with pytest.raises(OwnDisclosure):
        decide(actor=greta(), number=number, at=NOW)
    assert disclosure(actor=greta(), number=number).row.state is DisclosureState.PREPARED
    assert log("disclosure.decided") == ()


def test_nobody_decides_under_a_new_hsa_id_what_they_prepared_under_the_old_one(here: Ward) -> None:
    """Anyone who moves keeps the role for a while under both."""
    number, old, new = prepared(), greta().account_id, henning()
    linked(new.account_id, old)
    assert not disclosure(actor=new, number=number).decidable
    with pytest.raises(OwnDisclosure):
        decide(actor=new, number=number, at=NOW)
    assert log("disclosure.decided") == ()
    third = handler(NOW, IRENE)
    linked(third.account_id, new.account_id)
    with pytest.raises(IntegrityError, match="decided by the person who prepared it"), transaction.atomic():
        Disclosure.objects.filter(id=number).update(**AS_DECIDED | {"decided_by_id": third.account_id})


def linked(account_id: int, old_account_id: int) -> None:
    """The two are one person, as an attestation has settled."""
    Claim.objects.create(
        account_id=account_id,
        old_account_id=old_account_id,
        sent_at=NOW,
        expires_at=NOW + DAY,
        proven_at=NOW,
        settled_at=NOW,
    )


AS_DECIDED = {
    "state": "decided",
    "decided_at": NOW,
    "decided_by_name": "x",
    "patients": 1,
    "episodes": 1,
    "forms": {"1": "0" * 64},
    "key": "0" * 16,
    "fetch_until": date(2026, 12, 1),
}


def test_what_somebody_prepared_who_handles_no_cases_any_more_is_not_decided(here: Ward) -> None:
    number = prepared()
    dismiss_by_program(
        hsa_id=HsaId.parse(GRETA.hsa_id, allow_test=True),
        role=Role.CASE_HANDLER,
        reason="Har slutat",
        decided_by=("Sven Styrelse", "Tove Tvåa"),
        by=By.of_program("dismiss"),
        at=NOW,
    )
    with pytest.raises(PreparerGone):
        decide(actor=henning(), number=number, at=NOW + MINUTE)


def test_only_a_case_handler_comes_near_it(here: Ward) -> None:
    number = prepared()
    for who in (here.anna, here.bertil, cast.actor(DORIS, at=NOW), cast.actor(ERIK, at=NOW)):
        for attempt in (
            lambda a: prepare(actor=a, wish=WISH, at=NOW),
            lambda a: decide(actor=a, number=number, at=NOW),
            lambda a: withdraw(actor=a, number=number, at=NOW),
            lambda a: close(actor=a, number=number, at=NOW),
            lambda a: fetch(actor=a, number=number, at=NOW),
            lambda a: disclosure(actor=a, number=number),
            lambda a: disclosures(actor=a),
        ):
            with pytest.raises(NotPermitted):
                attempt(who)


def test_a_card_that_was_read_long_ago_prepares_and_decides_nothing(here: Ward) -> None:
    one, other, late = greta(), henning(), NOW + HOUR + MINUTE
    number = prepare(actor=one, wish=WISH, at=NOW)
    for attempt in (
        lambda: prepare(actor=one, wish=WISH, at=late),
        lambda: decide(actor=other, number=number, at=late),
        lambda: withdraw(actor=other, number=number, at=late),
        lambda: close(actor=other, number=number, at=late),
        lambda: fetch(actor=other, number=number, at=late),
    ):
        with pytest.raises(CardTooOld):
            attempt()


@pytest.mark.parametrize(
    "different",
    [
        {"project": " "},
        {"recipient_name": ""},
        {"recipient_organisation": ""},
        {"reason": " "},
        {"parts": frozenset()},
        {"parts": frozenset({"acute/secrets"})},
        {"first_day": date(2026, 12, 1)},
        {"last_day": date(2026, 11, 25)},
        {"first_day": date(2026, 10, 26)},
        {"full_dates": True},
        {"dates_reason": "x"},
    ],
)
def test_what_lacks_something_is_not_prepared(here: Ward, different: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"disclosure|day|dates"):
        prepared(**different)
    assert not Disclosure.objects.exists()


def test_a_sub_registry_that_is_not_there_is_not_found(here: Ward) -> None:
    with pytest.raises(NotFound):
        prepared(sub_registry="influensa")


@pytest.mark.parametrize(
    "written", ["2026-01234-01", "Dnr 2026-01234-01", " dnr: 2026-01234-01 ", "2026\u201301234-01"]
)
def test_an_approval_is_read_as_people_write_it(written: str) -> None:
    assert Approval.parse(written) == Approval("2026-01234-01")


@pytest.mark.parametrize("written", ["", "26RS4711", "2016/123-31", "1999-01234-01", "2026-1234-01", "19121212-1212"])
def test_another_number_is_no_approval(written: str) -> None:
    with pytest.raises(Malformed):
        Approval.parse(written)


def test_where_nothing_is_signed_nothing_is_decided(here: Ward) -> None:
    number = prepared(first_day=date(2020, 1, 1), last_day=date(2020, 12, 31))
    with pytest.raises(NothingToDisclose):
        decide(actor=henning(), number=number, at=NOW)


def test_the_days_are_days_in_sweden_and_both_belong(here: Ward) -> None:
    day = date(2026, 11, 20)
    for first, last, expected in ((day, day, 3), (day + DAY, day + DAY, 0), (day - DAY, day - DAY, 0)):
        number = prepared(first_day=first, last_day=last, full_dates=True, dates_reason="Säsong är frågan")
        page = disclosure(actor=greta(), number=number)
        assert page.extent is not None
        assert page.extent.patients == expected


def test_what_is_withdrawn_or_decided_is_not_decided_again(here: Ward) -> None:
    number = prepared()
    withdraw(actor=greta(), number=number, at=NOW)
    other = decided()
    for again in (number, other):
        with pytest.raises(NotPossible):
            decide(actor=henning(), number=again, at=NOW)
        with pytest.raises(NotPossible):
            withdraw(actor=greta(), number=again, at=NOW)
    assert disclosure(actor=greta(), number=number).row.ended_by_name == GRETA.name
    assert len(log("disclosure.withdrawn")) == 1
    assert [row.number for row in disclosures(actor=greta()).rows] == [other, number]


def test_a_long_list_has_pages(here: Ward) -> None:
    one, two, three = prepared(), prepared(), prepared()
    page = disclosures(actor=greta(), size=2)
    assert ([row.number for row in page.rows], page.older) == ([three, two], two)
    page = disclosures(actor=greta(), before=page.older, size=2)
    assert ([row.number for row in page.rows], page.older) == ([one], None)


# --- until when ------------------------------------------------------------------------------------


def test_nothing_is_fetched_before_it_is_decided_or_after_its_last_day(here: Ward) -> None:
    with pytest.raises(NotDecided):
        fetch(actor=greta(), number=prepared(), at=NOW)
    withdrawn = prepared()
    withdraw(actor=greta(), number=withdrawn, at=NOW)
    with pytest.raises(NotDecided):
        fetch(actor=greta(), number=withdrawn, at=NOW)
    number, late = decided(), NOW + FETCHABLE_FOR + DAY
    with pytest.raises(DisclosureClosed):
        fetch(actor=greta(late), number=number, at=late)
    with pytest.raises(NotFound):
        fetch(actor=greta(), number=number + 1, at=NOW)


def test_the_clock_closes_what_is_over_and_nothing_before(here: Ward) -> None:
    number, last = decided(), NOW + FETCHABLE_FOR
    assert close_due(at=last) == 0
    assert close_due(at=last + DAY) == 1
    assert close_due(at=last + DAY) == 0
    row = disclosure(actor=greta(), number=number).row
    assert (row.state, row.ended_by_name) == (DisclosureState.CLOSED, "")
    (entry,) = log("disclosure.closed")
    assert entry.by_program == "clock"
    assert "disclosures" in {worker.name for worker in workers()}


def test_what_nobody_decides_in_time_is_withdrawn_and_not_decided(here: Ward) -> None:
    number, last = prepared(), NOW + DECIDABLE_FOR
    assert close_due(at=last) == 0
    late = last + MINUTE
    with pytest.raises(DisclosureLapsed):
        decide(actor=henning(late), number=number, at=late)
    assert close_due(at=late) == 1
    assert close_due(at=late) == 0
    row = disclosure(actor=greta(late), number=number).row
    assert (row.state, row.ended_by_name) == (DisclosureState.WITHDRAWN, "")
    (entry,) = log("disclosure.lapsed")
    assert (entry.by_program, entry.facts["disclosure"]) == ("clock", number)


def test_whoever_prepares_or_fetches_without_end_is_stopped(open_house: Ward) -> None:
    number = decided()
    for _ in range(FETCHES_PER_PERSON.most):
        file_of(number)
    with pytest.raises(TooMany) as no:
        file_of(number)
    assert no.value.what == "disclosure_files"
    for _ in range(PREPARED_PER_PERSON.most - 1):
        prepared()
    with pytest.raises(TooMany) as no:
        prepared()
    assert no.value.what == "disclosures_prepared"
    assert Disclosure.objects.count() == PREPARED_PER_PERSON.most


def test_one_that_is_found_to_be_wrong_is_closed_at_once(here: Ward) -> None:
    number = decided()
    close(actor=greta(), number=number, at=NOW)
    with pytest.raises(DisclosureClosed):
        fetch(actor=greta(), number=number, at=NOW)
    with pytest.raises(NotPossible):
        close(actor=greta(), number=number, at=NOW)


# --- what is in the file ---------------------------------------------------------------------------


def test_the_file_has_a_table_for_each_step_a_code_book_and_a_manifest(open_house: Ward) -> None:
    number = decided()
    file = file_of(number)
    names = list(inside(file))
    steps = ["inclusion.csv", "acute.csv", "discharge.csv", "follow_up.csv"]
    assert names == [*steps, "closed_steps.csv", "codebook.csv", "manifest.json"]
    assert {name: len(table(inside(file)[name])) for name in names[:4]} == {
        "inclusion.csv": 3,
        "acute.csv": 2,
        "discharge.csv": 1,
        "follow_up.csv": 0,
    }
    told = manifest(file)
    assert {name: hashlib.sha256(inside(file)[name]).hexdigest() for name in names[:-1]} == told["sha256"]
    assert (told["registry"], told["disclosure"]) == ("Infektionsregistret", number)
    assert told["controllers"] == {
        "registry": "Region Örebro län",
        "care_providers": ["Region Norrvik", "Region Sydvik"],
    }
    assert (told["project"], told["ethics_approval"]) == ("KLARA", "2026-01234-01")
    assert told["recipient"] == {"name": "Vera Forsk", "organisation": "Lärosätet"}
    assert (told["prepared_by"], told["decided_by"]) == (GRETA.name, HENNING.name)
    assert (told["patients"], told["episodes"]) == (3, 3)
    rows = {"inclusion.csv": 3, "acute.csv": 2, "discharge.csv": 1, "follow_up.csv": 0, "closed_steps.csv": 0}
    assert told["rows"] == rows
    assert told["left_out"] == {
        "protected_identity": "patients of protected identity are left out",
        "unsigned_steps": 1,
        "not_decided_about": {"steps": 0},
        "research_answers_destroyed_for_age": {"steps": 0},
        "free_text": ["other_agent"],
        "answers_that_do_not_fit": {},
    }
    assert [one["version"] for one in told["definitions"]] == [1]
    assert told["made_at"] == "2026-11-24T09:00:00+01:00"


def test_answers_are_codes_and_numbers_and_times_are_since_the_episode_began(open_house: Ward) -> None:
    file = inside(file_of(decided()))
    (tolvan,) = [row for row in table(file["acute.csv"]) if row["crp"]]
    assert (tolvan["age"], tolvan["sex"], tolvan["version"]) == ("90+", "male", "1")
    assert (tolvan["comorbidity"], tolvan["confusion"], tolvan["temperature"]) == ("copd diabetes", "no", "38.4")
    assert tolvan["airway_culture"] == "missing:unknown"
    assert (tolvan["blood_cultured_at"], tolvan["antibiotic_at"], tolvan["pulse"]) == ("35", "75", "")
    (discharge,) = table(file["discharge.csv"])
    assert discharge["discharged_at"] == str(3 * 24 * 60 + 3 * 60 + 45)
    assert discharge["patient"] == tolvan["patient"]
    assert discharge["episode"] == tolvan["episode"]
    assert b"2026-11-2" not in b"".join(content for name, content in file.items() if name.endswith(".csv"))
    book = {row["code"]: row for row in table(file["codebook.csv"]) if row["row"] == "variable"}
    assert (book["antibiotic_at"]["type"], book["antibiotic_at"]["unit"]) == ("integer", "min")
    assert (book["oral_from"]["type"], book["oral_from"]["unit"]) == ("integer", "d")


def test_a_step_that_a_death_has_closed_is_told_of_with_who_said_so(open_house: Ward) -> None:
    with all_providers():
        sydvik = Episode.objects.get(clinic_id=open_house.place.sydvik)
    signed(open_house.cecilia, sydvik.system_id, "discharge", {**DISCHARGE, "discharged_to": ["died"]})
    file = inside(file_of(decided()))
    (closed,) = table(file["closed_steps.csv"])
    (discharge,) = [row for row in table(file["discharge.csv"]) if row["discharged_to"] == "died"]
    assert (closed["patient"], closed["episode"]) == (discharge["patient"], discharge["episode"])
    assert (closed["step"], closed["closed_why"], closed["closed"]) == ("follow_up", "answer", "4")
    assert json.loads(file["manifest.json"])["rows"]["closed_steps.csv"] == 1
    assert table(file["follow_up.csv"]) == []
    parts = frozenset({"discharge/discharge", "follow_up/outcome"})
    dated = inside(file_of(decided(parts=parts, full_dates=True, dates_reason="Säsong")))
    assert [row["closed"] for row in table(dated["closed_steps.csv"])] == ["2026-11-24"]


def test_full_dates_are_in_it_when_a_reason_was_given(open_house: Ward) -> None:
    file = inside(file_of(decided(full_dates=True, dates_reason="Säsong är frågan")))
    (tolvan,) = [row for row in table(file["acute.csv"]) if row["crp"]]
    assert tolvan["antibiotic_at"] == "2026-11-20T09:30"
    assert tolvan["age"] == "113", "anyone who is given days may know who is very old"
    assert "90" not in json.loads(file["manifest.json"])["columns"]["age"]
    book = {row["code"]: row for row in table(file["codebook.csv"]) if row["row"] == "variable"}
    assert (book["antibiotic_at"]["type"], book["oral_from"]["type"]) == ("moment", "date")
    assert json.loads(file["manifest.json"])["dates"].startswith("full")


def test_only_the_chosen_sections_are_in_it_and_the_code_book_has_no_others(open_house: Ward) -> None:
    file = inside(file_of(decided(parts=frozenset({"acute/samples"}))))
    assert list(file) == ["acute.csv", "codebook.csv", "manifest.json"]
    (first, *_) = table(file["acute.csv"])
    variables = list(first)[6:]
    assert "blood_culture" in variables
    assert "confusion" not in variables
    assert "antibiotic" not in variables
    book = table(file["codebook.csv"])
    assert [row["code"] for row in book if row["row"] == "variable"] == variables
    assert {row["variable"] for row in book} == set(variables)
    assert {row["row"] for row in book} == {"variable", "option"}


def test_nothing_that_says_who_somebody_is_is_anywhere_in_the_file(open_house: Ward) -> None:
    number = decided()
    file = file_of(number)
    whole = b"".join(inside(file).values()).decode() + "".join(inside(file))
    with all_providers():
        secrets = [text for one in Patient.objects.prefetch_related("numbers") for text in everything_of(one)]
        secrets += [step.episode.system_id for step in Step.objects.select_related("episode")]
    assert len(secrets) > 30
    assert [text for text in secrets if text in whole] == []
    # By itself: twelve figures in a row come about in a pseudonym or a digest, too.
    assert not re.search(r"(?<![0-9a-z])(18|19|20)\d{6}[-+]?\d{4}(?![0-9a-z])", whole)
    assert "KVIST" not in whole, "what people wrote in their own words"
    assert [who.name for who in (ANNA, cast.CECILIA) if who.name in whole] == []
    lines, book = (inside(file)[f"{name}.csv"].decode() for name in ("discharge", "codebook"))
    assert "other_agent" not in lines
    assert "other_agent" not in book
    assert ";J13" in lines, "a code is no free text"
    assert ";main_diagnosis;main_diagnosis;code;" in book


def everything_of(patient: Patient) -> list[str]:
    numbers = [number.text for number in patient.numbers.all()]
    born = patient.birth_date
    spelt = [f"{text[:8]}-{text[8:]}" for text in numbers] + [text[2:] for text in numbers]
    return [
        *(text for text in (patient.given_name, patient.surname) if text),
        *(patient.system_id, born.isoformat(), f"{born:%Y%m%d}", f"{born:%y%m%d}"),
        *numbers,
        *spelt,
    ]


def test_somebody_of_protected_identity_is_left_out_and_not_told_of(open_house: Ward) -> None:
    protected = patient_ids()[PROTECTED]
    file_of(decided())
    assert protected not in {entry.about_patient_id for entry in log("patient.disclosed")}
    number = decided()
    file_of(number)
    key = key_of(number)
    assert protected not in {entry.about_patient_id for entry in log("patient.key_taken")}
    assert (len(key.pairs), key.left_out) == (3, 0)
    assert PROTECTED not in dict(key.pairs).values()


def test_who_is_protected_after_the_decision_is_not_in_the_next_file(open_house: Ward) -> None:
    number = decided()
    assert manifest(file_of(number))["patients"] == 3
    with all_providers():
        Patient.objects.filter(numbers__text="191212121212").update(is_protected=True)
    told = manifest(file_of(number))
    assert (told["patients"], told["left_out"]["protected_identity"]) == (
        2,
        "patients of protected identity are left out",
    ), "not how many: the next file would say that somebody has become one"
    key = key_of(number)
    assert (len(key.pairs), key.left_out) == (2, 1)
    assert "191212121212" not in dict(key.pairs).values()


def test_who_has_opted_out_is_not_in_it(open_house: Ward) -> None:
    number = decided()
    before = {row["patient"] for row in table(inside(file_of(number))["inclusion.csv"])}
    opt_out(actor=greta(), case=case(), at=NOW)
    after = {row["patient"] for row in table(inside(file_of(number))["inclusion.csv"])}
    assert len(before) == 3
    assert len(after) == 2
    assert after < before
    assert "191212121212" not in dict(key_of(number).pairs).values()


def test_what_is_opened_again_is_not_in_it_until_it_is_signed(open_house: Ward) -> None:
    number = decided()
    with all_providers():
        step = Step.objects.get(code="discharge", state="signed")
        episode = step.episode.system_id
    signing.reopen(actor=open_house.anna, episode=episode, step="discharge", reason="Fel", at=NOW)
    told = manifest(file_of(number))
    assert (told["rows"]["discharge.csv"], told["left_out"]["unsigned_steps"]) == (0, 2)


def test_what_is_signed_after_the_decision_is_left_out_and_counted(open_house: Ward) -> None:
    number, later = decided(), NOW + MINUTE
    with all_providers():
        episode = Step.objects.get(code="acute", state="draft").episode.system_id
    signing.sign(actor=open_house.anna, episode=episode, step="acute", base=1, at=later)
    told = manifest(file_of(number, later))
    assert (told["rows"]["acute.csv"], told["left_out"]["not_decided_about"]) == (2, {"steps": 1})
    page = disclosure(actor=greta(), number=number)
    assert page.extent is not None
    assert page.extent.later == 1
    assert manifest(file_of(decided(later), later))["rows"]["acute.csv"] == 3


def test_a_version_of_the_form_that_came_after_the_decision_brings_nothing(
    open_house: Ward, tmp_path: Path, settings: Settings
) -> None:
    number = decided()
    settings.DEFINITIONS_DIR = tmp_path
    newest = max(version for code, version in catalogue().forms if code == "pneumoni")
    folder = tmp_path / "pneumoni" / str(newest + 1)
    shutil.copytree(DEFINITIONS / "pneumoni" / str(newest), folder)
    text = (folder / "acute.toml").read_text(encoding="utf-8")
    (folder / "acute.toml").write_text(text.replace('code = "pulse"', 'code = "heart_rate"'), encoding="utf-8")
    catalogue.cache_clear()
    try:
        with all_providers():
            Episode.objects.filter(patient__numbers__text="191212121212").update(version=newest + 1)
        file = file_of(number)
        assert "heart_rate" in table(inside(file_of(decided()))["acute.csv"])[0]
    finally:
        catalogue.cache_clear()
    assert "heart_rate" not in table(inside(file)["acute.csv"])[0]
    told = manifest(file)
    assert (told["patients"], told["left_out"]["not_decided_about"]) == (2, {"steps": 3})
    assert [one["version"] for one in told["definitions"]] == [newest]


def test_the_clinic_is_in_it_only_if_it_was_asked_for(open_house: Ward) -> None:
    file = inside(file_of(decided(clinics=False)))
    (first, *_) = table(file["acute.csv"])
    assert list(first)[:5] == ["patient", "episode", "age", "sex", "version"]
    assert "clinic" not in json.loads(file["manifest.json"])["columns"]


def test_an_answer_that_no_longer_fits_its_form_is_left_out_and_counted(open_house: Ward) -> None:
    number = decided()
    with all_providers(), deletion_allowed():
        step = Step.objects.get(code="acute", answers__crp="201")
        step.delete()
        Step.objects.create(
            episode_id=step.episode_id,
            care_provider_id=step.care_provider_id,
            clinic_id=step.clinic_id,
            code="acute",
            state="signed",
            answers={"confusion": ["Dr Kvist"], "crp": "201", "never_asked": "Dr Kvist"},
            version=1,
            signed_at=NOW,
            signed_by_id=1,
            signed_by_name="x",
        )
    file = file_of(number)
    assert manifest(file)["left_out"]["answers_that_do_not_fit"] == {"confusion": 1}
    assert [row["crp"] for row in table(inside(file)["acute.csv"]) if row["crp"]] == ["201"]
    assert b"Kvist" not in b"".join(inside(file).values())


# --- pseudonyms ------------------------------------------------------------------------------------


def names_in(number: int) -> set[str]:
    """All pseudonyms of a file."""
    content = inside(file_of(number))
    return {row[kind] for name in content if name[0] in "iad" for row in table(content[name]) for kind in KINDS}


KINDS = ("patient", "episode", "clinic")


def test_pseudonyms_are_the_same_for_a_disclosure_and_of_no_other(open_house: Ward) -> None:
    one, other = decided(), decided()
    names = names_in(one)
    assert len(names) == 3 + 3 + 2
    assert all(re.fullmatch("[pec][0-9a-f]{32}", name) for name in names), "no spreadsheet takes it for a number"
    assert names_in(one) == names
    assert names_in(other) & names == set()


def test_the_place_of_a_line_does_not_say_whose_it_is(open_house: Ward) -> None:
    content = inside(file_of(decided()))
    for name in ("inclusion.csv", "acute.csv"):
        order = [row["episode"] for row in table(content[name])]
        assert order == sorted(order)


def test_a_number_that_is_given_again_after_a_restore_brings_no_pseudonym_back(here: Ward) -> None:
    one = Pseudonyms.of(number=7, prepared_at=NOW, key=key_in_force())
    other = Pseudonyms.of(number=7, prepared_at=NOW + MINUTE, key=key_in_force())
    assert one.patient(1) != other.patient(1)
    assert len({one.patient(1)[1:], one.episode(1)[1:], one.clinic(1)[1:]}) == 3


def test_a_disclosure_goes_on_under_the_key_that_it_was_decided_with(
    open_house: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, earlier = decided(), settings.RESEARCH_KEY
    names = names_in(number)
    monkeypatch.setattr(settings, "RESEARCH_KEY", b"x" * 48)
    with pytest.raises(ResearchKeyMissing):
        file_of(number)
    with pytest.raises(ResearchKeyMissing):
        key_of(number)
    assert len(log("disclosure.fetched")) == 1, "what was refused leaves nothing"
    monkeypatch.setattr(settings, "RESEARCH_KEYS_BEFORE", (earlier,))
    assert names_in(number) == names


def test_two_patients_who_became_one_are_one_in_the_file(open_house: Ward) -> None:
    number = decided()
    merge_reserve_into_tolvan()
    content = inside(file_of(number))
    assert len({row["patient"] for row in table(content["inclusion.csv"])}) == 2
    assert len({row["episode"] for row in table(content["inclusion.csv"])}) == 3


def merge_reserve_into_tolvan() -> None:
    identity_cases.merge(
        actor=greta(),
        case=case(RESERVE),
        number=case(TOLVAN).number,
        expected=shown(RESERVE, TOLVAN),
        reason="x",
        at=NOW,
    )


# --- the key, apart --------------------------------------------------------------------------------


def test_the_key_leads_from_pseudonyms_to_numbers_and_each_patient_has_an_entry(open_house: Ward) -> None:
    number = decided()
    names = {row["patient"] for row in table(inside(file_of(number))["inclusion.csv"])}
    key = key_of(number)
    assert {name for name, _ in key.pairs} == names
    assert sorted(text for _, text in key.pairs) == sorted(
        case(one).number.text for one in (TOLVAN, SAMORDNAD, RESERVE)
    )
    (entry,) = log("disclosure.key_taken")
    assert (entry.by_program, entry.facts["decided_by"]) == ("research-key", "Sven Styrelse, Tove Tvåa")
    told = log("patient.key_taken")
    assert {one.about_patient_id for one in told} == {patient_ids()[text] for _, text in key.pairs}
    assert {one.facts["disclosure"] for one in told} == {number}
    page = disclosure(actor=greta(), number=number)
    assert [(one.what, one.by_name, one.patients) for one in page.fetches] == [
        ("key", "Sven Styrelse, Tove Tvåa", 3),
        ("file", GRETA.name, 3),
    ]


def test_the_key_is_of_something_decided_and_in_the_name_of_two(open_house: Ward) -> None:
    waiting, number = prepared(), decided()
    with pytest.raises(NotDecided):
        key_of(waiting)
    with pytest.raises(NotFound):
        key_of(number + 1)
    with pytest.raises(PrincipalsMissing):
        key_of(number, "Sven Styrelse", "sven  styrelse")
    assert log("disclosure.key_taken") == log("patient.key_taken") == ()


def test_the_key_can_be_taken_when_the_file_cannot_any_more(open_house: Ward) -> None:
    number = decided()
    file_of(number)
    close(actor=greta(), number=number, at=NOW)
    assert len(key_of(number).pairs) == 3


def test_without_a_file_there_is_no_key(open_house: Ward) -> None:
    number = decided()
    with pytest.raises(NotFetched):
        key_of(number)
    assert log("disclosure.key_taken") == log("patient.key_taken") == ()


def test_the_key_is_of_those_who_were_fetched_and_of_nobody_since(open_house: Ward) -> None:
    number = decided()
    file_of(number)
    newer = "19680808239" + luhn_digit("680808239")
    signed(open_house.anna, begun(open_house.anna, patient=newer), "acute", ACUTE)
    with all_providers():
        assert Patient.objects.filter(numbers__text=newer).exists()
    assert sorted(text for _, text in key_of(number).pairs) == sorted(
        case(one).number.text for one in (TOLVAN, SAMORDNAD, RESERVE)
    )


def test_a_pseudonym_of_a_patient_who_was_merged_since_is_in_the_key(open_house: Ward) -> None:
    number = decided()
    names = {row["patient"] for row in table(inside(file_of(number))["inclusion.csv"])}
    merge_reserve_into_tolvan()
    key = key_of(number)
    assert {name for name, _ in key.pairs} == names
    assert [text for _, text in key.pairs].count(case(TOLVAN).number.text) == 2
    assert len(log("patient.key_taken")) == 2, "one for each patient that there is"


def test_whoever_has_opted_out_since_is_not_in_the_key(open_house: Ward) -> None:
    number = decided()
    file_of(number)
    opt_out(actor=greta(), case=case(), at=NOW)
    assert sorted(text for _, text in key_of(number).pairs) == sorted(
        case(one).number.text for one in (SAMORDNAD, RESERVE)
    )


# --- the log ---------------------------------------------------------------------------------------


def test_each_patient_in_the_file_has_an_entry_that_says_who_when_and_which(open_house: Ward) -> None:
    number, ids = decided(), patient_ids()
    file_of(number)
    told = log("patient.disclosed")
    assert {one.about_patient_id for one in told} == {ids[case(n).number.text] for n in (TOLVAN, SAMORDNAD, RESERVE)}
    assert {(one.by_name, one.by_role, one.at) for one in told} == {(GRETA.name, "case_handler", NOW)}
    assert {tuple(one.facts.items()) for one in told} == {(("disclosure", number),)}
    assert {one.about_patient_id: one.clinic_id for one in told} == {
        ids[case(TOLVAN).number.text]: open_house.place.infection,
        ids[case(RESERVE).number.text]: open_house.place.infection,
        ids[case(SAMORDNAD).number.text]: open_house.place.sydvik,
    }, "a clinic's log tells that data of its patients left"
    file_of(number)
    assert len(log("patient.disclosed")) == 6, "once for each time"
    assert len(log("disclosure.fetched")) == 2


def test_it_stands_in_the_patients_extract_of_the_log(open_house: Ward) -> None:
    number = decided()
    file_of(number)
    key_of(number)
    found = log_extract_of_case(actor=greta(), case=case(), form="json", at=NOW)
    (disclosed, taken) = [row for row in found.rows if row.event in {"patient.disclosed", "patient.key_taken"}]
    assert (disclosed.unit, disclosed.is_change, taken.is_change) == ("", False, False)
    assert {"patient.disclosed", "patient.key_taken"} <= READS


def test_a_file_that_could_not_be_written_leaves_no_entry(open_house: Ward) -> None:
    number, actor = decided(), greta()
    with no_file_longer_than(100), pytest.raises(OSError, match="large"):
        fetch(actor=actor, number=number, at=NOW)
    assert log("patient.disclosed") == log("disclosure.fetched") == ()
    assert not DisclosureFetch.objects.exists()


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """As if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_whoever_breaks_off_the_download_is_in_the_log_all_the_same(open_house: Ward) -> None:
    number = decided()
    fetch(actor=greta(), number=number, at=NOW).close()
    assert len(log("patient.disclosed")) == 3


# --- the fence -------------------------------------------------------------------------------------


def test_outside_the_act_the_rows_of_other_providers_are_still_not_there(open_house: Ward) -> None:
    number = decided()
    assert len({row["clinic"] for row in table(inside(file_of(number))["acute.csv"])}) == 2
    assert Patient.objects.count() == Step.objects.count() == 0, "the connection has no sight left"
    with transaction.atomic():
        assert Patient.objects.count() == 0


# --- the database refuses too ----------------------------------------------------------------------


def test_what_was_written_stays(here: Ward) -> None:
    number, open_one = prepared(), decided()
    acts: list[Callable[[], Any]] = [
        lambda: Disclosure.objects.filter(id=number).update(project="En annan"),
        lambda: Disclosure.objects.filter(id=number).update(parts=["acute/samples"]),
        lambda: Disclosure.objects.filter(id=open_one).update(fetch_until=date(2030, 1, 1)),
        lambda: Disclosure.objects.filter(id=open_one).update(decided_by_name="En annan"),
        lambda: Disclosure.objects.filter(id=open_one).update(state="prepared"),
        lambda: Disclosure.objects.filter(id=number).delete(),
    ]
    for act in acts:
        with pytest.raises(IntegrityError), as_owner():
            act()


def test_nobody_decides_alone_whatever_the_code_says(here: Ward) -> None:
    number = prepared()
    found = Disclosure.objects.filter(id=number)
    with pytest.raises(IntegrityError, match="disclosure_decided_by_another"), transaction.atomic():
        found.update(**AS_DECIDED | {"decided_by_id": greta().account_id})


def test_what_left_is_not_unwritten(open_house: Ward) -> None:
    file_of(decided())
    for act in (lambda: DisclosureFetch.objects.update(patients=0), lambda: DisclosureFetch.objects.all().delete()):
        with pytest.raises(IntegrityError, match="append-only"), as_owner():
            act()
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            act()


# --- at once ---------------------------------------------------------------------------------------


def test_of_two_who_decide_at_once_one_does(open_house: Ward) -> None:
    number = prepared()
    third = handler(NOW, IRENE)
    two = henning()
    results = together(
        [lambda: decide(actor=two, number=number, at=NOW), lambda: decide(actor=third, number=number, at=NOW)]
    )
    assert sorted(type(one).__name__ for one in results) == ["NoneType", "NotPossible"]
    assert len(log("disclosure.decided")) == 1


def test_it_is_decided_or_withdrawn_and_not_both(open_house: Ward) -> None:
    number = prepared()
    two, one = henning(), greta()
    results = together(
        [lambda: decide(actor=two, number=number, at=NOW), lambda: withdraw(actor=one, number=number, at=NOW)]
    )
    assert sorted(type(one).__name__ for one in results) == ["NoneType", "NotPossible"]
    assert len(log("disclosure.decided")) + len(log("disclosure.withdrawn")) == 1


def test_two_who_fetch_at_once_get_the_same(open_house: Ward) -> None:
    number = decided()
    one, two = greta(), henning()

    def fetched(actor: Actor) -> bytes:
        with fetch(actor=actor, number=number, at=NOW) as file:
            return file.read()

    first, second = together([lambda: fetched(one), lambda: fetched(two)])
    assert first == second
    assert len(log("patient.disclosed")) == 6


def test_one_that_is_closed_while_a_fetch_begins_is_closed_to_it(open_house: Ward) -> None:
    number, one, two = decided(), greta(), henning()
    results: list[object] = []

    def fetched() -> None:
        try:
            results.append(fetch(actor=one, number=number, at=NOW))
        except Exception as trouble:
            results.append(trouble)
        finally:
            connection.close()

    thread = Thread(target=fetched, daemon=True)
    with transaction.atomic():
        close(actor=two, number=number, at=NOW)
        thread.start()
        until_somebody_waits_for_this()
    thread.join(timeout=30)
    assert [type(result) for result in results] == [DisclosureClosed]
    assert log("patient.disclosed") == log("disclosure.fetched") == ()


def until_somebody_waits_for_this() -> None:
    """For the lock of this transaction, ten seconds at most."""
    waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    for _ in range(1000):
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone():
                return
        sleep(0.01)
    raise AssertionError("nobody waits")


def test_of_who_fetches_and_who_closes_at_once_the_first_is_obeyed(open_house: Ward) -> None:
    for _ in range(4):
        number, one, two = decided(), greta(), henning()

        def fetched(actor: Actor, number: int) -> None:
            fetch(actor=actor, number=number, at=NOW).close()

        results = together(
            [partial(fetched, one, number), partial(close, actor=two, number=number, at=NOW)],
        )
        assert results[1] is None
        assert results[0] is None or isinstance(results[0], DisclosureClosed)
        page = disclosure(actor=one, number=number)
        assert (page.row.state, len(page.fetches)) == (DisclosureState.CLOSED, int(results[0] is None))


def test_what_is_signed_while_a_file_is_written_is_not_in_it(open_house: Ward) -> None:
    """One moment for all tables and all counts."""

    def steps() -> int:
        return Step.objects.filter(code="acute", state="signed").count()

    with all_providers():
        episode = Step.objects.get(code="acute", state="draft").episode.system_id
    with snapshot_of_all():
        before = steps()
        act = partial(signing.sign, actor=open_house.anna, episode=episode, step="acute", base=1, at=NOW)
        assert together([act]) == [None]
        assert steps() == before
    with all_providers():
        assert steps() == before + 1
