"""A clinic takes its own episodes out: made by a worker, fetched once, never with those who have opted out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date, datetime
from zipfile import ZipFile

import pytest

from registret.access.actor import Actor
from registret.access.refusals import CardTooOld, NotFound, NotPermitted
from registret.access.roles import Role
from registret.exchange.exporting.fetching import fetch
from registret.exchange.exporting.making import ATTEMPTS, KEPT_FOR, SILENT_FOR, end_due, make_next
from registret.exchange.exporting.ordering import cancel, order
from registret.exchange.exporting.orders import ExportRow, newest_exports
from registret.exchange.exporting.wishes import ExportFormat, ExportWish, RowFor, ShownAs
from registret.exchange.lifecycle import ExportEnd, ExportState
from registret.exchange.mappings.applying import apply, column_faults
from registret.exchange.mappings.reading import read_mapping
from registret.exchange.models import Export, KeptPart
from registret.exchange.readers import read
from registret.exchange.refusals import FileGone
from registret.kernel.life import NotPossible
from registret.records.models import Patient
from registret.records.queries.exports import ExportSelection, are_all_there
from registret.records.scope import all_providers, provider_scope
from registret.registries.queries import catalogue
from tests import cast
from tests.rooms.exchange.scene import EVA, INES
from tests.rooms.records.scene import (
    DAY,
    MINUTE,
    NOW,
    SAMORDNAD,
    TOLVAN,
    Ward,
    begun,
    case,
    handler,
    leave,
    log,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def eva(here: Ward) -> Actor:
    cast.appoint_by_program(EVA, Role.EXPORTER, clinic_id=here.place.infection, at=NOW - 20 * DAY)
    return cast.actor(EVA, at=NOW)


@pytest.fixture
def two(here: Ward) -> list[str]:
    """Episodes of two patients."""
    return [begun(here.anna), begun(here.anna, patient=SAMORDNAD)]


def wish(**different: object) -> ExportWish:
    selection = ExportSelection(sub_registry="pneumoni", first_day=date(2026, 1, 1), last_day=date(2026, 12, 31))
    told = {"selection": selection, "format": ExportFormat.CSV, "reason": "Lokal uppföljning"}
    return ExportWish(**told | different)  # type: ignore[arg-type]


def ordered(actor: Actor, **different: object) -> int:
    return order(actor=actor, wish=wish(**different), at=NOW)


def made(at: datetime = NOW, meanwhile: Callable[[], object] = lambda: None, *, times: int = 1) -> None:
    """A worker makes what waits. `meanwhile`: happens once, when the first page was read."""
    asked: list[datetime] = []

    def clock() -> datetime:
        asked.append(at)
        # The beginning, the claim, the start, the first page; then comes the second.
        if len(asked) == 5:
            meanwhile()
        return at

    for _ in range(times):
        make_next(clock=clock)


def unpacked(actor: Actor, export: int, at: datetime = NOW) -> dict[str, str]:
    with fetch(actor=actor, export=export, at=at) as file, ZipFile(file) as archive:
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


def rows_in(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def shown(actor: Actor, at: datetime = NOW) -> ExportRow:
    return newest_exports(actor, at=at)[0]


def test_what_was_ordered_is_made_by_a_worker_and_fetched_once(here: Ward, eva: Actor, two: list[str]) -> None:
    export = ordered(eva)
    assert (shown(eva).state, shown(eva).total) == (ExportState.ORDERED, None)
    made()
    row = shown(eva)
    assert (row.state, row.done, row.total, row.patients) == (ExportState.READY, 2, 2, 2)
    files = unpacked(eva, export)
    assert list(files) == ["pneumoni.csv", "codebook.csv", "filbeskrivning.toml", "about.json"]
    rows = rows_in(files["pneumoni.csv"])
    assert {row["episode_id"] for row in rows} == set(two)
    assert {row["number"] for row in rows} == {TOLVAN, SAMORDNAD}
    assert {(row["acquired"], row["inclusion.state"], row["inclusion.signed_by"]) for row in rows} == {
        ("community", "signed", here.anna.name)
    }
    assert json.loads(files["about.json"])["reason"] == "Lokal uppföljning"
    (entry,) = log("export.fetched")
    assert (len(entry.shown_patient_ids or ()), entry.facts["reason"]) == (2, "Lokal uppföljning")
    with pytest.raises(NotPossible):
        fetch(actor=eva, export=export, at=NOW)
    assert not KeptPart.objects.exists()


@pytest.mark.parametrize("kind", [ExportFormat.XLSX, ExportFormat.JSON, ExportFormat.FHIR, ExportFormat.ODM])
def test_every_format_is_made(eva: Actor, two: list[str], kind: ExportFormat) -> None:
    export = ordered(eva, format=kind, shown_as=ShownAs.LABELS, row_for=RowFor.STEP)
    made()
    with fetch(actor=eva, export=export, at=NOW) as file, ZipFile(file) as archive:
        data, *_ = archive.infolist()
        assert data.file_size > 1000
        if kind is ExportFormat.FHIR:
            told = [json.loads(line) for line in archive.read(data).splitlines()]
            assert {one["id"] for one in told} == set(two)
            observed = [json.loads(line) for line in archive.read("observations.ndjson").splitlines()]
            of = {source["reference"] for one in observed for source in one["derivedFrom"]}
            assert of == {f"QuestionnaireResponse/{episode}" for episode in two}


def test_a_file_in_odm_comes_with_the_description_by_which_it_is_read(eva: Actor, two: list[str]) -> None:
    export = ordered(eva, format=ExportFormat.ODM)
    made()
    files = unpacked(eva, export)
    assert list(files) == ["pneumoni.xml", "codebook.csv", "filbeskrivning.toml", "about.json"]
    table = read(files["pneumoni.xml"].encode())
    mapping = read_mapping(files["filbeskrivning.toml"], catalogue().forms)
    assert column_faults(mapping, table) == ()
    assert {row.source_id: row.number for row in (apply(mapping, row) for row in table.rows)} == dict(
        zip(two, (TOLVAN, SAMORDNAD), strict=True)
    )


def test_a_file_has_the_own_clinics_episodes_and_no_others(here: Ward, eva: Actor, two: list[str]) -> None:
    begun(here.cecilia, patient=TOLVAN, arrived_at=["2026-10-01T08:15"])
    begun(here.anna, arrived_at=["2025-10-01T08:15"])
    export = ordered(eva)
    made()
    assert {row["episode_id"] for row in rows_in(unpacked(eva, export)["pneumoni.csv"])} == set(two)


def test_who_has_opted_out_is_in_no_file_and_a_file_with_them_is_destroyed(eva: Actor, two: list[str]) -> None:
    before, after = ordered(eva), ordered(eva)
    made()
    leave(actor=handler(), case=case(), at=NOW)
    with pytest.raises(FileGone):
        fetch(actor=eva, export=before, at=NOW)
    made()
    (row,) = rows_in(unpacked(eva, after)["pneumoni.csv"])
    assert row["number"] == SAMORDNAD
    assert [one.facts["why"] for one in log("export.ended")] == ["patient_gone"]


def test_who_opts_out_while_the_file_is_made_is_not_in_it(eva: Actor, two: list[str]) -> None:
    export = ordered(eva)
    made(meanwhile=lambda: leave(actor=handler(), case=case(), at=NOW), times=2)
    (row,) = rows_in(unpacked(eva, export)["pneumoni.csv"])
    assert row["number"] == SAMORDNAD


def test_patients_of_protected_identity_are_left_out_and_stop_a_file_that_is_made(eva: Actor, two: list[str]) -> None:
    first, second = ordered(eva), ordered(eva)
    made()
    with all_providers():
        Patient.objects.filter(numbers__text=TOLVAN.replace("-", "")).update(is_protected=True)
    with pytest.raises(FileGone):
        fetch(actor=eva, export=first, at=NOW)
    assert shown_end(eva, first) is ExportEnd.PATIENT_GONE
    made()
    assert len(rows_in(unpacked(eva, second)["pneumoni.csv"])) == 1


def shown_end(actor: Actor, export: int, at: datetime = NOW) -> ExportEnd | None:
    return next(row.end for row in newest_exports(actor, at=at) if row.id == export)


def test_nobody_else_orders_or_fetches(here: Ward, eva: Actor, two: list[str], ines: Actor) -> None:
    for other in (here.anna, here.bertil, ines, handler()):
        with pytest.raises(NotPermitted):
            order(actor=other, wish=wish(), at=NOW)
    export = ordered(eva)
    made()
    cast.appoint_by_program(INES, Role.EXPORTER, clinic_id=here.place.infection, at=NOW - DAY)
    colleague = cast.actor(INES, at=NOW)
    assert shown(colleague).is_own is False
    for act in (fetch, cancel):
        with pytest.raises(NotFound):
            act(actor=colleague, export=export, at=NOW)
    with pytest.raises(CardTooOld):
        fetch(actor=eva, export=export, at=NOW + DAY)


def test_an_order_that_is_taken_back_is_not_made_and_its_file_is_gone(eva: Actor, two: list[str]) -> None:
    waiting, begun_one, ready = ordered(eva), ordered(eva), ordered(eva)
    cancel(actor=eva, export=waiting, at=NOW)
    made(meanwhile=lambda: cancel(actor=eva, export=begun_one, at=NOW))
    assert shown_end(eva, begun_one) is ExportEnd.CANCELLED
    made()
    cancel(actor=eva, export=ready, at=NOW)
    assert not KeptPart.objects.exists()
    with pytest.raises(NotPossible):
        cancel(actor=eva, export=ready, at=NOW)


def test_what_a_stopped_worker_left_is_made_by_another_but_not_for_ever(eva: Actor, two: list[str]) -> None:
    export = ordered(eva)
    at = NOW
    for _ in range(ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            made(at, stop)
        made(at + MINUTE)
        assert Export.objects.get(id=export).state == ExportState.MAKING
        at += SILENT_FOR + MINUTE
    made(at)
    assert shown_end(eva, export) is ExportEnd.FAILED
    assert not KeptPart.objects.exists()


def stop() -> None:
    raise KeyboardInterrupt


def test_a_right_that_has_ended_meanwhile_is_no_right(eva: Actor, two: list[str]) -> None:
    export = ordered(eva)
    made(eva.seat.ends_at)
    assert shown_end(eva, export) is ExportEnd.RIGHT_ENDED


def test_a_file_about_more_patients_than_a_query_takes_values_is_looked_through(eva: Actor) -> None:
    with provider_scope(eva):
        assert not are_all_there(eva, range(1, 70_000))
        assert are_all_there(eva, [])


def test_what_nobody_fetches_is_deleted(eva: Actor, two: list[str]) -> None:
    export = ordered(eva)
    made()
    assert shown(eva).fetch_until == NOW + KEPT_FOR
    later = NOW + KEPT_FOR
    assert shown_end(eva, export, at=later) is ExportEnd.EXPIRED
    with pytest.raises(FileGone):
        fetch(actor=cast.actor(EVA, at=later), export=export, at=later)
    assert end_due(at=later) == 0
    assert not KeptPart.objects.exists()
