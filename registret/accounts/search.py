"""Finding an account among all: by HSA-id, system id, mail or the beginning of a name, a page at a time.

What a user types may begin several things. Each is a road of its own, served by one index in the order in which it
is shown; a page goes on along the next road where one has ended. Nothing is counted and nothing is sorted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Collate

from registret.accounts.lifecycle import AccountState
from registret.accounts.models import Account
from registret.kernel.folding import folded
from registret.kernel.identifiers import HsaId

PAGE = 25
_LAST = "\U0010ffff"
_KEYS = {
    "by_hsa_id": Collate("hsa_id_key", "C"),
    "by_mail": Collate("email", "C"),
    "by_surname": F("surname_key"),
    "by_given_name": F("given_name_key"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAccount:
    """An account, as far as a list shows it."""

    id: int
    hsa_id: HsaId
    name: str
    organisation: str
    email: str
    state: AccountState


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPage:
    """`after` is the mark to ask for more with, or None."""

    rows: tuple[FoundAccount, ...]
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Road:
    """Accounts whose key begins with `prefix`, by key and id."""

    name: str
    prefix: str

    @property
    def fits(self) -> Q:
        # Not LIKE, in which some characters mean others; in the order of bytes it is the same.
        return Q(**{f"{self.name}__gte": self.prefix, f"{self.name}__lt": self.prefix + _LAST})


def find_accounts(*, words: str, after: str | None = None, size: int = PAGE) -> FoundPage:
    """Living and ended accounts that `words` begin or name: first by system id, then by HSA-id, mail, surname and given
    name, each in its order. `after` is the mark of the page before; a mark that is none begins anew.
    """
    words = " ".join(words.split())
    roads = tuple(_roads(words))
    begin, last = _mark(after, len(roads))
    rows = [] if last or not _is_number(words) else [_found(a) for a in Account.objects.filter(id=int(words))]
    marks = [""] * len(rows)
    for number in range(begin, len(roads)):
        road = roads[number]
        here = _everybody().filter(road.fits)
        for earlier in roads[:number]:
            here = here.exclude(earlier.fits)
        if number == begin and last:
            key = getattr(last, road.name)
            here = here.filter(**{f"{road.name}__gte": key}).filter(~Q(**{road.name: key}) | Q(id__gt=last.id))
        for account in here.order_by(road.name, "id")[: size + 1 - len(rows)]:
            rows.append(_found(account))
            marks.append(f"{number}.{account.id}")
        if len(rows) > size:
            break
    return FoundPage(rows=tuple(rows[:size]), after=marks[size - 1] if len(rows) > size else None)


def _everybody() -> QuerySet[Account]:
    return Account.objects.annotate(**_KEYS)


def _roads(words: str) -> Iterator[_Road]:
    if not words or "\0" in words:
        return
    if " " not in words:
        yield _Road(name="by_hsa_id", prefix=words.upper())
        yield _Road(name="by_mail", prefix=words.lower())
    if "@" not in words:
        yield _Road(name="by_surname", prefix=folded(words))
        yield _Road(name="by_given_name", prefix=folded(words))


def _is_number(words: str) -> bool:
    return re.fullmatch(r"[0-9]{1,18}", words) is not None


def _mark(text: str | None, roads: int) -> tuple[int, Account | None]:
    """Which road to go on along, behind whom. No name stands in a mark: it is a part of addresses."""
    found = re.fullmatch(r"([0-9])\.([0-9]{1,18})", text or "")
    last = _everybody().filter(id=int(found[2])).first() if found and int(found[1]) < roads else None
    return (int(found[1]), last) if found and last else (0, None)


def _found(account: Account) -> FoundAccount:
    return FoundAccount(
        id=account.id,
        hsa_id=account.hsa_id,
        name=account.name,
        organisation=account.organisation,
        email=account.email,
        state=AccountState(account.state),
    )
