"""Utlämnande för forskning (L21): one case handler prepares, another decides, and then the file can be fetched.

What leaves the registry is pseudonymised. The key that leads back to patients leaves it by an operator's command, in
the name of two people, and stands in no file and on no page. Who prepares and decides sees numbers, and no patient.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Final, TypeVar

from django.db import OperationalError, connection, transaction
from django.db.models import Count, Max, Min, Q, QuerySet
from psycopg.errors import SerializationFailure

from registret.access.actor import Actor
from registret.access.applications.earlier_accounts import all_accounts_of
from registret.access.checks import check_card_age, two_names
from registret.access.queries import case_handlers
from registret.access.refusals import NotFound, NotPermitted
from registret.access.roles import Permission
from registret.kernel.by import By
from registret.kernel.sweden import day_of
from registret.ledger.services import NewEntry, record, record_many
from registret.rate_limits.services import Limit, take
from registret.records.disclosure.file import Extent, Heading, Selection, extent, forms, parts_of, signed, write
from registret.records.disclosure.pseudonyms import Pseudonyms, key_in_force
from registret.records.ethics_approval import Approval
from registret.records.lifecycle import DISCLOSURE_LIFE, DisclosureState
from registret.records.models import Disclosure, DisclosureFetch, Merge, Number, Patient
from registret.records.refusals import (
    DisclosureClosed,
    DisclosureLapsed,
    NotDecided,
    NotFetched,
    NothingToDisclose,
    OwnDisclosure,
    PreparerGone,
)
from registret.records.scope import all_providers, snapshot_of_all
from registret.registries.queries import name_of

T = TypeVar("T")

FETCHABLE_FOR: Final = timedelta(days=30)
"""Enough for a file that is lost on the way or a computer that is exchanged; whoever needs it later asks again, and the
approval is looked at anew."""

DECIDABLE_FOR: Final = timedelta(days=90)
"""What waited longer was prepared for a project, an approval and patients that may be others by now."""

SHORTEST: Final = timedelta(days=31)
"""Of a period of fewer days the times since an episode began tell the day nearly: full dates are decided instead."""

FEW: Final = 5
"""Fewer patients are recognised easily, which is said before it is decided."""

PREPARED_PER_PERSON: Final = Limit(what="disclosures_prepared", most=20, per=timedelta(hours=1))
FETCHES_PER_PERSON: Final = Limit(what="disclosure_files", most=20, per=timedelta(hours=1))
"""Each makes a file and an entry for each patient in it. A file that was lost on the way is fetched a few times."""

PAGE: Final = 50
_BATCH: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a project asks for. `full_dates`: only with a `dates_reason`. `clinics`: whether each line says which."""

    project: str
    approval: Approval
    recipient_name: str
    recipient_organisation: str
    sub_registry: str
    first_day: date
    last_day: date
    parts: frozenset[str]
    full_dates: bool = False
    dates_reason: str = ""
    clinics: bool = True
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """That the file (`what` "file") or the key ("key") left the registry. `digest`: SHA-256 of the file."""

    what: str
    at: datetime
    by_name: str
    patients: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureRow:
    """A disclosure as it stands. `number` is what people call it. `fetched`: how many times the file was."""

    number: int
    wish: Wish
    state: DisclosureState
    prepared_at: datetime
    prepared_by_id: int
    prepared_by_name: str
    decided_at: datetime | None
    decided_by_name: str
    patients: int | None
    episodes: int | None
    fetch_until: date | None
    ended_at: datetime | None
    ended_by_name: str
    fetched: int

    @property
    def name(self) -> str:
        """Of the sub-registry, in the active language."""
        return name_of(self.wish.sub_registry)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosurePage:
    """`extent`: what it comes to now, unless it is over. The asker may decide it if it is `decidable`."""

    row: DisclosureRow
    extent: Extent | None
    free_text: tuple[str, ...]
    fetches: tuple[Fetched, ...]
    decidable: bool

    @property
    def few(self) -> bool:
        return self.extent is not None and self.extent.patients < FEW

    @property
    def acts(self) -> frozenset[str]:
        """What the asker can do with it, but for fetching the file."""
        steps = {act for state, act in DISCLOSURE_LIFE.steps if state is self.row.state} - {"fetch"}
        return frozenset(steps if self.decidable else steps - {"decide"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Newest first. `older` is what to ask for next (`before`), or None."""

    rows: tuple[DisclosureRow, ...]
    older: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Pseudonyms and numbers, in the order of the pseudonyms. `left_out`: patients whose identity is protected by now.
    Two pseudonyms may lead to one number: of patients who became one after they were fetched."""

    pairs: tuple[tuple[str, str], ...]
    left_out: int


def is_short(first_day: date, last_day: date) -> bool:
    """Whether a period has so few days that times since an episode began tell them."""
    return last_day - first_day + timedelta(days=1) < SHORTEST


def to_decide(*, actor: Actor) -> int:
    """How many wait for the actor: prepared by somebody else. Raises: NotPermitted."""
    waiting = _visible(actor).filter(state=DisclosureState.PREPARED)
    return waiting.exclude(prepared_by_id__in=all_accounts_of([actor.account_id])).count()


def disclosures(*, actor: Actor, before: int | None = None, size: int = PAGE) -> Listed:
    """Raises: NotPermitted."""
    found = _visible(actor)
    if before is not None:
        found = found.filter(id__lt=before)
    rows = tuple(map(_row, found.order_by("-id")[: size + 1]))
    return Listed(rows=rows[:size], older=rows[size - 1].number if len(rows) > size else None)


def disclosure(*, actor: Actor, number: int) -> DisclosurePage:
    """Numbers, no patients. Raises: NotPermitted, NotFound."""
    found = _visible(actor).filter(id=number).first()
    if found is None:
        raise NotFound()
    row, wanted = _row(found), _selection(found)
    counted = None
    if row.state in {DisclosureState.PREPARED, DisclosureState.DECIDED}:
        with all_providers():
            counted = extent(wanted)
    fetches = tuple(
        Fetched(what=one.what, at=one.at, by_name=one.by_name, patients=one.patients, digest=one.digest)
        for one in found.fetches.defer("who").order_by("-id")[:PAGE]
    )
    return DisclosurePage(
        row=row,
        extent=counted,
        free_text=wanted.free_text,
        fetches=fetches,
        decidable=row.state is DisclosureState.PREPARED and not _is_preparer(actor, found),
    )


def prepare(*, actor: Actor, wish: Wish, at: datetime) -> int:
    """Förbered; answers the disclosure's number. Nothing leaves the registry by it. Call it outside a transaction.

    Raises: NotPermitted, NotFound (no such sub-registry, or one without forms), CardTooOld, TooMany; ValueError
        (something is not said, or does not fit).
    """
    _require_handler(actor)
    if not forms(wish.sub_registry):
        raise NotFound()
    check_card_age(actor, at=at)
    _check(wish, today=day_of(at))
    take(limit=PREPARED_PER_PERSON, subject=str(actor.account_id), at=at)
    return _prepared(actor, wish, at)


@transaction.atomic
def _prepared(actor: Actor, wish: Wish, at: datetime) -> int:
    made = Disclosure.objects.create(
        project=wish.project,
        approval=wish.approval.text,
        recipient_name=wish.recipient_name,
        recipient_organisation=wish.recipient_organisation,
        sub_registry=wish.sub_registry,
        first_day=wish.first_day,
        last_day=wish.last_day,
        parts=sorted(wish.parts),
        full_dates=wish.full_dates,
        dates_reason=wish.dates_reason,
        clinics=wish.clinics,
        reason=wish.reason,
        prepared_at=at,
        prepared_by_id=actor.account_id,
        prepared_by_name=actor.name,
    )
    record(
        event="disclosure.prepared",
        by=actor.by,
        at=at,
        facts={
            "disclosure": made.id,
            "project": wish.project,
            "approval": wish.approval.text,
            "organisation": wish.recipient_organisation,
            "sub_registry": wish.sub_registry,
            "full_dates": wish.full_dates,
            "reason": wish.reason,
        },
    )
    return made.id


@transaction.atomic
def decide(*, actor: Actor, number: int, at: datetime) -> None:
    """Besluta: the file can be fetched from now on, for `FETCHABLE_FOR`. It has what was signed by now, by the versions
    of the form that there are now.

    Raises: NotPermitted, NotFound, OwnDisclosure, CardTooOld, DisclosureLapsed, PreparerGone, NothingToDisclose;
        NotPossible (it was decided or withdrawn a moment ago).
    """
    found = _held(actor, number)
    if _is_preparer(actor, found):
        raise OwnDisclosure()
    check_card_age(actor, at=at)
    state = DISCLOSURE_LIFE.after(DisclosureState(found.state), "decide")
    # The clock may be late.
    if found.prepared_at < at - DECIDABLE_FOR:
        raise DisclosureLapsed()
    # Also: whoever has got a new account since, under a new HSA-id, is not another person.
    if all(one.account_id != found.prepared_by_id for one in case_handlers(at=at)):
        raise PreparerGone()
    with all_providers():
        counted = extent(_selection(found))
    if counted.steps == 0:
        raise NothingToDisclose()
    found.state = state
    found.decided_at, found.decided_by_id, found.decided_by_name = at, actor.account_id, actor.name
    found.patients, found.episodes, found.key = counted.patients, counted.episodes, key_in_force()
    found.fetch_until = day_of(at) + FETCHABLE_FOR
    found.forms = {str(form.version): form.digest for form in forms(found.sub_registry)}
    found.save()
    record(
        event="disclosure.decided",
        by=actor.by,
        at=at,
        facts={
            "disclosure": number,
            "project": found.project,
            "approval": found.approval,
            "patients": counted.patients,
            "episodes": counted.episodes,
            "until": found.fetch_until.isoformat(),
        },
    )


@transaction.atomic
def withdraw(*, actor: Actor, number: int, at: datetime) -> None:
    """Ta tillbaka what is not decided yet: whoever prepared it, or another, who finds that it must not be.

    Raises: NotPermitted, NotFound, CardTooOld; NotPossible (it was decided or withdrawn a moment ago).
    """
    found = _held(actor, number)
    check_card_age(actor, at=at)
    _end(found, "withdraw", by_id=actor.account_id, by_name=actor.name, at=at)
    record(event="disclosure.withdrawn", by=actor.by, at=at, facts={"disclosure": number, "project": found.project})


@transaction.atomic
def close(*, actor: Actor, number: int, at: datetime) -> None:
    """Avsluta before its last day: the file can be fetched no more.

    Raises: NotPermitted, NotFound, CardTooOld; NotPossible (it is not decided, or is over).
    """
    found = _held(actor, number)
    check_card_age(actor, at=at)
    _end(found, "close", by_id=actor.account_id, by_name=actor.name, at=at)
    record(event="disclosure.closed", by=actor.by, at=at, facts={"disclosure": number, "project": found.project})


def close_due(*, at: datetime) -> int:
    """Closes those whose last day is over, and withdraws those that nobody has decided; answers how many."""
    return sum(_ended_if_due(number, at=at) for number in _due(at).values_list("id", flat=True))


def fetch(*, actor: Actor, number: int, at: datetime) -> IO[bytes]:
    """The file of what was decided, as it is now, from its beginning; the caller closes it. Call it outside a
    transaction.

    It is written beside the memory, in a file without a name, and answered when the log has all entries about it: what
    has left cannot be taken back, and whoever breaks off in the middle has it too.

    Whoever closes it meanwhile waits until the file is written; whoever was first is obeyed.

    Raises: NotPermitted, NotFound, CardTooOld, NotDecided, DisclosureClosed (also a moment ago), ResearchKeyMissing,
        TooMany.
    """
    _require_handler(actor)
    check_card_age(actor, at=at)
    _fetchable(number, at=at)
    take(limit=FETCHES_PER_PERSON, subject=str(actor.account_id), at=at)
    file = TemporaryFile()  # noqa: SIM115  (the caller closes it)
    try:
        with snapshot_of_all():
            _keep_open(number)
            found = _fetchable(number, at=at)
            wanted, pseudonyms = _selection(found), _pseudonyms(found)
            counted = extent(wanted)
            clinics = _patients(wanted)
            _tell_of_each(clinics, "patient.disclosed", number, by=actor.by, at=at)
            write(
                file,
                selection=wanted,
                heading=_heading(found),
                pseudonyms=pseudonyms,
                found=counted,
                at=at,
            )
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            DisclosureFetch.objects.create(
                disclosure=found,
                what=DisclosureFetch.What.FILE,
                patients=counted.patients,
                who=list(clinics),
                digest=digest,
                at=at,
                by_account_id=actor.account_id,
                by_name=actor.name,
            )
            record(
                event="disclosure.fetched",
                by=actor.by,
                at=at,
                facts={
                    "disclosure": number,
                    "project": found.project,
                    "patients": counted.patients,
                    "episodes": counted.episodes,
                },
            )
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def take_key(*, number: int, decided_by: tuple[str, str], by: By, at: datetime) -> Key:
    """The key to the pseudonyms of a disclosure: which patient each is, by the number in force, of all who are in a
    file that was fetched. It is kept apart from the file. Also after the last day: a project may have to find somebody
    again for as long as it goes on.

    Raises: NotFound, NotDecided, NotFetched, PrincipalsMissing, ResearchKeyMissing.
    """
    names = two_names(decided_by)
    with snapshot_of_all():
        found = Disclosure.objects.filter(id=number).first()
        if found is None:
            raise NotFound()
        if found.decided_at is None:
            raise NotDecided()
        files = found.fetches.filter(what=DisclosureFetch.What.FILE).values_list("who", flat=True)
        if not files:
            raise NotFetched()
        pseudonyms = _pseudonyms(found)
        now = _now(frozenset().union(*files))
        patients = frozenset(now.values())
        numbers = dict(
            Number.objects.filter(patient_id__in=patients, patient__is_protected=False, until=None).values_list(
                "patient_id", "text"
            )
        )
        _tell_of_each(dict.fromkeys(sorted(numbers)), "patient.key_taken", number, by=by, at=at)
        DisclosureFetch.objects.create(
            disclosure=found, what=DisclosureFetch.What.KEY, patients=len(numbers), at=at, by_name=names
        )
        record(
            event="disclosure.key_taken",
            by=by,
            at=at,
            facts={
                "disclosure": number,
                "project": found.project,
                "patients": len(numbers),
                "decided_by": names,
            },
        )
        pairs = sorted(
            (pseudonyms.patient(then), numbers[patient]) for then, patient in now.items() if patient in numbers
        )
        protected = Patient.objects.filter(id__in=patients, is_protected=True).count()
        return Key(pairs=tuple(pairs), left_out=protected)


def _now(fetched: frozenset[int]) -> dict[int, int]:
    """Which patient each of these is by now: another one if the two were merged."""
    merged = dict(Merge.objects.filter(gone_id__in=fetched).values_list("gone_id", "patient_id"))
    return {then: merged.get(then, then) for then in fetched}


def _require_handler(actor: Actor) -> None:
    if not actor.may(Permission.HANDLE_CASES):
        raise NotPermitted()


def _visible(actor: Actor) -> QuerySet[Disclosure]:
    """The only way from an actor to disclosures."""
    _require_handler(actor)
    return Disclosure.objects.annotate(
        times_fetched=Count("fetches", filter=Q(fetches__what=DisclosureFetch.What.FILE))
    )


def _held(actor: Actor, number: int) -> Disclosure:
    _require_handler(actor)
    found = Disclosure.objects.select_for_update().filter(id=number).first()
    if found is None:
        raise NotFound()
    return found


def _fetchable(number: int, *, at: datetime) -> Disclosure:
    """Raises: NotFound, NotDecided, DisclosureClosed."""
    found = Disclosure.objects.filter(id=number).first()
    if found is None:
        raise NotFound()
    if found.fetch_until is None:
        raise NotDecided()
    # The clock may be late.
    if found.state != DisclosureState.DECIDED or found.fetch_until < day_of(at):
        raise DisclosureClosed()
    return found


def _is_preparer(actor: Actor, found: Disclosure) -> bool:
    """Also under another account of the same person."""
    return found.prepared_by_id in all_accounts_of([actor.account_id])


def _keep_open(number: int) -> None:
    """Nobody closes it until this transaction ends. Before anything else is asked in its snapshot.

    Raises: DisclosureClosed (since the snapshot was taken).
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM records_disclosure WHERE id = %s FOR SHARE", [number])
    except OperationalError as trouble:
        # Of one that is decided nothing changes any more but that it is closed.
        if isinstance(trouble.__cause__, SerializationFailure):
            raise DisclosureClosed() from None
        raise


def _check(wish: Wish, *, today: date) -> None:
    said = (wish.project, wish.recipient_name, wish.recipient_organisation, wish.reason)
    if not all(text.strip() for text in said):
        raise ValueError("a disclosure says to whom, what for and why")
    if not wish.parts or not wish.parts <= {part.code for part in parts_of(wish.sub_registry)}:
        raise ValueError("a disclosure names parts of its sub-registry, one at least")
    if wish.first_day > wish.last_day:
        raise ValueError("the last day is before the first")
    if wish.last_day > today:
        raise ValueError("the last day has not been yet: what is decided is what there is")
    if is_short(wish.first_day, wish.last_day) and not wish.full_dates:
        raise ValueError("a period so short tells days anyhow: full dates are decided, with a reason")
    if wish.full_dates != bool(wish.dates_reason.strip()):
        raise ValueError("full dates have a reason, and nothing else has")


def _end(found: Disclosure, act: str, *, by_id: int | None, by_name: str, at: datetime) -> None:
    """Raises: NotPossible."""
    found.state = DISCLOSURE_LIFE.after(DisclosureState(found.state), act)
    found.ended_at, found.ended_by_id, found.ended_by_name = at, by_id, by_name
    found.save()


def _due(at: datetime) -> QuerySet[Disclosure]:
    over = Q(state=DisclosureState.DECIDED, fetch_until__lt=day_of(at))
    return Disclosure.objects.filter(over | Q(state=DisclosureState.PREPARED, prepared_at__lt=at - DECIDABLE_FOR))


@transaction.atomic
def _ended_if_due(number: int, *, at: datetime) -> int:
    found = _due(at).select_for_update(skip_locked=True).filter(id=number).first()
    if found is None:
        return 0
    is_prepared = found.state == DisclosureState.PREPARED
    _end(found, "withdraw" if is_prepared else "close", by_id=None, by_name="", at=at)
    event = "disclosure.lapsed" if is_prepared else "disclosure.closed"
    record(event=event, by=By.of_program("clock"), at=at, facts={"disclosure": number, "project": found.project})
    return 1


def _patients(wanted: Selection) -> dict[int, int | None]:
    """Of each patient the clinic that has the steps, if it is one."""
    found = signed(wanted).order_by("episode__patient_id").values_list("episode__patient_id")
    each = found.annotate(Min("clinic_id"), Max("clinic_id"))
    return {patient: first if first == last else None for patient, first, last in each.iterator(chunk_size=_BATCH)}


def _tell_of_each(clinics: Mapping[int, int | None], event: str, number: int, *, by: By, at: datetime) -> None:
    each = iter(clinics.items())
    while batch := list(islice(each, _BATCH)):
        entries = [
            NewEntry(event=event, about_patient_id=patient, clinic_id=clinic, facts={"disclosure": number})
            for patient, clinic in batch
        ]
        record_many(entries=entries, by=by, at=at)


def _pseudonyms(found: Disclosure) -> Pseudonyms:
    """Raises: ResearchKeyMissing."""
    return Pseudonyms.of(number=found.id, prepared_at=found.prepared_at, key=found.key)


def _selection(found: Disclosure) -> Selection:
    return Selection(
        sub_registry=found.sub_registry,
        first_day=found.first_day,
        last_day=found.last_day,
        parts=frozenset(found.parts),
        full_dates=found.full_dates,
        clinics=found.clinics,
        as_of=found.decided_at,
        digests=found.forms,
    )


def _heading(found: Disclosure) -> Heading:
    return Heading(
        number=found.id,
        project=found.project,
        approval=found.approval,
        recipient_name=found.recipient_name,
        recipient_organisation=found.recipient_organisation,
        prepared_by=found.prepared_by_name,
        decided_by=found.decided_by_name,
        decided_at=found.decided_at,
    )


def _row(found: Disclosure) -> DisclosureRow:
    return DisclosureRow(
        number=found.id,
        wish=Wish(
            project=found.project,
            approval=Approval(found.approval),
            recipient_name=found.recipient_name,
            recipient_organisation=found.recipient_organisation,
            sub_registry=found.sub_registry,
            first_day=found.first_day,
            last_day=found.last_day,
            parts=frozenset(found.parts),
            full_dates=found.full_dates,
            dates_reason=found.dates_reason,
            clinics=found.clinics,
            reason=found.reason,
        ),
        state=DisclosureState(found.state),
        prepared_at=found.prepared_at,
        prepared_by_id=found.prepared_by_id,
        prepared_by_name=found.prepared_by_name,
        decided_at=found.decided_at,
        decided_by_name=found.decided_by_name,
        patients=found.patients,
        episodes=found.episodes,
        fetch_until=found.fetch_until,
        ended_at=found.ended_at,
        ended_by_name=found.ended_by_name,
        fetched=int(getattr(found, "times_fetched", 0)),
    )
