"""An application takes the steps of its table, a grant is revoked once; the database refuses everything else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations, product
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from registret.access.applications import applying, attesting
from registret.access.grants import granting
from registret.access.lifecycle import APPLICATION_LIFE, ApplicationState
from registret.access.models import Application, Grant
from registret.access.refusals import AlreadyDecided, NotFound
from registret.access.roles import Role
from registret.kernel.life import NotPossible
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, Country
from tests.owner import as_owner
from tests.rooms.access.scene import DAY, LAST_DAY, NOW, attested, declined, events, state_of

pytestmark = pytest.mark.django_db

WAITING = ApplicationState.WAITING


def lapse(application_id: int) -> None:
    """What a clock will do; no act does it yet."""
    Application.objects.filter(id=application_id).update(state=ApplicationState.LAPSED, decided_at=NOW)


ACTS: dict[str, Callable[[int], object]] = {
    "attest": attested,
    "decline": declined,
    "withdraw": lambda _: applying.withdraw(account_id=cast.account_of(ANNA).id, by=ANNA.by, at=NOW),
    "lapse": lapse,
}
STEPS = sorted(APPLICATION_LIFE.steps.items())
ENDS = [state for state in ApplicationState if state is not WAITING]


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return cast.country(NOW - 30 * DAY)


def application_in(state: ApplicationState, place: Country) -> int:
    application_id = cast.register(ANNA, place.infection, at=NOW - DAY)
    for (_, act), after in STEPS:
        if after is state:
            ACTS[act](application_id)
    return application_id


def test_every_act_of_the_table_is_tried_here() -> None:
    assert {act for _, act in APPLICATION_LIFE.steps} == set(ACTS)


@pytest.mark.parametrize("state", ApplicationState)
def test_every_state_can_be_reached(place: Country, state: ApplicationState) -> None:
    assert state_of(application_in(state, place)) is state


@pytest.mark.parametrize("act", [act for act in ACTS if act != "lapse"])
def test_every_step_is_in_the_log_once(place: Country, act: str) -> None:
    application_id = application_in(WAITING, place)
    ACTS[act](application_id)
    assert [entry.clinic_id for entry in events(f"application.{act}")] == [place.infection]


@pytest.mark.parametrize(("state", "act"), list(product(ApplicationState, ACTS)))
def test_the_table_itself_has_no_other_step(state: ApplicationState, act: str) -> None:
    if state is WAITING:
        assert APPLICATION_LIFE.after(state, act) in ENDS
    else:
        with pytest.raises(NotPossible):
            APPLICATION_LIFE.after(state, act)


@pytest.mark.parametrize(("end", "act"), list(product(ENDS, ["attest", "decline", "withdraw"])))
def test_nothing_happens_to_an_application_that_has_ended(place: Country, end: ApplicationState, act: str) -> None:
    application_id = application_in(end, place)
    cast.actor(BERTIL, at=NOW)
    before = Application.objects.values().get(id=application_id)
    with pytest.raises((AlreadyDecided, NotFound)):
        ACTS[act](application_id)
    assert Application.objects.values().get(id=application_id) == before


# --- and in the database ---------------------------------------------------------------------------


def force(sql: str, values: Sequence[Any]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize(("before", "after"), list(permutations(ApplicationState, 2)))
def test_the_database_lets_through_the_steps_of_the_table_and_no_other(
    place: Country, before: ApplicationState, after: ApplicationState
) -> None:
    application_id = application_in(before, place)
    by_somebody = after in {ApplicationState.ATTESTED, ApplicationState.DECLINED}
    values = [
        after.value,
        None if after is WAITING else NOW,
        cast.account_of(BERTIL).id if by_somebody else None,
        "skäl" if after is ApplicationState.DECLINED else "",
        application_id,
    ]
    sql = "UPDATE access_application SET state = %s, decided_at = %s, decided_by_id = %s, reason = %s WHERE id = %s"
    if (before.value, after.value) in APPLICATION_LIFE.pairs():
        force(sql, values)
        assert state_of(application_id) is after
    else:
        with pytest.raises(IntegrityError, match=f"no step from {before} to {after}"):
            force(sql, values)
        assert state_of(application_id) is before


CHANGES: dict[str, Callable[[], object]] = {
    "account_id": lambda: cast.account_of(DORIS).id,
    "role": lambda: "reader",
    "clinic_id": lambda: cast.clinic_id(cast.SYDVIK),
    "sub_registries": lambda: ["pneumoni", "sepsis"],
    "application_id": lambda: None,
    "source": lambda: "imported",
    "begins_at": lambda: NOW - DAY,
    "ends_at": lambda: NOW + 9999 * DAY,
    "granted_by_id": lambda: cast.account_of(DORIS).id,
    "proposed_by_id": lambda: cast.account_of(DORIS).id,
    "decided_by_names": lambda: "Sven Styrelse, Tove Tvåa",
}
REVOKING = {"revoked_at", "revoked_by_id", "revoke_reason"}


def a_grant(place: Country) -> int:
    return attested(cast.register(ANNA, place.infection, at=NOW - DAY))


def test_every_column_of_a_grant_is_either_fixed_or_part_of_revoking() -> None:
    columns = {field.column for field in Grant._meta.concrete_fields}
    assert columns == set(CHANGES) | REVOKING | {"id"}


@pytest.mark.parametrize("column", CHANGES)
def test_a_grant_is_never_rewritten(place: Country, column: str) -> None:
    grant_id = a_grant(place)
    with pytest.raises(IntegrityError, match="only revoking changes a grant"):
        force(f"UPDATE access_grant SET {column} = %s WHERE id = %s", [CHANGES[column](), grant_id])  # noqa: S608


def test_a_grant_is_revoked_once_and_for_good(place: Country) -> None:
    grant_id = a_grant(place)
    granting.revoke(grant_id=grant_id, reason="slutat", revoked_by_id=None, by=DORIS.by, at=NOW)
    for change in ("revoked_at = NULL, revoke_reason = ''", "revoke_reason = 'annat'", "id = id"):
        with pytest.raises(IntegrityError, match="revoked already"):
            force(f"UPDATE access_grant SET {change} WHERE id = %s", [grant_id])  # noqa: S608


def test_an_attestation_that_cannot_be_written_down_is_not_made(place: Country) -> None:
    """The decision, the grant, the letter and the log entry: all of them or none."""
    application_id = application_in(WAITING, place)
    actor = cast.actor(BERTIL, at=NOW)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE mail_letter ADD CONSTRAINT no_room CHECK (kind <> 'attested') NOT VALID")
    with pytest.raises(IntegrityError, match="no_room"):
        attesting.attest(
            application_id=application_id,
            role=Role.REPORTER,
            sub_registries=("pneumoni",),
            last_day=LAST_DAY,
            actor=actor,
            at=NOW,
        )
    assert state_of(application_id) is WAITING
    assert not Grant.objects.filter(application_id=application_id).exists()
    assert events("application.attest") == ()
