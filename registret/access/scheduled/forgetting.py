"""What is kept no longer: applications that came to nothing, whom an ended account belonged to, letters and notices.

Each batch is a transaction with one log entry that says how much of what, and of no one. The log itself is not
touched: it keeps who did what for as long as the law demands, and is culled by months (`registret cull-ledger`). The
database lets nothing else go (migration 0010), and nothing that still lives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from registret.access.applications.account_end import end_account
from registret.access.lifecycle import ApplicationState
from registret.access.models import Application, Claim, Grant, Nomination, Notice, Recertification, Substitution
from registret.access.scheduled.clock import BATCH, CLOCK, Clock, Done
from registret.accounts import services as accounts
from registret.accounts.lifecycle import AccountState, Authority
from registret.accounts.locks import lock_account
from registret.accounts.queries import accounts_to_erase, hsa_ids_to_erase
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.mail import services as mail
from registret.time_limits.lengths import TimeLimit

_STATES: Mapping[TimeLimit, tuple[ApplicationState, ...]] = {
    TimeLimit.KEEP_DECLINED: (ApplicationState.DECLINED, ApplicationState.WITHDRAWN),
    TimeLimit.KEEP_LAPSED: (ApplicationState.LAPSED,),
}


def forget_applications(clock: Clock) -> Iterator[Done]:
    """Declined, withdrawn and lapsed applications, with all notes. What nobody has asked for or may do anything with
    ends: an account without an application and without a right for as long as lapsed applications are kept."""
    for limit, states in _STATES.items():
        old = Q(state__in=states, decided_at__lte=clock.ago(limit))
        after = 0
        while batch := list(Application.objects.filter(old, id__gt=after).order_by("id")[:BATCH]):
            after = batch[-1].id
            with transaction.atomic():
                here = Application.objects.select_for_update(skip_locked=True).filter(old, id__in=[a.id for a in batch])
                found = list(here)
                Application.objects.filter(id__in=[a.id for a in found]).delete()
                _record(limit.value, len(found), clock)
            for application in found:
                yield Done(what="forgotten", subject=f"application {application.id}")
            yield from _ended([a.account_id for a in found], clock)
    yield from _without_a_right(clock)


def _without_a_right(clock: Clock) -> Iterator[Done]:
    """Accounts whose last right was over long ago."""
    over = Q(revoked_at__lte=clock.ago(TimeLimit.KEEP_LAPSED)) | Q(ends_at__lte=clock.ago(TimeLimit.KEEP_LAPSED))
    later = Grant.objects.filter(~over, account_id=OuterRef("account_id"))
    asked = Application.objects.filter(~Q(state=ApplicationState.ATTESTED), account_id=OuterRef("account_id"))
    done = Grant.objects.filter(over, ~Exists(later), ~Exists(asked)).exclude(account__state=AccountState.ENDED)
    done = done.exclude(account__state=AccountState.SUSPENDED, account__state_authority__in=_BY_SOMEBODY)
    ids = list(done.order_by("account_id").values_list("account_id", flat=True).distinct())
    yield from _ended(ids, clock)


def _ended(account_ids: list[int], clock: Clock) -> Iterator[Done]:
    for account_id in sorted(set(account_ids)):
        if _left_behind(account_id, clock):
            yield Done(what="ended", subject=f"account {account_id}")


# Such a suspension is not waited out: the HSA-id would be free to register again.
_BY_SOMEBODY = [Authority.CLINIC.value, Authority.OFFICE.value]


@transaction.atomic
def _left_behind(account_id: int, clock: Clock) -> bool:
    person = lock_account(account_id=account_id)
    if person is None or person.state is AccountState.ENDED:
        return False
    if person.state is AccountState.SUSPENDED and person.state_authority is not Authority.CLOCK:
        return False
    if Application.objects.filter(~Q(state=ApplicationState.ATTESTED), account_id=account_id).exists():
        return False
    since = clock.ago(TimeLimit.KEEP_LAPSED)
    living = Q(revoked_at=None, ends_at__gt=since) | Q(revoked_at__gt=since, ends_at__gt=since)
    if Grant.objects.filter(living, account_id=account_id).exists():
        return False
    end_account(account_id=account_id, reason="nothing_left", by=CLOCK, at=clock.at)
    return True


def erase_ended(clock: Clock) -> Iterator[Done]:
    """Accounts that ended long ago tell of nobody any more, and what they might do or asked for is gone. The HSA-id
    stays as long as the log is kept, which names it as well."""
    before = clock.ago(TimeLimit.KEEP_ENDED)
    while ids := accounts_to_erase(ended_before=before, size=BATCH):
        with transaction.atomic():
            erased = accounts.erase(account_ids=ids, at=clock.at)
            theirs = Q(account_id__in=erased)
            Claim.objects.filter(theirs | Q(old_account_id__in=erased), settled_at=None).delete()
            Substitution.objects.filter(theirs).delete()
            Grant.objects.filter(theirs).delete()
            Application.objects.filter(theirs).delete()
            mail.forget_about(account_ids=erased)
            _record("keep_ended", len(erased), clock)
        for account_id in erased:
            yield Done(what="erased", subject=f"account {account_id}")
        if len(erased) < len(ids):
            break  # another process is at it
    yield from _erase_hsa_ids(clock)


def _erase_hsa_ids(clock: Clock) -> Iterator[Done]:
    # What tells that two accounts were one person's stays as long as the log: nobody reviews what they did themselves.
    before = clock.ago(TimeLimit.KEEP_LOG)
    while ids := hsa_ids_to_erase(ended_before=before, size=BATCH):
        with transaction.atomic():
            erased = accounts.erase_hsa_ids(account_ids=ids, at=clock.at)
            _record("hsa_ids", len(erased), clock)
        for account_id in erased:
            yield Done(what="HSA-id erased", subject=f"account {account_id}")
        if len(erased) < len(ids):
            return


_STILL_NEEDED: Mapping[str, Callable[[Clock], Exists | None]] = {
    "digest": lambda _clock: None,
    "still_waiting": lambda _clock: _waits(),
    "nobody_attests": lambda _clock: _waits(),
    # Only a limit that the office has made longer lets a warning become so old: then a new one is right.
    "suspension_near": lambda _clock: None,
    "grant_ends": lambda clock: Exists(Grant.objects.not_ended(at=clock.at).filter(id=OuterRef("subject"))),
    "recertification_reminder": lambda _clock: _is_open(),
    "recertification_office": lambda _clock: _is_open(),
    "hsa_id_disputed": lambda _clock: None,
}
"""By the kind of a notice: what, as long as it is so, a second letter would be one too many about. A kind that is not
here is never forgotten (a test looks for those)."""


def forget_letters(clock: Clock) -> Iterator[Done]:
    """Letters that were sent, given up or superseded, notices of letters, claims that nobody has proven, and proposals
    that are over."""
    before = clock.ago(TimeLimit.KEEP_LETTERS)
    while number := _forgot("letters", lambda: mail.forget_old(before=before, size=BATCH), clock):
        yield Done(what="forgotten", subject=f"{number} letters")
    for kind, needed in _STILL_NEEDED.items():
        old = Notice.objects.filter(kind=kind, at__lte=before)
        exists = needed(clock)
        if exists is not None:
            old = old.filter(~exists)
        while number := _forgot("notices", lambda old=old: _deleted(old), clock):  # type: ignore[misc]
            yield Done(what="forgotten", subject=f"{number} notices of {kind}")
    claims = Claim.objects.filter(settled_at=None)
    over = Q(proven_at=None, expires_at__lte=clock.at) | Q(expires_at__lte=clock.ago(TimeLimit.KEEP_DECLINED))
    while number := _forgot("claims", lambda: _deleted(claims.filter(over)), clock):
        yield Done(what="forgotten", subject=f"{number} claims")
    proposed = Nomination.objects.filter(proposed_at__lte=clock.ago(TimeLimit.NOMINATION))
    while number := _forgot("nominations", lambda: _deleted(proposed), clock):
        yield Done(what="forgotten", subject=f"{number} proposals")


@transaction.atomic
def _forgot(kind: str, act: Callable[[], int], clock: Clock) -> int:
    number = act()
    _record(kind, number, clock)
    return number


def _deleted(old: QuerySet[Notice] | QuerySet[Claim] | QuerySet[Nomination]) -> int:
    ids = list(old.select_for_update(skip_locked=True).order_by("id").values_list("id", flat=True)[:BATCH])
    return old.model._default_manager.filter(id__in=ids).delete()[0]


def _waits() -> Exists:
    return Exists(Application.objects.filter(id=OuterRef("subject"), state=ApplicationState.WAITING))


def _is_open() -> Exists:
    return Exists(Recertification.objects.filter(id=OuterRef("subject"), closed_at=None))


def _record(kind: str, number: int, clock: Clock) -> None:
    if number:
        record(event=Event.DATA_FORGOTTEN, by=CLOCK, at=clock.at, facts={"kind": kind, "rows": number})
