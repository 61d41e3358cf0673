"""Decide a disclosure that another case handler has prepared."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from registret.access.actor import Actor
from registret.access.checks import check_card_age
from registret.access.queries.administrators import case_handlers
from registret.kernel.sweden import day_of
from registret.ledger.events import Event
from registret.ledger.services import Fact
from registret.records.disclosure.pseudonyms import key_in_force
from registret.records.disclosure.scope import is_preparer, lock_disclosure, log_disclosure, selection_of
from registret.records.disclosure.selection import extent, forms
from registret.records.lifecycle import DISCLOSURE_LIFE, DisclosureState
from registret.records.models import Disclosure
from registret.records.refusals import DisclosureLapsed, NothingToDisclose, OwnDisclosure, PreparerGone
from registret.records.scope import all_providers

FETCHABLE_FOR: Final = timedelta(days=30)
"""Enough if a file is lost on the way or a computer is replaced. After that the project asks again, and its approval
is checked again."""

DECIDABLE_FOR: Final = timedelta(days=90)
"""After this time the project, its approval and the patients may have changed."""


@transaction.atomic
def decide(*, actor: Actor, number: int, at: datetime) -> None:
    """Decide a disclosure (besluta): its file can be fetched for `FETCHABLE_FOR`. The file holds what is signed by now,
    of the versions of the form that exist now.

    Raises: NotPermitted, NotFound, OwnDisclosure, CardTooOld, DisclosureLapsed, PreparerGone, NothingToDisclose;
        NotPossible (it was decided or withdrawn a moment ago).
    """
    found = lock_disclosure(actor, number)
    _check_decidable(found, actor=actor, at=at)
    with all_providers():
        counted = extent(selection_of(found))
    if counted.steps == 0:
        raise NothingToDisclose()
    found.state = DisclosureState.DECIDED
    found.decided_at, found.decided_by_id, found.decided_by_name = at, actor.account_id, actor.name
    found.patients, found.episodes, found.key = counted.patients, counted.episodes, key_in_force()
    found.fetch_until = day_of(at) + FETCHABLE_FOR
    found.forms = {str(form.version): form.digest for form in forms(found.sub_registry)}
    found.save()
    told: dict[str, Fact] = {"approval": found.approval, "patients": counted.patients, "episodes": counted.episodes}
    log_disclosure(Event.DISCLOSURE_DECIDED, found, by=actor.by, at=at, until=found.fetch_until.isoformat(), **told)


def _check_decidable(found: Disclosure, *, actor: Actor, at: datetime) -> None:
    """Raises: OwnDisclosure, CardTooOld, NotPossible, DisclosureLapsed, PreparerGone."""
    if is_preparer(actor, found):
        raise OwnDisclosure()
    check_card_age(actor, at=at)
    DISCLOSURE_LIFE.after(DisclosureState(found.state), "decide")
    # The scheduled job that withdraws it may be late.
    if found.prepared_at < at - DECIDABLE_FOR:
        raise DisclosureLapsed()
    # A new account under a new HSA-id is still the same person.
    if all(one.account_id != found.prepared_by_id for one in case_handlers(at=at)):
        raise PreparerGone()
