"""The database: every column classified, every trigger as the tables in Python say, an index for every question."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import ProgrammingError, connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registret.access.lifecycle import APPLICATION_LIFE, LINE_LIFE, SUBSTITUTION_LIFE
from registret.access.queries.applications import newest_application
from registret.access.roles import Role
from registret.accounts.lifecycle import ACCOUNT_LIFE
from registret.database.columns import DIGEST, PERSONAL, PLAIN, columns, own_models
from registret.exchange.exporting.ordering import order_once
from registret.exchange.exporting.wishes import ExportFormat, ExportWish
from registret.exchange.importing.deliveries import SentFile, deliver, mapping_for
from registret.exchange.lifecycle import EXPORT_LIFE
from registret.exchange.readers import read
from registret.kernel.life import Life
from registret.records.lifecycle import DISCLOSURE_LIFE, QUERY_LIFE, STEP_LIFE
from registret.records.queries.exports import ExportSelection
from registret.records.scope import all_providers
from registret.words.processings import PROCESSINGS
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, ERIK, Person
from tests.owner import as_owner
from tests.rooms.access.systems import connected, shown
from tests.rooms.exchange.journal_x import file_of, recent
from tests.rooms.exchange.scene import INES, brought
from tests.rooms.web.client import Browser
from tests.rooms.web.conftest import static_files
from tests.rooms.web.visitor import Visitor

ROOT = Path(__file__).parents[2]

__all__ = ["static_files"]

pytestmark = pytest.mark.django_db

TEXTS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.GenericIPAddressField,
    models.GeneratedField,
    ArrayField,
)
"""What can hold anything: whether it names a person is said on the column before it can be used."""


def one(sql: str, *values: object) -> Any:
    return rows(sql, *values)[0][0]


def rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


@pytest.fixture(scope="module")
def busy(module_db: None) -> None:
    """A country in which something has happened to everybody."""
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    visitor = Visitor(ANNA)
    visitor.log_in()
    form = {"email": ANNA.email.text, "clinic": place.infection, "role": "reporter", "sub_registries": ["pneumoni"]}
    visitor.post("/registrera", form | {"message": "hej", "secrecy": "on", "ok": "1"})
    cast.confirm_mail(ANNA, at=timezone.now())
    application = newest_application(account_id=cast.account_of(ANNA).id)
    assert application is not None
    last_day = (now + timedelta(days=90)).date().isoformat()
    attested = Browser.of(BERTIL).post(
        f"/attestera/{application.id}", {"role": "reporter", "sub_registries": ["pneumoni"], "last_day": last_day}
    )
    assert attested.status_code == 303
    visitor.log_in()
    cast.appoint_by_program(INES, Role.IMPORTER, clinic_id=place.infection, at=now - timedelta(days=1))
    assert brought(cast.actor(INES, at=now), recent(now), at=now).is_saved
    system, sent = shown(connected(at=now).assertion(now), now), file_of(recent(now))
    saved, mapping = mapping_for(system, "pneumoni")
    file = SentFile(saved=saved, mapping=mapping, content=sent, table=read(sent), only_tried=True, key="k" * 16)
    deliver(system, file, at=now)
    exporting = shown(connected(role=Role.EXPORT_SYSTEM, at=now).assertion(now), now)
    selection = ExportSelection(sub_registry="pneumoni", first_day=now.date(), last_day=now.date())
    wish = ExportWish(selection=selection, format=ExportFormat.CSV, reason="Uppföljning")
    order_once(actor=exporting.actor, wish=wish, key="k" * 16, at=now)


# --- columns ---------------------------------------------------------------------------------------


def test_every_column_that_can_hold_anything_says_what_it_holds() -> None:
    fields = [(model._meta.label, field) for model in own_models() for field in model._meta.concrete_fields]
    assert {field.db_comment for _, field in fields} == {PERSONAL, DIGEST, PLAIN, None}
    silent = [(label, field.column) for label, field in fields if field.db_comment is None and holds_anything(field)]
    assert silent == [], "db_comment= PERSONAL, DIGEST or PLAIN (registret.database.columns)"


def holds_anything(field: models.Field[Any, Any]) -> bool:
    return isinstance(field, TEXTS) and not field.choices


def test_the_database_itself_tells_which_columns_name_a_person() -> None:
    told = rows(
        "SELECT a.attrelid::regclass::text, a.attname FROM pg_attribute a"
        " WHERE col_description(a.attrelid, a.attnum) = %s",
        PERSONAL,
    )
    assert set(told) >= {(model._meta.db_table, field.column) for model, field in columns(PERSONAL)}


def test_what_stands_in_for_a_secret_is_a_digest_of_32_bytes(busy: None) -> None:
    digests = list(columns(DIGEST))
    assert len(digests) >= 5
    for model, field in digests:
        assert isinstance(field, models.BinaryField)
        assert field.max_length == 32
        with all_providers():
            sizes = rows(f"SELECT DISTINCT octet_length({field.column}) FROM {model._meta.db_table}")  # noqa: S608
        assert {size for (size,) in sizes if size is not None} == {32}, field


def test_bytes_are_digests_the_nonce_a_list_of_a_ca_or_leaves_of_seals_and_nothing_else() -> None:
    found = {f.column for m in own_models() for f in m._meta.concrete_fields if isinstance(f, models.BinaryField)}
    assert found - {field.column for _, field in columns(DIGEST)} == {"nonce", "content", "leaves"}


def test_people_are_named_in_columns_that_say_so_and_in_no_other(busy: None) -> None:
    people = (ANNA, BERTIL, DORIS)
    words = [w.lower() for p in people for w in (p.card.surname, p.hsa_id, p.email.text)]
    for kind in (PLAIN, DIGEST):
        for model, field in columns(kind):
            table, column = model._meta.db_table, connection.ops.quote_name(field.column)
            texts = rows(f"SELECT lower({column}::text) FROM {table} WHERE {column} IS NOT NULL")  # noqa: S608
            named = [word for (text,) in texts for word in words if re.search(rf"\b{re.escape(word)}\b", text)]
            assert named == [], f"{model._meta.label}.{field.column}"
    everywhere = " ".join(
        str(one(f"SELECT lower(string_agg({field.column}::text, ' ')) FROM {model._meta.db_table}"))  # noqa: S608
        for model, field in columns(PERSONAL)
    )
    assert [word for word in words if word not in everywhere] == [], "what is looked for would be found"


def test_no_personal_number_is_anywhere(busy: None) -> None:
    for model in own_models():
        for (row,) in rows(f"SELECT r::text FROM {model._meta.db_table} r"):  # noqa: S608
            assert not re.search(r"\b(18|19|20)\d{6}[-+]?\d{4}\b", row), model._meta.label


def test_every_table_that_names_a_person_belongs_to_a_processing_and_no_other_does() -> None:
    named = {model: model._meta.db_table_comment for model, _ in columns(PERSONAL)}
    known = {one.code for one in PROCESSINGS}
    assert [model for model, code in named.items() if code not in known] == [], "db_table_comment = its processing"
    assert [model for model in own_models() if model._meta.db_table_comment and model not in named] == []
    assert known == set(named.values())


def test_a_migration_says_values_and_names_no_enum_of_the_program() -> None:
    """A member that is renamed later would break it."""
    files = list((ROOT / "registret").glob("*/migrations/*.py"))
    named = {file.parent.parent.name for file in files if re.search(r"registret(\.\w+)+\[", file.read_text("utf-8"))}
    assert (len(files) > 10, named) == (True, set())


# --- triggers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "life"),
    [
        ("accounts_account_life", ACCOUNT_LIFE),
        ("access_application_life", APPLICATION_LIFE),
        ("records_step_life", STEP_LIFE),
        ("exchange_export_life", EXPORT_LIFE),
        ("records_disclosure_life", DISCLOSURE_LIFE),
        ("records_dataquery_life", QUERY_LIFE),
        ("access_recertificationline_life", LINE_LIFE),
        ("access_substitution_life", SUBSTITUTION_LIFE),
    ],
)
def test_the_trigger_of_a_life_lets_through_the_pairs_of_its_table(function: str, life: Life[Any]) -> None:
    source = one("SELECT pg_get_functiondef(%s::regproc)", function)
    assert set(re.findall(r"\('(\w+)', '(\w+)'\)", source)) == life.pairs()


TRIGGERS = {
    ("access_application", "access_application_kept"),
    ("access_claim", "access_claim_kept"),
    ("access_grant", "access_grant_kept"),
    ("accounts_account", "accounts_account_kept"),
    ("access_application", "access_application_life"),
    ("access_grant", "access_grant_apart"),
    ("access_grant", "access_grant_of_system"),
    ("access_grant", "access_grant_reach"),
    ("records_takenback", "records_takenback_keep"),
    ("access_grant", "access_grant_life"),
    ("access_participation", "access_participation_append_only"),
    ("access_recertification", "access_recertification_guard"),
    ("access_recertificationline", "access_recertificationline_guard"),
    ("access_recertificationline", "access_recertificationline_life"),
    ("access_substitution", "access_substitution_life"),
    ("accounts_account", "accounts_account_guard"),
    ("accounts_account", "accounts_account_life"),
    ("exchange_export", "exchange_export_life"),
    ("exchange_importrun", "exchange_importrun_append_only"),
    ("exchange_importrun", "exchange_importrun_never_truncated"),
    ("exchange_mappingversion", "exchange_mappingversion_append_only"),
    ("exchange_mappingversion", "exchange_mappingversion_never_truncated"),
    ("ledger_entry", "ledger_entry_append_only"),
    ("ledger_entry", "ledger_entry_never_truncated"),
    ("ledger_seal", "ledger_seal_append_only"),
    ("ledger_seal", "ledger_seal_never_truncated"),
    ("oversight_incident", "oversight_incident_append_only"),
    ("oversight_incident", "oversight_incident_never_truncated"),
    ("oversight_incidentrevision", "oversight_incidentrevision_append_only"),
    ("oversight_incidentrevision", "oversight_incidentrevision_never_truncated"),
    ("oversight_review", "oversight_review_guard"),
    ("oversight_review", "oversight_reviewer_guard"),
    ("oversight_reviewedentry", "oversight_entry_guard"),
    ("records_dataquery", "records_dataquery_guard"),
    ("records_dataquery", "records_dataquery_life"),
    ("records_deletiontally", "records_deletiontally_keep"),
    ("records_disclosure", "records_disclosure_guard"),
    ("records_disclosure", "records_disclosure_life"),
    ("records_disclosurefetch", "records_disclosurefetch_append_only"),
    ("records_episode", "records_episode_keep"),
    ("records_formversion", "records_formversion_keep"),
    ("records_historyimport", "records_historyimport_append_only"),
    ("records_retentiondecision", "records_retentiondecision_decided"),
    ("records_merge", "records_merge_keep"),
    ("records_optout", "records_optout_keep"),
    ("records_optout", "records_optout_kept_files"),
    ("records_proposal", "records_proposal_guard"),
    ("records_revision", "records_revision_keep"),
    ("records_step", "records_step_guard"),
    ("records_step", "records_step_keep"),
    ("records_step", "records_step_life"),
    ("records_episode", "records_episode_reports"),
    ("records_leaving", "records_leaving_reports"),
    ("records_leaving", "records_leaving_reports_back"),
    ("records_patient", "records_patient_reports"),
    ("records_step", "records_step_reports"),
    ("records_step", "records_step_reports_new"),
    ("reports_coveragecount", "reports_coveragecount_kept"),
    ("reports_coveragefile", "reports_coveragefile_kept"),
    ("reports_edition", "reports_edition_told"),
    ("reports_editioncell", "reports_editioncell_told"),
    ("reports_fact", "reports_fact_counted"),
    ("reports_fact", "reports_fact_discounted"),
    ("reports_fact", "reports_fact_never_changed"),
    ("reports_remark", "reports_remark_never_changed"),
    ("reports_outliercase", "reports_outliercase_guard"),
    ("reports_outliercase", "reports_outliercase_life"),
    ("reports_outlierstep", "reports_outlierstep_guard"),
    ("reports_publication", "reports_publication_append_only"),
    ("reports_publication", "reports_publication_never_truncated"),
    ("time_limits_decision", "time_limits_decision_append_only"),
    ("time_limits_decision", "time_limits_decision_never_truncated"),
}


def test_the_triggers_are_those_of_the_migrations_and_switched_on() -> None:
    found = rows("SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal")
    partitions = {table for (table,) in rows("SELECT inhrelid::regclass::text FROM pg_inherits")}
    assert {(table, name) for table, name, _ in found if table not in partitions} == TRIGGERS
    # Each month of the log is guarded like the whole.
    months = {t for (t,) in rows("SELECT relid::regclass::text FROM pg_partition_tree('ledger_entry') WHERE isleaf")}
    of_the_log = {name for table, name in TRIGGERS if table == "ledger_entry"}
    assert {(table, name) for table, name, _ in found if table in partitions} == {
        (month, name) for month in months for name in of_the_log
    }
    assert {enabled for *_, enabled in found} == {"O"}


@pytest.mark.parametrize(
    "table", ["ledger_entry", "time_limits_decision", "oversight_incidentrevision", "oversight_incident CASCADE"]
)
def test_what_is_append_only_is_not_emptied_at_one_stroke_either(table: str) -> None:
    with pytest.raises(ProgrammingError, match="TRUNCATE is refused"), as_owner():
        rows(f"TRUNCATE {table}")


@pytest.mark.parametrize("act", ["UPDATE ledger_entry SET id = id", "DELETE FROM ledger_entry"])
def test_an_entry_of_the_log_is_neither_changed_nor_deleted(act: str, busy: None) -> None:
    before = one("SELECT count(*) FROM ledger_entry")
    with pytest.raises(ProgrammingError, match="append-only"), as_owner():
        rows(act)
    assert one("SELECT count(*) FROM ledger_entry") == before > 0


# --- indexes ---------------------------------------------------------------------------------------


def test_every_foreign_key_has_an_index_that_begins_with_it() -> None:
    """Without one, deleting or locking what it points at reads the whole table."""
    lost = rows(
        """
        SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND NOT EXISTS (
            SELECT 1 FROM pg_index i
            WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1] AND i.indpred IS NULL
        )
        """
    )
    assert lost == []


# These have a few dozen or a few hundred rows, and are read whole.
# Substitutes are few, and asked for by EXISTS: whether they are looked up one by one or hashed once is PostgreSQL's
# choice by what it knows of both tables, and differs from run to run.
SMALL = re.compile(r"^(places_|django_|settings_|access_substitution$)")
# What somebody reads or does, and as whom.
PAGES: dict[Person, list[str]] = {
    ANNA: ["/start", "/min-logg", "/arbetar-som", "/konto", "/konto/ansok", "/konto/e-post", "/konto/sessioner"],
    BERTIL: [
        "/start",
        "/personer",
        "/personer/vikarie",
        "/personer/vantetid",
        "/attestera",
        "/attestera?efter=1",
        "/attestera?ej=1",
        "/min-logg?fore=99",
        "/genomgang?alla=1",
    ],
    DORIS: [
        "/start",
        "/attestera",
        "/kansliet",
        "/kansliet?q=norrvik",
        "/kansliet?visa=utan",
        "/kansliet/utse",
        "/genomgang",
        "/kansliet/brev",
        "/kansliet/uppdrag",
        "/kansliet/tackningsgrad",
        "/kansliet/tackningsgrad.csv",
        "/kansliet/vantetider",
        "/kansliet/incidenter",
        "/kansliet/incidenter?fore=99",
        "/support?q=berg",
        "/support?q=anna+b",
        f"/support?q={ANNA.hsa_id}",
        "/support?q=anna.berg@",
    ],
    ERIK: [
        "/start",
        "/loggen",
        "/loggen?fore=99",
        f"/loggen?hsa_id={ANNA.hsa_id}",
        "/loggen?event=login.done",
        "/loggen?reference=K7F-9Q4M",
        "/loggen?since=2026-01-01&until=2026-12-31",
        "/loggen/granskningar",
        "/loggen/granskningar/stickprov",
    ],
}


def plans(act: Callable[[], object]) -> Iterator[tuple[str, str]]:
    """(query, plan) of every reading of `act`, made as if no table could be read whole."""
    with CaptureQueriesContext(connection) as captured:
        act()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for query in captured.captured_queries:
            sql = query["sql"]
            if sql.startswith(("SELECT", "UPDATE")):
                cursor.execute("EXPLAIN " + sql.replace("%", "%%"))
                yield sql, "\n".join(line for (line,) in cursor.fetchall())


def read_whole(act: Callable[[], object]) -> dict[str, str]:
    """Tables that a query reads whole because no index serves it: (table, query)."""
    found = {}
    for sql, plan in plans(act):
        for table in re.findall(r"Seq Scan on (\w+)", plan):
            if not SMALL.match(table):
                found[table] = sql
    return found


@pytest.mark.parametrize("who", PAGES, ids=lambda who: str(who.card.given_name))
def test_every_page_at_work_is_served_by_indexes(busy: None, who: Person) -> None:
    browser = Browser.at_the_log(who) if who is ERIK else Browser.of(who)
    for address in PAGES[who]:
        assert browser.get(address).status_code == 200, address
        assert read_whole(lambda a=address: browser.get(a)) == {}, address  # type: ignore[misc]


def test_logging_in_registering_and_confirming_are_served_by_indexes(busy: None) -> None:
    visitor = Visitor(BERTIL)
    assert read_whole(visitor.log_in) == {}
    newcomer = Browser.of(cast.person("Disa", "Falk", "SE2321009991-E00F4K1"))
    place = cast.clinic_id(cast.INFECTION)
    form = {"email": "disa.falk@regionnorrvik.se", "clinic": place, "role": "reporter", "sub_registries": ["pneumoni"]}
    sent = form | {"secrecy": "on", "ok": "1"}
    assert read_whole(lambda: newcomer.post("/registrera", sent)) == {}
    assert read_whole(lambda: newcomer.get("/ansokan")) == {}
    assert read_whole(lambda: newcomer.post("/ansokan/kod", {"code": "AAAAAA"})) == {}
    assert read_whole(lambda: newcomer.post("/ansokan/skicka-igen")) == {}
    assert read_whole(lambda: newcomer.post("/logga-ut")) == {}
