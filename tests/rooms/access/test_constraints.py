"""What nobody may write, the database refuses: every constraint is broken here, and every paired field."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count, product
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from registret.access.lifecycle import ApplicationState, LineState, SubstitutionState
from registret.access.models import (
    Application,
    Claim,
    Grant,
    Nomination,
    Note,
    Notice,
    Participation,
    Recertification,
    RecertificationLine,
    Substitution,
    SystemKey,
)
from registret.access.roles import ROLES_AT_A_CLINIC, ROLES_TO_APPLY_FOR, ROLES_TO_NOMINATE, Role, apart_from
from registret.accounts.opening import open_system
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress, HsaId
from tests import cast
from tests.owner import as_owner
from tests.rooms.access.scene import DAY, NOW, SECOND

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinics")]
number = count(1)


@pytest.fixture(scope="module")
def clinics(module_db: None) -> None:
    cast.clinics(NOW)


def account() -> int:
    """An account of its own, in SQL: its model stays in its room."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_account (hsa_id, given_name, surname, organisation, email, language, state,"
            " state_reason, state_authority, created_at)"
            " VALUES (%s, 'A', 'B', '', 'a@b.se', 'sv', 'registered', '', '', %s) RETURNING id",
            [f"SE2321009991-T{next(number)}", NOW],
        )
        return int(cursor.fetchone()[0])


def clinic() -> int:
    return cast.clinic_id(cast.INFECTION)


def note(**different: Any) -> Note:
    usual = {"application": application(), "kind": "note", "text": "hej", "at": NOW, "by_id": account()}
    return Note.objects.create(**usual | different)


def notice(**different: Any) -> Notice:
    return Notice.objects.create(**{"kind": "digest", "subject": 1, "occasion": "", "at": NOW} | different)


def application(**different: Any) -> Application:
    usual = {"account_id": different.get("account_id") or account(), "clinic_id": clinic(), "role": "reporter"}
    return Application.objects.create(**usual | {"applied_at": NOW} | different)


def grant(**different: Any) -> Grant:
    usual = {
        "account_id": different.get("account_id") or account(),
        "clinic_id": clinic(),
        "role": "reporter",
        "begins_at": NOW,
        "ends_at": NOW + DAY,
        "decided_by_names": "Sven Styrelse, Tove Tvåa",
    }
    return Grant.objects.create(**usual | different)


def administrator() -> int:
    """Of the clinic, for longer than `grant` lasts."""
    one = account()
    grant(account_id=one, role="local_administrator", ends_at=NOW + 2 * DAY)
    return one


def claim(**different: Any) -> Claim:
    usual = {"account_id": different.get("account_id") or account(), "email": "a@b.se"}
    return Claim.objects.create(**usual | {"sent_at": NOW, "expires_at": NOW + DAY} | different)


def participation(**different: Any) -> Participation:
    usual = {"clinic_id": clinic(), "sub_registry": "pneumoni", "takes_part": True, "reason": "skäl", "at": NOW}
    return Participation.objects.create(**usual | {"by_id": account(), "by_name": "Doris"} | different)


def recertification(**different: Any) -> Recertification:
    usual = {"clinic_id": clinic(), "opened_at": NOW, "due_at": NOW + DAY}
    return Recertification.objects.create(**usual | different)


def system() -> int:
    return open_system(
        hsa_id=HsaId.of_system(f"U{next(number)}"),
        name="Journal X",
        email=EmailAddress.parse("a@b.se"),
        by=By.of_program("test"),
        at=NOW,
    )


def system_key(**different: Any) -> SystemKey:
    usual = {"clinic_id": clinic(), "role": "system", "source_system": "Journal X", "sub_registries": ["pneumoni"]}
    usual |= {"jwk": {}, "proposed_at": NOW, "proposed_by_id": different.get("proposed_by_id") or account()}
    return SystemKey.objects.create(**usual | {"thumbprint": f"T{next(number)}"} | different)


def key_confirmed_by_who_proposed() -> None:
    one = account()
    system_key(proposed_by_id=one, confirmed_by_id=one, confirmed_at=NOW, account_id=system())


