"""`registret migrate`: Django's own, as the owner of the tables; then the other roles get their rights."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management.commands import migrate
from django.db import ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader

from registret.config.roles import as_owner, grant_reports_rights, grant_rights


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with as_owner():
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
