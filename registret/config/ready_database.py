"""Whether the database answers, has all tables, and binds the role of the server as it must."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Final

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from psycopg.conninfo import make_conninfo

from registret.config.not_ready import NotReady
from registret.config.roles import can_act_as, owned_tables
from registret.reports.role import ROLE


def check_database() -> None:
    """It answers and has all tables.

    Raises: NotReady.
    """
    try:
        # Not through the pool, which tries for ten seconds and does not tell why it failed.
        psycopg.connect(_address(), connect_timeout=5).close()
    except psycopg.OperationalError as trouble:
        said = str(trouble).strip().splitlines()[0]
        raise NotReady(f"the database of DATABASE_URL does not answer: {said}") from None
    missing = set(_migrations()) - MigrationRecorder(connection).applied_migrations().keys()
    if missing:
        raise NotReady(f"the database lacks {len(missing)} migrations: run `registret migrate`")
    check_fence()
    check_owner()
    check_reports_role()


def _migrations() -> Iterator[tuple[str, str]]:
    """All that there are, by app and name of the file. None is imported: that takes 40 ms of a start, and 4 MiB."""
    for app in apps.get_app_configs():
        package, _ = MigrationLoader.migrations_module(app.label)
        if package and (found := find_spec(package)):
            names = (module.name for module in iter_modules(found.submodule_search_locations))
            yield from ((app.label, name) for name in names if not name.startswith("_"))


def check_owner() -> None:
    """The role of DATABASE_URL owns no table: an owner can switch off policies, triggers and the log.

    Raises: NotReady.
    """
    owned = owned_tables()
    if owned:
        raise NotReady(
            f"the role of DATABASE_URL owns {len(owned)} tables ({owned[0]} and on): give them to a role of their own, "
            "name that in REGISTRET_OWNER_DATABASE_URL, and run `registret migrate` (docs/operations.md)"
        )


def check_reports_role() -> None:
    """There is a role without right to patients, which reports are read as. Raises: NotReady."""
    if not can_act_as(ROLE):
        raise NotReady(
            f"the role of DATABASE_URL cannot act as {ROLE}, which reads reports and no patients: make that role, "
            "grant it (docs/operations.md), and run `registret migrate`"
        )


def check_fence() -> None:
    """Row-level security binds the role of DATABASE_URL, and the owner of the tables, as whom functions count for
    reports: a superuser sees every care provider's patients.

    Raises: NotReady.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class c JOIN pg_roles owner ON owner.oid = relowner WHERE relrowsecurity"
            " AND NOT (row_security_active(c.oid) AND relforcerowsecurity AND NOT rolsuper AND NOT rolbypassrls)"
            " ORDER BY 1"
        )
        open_to_us = [name for (name,) in cursor.fetchall()]
    if open_to_us:
        raise NotReady(
            f"row-level security does not bind the role of DATABASE_URL or the owner ({', '.join(open_to_us)}): "
            "use roles that are no superuser and have no BYPASSRLS"
        )


_NOT_FOR_LIBPQ: Final = {"pool", "server_side_binding", "prepare_threshold"}


def _address() -> str:
    known = settings.DATABASES["default"]
    parts = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    address = {name: str(known[key]) for name, key in parts.items() if known[key]}
    return make_conninfo("", **address, **{n: v for n, v in known["OPTIONS"].items() if n not in _NOT_FOR_LIBPQ})
