"""What the registry keeps about itself: clinics, letters, revocation lists, incidents, and the log with its reviews."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from django.test import override_settings
from django.utils import timezone

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.access.staff.suspending import suspend_person
from registret.chores.letters import record_given_up
from registret.chores.revocation_lists import record_list_event
from registret.kernel.by import By
from registret.ledger.culling import cull, to_cull
from registret.ledger.months import add_months
from registret.ledger.queries import TimeSpan, Wanted
from registret.ledger.sealing import seal_settled
from registret.ledger.services import record
from registret.mail.models import Letter
from registret.mail.services import deliver_due
from registret.oversight import incidents, openings
from registret.oversight import services as oversight
from registret.oversight.lifecycle import ReviewOutcome, Verdict
from registret.oversight.models import ReviewedEntry
from registret.places.clinic_file import COLUMNS, read
from registret.places.services import import_clinics
from registret.reports.coverage import counts_file
from registret.reports.coverage.counted import import_coverage
from registret.reports.coverage.not_included import count_not_included
from registret.revocation.services import fetch_now, tell_of_age
from registret.revocation.sources import Sources
from registret.web.logbook.reading import export_log, read_log, read_review
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, ERIK, INGRID
from tests.house.acts.told import FRIDA, Act, Told, patients
from tests.made_up import made_up
from tests.owner import as_owner
from tests.pki import new_pki
from tests.rooms.oversight.test_incidents import BARE, WHOLE
from tests.rooms.records.scene import DAY, HOUR, NOW, TOLVAN, Ward, begun, system_id_of
from tests.rooms.revocation.liar import Behaviour, Liar, redirects, says
from tests.rooms.revocation.office import Office

NEW_CLINIC = "97;Region Östvik;Vård AB;556000-0001;;vard-ost;Infektionskliniken;Östviks sjukhus;;;;"
NORRVIK = (
    f"98;Region Norrvik;Region Norrvik;232100-9991;regionnorrvik.se;{cast.INFECTION};Infektionskliniken;"
    "Norrviks sjukhus;;;;"
)


# --- places ----------------------------------------------------------------------------------------


def bring(line: str) -> None:
    """Doris brings a file with this line in."""
    rows, faults = read(f"{';'.join(COLUMNS)}\n{line}".encode())
    assert faults == ()
    assert import_clinics(rows=rows, dry_run=False, by=cast.actor(DORIS, at=NOW).by, at=NOW).faults == ()


def place_created(here: Ward) -> Told:
    bring(NEW_CLINIC)
    return Told(by=DORIS)


def clinic_created(here: Ward) -> Told:
    bring(NEW_CLINIC)
    return Told(by=DORIS, clinic=cast.clinic_id("vard-ost"))


def clinic_changed(here: Ward) -> Told:
    bring(NORRVIK.replace("Norrviks sjukhus", "Nya sjukhuset"))
    return Told(by=DORIS, clinic=here.place.infection)


def clinic_closed(here: Ward) -> Told:
    bring(NORRVIK + "ja")
    return Told(by=DORIS, clinic=here.place.infection)


def clinic_reopened(here: Ward) -> Told:
    clinic_closed(here)
    bring(NORRVIK + "nej")
    return Told(by=DORIS, clinic=here.place.infection)


def region_changed(here: Ward) -> Told:
    bring(NORRVIK.replace("98;Region Norrvik", "98;Region Nordvik"))
    return Told(by=DORIS)


def care_provider_changed(here: Ward) -> Told:
    bring(NORRVIK.replace(";regionnorrvik.se;", ";norrvik.se regionnorrvik.se;"))
    return Told(by=DORIS)


# --- counts of others ------------------------------------------------------------------------------


def coverage_imported(here: Ward) -> Told:
    counts = f"klinikkod;delregister;år;antal\n{cast.INFECTION};pneumoni;2025;40".encode()
    rows, faults = counts_file.read(counts)
    by = cast.actor(DORIS, at=NOW).by
    assert (faults, import_coverage(rows=rows, source="Patientregistret", dry_run=False, by=by, at=NOW).counts) == (
        (),
        1,
    )
    return Told(by=DORIS)


def not_included_counted(here: Ward) -> Told:
    half = date(2026, 7, 1)
    count_not_included(actor=here.anna, sub_registry="pneumoni", reason="missed", half=half, number=2, at=NOW)
    return Told(by=ANNA, clinic=here.place.infection)


# --- letters and lists -----------------------------------------------------------------------------


def letter_given_up(here: Ward) -> Told:
    """For three days no mail server has answered."""
    Letter.objects.all().delete()
    suspend_person(account_id=cast.account_of(ANNA).id, reason="utreds", actor=cast.actor(BERTIL, at=NOW), at=NOW)
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        with override_settings(SMTP_HOST="127.0.0.1", SMTP_PORT=nobody_listens.getsockname()[1]):
            deliver_due(at=lambda: NOW + 3 * DAY, limit=9, given_up=record_given_up)
    return Told(program="mail", account=ANNA)


def lists(then: Callable[[Office], object]) -> Told:
    with tempfile.TemporaryDirectory() as folder, Liar() as liar:
        pki = new_pki(Path(folder))
        then(Office(pki=pki, liar=liar, now=pki.now))
    return Told(program="lists")


def fetch(office: Office, behave: Behaviour) -> None:
    office.liar.behave = behave
    fetch_now(trust=office.trust, at=office.clock, tell=record_list_event)


def list_replaced(here: Ward) -> Told:
    return lists(lambda office: fetch(office, says(office.crl(number=7))))


def fetch_refused(here: Ward) -> Told:
    return lists(lambda office: fetch(office, redirects("/elsewhere")))


def grow_old(office: Office, by: timedelta) -> None:
    fetch(office, says(office.crl(until=office.now + HOUR)))
    sources = Sources(office.trust)
    at = office.now + by
    tell_of_age(standings=sources.standings(at=at), at=at, tell=record_list_event)
    sources.stop()


def list_late(here: Ward) -> Told:
    return lists(lambda office: grow_old(office, 2 * HOUR))


def list_too_old(here: Ward) -> Told:
    return lists(lambda office: grow_old(office, 26 * HOUR))


# --- the log ---------------------------------------------------------------------------------------


def about_tolvan(here: Ward) -> Told:
    begun(here.anna)
    return Told(by=ERIK, hsa_id=ANNA.hsa_id, patients=patients())


def open_log() -> Actor:
    """Erik says why, and answers for it in this session."""
    erik = cast.actor(ERIK, at=NOW)
    openings.open_log(why=openings.Errand.FOLLOW_UP, reason="Kvartalets uppföljning", actor=erik, at=NOW)
    return erik


def log_opened(here: Ward) -> Told:
    open_log()
    return Told(by=ERIK)


def log_read(here: Ward) -> Told:
    told = about_tolvan(here)
    erik, wanted = open_log(), Wanted(hsa_id=ANNA.hsa_id)
    read_log(wanted=wanted, patient=system_id_of(TOLVAN), told={}, before=None, actor=erik, at=NOW)
    return told


def log_exported(here: Ward) -> Told:
    told = about_tolvan(here)
    erik, wanted = open_log(), Wanted(hsa_id=ANNA.hsa_id)
    export_log(wanted=wanted, patient=system_id_of(TOLVAN), told={}, form="csv", actor=erik, at=NOW)
    return told


def log_culled(here: Ward) -> Told:
    """One month is older than the law keeps it."""
    then, now = NOW - 366 * 11 * DAY, timezone.now()
    with as_owner():
        add_months(at=then)
        record(event=made_up("page.test"), by=By.of_program("test"), at=then)
        seal_settled(at=timezone.now)
        found = to_cull(before=then + 40 * DAY, at=now)
        cull(found=found, by=By.of_program("cull-ledger"), at=now)
    return Told(program="cull-ledger")


# --- reviews ---------------------------------------------------------------------------------------


SPAN = TimeSpan(NOW - HOUR, NOW + HOUR)


def draw_about_anna(here: Ward) -> int:
    """By Erik, who reviews it himself."""
    begun(here.anna)
    return oversight.draw_directed(
        hsa_id=ANNA.card.hsa_id,
        span=SPAN,
        reason="Har läst om en granne",
        reviewer_id=cast.account_of(ERIK).id,
        actor=cast.actor(ERIK, at=NOW),
        at=NOW,
    )


def draw_about_patient(here: Ward) -> int:
    return oversight.draw_about_patient(
        system_id=system_id_of(TOLVAN),
        span=SPAN,
        reason="Någon har läst om en granne",
        reviewer_id=cast.account_of(ERIK).id,
        actor=cast.actor(ERIK, at=NOW),
        at=NOW,
    )


def draw_sample(here: Ward) -> int:
    return oversight.draw_sample(
        clinic_id=here.place.infection,
        span=SPAN,
        size=2,
        reviewer_id=cast.account_of(ERIK).id,
        actor=cast.actor(ERIK, at=NOW),
        at=NOW,
    )


def drawn(here: Ward) -> list[Told]:
    """About one person, about one patient, and of a clinic."""
    for draw in (draw_about_anna, draw_about_patient, draw_sample):
        draw(here)
    by_erik = Told(by=ERIK)
    return [
        replace(by_erik, account=ANNA),
        replace(by_erik, patients=patients()),
        replace(by_erik, clinic=here.place.infection),
    ]


def review_read(here: Ward) -> list[Told]:
    for review in (draw_about_anna(here), draw_about_patient(here)):
        read_review(review_id=review, actor=cast.actor(ERIK, at=NOW), at=NOW)
    return [Told(by=ERIK, account=ANNA), Told(by=ERIK, patients=patients())]


def review_taken(here: Ward) -> Told:
    cast.appoint_by_program(FRIDA, Role.LOG_REVIEWER, at=NOW - DAY)
    begun(here.anna)
    oversight.take(review_id=draw_sample(here), actor=cast.actor(FRIDA, at=NOW), at=NOW)
    return Told(by=FRIDA, clinic=here.place.infection)


def judge(review: int) -> None:
    entries = ReviewedEntry.objects.filter(review_id=review).values_list("entry_id", flat=True)
    verdicts = dict.fromkeys(entries, (Verdict.JUSTIFIED, ""))
    oversight.judge(review_id=review, verdicts=verdicts, actor=cast.actor(ERIK, at=NOW), at=NOW)


def review_judged(here: Ward) -> Told:
    begun(here.anna)
    judge(draw_sample(here))
    return Told(by=ERIK, clinic=here.place.infection)


def review_closed(here: Ward) -> list[Told]:
    reviews = (draw_about_anna(here), draw_about_patient(here), draw_sample(here))
    for review in reviews:
        judge(review)
        erik = cast.actor(ERIK, at=NOW)
        oversight.close(review_id=review, outcome=ReviewOutcome.NO_REMARK, conclusion="", actor=erik, at=NOW)
    return [
        Told(by=ERIK, account=ANNA),
        Told(by=ERIK, patients=patients()),
        Told(by=ERIK, clinic=here.place.infection),
    ]


# --- incidents -------------------------------------------------------------------------------------


def incident_registered(here: Ward) -> Told:
    incidents.register(text=BARE, actor=cast.actor(DORIS, at=NOW), at=NOW)
    return Told(by=DORIS)


def incident_revised(here: Ward) -> Told:
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=NOW - DAY)
    number = incidents.register(text=BARE, actor=cast.actor(DORIS, at=NOW), at=NOW)
    incidents.revise(incident=number, base=1, text=WHOLE, actor=cast.actor(INGRID, at=NOW), at=NOW)
    return Told(by=INGRID)


def incidents_exported(here: Ward) -> Told:
    incidents.export(actor=cast.actor(DORIS, at=NOW), at=NOW)
    return Told(by=DORIS)


ACTS: dict[str, Act] = {
    "letter.given_up": letter_given_up,
    "clinic.created": clinic_created,
    "clinic.changed": clinic_changed,
    "clinic.closed": clinic_closed,
    "clinic.reopened": clinic_reopened,
    "region.created": place_created,
    "region.changed": region_changed,
    "care_provider.created": place_created,
    "care_provider.changed": care_provider_changed,
    "coverage.imported": coverage_imported,
    "not_included.counted": not_included_counted,
    "revocation.list_replaced": list_replaced,
    "revocation.fetch_refused": fetch_refused,
    "revocation.list_late": list_late,
    "revocation.list_too_old": list_too_old,
    "log.opened": log_opened,
    "log.read": log_read,
    "log.exported": log_exported,
    "log.culled": log_culled,
    "incident.registered": incident_registered,
    "incident.revised": incident_revised,
    "incidents.exported": incidents_exported,
    "review.drawn": drawn,
    "review.read": review_read,
    "review.taken": review_taken,
    "review.judged": review_judged,
    "review.closed": review_closed,
}
