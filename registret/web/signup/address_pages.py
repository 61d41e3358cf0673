"""*Kontrollera att din e-post är rätt*: the question before a letter goes to an address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from registret.kernel.identifiers import EmailAddress
from registret.places.queries import MailHint
from registret.web.pieces import Note
from registret.web.templatetags.look import before_at, mail_hint


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAddress:
    """An address before and behind its `@`. `anew`: the clinics that have to attest anew; `is_odd`: better looked at
    twice; `data`: what was sent."""

    before: str
    domain: str
    hint: Note | None
    anew: Sequence[str]
    is_odd: bool
    data: QueryDict


def asked_address(
    email: EmailAddress, hint: MailHint | None, *, data: QueryDict, anew: Sequence[str] = ()
) -> AskedAddress:
    # That the address is not the care provider's is said already by what has to be attested anew.
    told = hint if hint and (hint.suggestion or not anew) else None
    return AskedAddress(
        before=before_at(email.text),
        domain=email.domain,
        hint=Note("warn", mail_hint(told)) if told else None,
        anew=anew,
        is_odd=hint is not None,
        data=data,
    )
