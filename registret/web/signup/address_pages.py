"""*Kontrollera att din e-post är rätt*: the question before a letter goes to an address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registret.kernel.identifiers import EmailAddress
from registret.places.queries import MailHint


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAddress:
    """`hint`: it looks odd; `anew`: the clinics that have to attest anew."""

    email: EmailAddress
    hint: MailHint | None
    anew: Sequence[str] = ()
