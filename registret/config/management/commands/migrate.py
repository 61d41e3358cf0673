"""`registret migrate`: Django's own, as the owner of the tables; then the role that serves gets its rights."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management.commands import migrate
from django.db import ProgrammingError

from registret.config.roles import as_owner, grant_rights


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with as_owner():
            try:
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
