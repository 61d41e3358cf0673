"""What a login lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from registret.kernel.refused import Refused


@dataclass(kw_only=True, eq=False)
class NotRegistered(Refused):
    """A good card, and no account under its HSA-id yet."""

    code: ClassVar[str] = "login.not_registered"


@dataclass(kw_only=True, eq=False)
class MailNotConfirmed(Refused):
    """Inloggning misslyckades. E-post är ej bekräftad."""

    code: ClassVar[str] = "login.mail_not_confirmed"


@dataclass(kw_only=True, eq=False)
class NotAttested(Refused):
    """Inloggning misslyckades. Kontot är ej attesterat."""

    code: ClassVar[str] = "login.not_attested"


@dataclass(kw_only=True, eq=False)
class ApplicationDeclined(Refused):
    code: ClassVar[str] = "login.declined"


@dataclass(kw_only=True, eq=False)
class ApplicationLapsed(Refused):
    """Nobody decided in time."""

    code: ClassVar[str] = "login.lapsed"


@dataclass(kw_only=True, eq=False)
class NoGrant(Refused):
    """Every grant has ended or was revoked, and nothing is applied for."""

    code: ClassVar[str] = "login.no_grant"


@dataclass(kw_only=True, eq=False)
class AccountSuspended(Refused):
    code: ClassVar[str] = "login.suspended"


@dataclass(kw_only=True, eq=False)
class AccountEnded(Refused):
    """There was an account under this HSA-id; a new registration is possible."""

    code: ClassVar[str] = "login.ended"


@dataclass(kw_only=True, eq=False)
class HsaIdDisputed(Refused):
    """Another issuer's card, of somebody with another name, than the account under this HSA-id belongs to."""

    code: ClassVar[str] = "login.hsa_id_disputed"
