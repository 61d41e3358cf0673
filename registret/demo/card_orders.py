"""What is to stand in a certificate of a card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cryptography import x509

from registret.demo.certificates import Extensions, KeyKind, PrivateKey, card_extensions, card_subject


@dataclass(frozen=True, slots=True, kw_only=True)
class CardOrder:
    """`kind` "hsa" names the holder by `hsa_id`, "person" by `personal_number`.

    Raises: ValueError: the id that `kind` asks for is missing.
    """

    given_name: str
    surname: str
    organisation: str
    kind: Literal["hsa", "person"]
    hsa_id: str | None = None
    personal_number: str | None = None
    level: int = 3
    key: KeyKind = "ec"
    purpose: Literal["auth", "sign"] = "auth"
    locality: str = "Norrvik"
    email: str | None = None
    with_san: bool = True
    card_number: str = "9752268900000000001"
    not_before: datetime | None = None
    not_after: datetime | None = None

    def __post_init__(self) -> None:
        if not self.holder:
            raise ValueError(f"a certificate of kind {self.kind} needs its holder's id")

    @property
    def holder(self) -> str:
        return (self.hsa_id if self.kind == "hsa" else self.personal_number) or ""

    @property
    def label(self) -> str:
        what = ("HSA-id" if self.kind == "hsa" else "Person-id") + (", signering" if self.purpose == "sign" else "")
        return f"{self.given_name} {self.surname} ({what})"

    @property
    def subject(self) -> x509.Name:
        place = None if self.kind == "person" else (self.locality, self.organisation)
        return card_subject(given_name=self.given_name, surname=self.surname, place=place, holder=self.holder)

    def extensions(self, issuer: x509.Certificate, key: PrivateKey) -> Extensions:
        principal = f"{self.holder}@demo.invalid" if self.with_san and self.kind == "hsa" else None
        return card_extensions(
            issuer, key, purpose=self.purpose, card_number=self.card_number, principal=principal, email=self.email
        )