def line(**different: Any) -> RecertificationLine:
    """Begun unanswered, as the trigger wants it, and then settled."""
    held = different.pop("grant", None) or grant()
    whole = Recertification.objects.filter(closed_at=None).first() or recertification()
    usual = {"recertification": whole, "grant": held, "account_id": held.account_id}
    if different.get("state", LineState.UNANSWERED) == LineState.UNANSWERED:
        return RecertificationLine.objects.create(**usual | different)
    made = RecertificationLine.objects.create(**usual)
    RecertificationLine.objects.filter(id=made.id).update(**different)
    return made


def line_about_oneself() -> None:
    held = grant()
    line(grant=held, state="kept", settled_at=NOW, answered_by_id=held.account_id)


def substitution(**different: Any) -> Substitution:
    usual = {
        "account_id": different.get("account_id") or account(),
        "clinic_id": clinic(),
        "begins_at": NOW,
        "ends_at": NOW + DAY,
        "proposed_at": NOW,
        "proposed_by_id": different.get("proposed_by_id") or account(),
    }
    return Substitution.objects.create(**usual | different)


def nomination(**different: Any) -> Nomination:
    usual = {
        "hsa_id": f"SE2321009991-U{next(number)}",
        "given_name": "A",
        "surname": "B",
        "email": "a@b.se",
        "role": "case_handler",
        "proposed_at": NOW,
        "proposed_by_id": different.get("proposed_by_id") or account(),
    }
    return Nomination.objects.create(**usual | different)


def confirmed_by_who_proposed() -> None:
    one = account()
    nomination(proposed_by_id=one, confirmed_by_id=one, confirmed_at=NOW)


def by_who_proposed(**different: Any) -> None:
    one = account()
    substitution(proposed_by_id=one, decided_by_id=one, **different)


def twice(make: Callable[..., object], **same: Any) -> None:
    make(**same)
    make(**same)


def twice_the_same() -> None:
    one = account()
    grant(proposed_by_id=one, granted_by_id=one)


def by_oneself(make: Callable[..., object], field: str, **different: Any) -> None:
    one = account()
    make(account_id=one, **{field: one}, **different)


