"""`registret migrate`: Django's own, as the owner of the tables; then the other roles get their rights."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader
from psycopg.errors import LockNotAvailable

from registret.config.roles import as_owner, grant_reports_rights, grant_rights

PATIENCE: Final = "10s"


@contextmanager
def impatient() -> Iterator[None]:
    """A change that waits for a table keeps all its readers waiting behind it. So it gives up after `PATIENCE`.

    Raises: CommandError.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [PATIENCE])
    try:
        yield
    except OperationalError as trouble:
        if not isinstance(trouble.__cause__, LockNotAvailable):
            raise
        raise CommandError(
            f"a table that is to be changed has been in use for {PATIENCE}, so no more was changed: stop the services, "
            "or what else uses it, and run this again (docs/operations.md, Upgrade)"
        ) from None
    with connection.cursor() as cursor:
        cursor.execute("RESET lock_timeout")


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with as_owner(), impatient():
            try:
                # What was restored a moment ago, the role that serves may not even read.
                if not options["check_unapplied"]:
                    self._refuse_another_history()
                super().handle(*args, **options)
            except ProgrammingError as trouble:
                if settings.OWNER_DATABASE is not None or "permission denied" not in str(trouble):
                    raise
                self.stderr.write(
                    "registret: REGISTRET_OWNER_DATABASE_URL is not set: the role of DATABASE_URL serves, and owns no "
                    "tables that it could migrate (docs/operations.md)"
                )
                sys.exit(1)
            if not options["plan"] and not options["check_unapplied"]:
                grant_rights(settings.DATABASES["default"]["USER"])
                grant_reports_rights()

    def _refuse_another_history(self) -> None:
        """Stop if the database was made by a version whose migrations this one does not have: its tables are others."""
        loader = MigrationLoader(connection)
        unknown = sorted(set(loader.applied_migrations) - set(loader.disk_migrations))
        if unknown:
            app, name = unknown[0]
            self.stderr.write(
                "registret: the database was made by another version, one before 0.1 or a newer one: it has "
                f"{len(unknown)} migrations that are unknown here ({app}.{name} and on). Install that version, or "
                "begin with an empty database (for the demo: make demo-reset)"
            )
            sys.exit(1)
