"""Letters to people that have an account, and those that are written once, also by two machines at the same moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from django.db import connection

from registret.access.checks import existing_account
from registret.kernel.identifiers import EmailAddress
from registret.mail.services import post
from registret.words.roles import role_in_sentence

_ONCE = """
INSERT INTO access_notice (kind, subject, occasion, at) VALUES (%s, %s, %s, %s)
ON CONFLICT (kind, subject, occasion) DO NOTHING
"""


def first(kind: str, subject: int, *, occasion: str = "", at: datetime) -> bool:
    """Whether this notice is new. Waits while another process writes the same one."""
    with connection.cursor() as cursor:
        cursor.execute(_ONCE, [kind, subject, occasion, at])
        return bool(cursor.rowcount == 1)


class Recipient(Protocol):
    """The account that a letter goes to: a person's own, an administrator's, an applicant's or that of a grant."""

    @property
    def account_id(self) -> int: ...

    @property
    def email(self) -> str | EmailAddress: ...

    @property
    def language(self) -> str: ...


def post_to(
    person: Recipient,
    *,
    kind: str,
    context: Mapping[str, str | date],
    confirmation: tuple[int, int] | None = None,
    at: datetime,
) -> None:
    """A letter to the address and in the language of the account that it is about."""
    post(
        kind=kind,
        to=EmailAddress(str(person.email)),
        language=person.language,
        context=context,
        confirmation=confirmation,
        about_account_id=person.account_id,
        at=at,
    )


def write_to(account_id: int, *, kind: str, role: str | None = None, at: datetime, **facts: str | date) -> None:
    """A letter that greets the person, unless their address was never confirmed. `role`: told in their language.

    Raises: NotFound: there is no such account.
    """
    person = existing_account(account_id)
    if person.confirmed_at is not None:
        words = {"role": role_in_sentence(role, language=person.language)} if role else {}
        post_to(person, kind=kind, context={"name": person.given_name, **words, **facts}, at=at)