SETTLED = {"proven_at": NOW, "settled_at": NOW, "email": ""}
DECIDED = {"decided_at": NOW, "reason": "skäl"}
BREAKING: dict[str, list[Callable[[], object]]] = {
    "one_waiting_application_per_clinic": [lambda: twice(application, account_id=account())],
    "grant_of_system_by_two": [
        lambda: grant(account_id=system(), role="system"),
        lambda: grant(account_id=system(), role="system", granted_by_id=administrator()),
        lambda: grant(account_id=system(), role="export_system", granted_by_id=administrator()),
    ],
    "system_key_once": [lambda: twice(system_key, thumbprint="same")],
    "system_key_role_known": [lambda: system_key(role="exporter")],
    "system_key_has_system": [lambda: system_key(source_system="")],
    "system_key_confirmed_whole": [
        lambda: system_key(confirmed_at=NOW),
        lambda: system_key(account_id=system()),
        lambda: system_key(confirmed_at=NOW, confirmed_by_id=account()),
    ],
    "system_key_confirmed_by_another": [key_confirmed_by_who_proposed],
    "system_key_removed_whole": [lambda: system_key(removed_at=NOW)],
    "participation_has_reason": [lambda: participation(reason="")],
    "application_state_known": [lambda: application(state="sleeping", decided_at=NOW)],
    "application_role_known": [
        partial(lambda role: application(role=role), role)
        for role in ["", "king", *sorted(set(Role) - set(ROLES_TO_APPLY_FOR))]
    ],
    "application_decided_by_somebody_else": [
        lambda: by_oneself(application, "decided_by_id", state="attested", **DECIDED),
        lambda: by_oneself(application, "decided_by_id", state="declined", **DECIDED),
        lambda: application(state="attested", **DECIDED),
        lambda: application(state="declined", **DECIDED),
    ],
    "application_recommended_by_somebody_else": [
        lambda: by_oneself(
            application,
            "recommended_by_id",
            recommended_at=NOW,
            recommended_role="reader",
            recommended_until=NOW.date(),
        )
    ],
    "application_recommended_whole": [
        lambda: application(recommended_at=NOW),
        lambda: application(recommended_by_id=account()),
        lambda: application(recommended_by_id=account(), recommended_at=NOW, recommended_until=NOW.date()),
    ],
    "grant_proposed_by_another": [
        lambda: grant(proposed_by_id=account()),
        lambda: twice_the_same(),
        lambda: by_oneself(grant, "proposed_by_id", granted_by_id=account()),
    ],
    "application_taken_whole": [
        lambda: application(taken_at=NOW),
        lambda: application(taken_by_id=account()),
    ],
    "note_kind_known": [lambda: note(kind="rumour")],
    "note_says_something": [lambda: note(text="")],
    "notice_once": [lambda: twice(notice)],
    "one_open_recertification_per_clinic": [lambda: twice(recertification)],
    "recertification_due_later": [lambda: recertification(due_at=NOW)],
    "recertification_closed_later": [lambda: recertification(closed_at=NOW - SECOND)],
    "a_grant_once_in_a_recertification": [
        lambda: twice(line, grant=grant()),
    ],
    "line_state_known": [lambda: RecertificationLine.objects.filter(id=line().id).update(state="king")],
    "line_never_by_oneself": [line_about_oneself],
    "application_declined_has_reason": [
        lambda: application(state="declined", decided_at=NOW, decided_by_id=account(), reason="")
    ],
    "one_waiting_substitution_per_clinic": [lambda: twice(substitution, account_id=account())],
    "substitution_state_known": [
        lambda: substitution(state="sleeping", decided_at=NOW, decided_by_id=account(), reason="skäl")
    ],
    "substitution_ends_later": [lambda: substitution(ends_at=NOW), lambda: substitution(ends_at=NOW - SECOND)],
    "substitution_proposed_by_somebody_else": [lambda: by_oneself(substitution, "proposed_by_id")],
    "substitution_decided_by_a_third": [
        lambda: by_oneself(substitution, "decided_by_id", state="confirmed", **DECIDED),
        lambda: by_oneself(substitution, "decided_by_id", state="declined", **DECIDED),
        lambda: by_who_proposed(state="confirmed", **DECIDED),
        lambda: by_who_proposed(state="declined", **DECIDED),
    ],
    "substitution_declined_has_reason": [
        lambda: substitution(state="declined", decided_at=NOW, decided_by_id=account(), reason="")
    ],
    "one_nomination_per_person_and_role": [
        lambda: twice(nomination, hsa_id="SE2321009991-U"),
        lambda: [nomination(hsa_id=text) for text in ("SE2321009991-U", "se2321009991-u")],
    ],
    "nomination_role_known": [
        partial(lambda role: nomination(role=role), role)
        for role in ["", "king", *sorted(set(Role) - set(ROLES_TO_NOMINATE))]
    ],
    "nomination_confirmed_by_another": [confirmed_by_who_proposed],
    "one_unrevoked_grant_per_role_and_clinic": [
        lambda: twice(grant, account_id=account()),
        # No clinic is a clinic too: nobody is the office twice.
        lambda: twice(grant, account_id=account(), role="registry_office", clinic_id=None),
    ],
    "grant_role_known": [lambda: grant(role="king"), lambda: grant(role="")],
    "grant_ends_later": [lambda: grant(ends_at=NOW), lambda: grant(ends_at=NOW - SECOND)],
    "grant_source_known": [lambda: grant(source="rumour"), lambda: grant(source="")],
    "grant_imported_by_a_named_decision": [
        lambda: grant(source="imported", granted_by_id=account()),
        lambda: grant(source="imported", granted_by_id=account(), decided_by_names=""),
    ],
    "one_open_claim_per_account": [lambda: twice(claim, account_id=account())],
    "one_settled_claim_per_old_account": [lambda: twice(claim, old_account_id=account(), **SETTLED)],
    "claim_of_another": [lambda: by_oneself(claim, "old_account_id")],
    "claim_proven_of_somebody": [lambda: claim(proven_at=NOW)],
    "claim_expires_later": [lambda: claim(expires_at=NOW)],
    "claim_guesses_bounded": [lambda: claim(wrong_codes=21)],
    "grant_never_by_oneself": [lambda: by_oneself(grant, "granted_by_id")],
}
# Fields that go together: (make, fields with their values, which combinations are allowed).
PAIRED: dict[str, tuple[Callable[..., Model], dict[str, tuple[Any, ...]], Callable[..., bool]]] = {
    "application_decided_has_moment": (
        lambda state, decided_at, decided: application(
            state=state, decided_at=decided_at, decided_by_id=account() if decided else None, reason="skäl"
        ),
        {"state": tuple(ApplicationState), "decided_at": (None, NOW), "decided": (False, True)},
        lambda state, decided_at, decided: (
            (decided_at is None and not decided)
            if state is ApplicationState.WAITING
            else decided_at is not None and (decided or state not in {"attested", "declined"})
        ),
    ),
    "recertification_out_of_turn_has_reason": (
        lambda by_somebody, reason: recertification(
            opened_by_id=account() if by_somebody else None, reason=reason, closed_at=NOW
        ),
        {"by_somebody": (False, True), "reason": ("", "många slutade")},
        lambda by_somebody, reason: by_somebody is (reason != ""),
    ),
    "line_settled_whole": (
        lambda state, settled_at, by_somebody: line(
            state=state, settled_at=settled_at, answered_by_id=account() if by_somebody else None
        ),
        {"state": tuple(LineState), "settled_at": (None, NOW), "by_somebody": (False, True)},
        lambda state, settled_at, by_somebody: (
            (settled_at is None and not by_somebody)
            if state is LineState.UNANSWERED
            else settled_at is not None and by_somebody is (state in {"kept", "changed", "ended"})
        ),
    ),
    "substitution_decided_has_moment": (
        lambda state, decided_at, decided: substitution(
            state=state, decided_at=decided_at, decided_by_id=account() if decided else None, reason="skäl"
        ),
        {"state": tuple(SubstitutionState), "decided_at": (None, NOW), "decided": (False, True)},
        lambda state, decided_at, decided: (
            decided_at is None and not decided
            if state is SubstitutionState.WAITING
            else decided_at is not None and decided
        ),
    ),
    "nomination_confirmed_whole": (
        lambda confirmed_at, confirmed: nomination(
            confirmed_at=confirmed_at, confirmed_by_id=account() if confirmed else None
        ),
        {"confirmed_at": (None, NOW), "confirmed": (False, True)},
        lambda confirmed_at, confirmed: (confirmed_at is not None) is confirmed,
    ),
    "grant_clinic_fits_role": (
        lambda role, at_a_clinic: grant(role=role, clinic_id=clinic() if at_a_clinic else None),
        {"role": tuple(set(Role) - {Role.SYSTEM, Role.EXPORT_SYSTEM}), "at_a_clinic": (False, True)},
        lambda role, at_a_clinic: (role in ROLES_AT_A_CLINIC) is at_a_clinic,
    ),
    "claim_settled_when_proven": (
        lambda proven_at, settled_at, email: claim(
            old_account_id=account(), proven_at=proven_at, settled_at=settled_at, email=email
        ),
        {"proven_at": (None, NOW), "settled_at": (None, NOW), "email": ("", "a@b.se")},
        lambda proven_at, settled_at, email: (
            (proven_at is not None and not email) if settled_at is not None else bool(email)
        ),
    ),
    "grant_has_an_author": (
        lambda granted, names: grant(granted_by_id=administrator() if granted else None, decided_by_names=names),
        {"granted": (False, True), "names": ("", "Sven Styrelse, Tove Tvåa")},
        lambda granted, names: granted or names != "",
    ),
    "grant_revoked_has_reason": (
        lambda revoked_at, by_somebody, reason: grant(
            revoked_at=revoked_at, revoked_by_id=account() if by_somebody else None, revoke_reason=reason
        ),
        {"revoked_at": (None, NOW), "by_somebody": (False, True), "reason": ("", "slutat")},
        lambda revoked_at, by_somebody, reason: (
            (not by_somebody and not reason) if revoked_at is None else reason != ""
        ),
    ),
}
# Whatever breaks the first may break the second, of which PostgreSQL tells.
IMPLIED = {
    "grant_role_known": "grant_(role_known|clinic_fits_role)",
    # The trigger looks first.
    "line_state_known": "no step from unanswered to king",
}


