"""Who is asking: frozen values that exist only for people who may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from registret.access.refusals import NotPermitted
from registret.access.roles import MAY, Permission, Role
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress, HsaId


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A place to work at: a clinic (or the registry office), and all roles that the person has there now.

    `grant_id` names the seat in a session. `rights`: each role with each sub-registry that it was given for; one role
    opens nothing that another holds. `ends_at` is the first moment at which one of the roles ends.
    """

    grant_id: int
    grant_ids: frozenset[int]
    clinic_id: int | None
    clinic_name: str
    care_provider_id: int | None
    organisation_number: str
    roles: frozenset[Role]
    rights: frozenset[tuple[Role, str]]
    ends_at: datetime

    @property
    def permissions(self) -> frozenset[Permission]:
        return frozenset().union(*(MAY[role] for role in self.roles))

    @property
    def sub_registries(self) -> frozenset[str]:
        """Those that any of the roles was given for."""
        return frozenset(code for _, code in self.rights)

    def sub_registries_for(self, permission: Permission) -> frozenset[str]:
        """Where this is permitted."""
        return frozenset(code for role, code in self.rights if permission in MAY[role])


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person at work: a card was read at `card_read_at`, and the grant was valid at this very request."""

    account_id: int
    hsa_id: HsaId
    name: str
    email: EmailAddress
    seat: Assignment
    seats: tuple[Assignment, ...]
    session_id: int
    card_read_at: datetime
    network: str | None

    def may(self, permission: Permission) -> bool:
        return permission in self.seat.permissions

    def require(self, permission: Permission) -> None:
        """Raises: NotPermitted."""
        if not self.may(permission):
            raise NotPermitted()

    @property
    def by(self) -> By:
        """As the log will show it."""
        return By(
            hsa_id=self.hsa_id,
            name=self.name,
            account_id=self.account_id,
            role=",".join(sorted(self.seat.roles)),
            clinic_id=self.seat.clinic_id,
            network=self.network,
        )
