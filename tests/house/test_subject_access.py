"""Each personal column is in what its person is given (GDPR, article 15), or is left out for a reason.

Staff take out a file themselves, patients are given a registry extract. That a column is in one is tried: another value
of it makes another file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

import pytest
from django.db import connection, models, transaction
from django.db.models import Q

from registret.access.applications import application_notes, earlier_accounts
from registret.access.models import Application, Claim, Grant, Nomination, Note, Substitution
from registret.access.roles import Role
from registret.access.self_service import subject_access
from registret.access.staff.changing_grants import revoke_grant
from registret.access.staff.nominating import nominate
from registret.access.staff.people import person_of
from registret.access.staff.substitutes import propose
from registret.accounts.models import Account, Confirmation, LoginAttempt, Session
from registret.database.columns import PERSONAL, columns
from registret.kernel.identifiers import HsaId
from registret.ledger.events import Event
from registret.ledger.models import Entry
from registret.ledger.services import record
from registret.mail.models import Letter
from registret.records.disclosure.preparing import prepare
from registret.records.identity import cases as identity_cases
from registret.records.models import (
    DataQuery,
    Disclosure,
    DisclosureFetch,
    Episode,
    Merge,
    Number,
    Patient,
    Proposal,
    Revision,
    Step,
)
from registret.records.patient_rights.extracts import registry_extract
from registret.records.reporting import signing, writing
from registret.records.scope import all_providers
from registret.web.cases.documents import registry_extract as extract_as_json
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS
from tests.house.acts.accounts import NEW_ADDRESS, ask_for_address, id_of
from tests.owner import as_owner
from tests.rooms.access.scene import LAST_DAY
from tests.rooms.records.asked import answered, asked
from tests.rooms.records.scene import (
    ACUTE,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    RESERVE,
    TOLVAN,
    Ward,
    begun,
    case,
    handler,
    number,
    shown,
    ward,
)
from tests.rooms.records.test_disclosing import WISH

Column = tuple[type[models.Model], str]

IN_THE_FILE: Final[Mapping[Column, object]] = {
    (Account, "hsa_id"): HsaId.parse(ANNA.hsa_id.lower()),
    (Account, "given_name"): "Annika",
    (Account, "surname"): "Bergh",
    (Account, "organisation"): "Region Östvik",
    (Account, "email"): "annika@regionnorrvik.se",
    (Account, "state_reason"): "utreds",
    (Account, "logged_in_at"): NOW - HOUR,
    (Account, "unused_since"): NOW - HOUR,
    (Account, "card_issuer"): "Another HSA-id CA v1",
    (Claim, "email"): "annika@regionnorrvik.se",
    (Confirmation, "email"): "annika@regionnorrvik.se",
    (Confirmation, "replaces"): "annika@regionnorrvik.se",
    (LoginAttempt, "back_to"): "/min-logg",
    (LoginAttempt, "outcome"): {"card": ANNA.card.as_json() | {"surname": "Bergh"}, "refusal": None, "report": None},
    (Session, "card"): ANNA.card.as_json() | {"surname": "Bergh"},
    (Session, "network"): "192.0.2.99",
    (Letter, "to_address"): NEW_ADDRESS.text,
    (Letter, "last_error"): "smtp 550 5.1.1",
    (Application, "message"): "Hej igen",
    (Application, "reason"): "utreds",
    (Grant, "decided_by_names"): "Sven Styrelse, Tove Tvåa",
    (Grant, "revoke_reason"): "flyttat",
    (Nomination, "hsa_id"): HsaId.parse("SE2321009991-E00A9A9"),
    (Nomination, "given_name"): "Annika",
    (Nomination, "surname"): "Bergh",
    (Nomination, "email"): "annika@regionnorrvik.se",
    (Note, "text"): "Vilken våning?",
    (Substitution, "reason"): "utreds",
    (Entry, "by_hsa_id"): DORIS.hsa_id,
    (Entry, "by_name"): "Annika Bergh",
    (Entry, "network"): "192.0.2.99",
    (Entry, "about_hsa_id"): DORIS.hsa_id,
    (Entry, "facts"): {"rows": 99},
}
"""Another value of each column that is in the file of a member of staff."""

IN_THE_EXTRACT: Final[Mapping[Column, object]] = {
    (Patient, "birth_date"): date(1912, 12, 13),
    (Patient, "sex"): "female",
    (Patient, "given_name"): "Tolva",
    (Patient, "surname"): "Tolvadotter",
    (Patient, "is_protected"): False,
    (Patient, "register_protects"): True,
    (Patient, "died_on"): date(2026, 11, 23),
    (Number, "text"): "22800101AB25",
    (Number, "kind"): "stockholm",
    (Merge, "by_name"): "Gerda Frost",
    (Merge, "reason"): "Enligt folkbokföringen",
    (Episode, "began_at"): NOW - 9 * DAY,
    (Episode, "created_by_name"): "Annika Bergh",
    (Episode, "source_id"): "4711",
    (Step, "answers"): {"confusion": "yes"},
    (Step, "signed_by_name"): "Annika Bergh",
    (Revision, "changes"): {"pulse": [None, "84"]},
    (Revision, "reason"): "Fel svar",
    (Revision, "by_name"): "Annika Bergh",
    (DataQuery, "text"): "Stämmer den?",
    (DataQuery, "asked_by_name"): "Ingrid Falk",
    (DataQuery, "answer"): "Enligt journalen",
    (DataQuery, "ended_by_name"): "Annika Bergh",
    (Proposal, "answers"): {"pulse": "84"},
    (Proposal, "by_name"): "Annika Bergh",
    (Proposal, "reason"): "Fel i journalen",
    (Proposal, "ended_by_name"): "Annika Bergh",
    (Disclosure, "project"): "KLARARE",
    (Disclosure, "recipient_organisation"): "Högskolan",
}
"""Another value of each column that is in the extract of a patient."""

_AUTHOR = "who registered or decided: an entry of that person's log"
_NO_PATIENT = "of those who opted out nothing is left that an extract could find"
LEFT_OUT: Final[Mapping[str, str]] = {
    "accounts.Session.hsa_id": "is on the card of the session as well",
    "mail.Letter.context": "was sent to the person, and may name others (the file says so)",
    "places.Clinic.contact_name": "of a clinic, which gives and changes it itself",
    "places.Clinic.contact_mail": "of a clinic",
    "places.Clinic.contact_phone": "of a clinic",
    "revocation.KeptAnswer.serial": "by the issuer, about a card; kept for days (the file says so)",
    "revocation.KeptAnswer.state": "by the issuer, about a card; kept for days (the file says so)",
    "access.Participation.reason": "about a clinic",
    "access.Participation.by_name": _AUTHOR,
    "access.Recertification.reason": "about a clinic, and may name others",
    "exchange.Export.reason": "about a clinic, and in the log of the one who wrote it",
    "exchange.KeptPart.content": "a copy, encrypted, for some days",
    "exchange.KeptPart.marks": "made of numbers that are in the extract",
    "records.HistoryImport.decided_by": _AUTHOR,
    "records.RetentionDecision.reason": "about a sub-registry",
    "records.RetentionDecision.by_name": _AUTHOR,
    "reports.CoverageFile.by_name": _AUTHOR,
    "reports.OutlierStep.text": "about a clinic's figure, and may name others",
    "reports.OutlierStep.by_name": _AUTHOR,
    "reports.Publication.reason": "about an indicator",
    "reports.Publication.by_name": _AUTHOR,
    "time_limits.Decision.reason": "about a time limit",
    "time_limits.Decision.by_name": _AUTHOR,
    "oversight.IncidentRevision.happened": "may name others: a person weighs it (the file says so)",
    "oversight.IncidentRevision.consequences": "may name others: a person weighs it (the file says so)",
    "oversight.IncidentRevision.measures": "may name others: a person weighs it (the file says so)",
    "oversight.IncidentRevision.authority_why": "may name others: a person weighs it (the file says so)",
    "oversight.IncidentRevision.persons_why": "may name others: a person weighs it (the file says so)",
    "oversight.IncidentRevision.by_name": _AUTHOR,
    "oversight.Review.reason": "people are not told that their log is under review (the file says so)",
    "oversight.Review.conclusion": "people are not told that their log is under review (the file says so)",
    "oversight.ReviewedEntry.note": "people are not told that their log is under review (the file says so)",
    "records.Disclosure.recipient_name": "names a researcher; patients are told of the organisation",
    "records.Disclosure.dates_reason": "about a project",
    "records.Disclosure.reason": "about a project",
    "records.Disclosure.prepared_by_name": _AUTHOR,
    "records.Disclosure.decided_by_name": _AUTHOR,
    "records.Disclosure.ended_by_name": _AUTHOR,
    "records.DisclosureFetch.by_name": _AUTHOR,
    "records.Step.saved_by_name": "is the last of the step's revisions as well",
    "records.Step.says_dead": "computed from answers that are in the extract",
    "records.Step.died_on": "computed from answers that are in the extract",
    "records.Revision.by_hsa_id": "the extract names who wrote, and the number is that person's",
    "records.Leaving.case_number": _NO_PATIENT,
    "records.Leaving.by_name": _NO_PATIENT,
    "records.OptOut.mark": _NO_PATIENT,
    "records.OptOut.case_number": _NO_PATIENT,
    "records.OptOut.by_name": _NO_PATIENT,
    "records.TakenBack.mark": "the log extract says that an opt-out was taken back",
    "records.TakenBack.case_number": "the log extract says that an opt-out was taken back",
    "records.TakenBack.by_name": _AUTHOR,
    "reports.Fact.month": "computed from answers that are in the extract (which says so)",
    "reports.Fact.outcome": "computed from answers that are in the extract (which says so)",
    "reports.Fact.value": "computed from answers that are in the extract (which says so)",
    "reports.Fact.strata": "computed from answers that are in the extract (which says so)",
    "reports.Remark.rule": "computed from answers that are in the extract (which says so)",
}


def label(column: Column) -> str:
    return f"{column[0]._meta.label}.{column[1]}"


def test_each_personal_column_is_in_what_its_person_is_given_or_left_out_for_a_reason() -> None:
    kept = [(model, field) for model, field in columns(PERSONAL) if not isinstance(field, models.GeneratedField)]
    given = {label(column) for column in (*IN_THE_FILE, *IN_THE_EXTRACT)}
    assert given & set(LEFT_OUT) == set()
    assert {f"{model._meta.label}.{field.column}" for model, field in kept} == given | set(LEFT_OUT)


def test_a_computed_personal_column_is_made_of_columns_that_are_looked_at() -> None:
    computed = {field.column for _, field in columns(PERSONAL) if isinstance(field, models.GeneratedField)}
    assert computed == {"hsa_id_key", "surname_key", "given_name_key"}


def change(column: Column, value: object, of_whom: Q) -> None:
    """In the newest row, as nobody could: without the triggers that keep what was written."""
    model, name = column
    rows = model._default_manager
    with as_owner(), all_providers(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER USER")
        newest = rows.filter(of_whom).order_by("-id").values("id")[:1]
        assert rows.filter(id=newest).update(**{name: value}) == 1


def differs(made: Callable[[], object], column: Column, value: object, of_whom: Q) -> bool:
    """Whether what is made is another with this value in the column."""
    with transaction.atomic():
        before = made()
        change(column, value, of_whom)
        after = made()
        transaction.set_rollback(True)
    return before != after


# --- staff -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def here(module_db: None) -> Ward:
    return ward()


@pytest.fixture(scope="module")
def anna(here: Ward) -> int:
    """Anna has all that a file can tell of; returns her account's id."""
    asked = cast.apply_again(ANNA, here.place.medicine, role=Role.READER, at=NOW)
    application_notes.ask(application_id=asked, text="Vilken avdelning?", actor=cast.actor(DORIS, at=NOW), at=NOW)
    ask_for_address()
    bertil = cast.actor(BERTIL, at=NOW)
    propose(account_id=id_of(ANNA), first_day=NOW.date(), last_day=LAST_DAY, actor=bertil, at=NOW)
    nominate(
        role=Role.LOG_REVIEWER,
        hsa_id=ANNA.card.hsa_id,
        given_name=ANNA.card.given_name,
        surname=ANNA.card.surname,
        email=ANNA.email,
        actor=cast.actor(DORIS, at=NOW),
        at=NOW,
    )
    earlier_accounts.claim(account_id=id_of(ANNA), email=NEW_ADDRESS, by=ANNA.by, at=NOW)
    (grant,) = person_of(actor=here.bertil, account_id=id_of(ANNA), at=NOW).grants
    revoke_grant(grant_id=grant.id, reason="slutat", actor=bertil, at=NOW)
    cast.log_in(ANNA, at=NOW)
    by = replace(ANNA.by, network="192.0.2.1")
    record(
        event=Event.PEOPLE_EXPORTED,
        by=by,
        at=NOW,
        about_account_id=id_of(ANNA),
        about_hsa_id=ANNA.card.hsa_id,
        facts={"rows": 1},
    )
    return id_of(ANNA)


