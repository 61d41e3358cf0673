"""The two roles of the database in a test: one owns the tables, the other serves, and a test can act as either."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.test.utils import setup_databases, teardown_databases

from registret.config import roles
from registret.database.connections import disconnect
from registret.demo.postgres import ROLE
from tests import tables


@contextmanager
def made_database() -> Iterator[None]:
    """A database that the owner of its tables makes and the role that serves uses, as in production."""
    serving = settings.DATABASES[DEFAULT_DB_ALIAS]
    with tables.made_once() as are_made, roles.as_owner():
        if are_made:
            connection.settings_dict["TEST"]["TEMPLATE"] = tables.TEMPLATE
        made = setup_databases(verbosity=0, interactive=False, aliases={DEFAULT_DB_ALIAS: None})
        owner = connection.settings_dict
        if not are_made:
            disconnect()
            tables.keep(owner["NAME"])
    # Logged in as the owner, acting as the role that serves: `as_owner` changes hands in the middle of a transaction.
    serving |= owner | {"OPTIONS": owner["OPTIONS"] | {"options": f"-c role={ROLE}"}}
    # A command that connects as the owner by itself would leave the transaction of the test.
    settings.OWNER_DATABASE = None
    try:
        yield
    finally:
        disconnect()
        del serving["OPTIONS"]["options"]
        teardown_databases(made, verbosity=0)


@contextmanager
def as_owner() -> Iterator[None]:
    """Act as the owner until the end of the block, or until it fails."""
    with transaction.atomic():
        _act_as(connection.settings_dict["USER"])
        yield
        _act_as(ROLE)


def _act_as(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {connection.ops.quote_name(role)}")
