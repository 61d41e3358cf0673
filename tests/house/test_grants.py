"""What the role that serves may do with each table: no more than the program does."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

FORGOTTEN: Final = "select insert update delete"
CHANGED: Final = "select insert update"
TAKEN_AWAY: Final = "select insert delete"
ADDED: Final = "select insert"
READ: Final = "select"

MAY: Final = {
    "access_application": FORGOTTEN,
    "access_claim": FORGOTTEN,
    "access_grant": FORGOTTEN,
    "access_nomination": FORGOTTEN,
    "access_note": TAKEN_AWAY,
    "access_notice": FORGOTTEN,
    "access_participation": ADDED,
    "access_recertification": CHANGED,
    "access_recertificationline": FORGOTTEN,
    "access_substitution": FORGOTTEN,
    "access_systemkey": CHANGED,
    "access_usedassertion": TAKEN_AWAY,
    "accounts_account": CHANGED,
    "accounts_confirmation": FORGOTTEN,
    "accounts_loginattempt": FORGOTTEN,
    "accounts_session": FORGOTTEN,
    "django_content_type": READ,
    "django_migrations": READ,
    "exchange_delivery": TAKEN_AWAY,
    "exchange_export": CHANGED,
    "exchange_importbatch": FORGOTTEN,
    "exchange_importjob": CHANGED,
    "exchange_importrun": ADDED,
    "exchange_keptfile": CHANGED,
    "exchange_keptpart": FORGOTTEN,
    "exchange_mappingversion": ADDED,
    "exchange_origin": FORGOTTEN,
    "heartbeats_heartbeat": FORGOTTEN,
    "ledger_entry": ADDED,
    "ledger_seal": ADDED,
    "rate_limits_count": FORGOTTEN,
    "mail_letter": FORGOTTEN,
    "oversight_incident": ADDED,
    "oversight_incidentrevision": ADDED,
    "oversight_review": CHANGED,
    "oversight_reviewedentry": CHANGED,
    "places_careprovider": CHANGED,
    "places_clinic": CHANGED,
    "places_region": CHANGED,
    "records_dataquery": FORGOTTEN,
    "records_deletiontally": ADDED,
    "records_disclosure": CHANGED,
    "records_disclosurefetch": ADDED,
    "records_episode": FORGOTTEN,
    "records_formversion": ADDED,
    "records_historyimport": ADDED,
    "records_retentiondecision": CHANGED,
    "records_leaving": TAKEN_AWAY,
    "records_merge": TAKEN_AWAY,
    "records_number": FORGOTTEN,
    "records_optout": TAKEN_AWAY,
    "records_patient": FORGOTTEN,
    "records_proposal": FORGOTTEN,
    "records_reasongiven": FORGOTTEN,
    "records_revision": FORGOTTEN,
    "records_step": FORGOTTEN,
    "records_takenback": ADDED,
    "reports_cell": FORGOTTEN,
    "reports_coveragecount": ADDED,
    "reports_coveragefile": ADDED,
    "reports_edition": ADDED,
    "reports_editioncell": ADDED,
    "reports_fact": TAKEN_AWAY,
    "reports_notincluded": CHANGED,
    "reports_outliercase": CHANGED,
    "reports_outlierstep": ADDED,
    "reports_publication": ADDED,
    "reports_remark": TAKEN_AWAY,
    "reports_staleepisode": FORGOTTEN,
    "revocation_keptanswer": FORGOTTEN,
    "revocation_keptcrl": CHANGED,
    "revocation_upkeep": CHANGED,
    "time_limits_decision": ADDED,
}

PRIVILEGES: Final = ("select", "insert", "update", "delete", "truncate", "references", "trigger")


def allowed(function: str, privileges: Collection[str]) -> dict[str, str]:
    """By table, which of the privileges the role that serves has, as this function of PostgreSQL says."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        )
        tables = cursor.fetchall()
        found: dict[str, str] = {}
        for oid, name in tables:
            cursor.execute("SELECT " + ", ".join(f"{function}({oid}::oid, '{p}')" for p in privileges))
            found[name] = " ".join(p for p, may in zip(privileges, cursor.fetchone(), strict=True) if may)
    return found


def test_the_role_that_serves_may_do_with_each_table_what_the_program_does_and_no_more() -> None:
    may = allowed("has_table_privilege", PRIVILEGES)
    months = {table: may.pop(table) for table in list(may) if table.startswith("ledger_entry_")}
    assert may == MAY
    assert set(months.values()) <= {"", READ, ADDED}


def test_no_column_alone_may_be_changed_where_the_table_may_not() -> None:
    may = allowed("has_any_column_privilege", ("insert", "update", "references"))
    wider = {table for table, found in may.items() if not set(found.split()) <= set(MAY.get(table, ADDED).split())}
    assert wider == set()