def test_every_constraint_of_this_room_is_broken_here() -> None:
    asked = (Application, Note, Claim, Nomination, Substitution)
    room = (*asked, Grant, Notice, Recertification, RecertificationLine, Participation, SystemKey)
    assert {c.name for model in room for c in model._meta.constraints} == set(BREAKING) | set(PAIRED)


@pytest.mark.parametrize(("name", "breaks"), [(name, b) for name, breaks in BREAKING.items() for b in breaks])
def test_what_a_constraint_forbids_cannot_be_written(name: str, breaks: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError, match=IMPLIED.get(name, name)), transaction.atomic():
        breaks()


@pytest.mark.parametrize("name", PAIRED)
def test_fields_that_go_together_are_never_apart(name: str) -> None:
    make, fields, allowed = PAIRED[name]
    for values in product(*fields.values()):
        row = dict(zip(fields, values, strict=True))
        try:
            with transaction.atomic():
                make(**row)
        except IntegrityError:
            assert not allowed(**row), row
        else:
            assert allowed(**row), row


def test_what_is_usual_can_be_written() -> None:
    assert all(make().pk for make in (application, claim, grant, nomination, substitution))
    assert grant(source="imported").pk


@pytest.mark.parametrize(("first", "second"), [(a, b) for a in Role for b in sorted(apart_from(a))])
def test_the_office_and_who_reads_never_meet_in_one_person(first: Role, second: Role) -> None:
    one = account()
    here, there = (
        {"account_id": one, "role": role, "clinic_id": clinic() if role in ROLES_AT_A_CLINIC else None}
        for role in (first, second)
    )
    grant(**here, begins_at=NOW + DAY, ends_at=NOW + 2 * DAY)
    for begins_at, ends_at in ((NOW, NOW + DAY + SECOND), (NOW + 2 * DAY - SECOND, NOW + 3 * DAY)):
        with pytest.raises(IntegrityError, match="nobody gives rights and reads"), transaction.atomic():
            grant(**there, begins_at=begins_at, ends_at=ends_at)
    # One after the other is no meeting, nor is what was revoked.
    gone = {"revoked_at": NOW, "revoke_reason": "byter"}
    assert grant(**there, ends_at=NOW + 3 * DAY, **gone).pk
    assert grant(**there, begins_at=NOW + 2 * DAY, ends_at=NOW + 3 * DAY).pk


def test_one_application_gives_at_most_one_grant() -> None:
    wanted = application()
    grant(application_id=wanted.id)
    with pytest.raises(IntegrityError, match="application_id"):
        grant(application_id=wanted.id, role="reader")


def test_one_may_wait_at_several_clinics_and_hold_a_right_again_after_it_was_revoked() -> None:
    one = account()
    application(account_id=one)
    application(account_id=one, clinic_id=cast.clinic_id(cast.SYDVIK))
    grant(account_id=one, revoked_at=NOW, revoke_reason="slutat")
    grant(account_id=one, revoked_at=NOW, revoke_reason="slutat")
    assert grant(account_id=one).pk


@pytest.mark.parametrize("table", ["accounts_account", "places_clinic"])
def test_whoever_and_wherever_a_right_is_about_cannot_be_deleted(table: str) -> None:
    held = grant()
    row_id = held.account_id if table == "accounts_account" else held.clinic_id
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError), as_owner():
            cursor.execute(f"DELETE FROM {table} WHERE id = %s", [row_id])  # noqa: S608
