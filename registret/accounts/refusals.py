"""Why a person is not let in, seen from the account's side."""

from __future__ import annotations

from datetime import datetime

from registret.kernel.refused import Refused


class AttemptStale(Refused, code="attempt.stale", status=410):
    """The one-time address was used already, is too old, or never existed."""


class AttemptForeign(Refused, code="attempt.foreign"):
    """Another browser began this attempt."""


class SessionMissing(Refused, code="session.missing", status=401):
    """The page needs a card that was read, and none was."""


class SessionIdle(Refused, code="session.idle", status=401):
    """Nobody clicked for `minutes` minutes."""

    minutes: int


class SessionOver(Refused, code="session.over", status=401):
    """The session has lasted as long as a session may, or as long as the card is valid."""


class SessionLocked(Refused, code="session.locked", status=423):
    """The card was pulled during work. The same card unlocks, for a while."""


class SessionCardOut(Refused, code="session.card_out", status=401):
    """The card was pulled, and was not back in time."""


class SessionCardRevoked(Refused, code="session.card_revoked", status=401):
    """The card was revoked after a login with it."""


class SessionOtherCard(Refused, code="session.other_card"):
    """Another person's card cannot unlock the session."""


class AccountExists(Refused, code="account.exists", status=409):
    """A person with this HSA-id has registered already (told only to the holder of that card)."""


class ConfirmationUnknown(Refused, code="confirmation.unknown", status=404):
    """The link is not one of ours, or was cut off on its way."""


class ConfirmationReplaced(Refused, code="confirmation.replaced", status=410):
    """A newer letter has been sent: only that one counts."""


class ConfirmationExpired(Refused, code="confirmation.expired", status=410):
    expired_at: datetime


class ConfirmationDone(Refused, code="confirmation.done", status=200):
    """The address is confirmed already."""


class ConfirmationOtherCard(Refused, code="confirmation.other_card"):
    """The letter belongs to the registration of another HSA-id."""


class CodeWrong(Refused, code="confirmation.code_wrong", status=422):
    """`left` further guesses are allowed."""

    left: int


class CodeBurnt(Refused, code="confirmation.code_burnt", status=422):
    """Too many wrong guesses: a new letter is needed."""


class AddressUnchanged(Refused, code="account.address_unchanged", status=422):
    """The new address is the one that the account has."""


class AddressResting(Refused, code="account.address_resting", status=409):
    """A change of the address was objected to: for a while there is no other."""

    again_at: datetime


class NoChangeWaits(Refused, code="account.no_change_waits", status=409):
    """No new address waits for its confirmation: it was confirmed, or taken back, already."""


class ObjectionUnknown(Refused, code="objection.unknown", status=404):
    """The link is not one of ours, or was cut off on its way."""


class ObjectionOver(Refused, code="objection.over", status=410):
    """There is nothing left to object to: it was done already, the change was taken back, or it is too late."""
