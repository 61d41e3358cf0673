"""Reading the log: keyset pages, newest first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull

from registret.database.prepared import Given, Prepared
from registret.kernel.identifiers import HsaId
from registret.ledger.events import Event
from registret.ledger.models import Entry, Seal
from registret.ledger.services import Fact

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    id: int
    at: datetime
    event: str
    outcome: str
    by_hsa_id: str
    by_name: str
    by_account_id: int | None
    by_role: str
    by_clinic_id: int | None
    by_program: str
    network: str | None
    about_account_id: int | None
    about_hsa_id: str
    about_patient_id: int | None
    shown_patient_ids: list[int] | None
    clinic_id: int | None
    reference: str
    facts: dict[str, Fact]

    @property
    def patient_ids(self) -> tuple[int, ...]:
        """Everyone whom the entry is about, or whom a list showed."""
        one = () if self.about_patient_id is None else (self.about_patient_id,)
        return (*one, *(self.shown_patient_ids or ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage:
    """`older` is what to ask for next (`before`), or None when there is nothing older."""

    rows: tuple[EntryRow, ...]
    older: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to look for; None and "" mean everything. `since` and `until` are aware moments, half open. `patient_ids`:
    all that the log calls one patient; none of them fits nothing."""

    hsa_id: str = ""
    patient_ids: tuple[int, ...] | None = None
    event: str = ""
    outcome: str = ""
    reference: str = ""
    since: datetime | None = None
    until: datetime | None = None


def entries(*, wanted: Wanted, before: int | None = None, size: int = PAGE) -> EntryPage:
    """Entries that fit, newest first, from below number `before`."""
    if before is None and wanted == Wanted():
        return _paged(_newest(size).rows(), size)
    return _page(fitting(wanted), before, size)


@cache
def _newest(size: int) -> Prepared[Entry]:
    """And one more."""
    return Prepared(lambda: Entry.objects.order_by("-id")[: size + 1])


def counted(*, since: datetime) -> dict[tuple[str, str], int]:
    """How many entries there are from a moment on, by event and outcome."""
    found = Entry.objects.filter(at__gte=since).order_by().values_list("event", "outcome").annotate(number=Count("id"))
    return {(event, outcome): number for event, outcome, number in found}


def oldest_unsealed() -> datetime | None:
    """When the first entry was written that no seal covers; None if all are sealed."""
    sealed = Seal.objects.order_by("-number").values("last")[:1]
    row = Entry.objects.filter(id__gt=Coalesce(Subquery(sealed), 0)).order_by("id").values_list("at", flat=True)
    return row.first()


def fitting(wanted: Wanted) -> Q:
    """The condition, for this room."""
    fits = Q()
    if wanted.hsa_id:
        fits &= Q(by_hsa_id__iexact=wanted.hsa_id) | Q(about_hsa_id__iexact=wanted.hsa_id)
    if wanted.patient_ids is not None:
        fits &= _naming(wanted.patient_ids)
    if wanted.event:
        fits &= Q(event=wanted.event)
    if wanted.outcome:
        fits &= Q(outcome=wanted.outcome)
    if wanted.reference:
        fits &= Q(reference=wanted.reference.upper())
    if wanted.since:
        fits &= Q(at__gte=wanted.since)
    if wanted.until:
        fits &= Q(at__lt=wanted.until)
    return fits


def entries_of_account(*, account_id: int, before: int | None = None, size: int = PAGE) -> EntryPage:
    """What the account did and what was done to it, newest first; not that others review it."""
    fits = Q(by_account_id=account_id) | Q(about_account_id=account_id)
    return _page(fits & _no_others_reviews(account_id), before, size)


def entries_of_person(
    *, account_ids: Sequence[int], hsa_id: HsaId, after: int = 0, size: int = 500
) -> tuple[EntryRow, ...]:
    """What a person did under any of these accounts or this HSA-id, and what was done to them, oldest first, from above
    number `after`; not that others read or review it."""
    fits = Q(by_account_id__in=account_ids) | Q(about_account_id__in=account_ids)
    fits |= Q(by_hsa_id__iexact=hsa_id.text) | Q(about_hsa_id__iexact=hsa_id.text)
    own = Q(by_account_id__in=account_ids) | Q(by_hsa_id__iexact=hsa_id.text)
    others_look = ~own & (Q(event__startswith="review.") | Q(event__startswith="log."))
    found = Entry.objects.filter(fits, id__gt=after).exclude(others_look).order_by("id")
    return tuple(_row(entry) for entry in found[:size])


def entries_about(*, account_id: int, clinic_id: int | None, asked_by: int, size: int = PAGE) -> EntryPage:
    """What was done to the account at this clinic (None: anywhere), newest first; not that others than the account
    `asked_by` review it."""
    fits = Q(about_account_id=account_id) & _no_others_reviews(asked_by)
    return _page(fits & Q(clinic_id=clinic_id) if clinic_id is not None else fits, None, size)


def timeline(
    *,
    account_id: int,
    hsa_id: HsaId,
    asked_by: int,
    only: Collection[str] | None = None,
    before: int | None = None,
    size: int = PAGE,
) -> EntryPage:
    """What happened to a person, for support, newest first: what the account did and what was done to it,
    and what the card did before there was an account. Nothing about patients, and no reviews by others than `asked_by`.

    `only` these events, and not what the account did to others.
    """
    fits = Q(by_account_id=account_id) | Q(about_account_id=account_id)
    fits |= Q(by_hsa_id__iexact=hsa_id.text, by_account_id=None)
    if only is not None:
        nobody_else = Q(about_hsa_id="") | Q(about_hsa_id__iexact=hsa_id.text)
        fits &= Q(event__in=only) & (Q(about_account_id=account_id) | Q(about_account_id=None) & nobody_else)
    return _page(fits & _ABOUT_NO_PATIENT & _no_others_reviews(asked_by), before, size)


