"""Moving in: today's accounts out of a file, each attested by one decision of a person who is named.

What is brought in is an account whose address is not confirmed, and its rights. Nobody gets in before the card has
been shown and the address confirmed. An account that is there already, living or ended, is never touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.conf import settings
from django.db import transaction

from registret.access.account_import.account_file import AccountFault, AccountLine, Known, checked
from registret.access.grants.rules import end_of, last_possible_day
from registret.access.lifecycle import ApplicationState
from registret.access.models import Application, Grant, GrantSource
from registret.accounts.lifecycle import AccountState
from registret.accounts.opening import NewAccount, open_accounts
from registret.accounts.queries import AccountRow, known_hsa_ids
from registret.accounts.refusals import AccountExists
from registret.kernel.by import By
from registret.kernel.table import FileRow
from registret.ledger.events import Event
from registret.ledger.services import NewEntry, record, record_many
from registret.places.queries import every_clinic
from registret.registries.queries import open_for_rights
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.queries import lengths

BATCH = 1000
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDecision:
    """Who has decided that the accounts of the file are brought in, under which reference, and in which words."""

    decided_by: str
    reference: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Left:
    """A line that changed nothing, and why, without a name in it."""

    line: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What an import did, or would do. `standing`: lines whose right stands already. With faults there is no more."""

    accounts: int = 0
    rights: int = 0
    standing: int = 0
    left: tuple[Left, ...] = ()
    faults: tuple[AccountFault, ...] = ()


def import_accounts(
    *, rows: Iterable[FileRow], decision: ImportDecision, dry_run: bool, by: By, at: datetime
) -> ImportResult:
    """Brings in those of the file who have no account; all of it or nothing. The same file again changes nothing.

    A batch of a thousand people asks six queries. A dry run does the same, and takes it back.

    Raises: AccountExists (people register faster than this can look).
    """
    lines, faults = check(rows, at=at)
    if faults:
        return ImportResult(faults=faults)
    for _ in range(_TRIES - 1):
        try:
            return _brought(lines, decision, dry_run=dry_run, by=by, at=at)
        except AccountExists:
            pass  # A person of the file registered at this very moment: seen at the next look.
    return _brought(lines, decision, dry_run=dry_run, by=by, at=at)


def check(rows: Iterable[FileRow], *, at: datetime) -> tuple[tuple[AccountLine, ...], tuple[AccountFault, ...]]:
    """Those rows that can be brought in, and what is wrong with the others."""
    places = every_clinic()
    known = Known(
        clinics={c.code: c.id for c in places if c.is_open},
        closed={c.code for c in places if not c.is_open},
        sub_registries={s.code for s in open_for_rights()},
    )
    return checked(rows, known=known, allow_test=settings.ACCEPT_TEST_CARDS, at=at)


@transaction.atomic
def _brought(
    lines: Sequence[AccountLine], decision: ImportDecision, *, dry_run: bool, by: By, at: datetime
) -> ImportResult:
    limits = lengths()
    months = limits[TimeLimit.GRANT].number
    moving = _Moving(
        decision=decision,
        clinic_ids={c.code: c.id for c in every_clinic()},
        ends_at=end_of(last_possible_day(at=at, months=months), at=at, months=months),
        dormant_since=limits[TimeLimit.DORMANT].before(at),
        by=by,
        at=at,
    )
    people: dict[str, list[AccountLine]] = {}
    for line in lines:
        people.setdefault(line.hsa_id.key, []).append(line)
    # In one order, so that two imports at once wait for each other instead of for ever.
    done = [moving.batch(some) for some in _batches([people[key] for key in sorted(people)])]
    moved = _sum(done)
    if moved.accounts:
        facts = {"accounts": moved.accounts, "rights": moved.rights, "rows": len(lines)}
        record(event=Event.ACCOUNTS_IMPORTED, by=by, at=at, facts=moving.named | facts)
    if dry_run:
        transaction.set_rollback(True)
    return moved


def _sum(done: Sequence[ImportResult]) -> ImportResult:
    return ImportResult(
        accounts=sum(one.accounts for one in done),
        rights=sum(one.rights for one in done),
        standing=sum(one.standing for one in done),
        left=tuple(sorted(left for one in done for left in one.left)),
    )


