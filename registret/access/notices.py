"""Letters to people that have an account, and those that are written once, also by two machines at the same moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from django.db import connection

from registret.kernel.identifiers import EmailAddress
from registret.mail.services import post

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
    """The account that a letter goes to: an administrator, an applicant, or the holder of a grant."""

    @property
    def account_id(self) -> int: ...

    @property
    def email(self) -> str: ...

    @property
    def language(self) -> str: ...


def post_to(person: Recipient, *, kind: str, context: Mapping[str, str | date], at: datetime) -> None:
    """A letter to the address and in the language of the account that it is about."""
    post(
        kind=kind,
        to=EmailAddress(person.email),
        language=person.language,
        context=context,
        about_account_id=person.account_id,
        at=at,
    )