def newest_by(*, hsa_id: HsaId, events: Collection[str]) -> EntryRow | None:
    """The newest of these events that the holder of this HSA-id caused."""
    found = Entry.objects.filter(by_hsa_id__iexact=hsa_id.text, event__in=events).order_by("-id").first()
    return _row(found) if found else None


class TimeSpan(NamedTuple):
    """From `since` up to, and not with, `until`."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Entries by lot, as (number, account of the author), by number, out of `population`."""

    entries: tuple[tuple[int, int], ...]
    population: int


def draw(
    *,
    clinic_id: int | None = None,
    account_ids: Collection[int] | None = None,
    patient_ids: Collection[int] | None = None,
    span: TimeSpan,
    size: int,
) -> Drawn:
    """Up to `size` entries by lot out of what people did: those who worked at the clinic, one person, who may have had
    several accounts, or those who acted with one patient, whom the log may call by several ids.

    Of a clinic, entries about patients come first: others are drawn only where there are too few of them.
    """
    found = _acts(span).filter(_done(clinic_id=clinic_id, account_ids=account_ids, patient_ids=patient_ids))
    first = [IsNull(Coalesce("about_patient_id", F("shown_patient_ids__0")), True)] if clinic_id is not None else []
    entries = sorted(found.order_by(*first, "?").values_list("id", "by_account_id")[:size])
    return Drawn(entries=tuple((number, author) for number, author in entries if author), population=found.count())


def authors(
    *, clinic_id: int | None = None, patient_ids: Collection[int] | None = None, span: TimeSpan
) -> frozenset[int]:
    """Accounts of those who did something at the clinic, or with the patient, in that time."""
    found = _acts(span).filter(_done(clinic_id=clinic_id, patient_ids=patient_ids))
    accounts = found.values_list("by_account_id", flat=True).distinct()
    return frozenset(account_id for account_id in accounts if account_id is not None)


def clinics_with_entries(span: TimeSpan) -> tuple[int, ...]:
    """Clinics at which anyone did something in that time."""
    found = _acts(span).filter(by_clinic_id__isnull=False).values_list("by_clinic_id", flat=True).distinct()
    return tuple(sorted(clinic_id for clinic_id in found if clinic_id is not None))


def entries_by_number(*, numbers: Sequence[int], span: TimeSpan) -> dict[int, EntryRow]:
    """Those that are there; all lie within the time, so that only its months are looked at."""
    found = Entry.objects.filter(id__in=numbers, at__gte=span.since, at__lt=span.until)
    return {entry.id: _row(entry) for entry in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """That a patient's data were used: when, from which clinic, and the event's code."""

    at: datetime
    clinic_id: int | None
    event: str


def accesses_to(*, patient_ids: Collection[int]) -> tuple[Access, ...]:
    """What was done with the data of a patient who is or was known under these ids, oldest first. What was refused did
    not happen, and is left out; so is reading the log about it, which shows none of the data."""
    found = Entry.objects.filter(_with(patient_ids), outcome="done").order_by("id")
    return tuple(Access(at=e.at, clinic_id=e.by_clinic_id, event=e.event) for e in found)


def _no_others_reviews(account_id: int) -> Q:
    """A review that the reviewed know of finds what they left for it."""
    return ~Q(event__startswith="review.") | Q(by_account_id=account_id)


def _done(
    *,
    clinic_id: int | None = None,
    account_ids: Collection[int] | None = None,
    patient_ids: Collection[int] | None = None,
) -> Q:
    if account_ids is not None:
        return Q(by_account_id__in=account_ids)
    return _with(patient_ids) if patient_ids is not None else Q(by_clinic_id=clinic_id)


def _with(patient_ids: Collection[int]) -> Q:
    """With a patient's data. Reading the log about a patient does nothing with them: the reader can still review it."""
    looks_at_the_log = Q(event__in=(Event.LOG_READ, Event.LOG_EXPORTED)) | Q(event__startswith="review.")
    return _naming(patient_ids) & ~looks_at_the_log


def _naming(patient_ids: Collection[int]) -> Q:
    """Entries about one of them, and lists that showed one of them."""
    return Q(about_patient_id__in=patient_ids) | Q(shown_patient_ids__overlap=list(patient_ids))


_ABOUT_NO_PATIENT = Q(about_patient_id=None, shown_patient_ids=None)


def _acts(span: TimeSpan) -> QuerySet[Entry]:
    """Of people with an account, in a time."""
    return Entry.objects.filter(at__gte=span.since, at__lt=span.until, by_account_id__isnull=False)


_LATELY = Prepared(
    lambda: Entry.objects.filter(by_account_id=Given("account"), event=Given("event"), at__gt=Given("since")).order_by(
        "-id"
    )[:PAGE]
)


def lately_by(*, account_id: int, event: Event, since: datetime) -> tuple[EntryRow, ...]:
    """Entries of one event that the account has made since then, newest first, at most a page."""
    return tuple(map(_row, _LATELY.rows(account=account_id, event=event, since=since)))


def _row(entry: Entry) -> EntryRow:
    return EntryRow(**{name: getattr(entry, name) for name in EntryRow.__slots__})


def _page(fits: Q, before: int | None, size: int) -> EntryPage:
    found = Entry.objects.filter(fits)
    if before is not None:
        found = found.filter(id__lt=before)
    return _paged(found.order_by("-id")[: size + 1], size)


def _paged(found: Iterable[Entry], size: int) -> EntryPage:
    rows = list(map(_row, found))
    more = len(rows) > size
    return EntryPage(rows=tuple(rows[:size]), older=rows[size - 1].id if more else None)
