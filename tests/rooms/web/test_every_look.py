"""Every address that shows a patient tells the log of it: one walk over all that lead to patients."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from registret.access.roles import Role
from registret.ledger.models import Entry
from registret.records.models import Patient
from registret.records.scope import all_providers
from registret.web.gate import views
from tests import cast
from tests.cast import ANNA
from tests.pdf import read
from tests.rooms.records.scene import GRETA, TOLVAN, begun, number, system_id_of
from tests.rooms.web.client import Browser

pytestmark = pytest.mark.django_db

GATES = {"needs work": ANNA, "needs read_records": ANNA, "needs report": ANNA, "needs handle_cases": GRETA}
CASE = {"number": TOLVAN, "case_number": "26RS4711", "form": "json"}
POSTED: dict[str, dict[str, str]] = {
    "patienter": {"q": TOLVAN},
    "patienter/ny": {"patient": "{patient}", "sub_registry": "pneumoni"},
    "patient/<slug:patient>/nummer": {"new_number": "22800101AB14", "reason": "Fick nummer"},
    "vardepisod/<system_id:episode>/<slug:step>/spara": {"base": "0"},
    "patientarenden": CASE,
    "patientarenden/registerutdrag": CASE,
    "patientarenden/loggutdrag": CASE,
    "patientarenden/avboj": CASE,
    "patientarenden/nummer": CASE,
}
"""What the page of each sends. What is not here is fetched."""
SHOWS = {
    *("patienter/ny", "patient/<system_id:patient>", "patient/<slug:patient>/nummer"),
    *("start", "registreringar", "registreringar/registreringar.csv"),
    "vardepisod/<system_id:episode>/<slug:step>",
    "vardepisod/<system_id:episode>/utskrift",
    "vardepisod/<system_id:episode>/utskrift.pdf",
    "vardepisod/<system_id:episode>/<slug:step>/andringar",
    *("patientarenden", "patientarenden/registerutdrag", "patientarenden/loggutdrag", "patientarenden/avboj"),
}
"""Some that are known to show the patient: the walk would prove nothing if it met nobody."""


def test_every_address_that_shows_a_patient_tells_the_log_of_it(now: datetime) -> None:
    place = cast.country(now - timedelta(days=30))
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    cast.appoint_by_program(GRETA, Role.CASE_HANDLER, at=now - timedelta(days=20))
    arrived = timezone.localtime(now - timedelta(days=4)).strftime("%Y-%m-%dT%H:%M")
    episode = begun(cast.actor(ANNA, at=now), at=now, arrived_at=[arrived])
    with all_providers():
        Patient.objects.update(given_name="Tolvan", surname="Tolvansson")
        (patient,) = Patient.objects.all()
    marks = (system_id_of(TOLVAN), number(TOLVAN).masked, "19121212", "Tolvansson")
    args = {"patient": patient.system_id, "episode": episode, "step": "acute", "which": "fortsatt", "code": "pneumoni"}
    browsers = {who: Browser.of(who) for who in set(GATES.values())}
    shown = set()
    for address, view in ((str(one), view) for one, view in views("registret.web.urls")):
        who = GATES.get(str(getattr(view, "gate", "")))
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(args.get(str(found[1]), "1")), address)
        if who is None:
            continue
        before = Entry.objects.order_by("-id").values_list("id", flat=True)[0]
        posted = POSTED.get(str(address))
        sent = {name: text.format(**args) for name, text in posted.items()} if posted is not None else None
        body = _body(browsers[who], f"/{path}", sent)
        if not any(mark in body for mark in marks):
            continue
        shown.add(address)
        told = Entry.objects.filter(id__gt=before, by_hsa_id=who.hsa_id)
        about = [one for one in told if patient.id in (one.about_patient_id, *(one.shown_patient_ids or ()))]
        assert about, f"{address} shows the patient, and the log does not tell of it"
    assert shown >= SHOWS


def _body(browser: Browser, path: str, posted: dict[str, str] | None) -> str:
    answer: Any = browser.get(path) if posted is None else browser.post(path, posted)
    if answer.status_code == 405:
        answer = browser.post(path, {})
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"%PDF-"):
        return read(content).text
    return content.decode("utf-8", "replace")
