"""Why somebody is not let in, seen from the account's side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from registret.kernel.refused import Refused


@dataclass(kw_only=True, eq=False)
class AttemptStale(Refused):
    """The one-time address was used already, is too old, or never existed."""

    code: ClassVar[str] = "attempt.stale"
    status: ClassVar[int] = 410


@dataclass(kw_only=True, eq=False)
class AttemptForeign(Refused):
    """Another browser began this attempt."""

    code: ClassVar[str] = "attempt.foreign"


@dataclass(kw_only=True, eq=False)
class SessionMissing(Refused):
    """The page needs a card that was read, and none was."""

    code: ClassVar[str] = "session.missing"
    status: ClassVar[int] = 401


@dataclass(kw_only=True, eq=False)
class SessionIdle(Refused):
    """Nobody clicked for `minutes` minutes."""

    code: ClassVar[str] = "session.idle"
    status: ClassVar[int] = 401
    minutes: int


@dataclass(kw_only=True, eq=False)
class SessionOver(Refused):
    """The session has lasted as long as a session may, or as long as the card is valid."""

    code: ClassVar[str] = "session.over"
    status: ClassVar[int] = 401


@dataclass(kw_only=True, eq=False)
class SessionLocked(Refused):
    """The card was pulled while somebody was at work. The same card unlocks, for a while."""

    code: ClassVar[str] = "session.locked"
    status: ClassVar[int] = 423


@dataclass(kw_only=True, eq=False)
class SessionCardOut(Refused):
    """The card was pulled, and was not back in time."""

    code: ClassVar[str] = "session.card_out"
    status: ClassVar[int] = 401


@dataclass(kw_only=True, eq=False)
class SessionCardRevoked(Refused):
    """The card was revoked after somebody had logged in with it."""

    code: ClassVar[str] = "session.card_revoked"
    status: ClassVar[int] = 401


@dataclass(kw_only=True, eq=False)
class SessionOtherCard(Refused):
    """Another person's card cannot unlock the session."""

    code: ClassVar[str] = "session.other_card"


@dataclass(kw_only=True, eq=False)
class AccountExists(Refused):
    """Somebody with this HSA-id has registered already (told only to the holder of that card)."""

    code: ClassVar[str] = "account.exists"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class ConfirmationUnknown(Refused):
    """The link is not one of ours, or was cut off on its way."""

    code: ClassVar[str] = "confirmation.unknown"
    status: ClassVar[int] = 404


@dataclass(kw_only=True, eq=False)
class ConfirmationReplaced(Refused):
    """A newer letter has been sent: only that one counts."""

    code: ClassVar[str] = "confirmation.replaced"
    status: ClassVar[int] = 410


@dataclass(kw_only=True, eq=False)
class ConfirmationExpired(Refused):
    code: ClassVar[str] = "confirmation.expired"
    status: ClassVar[int] = 410
    expired_at: datetime


@dataclass(kw_only=True, eq=False)
class ConfirmationDone(Refused):
    """The address is confirmed already."""

    code: ClassVar[str] = "confirmation.done"
    status: ClassVar[int] = 200


@dataclass(kw_only=True, eq=False)
class ConfirmationOtherCard(Refused):
    """The letter belongs to the registration of another HSA-id."""

    code: ClassVar[str] = "confirmation.other_card"


@dataclass(kw_only=True, eq=False)
class CodeWrong(Refused):
    """`left` further guesses are allowed."""

    code: ClassVar[str] = "confirmation.code_wrong"
    status: ClassVar[int] = 422
    left: int


@dataclass(kw_only=True, eq=False)
class CodeBurnt(Refused):
    """Too many wrong guesses: a new letter is needed."""

    code: ClassVar[str] = "confirmation.code_burnt"
    status: ClassVar[int] = 422


@dataclass(kw_only=True, eq=False)
class AddressUnchanged(Refused):
    """The new address is the one that the account has."""

    code: ClassVar[str] = "account.address_unchanged"
    status: ClassVar[int] = 422


@dataclass(kw_only=True, eq=False)
class AddressResting(Refused):
    """Somebody has objected to a change of the address: for a while there is no other."""

    code: ClassVar[str] = "account.address_resting"
    status: ClassVar[int] = 409
    again_at: datetime


@dataclass(kw_only=True, eq=False)
class NoChangeWaits(Refused):
    """No new address waits for its confirmation: it was confirmed, or taken back, already."""

    code: ClassVar[str] = "account.no_change_waits"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class ObjectionUnknown(Refused):
    """The link is not one of ours, or was cut off on its way."""

    code: ClassVar[str] = "objection.unknown"
    status: ClassVar[int] = 404


@dataclass(kw_only=True, eq=False)
class ObjectionOver(Refused):
    """There is nothing left to object to: somebody has objected, the change was taken back, or it is too late."""

    code: ClassVar[str] = "objection.over"
    status: ClassVar[int] = 410
