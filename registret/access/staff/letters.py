"""Letters to a person about their rights and account."""

from __future__ import annotations

from datetime import date, datetime

from registret.access.checks import existing_account
from registret.access.roles import Role
from registret.mail.services import post
from registret.words.roles import role_in_sentence


def tell_about_rights(
    account_id: int,
    *,
    kind: str,
    role: Role | None = None,
    place: str | None = None,
    more: dict[str, str | date],
    at: datetime,
) -> None:
    person = existing_account(account_id)
    if person.confirmed_at is None:
        return
    context: dict[str, str | date] = {"name": person.given_name, **more}
    if role is not None and place is not None:
        context |= {"role": role_in_sentence(role, language=person.language), "place": place}
    post(
        kind=kind,
        to=person.email,
        language=person.language,
        context=context,
        about_account_id=person.id,
        at=at,
    )