def _new_account(line: AccountLine) -> NewAccount:
    return NewAccount(
        hsa_id=line.hsa_id,
        given_name=line.given_name,
        surname=line.surname,
        email=line.email,
        logged_in_at=line.last_login,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moving:
    decision: ImportDecision
    clinic_ids: dict[str, int]
    ends_at: datetime
    dormant_since: datetime
    by: By
    at: datetime

    @property
    def named(self) -> dict[str, str | int | bool | None]:
        said = self.decision
        return {"decided_by": said.decided_by, "reference": said.reference, "decision": said.text}

    def batch(self, people: Sequence[list[AccountLine]]) -> ImportResult:
        known = known_hsa_ids(hsa_ids=[lines[0].hsa_id for lines in people])
        new = [lines for lines in people if lines[0].hsa_id not in known]
        asleep = [lines for lines in new if self._is_asleep(lines[0])]
        new = [lines for lines in new if not self._is_asleep(lines[0])]
        why = "not used for so long that the account would be suspended at once: the person registers anew"
        left = [Left(line=line.line, why=why) for lines in asleep for line in lines]
        there = _Rights.of([a.id for a in known.values()])
        standing = 0
        for lines in people:
            account = known.get(lines[0].hsa_id)
            for line in lines if account else ():
                told = there.why(account, line, self.clinic_ids[line.clinic], at=self.at) if account else ""
                standing += not told
                left += [Left(line=line.line, why=told)] if told else []
        if new:
            self._open(new)
        return ImportResult(accounts=len(new), rights=sum(map(len, new)), standing=standing, left=tuple(left))

    def _is_asleep(self, line: AccountLine) -> bool:
        return line.last_login is not None and line.last_login <= self.dormant_since

    def _open(self, people: Sequence[list[AccountLine]]) -> None:
        new = [_new_account(lines[0]) for lines in people]
        ids = open_accounts(people=new, language=settings.LANGUAGE_CODE, at=self.at)
        opened = list(zip(ids, people, strict=True))
        Grant.objects.bulk_create(self._grant(account_id, line) for account_id, lines in opened for line in lines)
        record_many(entries=[self._entry(*one) for one in opened], by=self.by, at=self.at)

    def _grant(self, account_id: int, line: AccountLine) -> Grant:
        return Grant(
            account_id=account_id,
            role=line.role,
            clinic_id=self.clinic_ids[line.clinic],
            sub_registries=list(line.sub_registries),
            source=GrantSource.IMPORTED,
            begins_at=self.at,
            ends_at=self.ends_at,
            decided_by_names=self.decision.decided_by,
        )

    def _entry(self, account_id: int, lines: Sequence[AccountLine]) -> NewEntry:
        places = sorted({line.clinic for line in lines})
        last_login = lines[0].last_login
        facts = {
            "role": ",".join(sorted({line.role.value for line in lines})),
            "clinics": ",".join(places),
            "last_login": last_login.date().isoformat() if last_login else None,
        }
        return NewEntry(
            event=Event.ACCOUNT_IMPORTED,
            about_account_id=account_id,
            about_hsa_id=lines[0].hsa_id,
            clinic_id=self.clinic_ids[places[0]] if len(places) == 1 else None,
            facts=self.named | facts,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rights:
    """What accounts that are there have, and wait for: (account, role, clinic)."""

    living: frozenset[tuple[int, str, int]]
    waiting: frozenset[tuple[int, int]]

    @classmethod
    def of(cls, account_ids: Sequence[int]) -> _Rights:
        grants = Grant.objects.filter(account_id__in=account_ids, revoked_at=None, clinic__isnull=False)
        asked = Application.objects.filter(account_id__in=account_ids, state=ApplicationState.WAITING)
        return cls(
            living=frozenset(grants.values_list("account_id", "role", "clinic_id")),
            waiting=frozenset(asked.values_list("account_id", "clinic_id")),
        )

    def why(self, account: AccountRow, line: AccountLine, clinic_id: int, *, at: datetime) -> str:
        """Why the line gives nothing; empty if all that it says is so."""
        if account.state is AccountState.ENDED:
            return "the account under this HSA-id has ended: the person registers anew"
        if (account.id, clinic_id) in self.waiting:
            return "the person has registered, and an application for the clinic waits: it is attested as any other"
        if (account.id, line.role.value, clinic_id) not in self.living:
            return "the account is there and is left as it is, without this right"
        if account.email != line.email:
            return "the right stands already; the account keeps the address that it has"
        return ""


def _batches(people: Sequence[list[AccountLine]]) -> Iterator[Sequence[list[AccountLine]]]:
    rest = iter(people)
    while some := list(islice(rest, BATCH)):
        yield some
