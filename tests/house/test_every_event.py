"""Every event of the log: the act that writes it, who did it and whom it is about."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker, Settings

from registret.access import account_file, applying, claims, clockwork, desk, moving_in, nominating, substitutes
from registret.access.models import Claim
from registret.access.moving_in import Decision
from registret.access.people import reinstate_person, suspend_person
from registret.access.roles import Role
from registret.accounts.refusals import CodeWrong
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.ledger.queries import EntryRow
from registret.mail.links import claim_code
from registret.records import looking, opting_out, services, versions
from registret.registries.queries import DEFINITIONS, catalogue
from registret.words.events import EVENTS
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, INGRID, Person, person
from tests.house.asserted_events import ASSERTED
from tests.rooms.records.scene import (
    ACUTE,
    DAY,
    GRETA,
    HOUR,
    MINUTE,
    NOW,
    TOLVAN,
    Ward,
    begun,
    case,
    handler,
    leave,
    log,
    ward,
)

ROOT = Path(__file__).parents[2]
LISA = person("Lisa", "Ek", "SE2321009991-E00L1E1")
HENRIK = person("Henrik", "Vall", "SE2321009991-E00H1V7")
NEW_ANNA = person("Anna", "Berg", "SE2321009983-E00A9B9", organisation="Region Sydvik")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the entry must say: a person or a program did it, about an account, an HSA-id or patients, at a clinic."""

    by: Person | str
    account: Person | None = None
    hsa_id: str = ""
    patients: frozenset[int] = frozenset()
    clinic: int | None = None


Act = Callable[[Ward], Told]