def file() -> Mapping[str, Any]:
    """Without the entry that it was taken out."""
    made = subject_access.take_out(hsa_id=ANNA.card.hsa_id, card_read_at=NOW, by=ANNA.by, at=NOW)
    found: Mapping[str, Any] = json.loads(b"".join(made))
    found["log"].pop()
    return found


@pytest.mark.parametrize("column", IN_THE_FILE, ids=label)
def test_another_value_of_a_column_makes_another_file(anna: int, column: Column) -> None:
    of_whom = {
        Account: Q(id=anna),
        Session: Q(hsa_id_key=ANNA.card.hsa_id.key),
        LoginAttempt: Q(outcome__card__hsa_id=ANNA.hsa_id),
        Letter: Q(about_account_id=anna),
        Entry: Q(about_account_id=anna, by_account_id=None),
        Nomination: Q(),
        Note: Q(),
    }
    assert differs(file, column, IN_THE_FILE[column], of_whom.get(column[0], Q(account_id=anna)))


# --- patients --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tolvan(here: Ward) -> None:
    """A patient has all that an extract can tell of: two numbers, a merge, a correction, a question of the office, a
    proposal of a file and a file for research."""
    begun(here.anna, patient=RESERVE)
    step: dict[str, Any] = {"actor": here.anna, "episode": begun(here.anna), "step": "acute"}
    writing.write(base=0, written=ACUTE, at=NOW + MINUTE, **step)
    signing.sign(base=1, at=NOW + 2 * MINUTE, **step)
    answered(here, step["episode"], asked(step["episode"]), text="Mätt två gånger")
    identity_cases.merge(
        actor=handler(),
        case=case(RESERVE),
        number=number(TOLVAN),
        expected=shown(RESERVE, TOLVAN),
        reason="Samma person",
        at=NOW + MINUTE,
    )
    disclosure = prepare(actor=handler(), wish=WISH, at=NOW)
    with all_providers():
        Patient.objects.update(is_protected=True)
        patient = Patient.objects.get()
        acute = Step.objects.get(state="signed", code="acute")
        Proposal.objects.create(
            step=acute,
            care_provider_id=acute.care_provider_id,
            source="Journal X",
            answers={"pulse": "98"},
            at=NOW,
            ended_at=NOW,
            by_id=1,
            by_name="Ines Lund",
            reason="Rätt",
            ended_by_id=1,
            ended_by_name="Anna Berg",
        )
        fetched: dict[str, Any] = {"what": "file", "patients": 1, "who": [patient.id], "digest": "0" * 64}
        DisclosureFetch.objects.create(
            disclosure_id=disclosure, at=NOW, by_account_id=1, by_name="Greta Frost", **fetched
        )


def extract() -> Mapping[str, Any]:
    made = registry_extract(actor=handler(), case=case(RESERVE), form="json", at=NOW + HOUR)
    return extract_as_json(made)


@pytest.mark.parametrize("column", IN_THE_EXTRACT, ids=label)
def test_another_value_of_a_column_makes_another_extract(tolvan: None, column: Column) -> None:
    of_whom = {Step: Q(state="signed"), Revision: Q(step__code="acute")}
    assert differs(extract, column, IN_THE_EXTRACT[column], of_whom.get(column[0], Q()))
