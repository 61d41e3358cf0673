"""The database: every column classified, every trigger as the tables in Python say, an index for every question."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registret.access.lifecycle import APPLICATION_LIFE, LINE_LIFE, SUBSTITUTION_LIFE
from registret.access.queries.applications import newest_application
from registret.accounts.lifecycle import ACCOUNT_LIFE
from registret.kernel.life import Life
from registret.records.lifecycle import DISCLOSURE_LIFE, STEP_LIFE
from registret.words.processings import PROCESSINGS
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, ERIK, Person
from tests.owner import as_owner
from tests.rooms.web.client import Browser
from tests.rooms.web.conftest import static_files
from tests.rooms.web.visitor import Visitor

__all__ = ["static_files"]

pytestmark = pytest.mark.django_db

# Every column of every table. PERSONAL names a person or tells about one; DIGEST stands in for a secret, which is not
# here; PLAIN is neither. Keys and counts of rows are plain. A new column is classified before it can be used.
PERSONAL, DIGEST, PLAIN = "personal", "digest", "plain"
COLUMNS: dict[str, dict[str, str]] = {
    "ledger.Entry": {
        PERSONAL: "by_hsa_id by_name network about_hsa_id facts",
        PLAIN: "id at event outcome by_account_id by_role by_clinic_id by_program about_account_id about_patient_id"
        " shown_patient_ids clinic_id reference",
    },
    # Hashes of entries, and what signs them: nothing in it is secret, and nobody is named.
    "ledger.Seal": {PLAIN: "number form previous after last sealed_at parts culled hash key signature leaves"},
    "rate_limits.Count": {DIGEST: "key", PLAIN: "id window_start taken"},
    "mail.Letter": {
        PERSONAL: "to_address context last_error",
        PLAIN: "id kind language confirmation_id confirmation_version about_account_id message_id created_at not_before"
        " urgent attempts attempted_at lease_until server_trouble address_refused sent_at given_up_at superseded_at",
    },
    "time_limits.Decision": {PERSONAL: "by_name reason", PLAIN: "id code number at by_account_id"},
    "revocation.KeptCrl": {PLAIN: "id anchor content digest number this_update next_update entries kept_at"},
    "revocation.Upkeep": {
        PLAIN: "id anchor due_at lease_until tries failures tried_at succeeded_at fault told",
    },
    # A serial says whose card it is to the person who has seen the card.
    "revocation.KeptAnswer": {PERSONAL: "serial state", PLAIN: "id anchor this_update until asked_at"},
    "places.Region": {PLAIN: "id code name"},
    "places.CareProvider": {PLAIN: "id region_id name organisation_number mail_domains"},
    "places.Clinic": {
        PERSONAL: "contact_name contact_mail contact_phone",
        PLAIN: "id care_provider_id code name hospital closed_at",
    },
    "accounts.Account": {
        PERSONAL: "hsa_id hsa_id_key given_name surname surname_key given_name_key organisation email state_reason"
        " logged_in_at unused_since card_issuer",
        PLAIN: "id language state state_authority state_clinic_id created_at confirmed_at ended_at erased_at"
        " hsa_id_erased_at card_environment",
    },
    "accounts.Confirmation": {
        PERSONAL: "email replaces",
        PLAIN: "id account_id version created_at sent_at expires_at wrong_codes confirmed_at replaced_at objected_at",
    },
    "accounts.LoginAttempt": {
        # A page that is wanted may be a patient's.
        PERSONAL: "outcome back_to",
        DIGEST: "label_digest browser_digest code_digest",
        # The nonce is worth nothing without LINK_KEY, which is not in the database.
        PLAIN: "id purpose way nonce confirmation_id confirmation_version begun_at expires_at answered_at reference"
        " code_expires_at redeemed_at",
    },
    "accounts.Session": {
        PERSONAL: "hsa_id hsa_id_key card network",
        DIGEST: "key_digest",
        PLAIN: "id attempt_id grant_id began_at seen_at ends_at locked_at ended_at end_reason",
    },
    "access.Application": {
        PERSONAL: "message reason",
        PLAIN: "id account_id clinic_id role sub_registries state applied_at reminded_at escalated_at taken_at"
        " taken_by_id decided_at decided_by_id recommended_by_id recommended_at recommended_role"
        " recommended_sub_registries recommended_until",
    },
    "access.Note": {PERSONAL: "text", PLAIN: "id application_id kind at by_id"},
    "access.Substitution": {
        PERSONAL: "reason",
        PLAIN: "id account_id clinic_id begins_at ends_at state proposed_at proposed_by_id decided_at decided_by_id",
    },
    "access.Nomination": {
        PERSONAL: "hsa_id given_name surname email",
        PLAIN: "id role clinic_id proposed_at proposed_by_id confirmed_at confirmed_by_id",
    },
    "access.Notice": {PLAIN: "id kind subject occasion at"},
    "access.Claim": {
        PERSONAL: "email",
        PLAIN: "id account_id old_account_id version sent_at expires_at wrong_codes proven_at settled_at",
    },
    "access.Grant": {
        PERSONAL: "decided_by_names revoke_reason",
        PLAIN: "id account_id role clinic_id sub_registries application_id source begins_at ends_at granted_by_id"
        " proposed_by_id revoked_at revoked_by_id",
    },
    # Who a patient is, and everything that was answered.
    "records.Patient": {
        PERSONAL: "birth_date sex given_name surname surname_key is_protected register_protects died_on",
        PLAIN: "id system_id looked_up_at created_at",
    },
    "records.Number": {PERSONAL: "text kind", PLAIN: "id patient_id since until"},
    "records.Merge": {PERSONAL: "by_name reason", PLAIN: "id patient_id gone gone_id at by_account_id"},
    "records.ReasonGiven": {PLAIN: "id session_id patient_id at"},
    "records.DeletionTally": {PLAIN: "id clinic_id sub_registry why episodes at"},
    "records.RetentionDecision": {
        PERSONAL: "by_name reason",
        PLAIN: "id sub_registry what before until episodes at by_account_id done_at",
    },
    "records.Disclosure": {
        PERSONAL: "project recipient_name recipient_organisation dates_reason reason prepared_by_name decided_by_name"
        " ended_by_name",
        # The name of a key tells it from others; the key is not in the database.
        PLAIN: "id approval sub_registry first_day last_day parts full_dates clinics state prepared_at"
        " prepared_by_id decided_at decided_by_id patients episodes forms key fetch_until ended_at ended_by_id",
    },
    "records.DisclosureFetch": {
        PERSONAL: "by_name",
        PLAIN: "id disclosure_id what patients who digest at by_account_id",
    },
    "records.FormVersion": {PLAIN: "id sub_registry version digest used_at"},
    "records.Episode": {
        PERSONAL: "began_at created_by_name",
        PLAIN: "id system_id patient_id sub_registry version care_provider_id clinic_id created_at created_by_id",
    },
    "records.Step": {
        PERSONAL: "answers saved_by_name signed_by_name says_dead died_on",
        PLAIN: "id episode_id care_provider_id clinic_id code state version flags lacking due_from due_to next_since"
        " saved_at saved_by_id signed_at signed_by_id research_gone_at closed_at closed_why is_moved",
    },
    "records.Revision": {
        PERSONAL: "changes reason by_hsa_id by_name",
        PLAIN: "id step_id care_provider_id number kind at by_account_id by_role by_clinic_id",
    },
    # The mark says whose number it is to the person who has OPT_OUT_KEY, which is not in the database.
    "records.Leaving": {PERSONAL: "case_number by_name", PLAIN: "id patient_id at due_at by_account_id"},
    "records.TakenBack": {PERSONAL: "mark case_number by_name", PLAIN: "id key at by_account_id"},
    "records.OptOut": {
        PERSONAL: "mark case_number by_name",
        PLAIN: "id key episodes at by_account_id",
    },
    "access.Participation": {PERSONAL: "reason by_name", PLAIN: "id clinic_id sub_registry takes_part at by_id"},
    "access.Recertification": {PERSONAL: "reason", PLAIN: "id clinic_id opened_at due_at opened_by_id closed_at"},
    "access.RecertificationLine": {PLAIN: "id recertification_id grant_id account_id state settled_at answered_by_id"},
    "oversight.Review": {
        PERSONAL: "reason conclusion",
        PLAIN: "id kind clinic_id about_id about_patient_id since until population drawn_at drawn_by_id reviewer_id "
        "closed_at outcome",
    },
    "oversight.Incident": {PLAIN: "id at"},
    "oversight.IncidentRevision": {
        PERSONAL: "happened consequences measures authority_why persons_why by_name",
        PLAIN: "id incident_id number began_at ended_at discovered_at people data_kinds authority authority_at persons"
        " persons_at is_open at by_id",
    },
    # What an indicator comes to for one patient, and how many came to what.
    "reports.Fact": {
        PERSONAL: "month outcome value strata",
        PLAIN: "id episode_id sub_registry indicator version care_provider_id clinic_id",
    },
    "reports.Cell": {
        PLAIN: "id sub_registry indicator version clinic_id month stratum value reached not_reached valued missing"
        " unplaced",
    },
    "reports.Edition": {PLAIN: "id number made_at rules"},
    "reports.EditionCell": {
        PLAIN: "id edition_id sub_registry indicator version region_id stratum first last reached not_reached valued"
        " missing value low high",
    },
    "reports.StaleEpisode": {PLAIN: "episode_id since"},
    "oversight.ReviewedEntry": {PERSONAL: "note", PLAIN: "id review_id entry_id by_account_id verdict"},
}


def own_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if m.__module__.startswith("registret.")]


def columns(kind: str) -> Iterator[tuple[type[models.Model], models.Field[Any, Any]]]:
    for model in own_models():
        names = COLUMNS[model._meta.label].get(kind, "").split()
        yield from ((model, field) for field in model._meta.concrete_fields if field.column in names)


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


# --- columns ---------------------------------------------------------------------------------------


def test_every_column_is_classified_once() -> None:
    assert {model._meta.label for model in own_models()} == set(COLUMNS)
    for model in own_models():
        named = " ".join(COLUMNS[model._meta.label].values()).split()
        assert sorted(named) == sorted(f.column for f in model._meta.concrete_fields), model._meta.label


def test_what_stands_in_for_a_secret_is_a_digest_of_32_bytes(busy: None) -> None:
    digests = list(columns(DIGEST))
    assert len(digests) >= 5
    for model, field in digests:
        assert isinstance(field, models.BinaryField)
        assert field.max_length == 32
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


def test_every_column_that_names_a_person_belongs_to_a_processing_and_no_processing_tells_of_another() -> None:
    told = {(table, column) for one in PROCESSINGS for table, names in one.columns.items() for column in names.split()}
    named = {(model._meta.label, field.column) for model, field in columns(PERSONAL)}
    assert named - told == set(), "a processing of registret.words.processings is to name it"
    assert told - named == set()


# --- triggers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "life"),
    [
        ("accounts_account_life", ACCOUNT_LIFE),
        ("access_application_life", APPLICATION_LIFE),
        ("records_step_life", STEP_LIFE),
        ("records_disclosure_life", DISCLOSURE_LIFE),
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
    ("records_deletiontally", "records_deletiontally_keep"),
    ("records_disclosure", "records_disclosure_guard"),
    ("records_disclosure", "records_disclosure_life"),
    ("records_disclosurefetch", "records_disclosurefetch_append_only"),
    ("records_episode", "records_episode_keep"),
    ("records_formversion", "records_formversion_keep"),
    ("records_retentiondecision", "records_retentiondecision_decided"),
    ("records_merge", "records_merge_keep"),
    ("records_optout", "records_optout_keep"),
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
    ("reports_edition", "reports_edition_told"),
    ("reports_editioncell", "reports_editioncell_told"),
    ("reports_fact", "reports_fact_counted"),
    ("reports_fact", "reports_fact_discounted"),
    ("reports_fact", "reports_fact_never_changed"),
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
SMALL = re.compile(r"^(places_|django_|settings_)")
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