@pytest.fixture(scope="module")
def country(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Ward]:
    """Built once; each test takes back what it did."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield ward()
        transaction.set_rollback(True)


@pytest.fixture
def here(country: Ward) -> Iterator[Ward]:
    with transaction.atomic():
        yield country
        transaction.set_rollback(True)


@pytest.fixture
def own_forms(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    settings.DEFINITIONS_DIR = tmp_path
    yield tmp_path
    catalogue.cache_clear()


def patient_ids() -> frozenset[int]:
    """The patient whom the cases are about."""
    from registret.records.models import Number
    from registret.records.sight import sight_of_all

    with sight_of_all():
        return frozenset({Number.objects.get(text="191212121212").patient_id})


# --- applications ----------------------------------------------------------------------------------


def waiting(here: Ward) -> int:
    return cast.register(LISA, here.place.infection, at=NOW)


def about_lisa(by: Person | str, here: Ward, *, hsa_id: bool = True) -> Told:
    return Told(by=by, account=LISA, hsa_id=LISA.hsa_id if hsa_id else "", clinic=here.place.infection)


def put_back(here: Ward) -> Told:
    bertil, application = cast.actor(BERTIL, at=NOW), waiting(here)
    desk.take_on(application_id=application, actor=bertil, at=NOW)
    desk.put_back(application_id=application, actor=bertil, at=NOW)
    return about_lisa(BERTIL, here)


def taken(here: Ward) -> Told:
    desk.take_on(application_id=waiting(here), actor=cast.actor(BERTIL, at=NOW), at=NOW)
    return about_lisa(BERTIL, here)


def noted(here: Ward) -> Told:
    desk.write_note(application_id=waiting(here), text="Ring", actor=cast.actor(BERTIL, at=NOW), at=NOW)
    return about_lisa(BERTIL, here)


def asked(here: Ward) -> Told:
    desk.ask(application_id=waiting(here), text="Vilken avdelning?", actor=cast.actor(BERTIL, at=NOW), at=NOW)
    return about_lisa(BERTIL, here)


def answered(here: Ward) -> Told:
    asked(here)
    desk.answer(account_id=cast.account_of(LISA).id, text="Avdelning 3", by=LISA.by, at=NOW)
    return about_lisa(LISA, here, hsa_id=False)


def reminded(here: Ward) -> Told:
    waiting(here)
    applying.remind(account_id=cast.account_of(LISA).id, by=LISA.by, at=NOW)
    return about_lisa(LISA, here, hsa_id=False)


def escalated(here: Ward) -> Told:
    waiting(here)
    clockwork.run("escalate", at=NOW + 7 * DAY)
    return about_lisa("clock", here)


# --- accounts and rights ---------------------------------------------------------------------------


def reinstated(here: Ward) -> Told:
    bertil, anna = cast.actor(BERTIL, at=NOW), cast.account_of(ANNA).id
    suspend_person(account_id=anna, reason="utreds", actor=bertil, at=NOW)
    reinstate_person(account_id=anna, actor=bertil, at=NOW)
    return Told(by=BERTIL, account=ANNA, hsa_id=ANNA.hsa_id)


def suspended(here: Ward) -> Told:
    suspend_person(account_id=cast.account_of(ANNA).id, reason="utreds", actor=cast.actor(BERTIL, at=NOW), at=NOW)
    return Told(by=BERTIL, account=ANNA, hsa_id=ANNA.hsa_id)


def imported(here: Ward) -> Told:
    line = f"{HENRIK.hsa_id};Henrik;Vall;{HENRIK.email};{cast.INFECTION};registrerare;2026-11-01;pneumoni"
    rows, faults = account_file.read("\n".join([";".join(account_file.COLUMNS), line]).encode())
    assert faults == ()
    decision = Decision(decided_by="Sven Styrelse", reference="RS 2026-17", text="Alla konton flyttas")
    by = By.of_program("import-accounts")
    assert moving_in.import_accounts(rows=rows, decision=decision, dry_run=False, by=by, at=NOW).faults == ()
    return Told(by="import-accounts")


def claimed(here: Ward) -> str:
    """Answers the code."""
    cast.register(NEW_ANNA, here.place.sydvik, at=NOW)
    claims.claim(account_id=cast.account_of(NEW_ANNA).id, email=ANNA.email, by=NEW_ANNA.by, at=NOW)
    found = Claim.objects.get(account_id=cast.account_of(NEW_ANNA).id)
    return claim_code(found.id, found.version)


def proven(here: Ward) -> Told:
    code = claimed(here)
    claims.prove(account_id=cast.account_of(NEW_ANNA).id, code=code, by=NEW_ANNA.by, at=NOW)
    return Told(by=NEW_ANNA, account=NEW_ANNA, hsa_id=NEW_ANNA.hsa_id)


def code_refused(here: Ward) -> Told:
    code = claimed(here)
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    with pytest.raises(CodeWrong):
        claims.prove(account_id=cast.account_of(NEW_ANNA).id, code=wrong, by=NEW_ANNA.by, at=NOW)
    return Told(by=NEW_ANNA, account=NEW_ANNA, hsa_id=NEW_ANNA.hsa_id)


def substitute_withdrawn(here: Ward) -> Told:
    bertil = cast.actor(BERTIL, at=NOW)
    first, last = date(2026, 12, 1), date(2026, 12, 31)
    anna = cast.account_of(ANNA).id
    made = substitutes.propose(account_id=anna, first_day=first, last_day=last, actor=bertil, at=NOW)
    substitutes.withdraw_proposal(substitution_id=made, actor=bertil, at=NOW)
    return Told(by=BERTIL, account=ANNA, clinic=here.place.infection)


def nominated() -> int:
    return nominating.nominate(
        hsa_id=HsaId.parse(HENRIK.hsa_id),
        given_name="Henrik",
        surname="Vall",
        email=HENRIK.email,
        role=Role.CASE_HANDLER,
        actor=cast.actor(DORIS, at=NOW),
        at=NOW,
    )


def nomination_withdrawn(here: Ward) -> Told:
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=NOW - DAY)
    made = nominated()
    nominating.withdraw_nomination(nomination_id=made, actor=cast.actor(DORIS, at=NOW), at=NOW)
    return Told(by=DORIS, hsa_id=HENRIK.hsa_id)


def nomination_declined(here: Ward) -> Told:
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=NOW - DAY)
    made = nominated()
    nominating.decline(nomination_id=made, reason="Okänd", actor=cast.actor(INGRID, at=NOW), at=NOW)
    return Told(by=INGRID, hsa_id=HENRIK.hsa_id)


# --- patients --------------------------------------------------------------------------------------


def about_patient(here: Ward) -> Told:
    return Told(by=ANNA, patients=patient_ids(), clinic=here.place.infection)


def not_found(here: Ward) -> Told:
    looking.search(actor=here.anna, written=TOLVAN, at=NOW)
    return Told(by=ANNA, clinic=here.place.infection)


def begun_here(here: Ward) -> Told:
    begun(here.anna)
    return about_patient(here)


def filled(here: Ward) -> str:
    episode = begun(here.anna)
    services.write(actor=here.anna, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    return episode


def written(here: Ward) -> Told:
    filled(here)
    return about_patient(here)


def signed(here: Ward) -> Told:
    services.sign(actor=here.anna, episode=filled(here), step="acute", base=1, at=NOW)
    return about_patient(here)


def reopened(here: Ward) -> Told:
    episode = filled(here)
    services.sign(actor=here.karin, episode=episode, step="acute", base=1, at=NOW)
    services.reopen(actor=here.anna, episode=episode, step="acute", reason="Fel dos", at=NOW + MINUTE)
    return about_patient(here)


def laid_aside(here: Ward) -> Told:
    services.lay_aside(actor=here.anna, episode=filled(here), step="acute", at=NOW)
    return about_patient(here)


def taken_up(here: Ward) -> Told:
    episode = filled(here)
    services.lay_aside(actor=here.karin, episode=episode, step="acute", at=NOW)
    services.take_up(actor=here.anna, episode=episode, step="acute", at=NOW)
    return about_patient(here)


def moved(here: Ward) -> Told:
    episode = filled(here)
    services.move(
        actor=here.anna, episode=episode, step="acute", clinic_id=here.place.medicine, reason="Flyttad", at=NOW
    )
    return about_patient(here)


def opened(here: Ward) -> Told:
    looking.open_step(actor=here.anna, episode=begun(here.karin), step="acute", at=NOW)
    return about_patient(here)


def printed(here: Ward) -> Told:
    looking.print_episode(actor=here.anna, episode=begun(here.karin), at=NOW)
    return about_patient(here)


def history_opened(here: Ward) -> Told:
    looking.open_history(actor=here.anna, episode=begun(here.karin), step="inclusion", at=NOW)
    return about_patient(here)


def opt_out_taken_back(here: Ward) -> Told:
    begun(here.anna)
    leave(actor=handler(), case=case(), at=NOW)
    opting_out.take_back(actor=handler(), case=case(), at=NOW + HOUR)
    return Told(by=GRETA, patients=patient_ids())


ACTS: dict[str, Act] = {
    "account.suspend": suspended,
    "account.reinstate": reinstated,
    "accounts.imported": imported,
    "claim.proven": proven,
    "claim.code_refused": code_refused,
    "application.escalated": escalated,
    "application.taken": taken,
    "application.put_back": put_back,
    "application.noted": noted,
    "application.asked": asked,
    "application.answered": answered,
    "application.reminded": reminded,
    "substitute.withdraw": substitute_withdrawn,
    "nomination.decline": nomination_declined,
    "nomination.withdraw": nomination_withdrawn,
    "patient.opt_out_taken_back": opt_out_taken_back,
    "patient.not_found": not_found,
    "episode.begun": begun_here,
    "episode.printed": printed,
    "step.opened": opened,
    "step.history_opened": history_opened,
    "step.written": written,
    "step.laid_aside": laid_aside,
    "step.taken_up": taken_up,
    "step.signed": signed,
    "step.reopened": reopened,
    "step.moved": moved,
}


@pytest.mark.parametrize("event", ACTS)
def test_an_act_writes_one_entry_that_says_who_did_it_and_whom_it_is_about(here: Ward, event: str) -> None:
    before = {entry.id for entry in log(event)}
    told = ACTS[event](here)
    (entry,) = [entry for entry in log(event) if entry.id not in before]
    hold(entry, told)


def test_moving_on_writes_one_entry_about_the_patient(here: Ward, own_forms: Path) -> None:
    episode = begun(here.karin)
    newest = max(version for code, version in catalogue().forms if code == "pneumoni")
    shutil.copytree(DEFINITIONS / "pneumoni" / str(newest), own_forms / "pneumoni" / str(newest + 1))
    catalogue.cache_clear()
    versions.move_on(actor=here.anna, episode=episode, at=NOW)
    (entry,) = log("episode.moved_on")
    hold(entry, about_patient(here))


def hold(entry: EntryRow, told: Told) -> None:
    by = (told.by, "") if isinstance(told.by, str) else ("", told.by.hsa_id)
    assert (entry.by_program, entry.by_hsa_id) == by
    assert entry.about_account_id == (cast.account_of(told.account).id if told.account else None)
    assert entry.about_hsa_id == told.hsa_id
    assert frozenset(entry.patient_ids) == told.patients
    assert entry.clinic_id == told.clinic


@cache
def sources(path: str) -> dict[str, str]:
    """Each test of a file and its text, with what it is parametrised by."""
    found = (node for node in ast.parse((ROOT / path).read_text("utf-8")).body if isinstance(node, ast.FunctionDef))
    return {node.name: ast.unparse(node) for node in found}


def test_every_event_has_an_act_here_or_a_test_elsewhere_and_only_one_of_them() -> None:
    assert sorted([*ACTS, *ASSERTED]) == sorted(EVENTS)


@pytest.mark.parametrize("event", ASSERTED)
def test_the_test_elsewhere_is_there_and_names_the_event(event: str) -> None:
    path, name = ASSERTED[event].split("::")
    assert event in sources(path)[name]
