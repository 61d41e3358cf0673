"""Three roles in the database: one owns the tables and migrates them, one serves and may only use rows, and one reads
the counts of reports and no patients."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction

from registret.database.connections import disconnect
from registret.reports.role import ROLE as REPORTS_ROLE

# What differs between the two; the database is one.
_OF_A_ROLE: Final = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")

# Whose rows the role that serves may change, or only lock; rows of every other table are added and read.
_CHANGED: Final = (
    "access_application",
    "access_claim",
    "access_grant",
    "access_nomination",
    "access_notice",
    "access_recertification",
    "access_recertificationline",
    "access_substitution",
    "access_systemkey",
    "accounts_account",
    "accounts_confirmation",
    "accounts_loginattempt",
    "accounts_session",
    "exchange_export",
    "exchange_importbatch",
    "exchange_importjob",
    "exchange_keptfile",
    "exchange_keptpart",
    "exchange_origin",
    "heartbeats_heartbeat",
    "rate_limits_count",
    "mail_letter",
    "oversight_review",
    "oversight_reviewedentry",
    "places_careprovider",
    "places_clinic",
    "places_region",
    "records_dataquery",
    "records_disclosure",
    "records_episode",
    "records_retentiondecision",
    "records_number",
    "records_patient",
    "records_proposal",
    "records_reasongiven",
    "records_revision",
    "records_step",
    "reports_cell",
    "reports_notincluded",
    "reports_outliercase",
    "reports_staleepisode",
    "revocation_keptanswer",
    "revocation_keptcrl",
    "revocation_upkeep",
)
# Whose rows it may delete: what is forgotten, and what goes with a patient who is destroyed.
_DELETED: Final = (
    "access_application",
    "access_claim",
    "access_grant",
    "access_nomination",
    "access_note",
    "access_notice",
    "access_recertificationline",
    "access_substitution",
    "access_usedassertion",
    "accounts_confirmation",
    "accounts_loginattempt",
    "accounts_session",
    "exchange_delivery",
    "exchange_importbatch",
    "exchange_keptpart",
    "exchange_origin",
    "heartbeats_heartbeat",
    "rate_limits_count",
    "mail_letter",
    "records_dataquery",
    "records_episode",
    "records_leaving",
    "records_merge",
    "records_number",
    "records_optout",
    "records_patient",
    "records_proposal",
    "records_reasongiven",
    "records_revision",
    "records_step",
    "reports_cell",
    "reports_fact",
    "reports_remark",
    "reports_staleepisode",
    "revocation_keptanswer",
)
# What a report is made of, for the role that has no right to patients (`reports.role`).
_IN_REPORTS: Final = (
    "places_careprovider",
    "places_clinic",
    "places_region",
    "reports_cell",
    "reports_coveragecount",
    "reports_coveragefile",
    "reports_edition",
    "reports_editioncell",
    "reports_notincluded",
)
# What counts patients for it, and returns no row of theirs.
_COUNTS_FOR_REPORTS: Final = ("reports_completeness",)
# Django's own: of no use to whom serves.
_ONLY_READ: Final = ("django_content_type", "django_migrations")


@contextmanager
def as_owner() -> Iterator[None]:
    """Connect as the owner of the tables until the end of the block, if REGISTRET_OWNER_DATABASE_URL names one.

    Outside any transaction: the connection of DATABASE_URL is closed before and opened again when it is next used.
    """
    if settings.OWNER_DATABASE is None:
        yield
        return
    before = connection.settings_dict
    _reconnect(before | {name: settings.OWNER_DATABASE[name] for name in _OF_A_ROLE})
    try:
        yield
    finally:
        _reconnect(before)


def grant_rights(role: str) -> None:
    """Let `role` read and add rows, and change or delete them only in the tables where the program does.

    It may not truncate, alter, drop, or disable anything. Run by the owner after each migration: a new table has no
    rights yet. For an owner without a second role there is nothing to grant.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user = %s", [role])
        if cursor.fetchone() == (True,):
            return
        name = connection.ops.quote_name(role)
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        cursor.execute(f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {name}")
        cursor.execute(f"REVOKE UPDATE, DELETE ON ALL TABLES IN SCHEMA public FROM {name}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
        cursor.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {name}")
        # After a migration backwards some are not there.
        here = set(connection.introspection.table_names(cursor))
        for sentence, tables in (
            (f"GRANT UPDATE ON {{}} TO {name}", _CHANGED),
            (f"GRANT DELETE ON {{}} TO {name}", _DELETED),
            (f"REVOKE INSERT ON {{}} FROM {name}", _ONLY_READ),
        ):
            if there := [table for table in tables if table in here]:
                cursor.execute(sentence.format(", ".join(there)))


def grant_reports_rights() -> None:
    """Let the role of the reports read counts and places, have patients counted, and nothing else. Run by the owner
    after each migration."""
    with transaction.atomic(), connection.cursor() as cursor:
        here = set(connection.introspection.table_names(cursor))
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {REPORTS_ROLE}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {REPORTS_ROLE}")
        if there := [table for table in _IN_REPORTS if table in here]:
            cursor.execute(f"GRANT SELECT ON {', '.join(there)} TO {REPORTS_ROLE}")
        cursor.execute("SELECT proname FROM pg_proc WHERE proname = ANY (%s)", [list(_COUNTS_FOR_REPORTS)])
        for (function,) in cursor.fetchall():
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {REPORTS_ROLE}")


def can_act_as(role: str) -> bool:
    """Whether there is such a role, and the connected role is a member of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s AND pg_has_role(current_user, oid, 'MEMBER'))",
            [role],
        )
        (can,) = cursor.fetchone()
    return bool(can)


def owned_tables() -> tuple[str, ...]:
    """The tables that the connected role could alter, because it owns them or may act as their owner."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND pg_has_role(current_user, relowner, 'MEMBER') ORDER BY 1"
        )
        return tuple(name for (name,) in cursor.fetchall())


def _reconnect(database: dict[str, Any]) -> None:
    disconnect()
    connection.settings_dict = database
