"""Another number for a patient; if another patient has it, the two are merged after a question.

Reporters do it for patients whose whole record they see; for others it is done in a patient's case. The question shows
who the other is and carries both system ids along: only the two that were shown are merged.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.records.cases import open_case
from registret.records.identity import cases as identity_cases
from registret.records.identity import merging, renumbering
from registret.records.refusals import NotAsShown, NothingToMerge, NotTheSame, NumberTaken, NumberUnchanged, OptedOut
from registret.records.reporting.audited_reads import open_patient, take_number
from registret.web.cases.forms import CaseForm, NumberForm
from registret.web.cases.pages import (
    CaseNumberPage,
    PatientNumberPage,
    cases_page,
    not_as_shown,
    patient_at_clinic,
    person_of,
)
from registret.web.forms import refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, see_other
from registret.web.pieces import show

_PLACES = dict.fromkeys((NumberUnchanged, OptedOut, NothingToMerge, NotTheSame), "new_number")


@needs(Permission.REPORT).get_post
def number(request: ActorRequest, patient: str) -> HttpResponse:
    """Byt nummer. Is the number another patient's, the page asks whether the two are one."""
    page = open_patient(actor=request.actor, system_id=patient, at=request.at)
    form = _form(request, sent=request.method == "POST")
    other, changed = None, False
    if form.is_valid() and "change" not in request.POST:
        take_number(actor=request.actor, at=request.at)
        try:
            with refusals_as_errors(form, _PLACES):
                return see_other("patient", _acted(request, form, page.patient.system_id))
        except (NumberTaken, NotAsShown) as refusal:
            other = open_patient(actor=request.actor, system_id=refusal.patient, at=request.at)
            changed = isinstance(refusal, NotAsShown)
    shown = PatientNumberPage(
        patient=page.patient,
        form=form,
        other=patient_at_clinic(other.patient, episodes=len(other.episodes)) if other else None,
        warning=not_as_shown(changed),
    )
    return show(request, "cases/patient_number.html", shown, tab="records", status=422 if form.errors else 200)


@needs(Permission.HANDLE_CASES).post
def number_of_case(request: ActorRequest) -> HttpResponse:
    """The same in a case: the first POST shows the patient and asks for the number."""
    today = day_of(request.at)
    case_form = CaseForm(request.POST, today=today)
    if not case_form.is_valid():
        return show(request, "cases/cases.html", cases_page(case_form), tab="cases", status=422)
    form = _form(request, sent="new_number" in request.POST)
    other, changed = None, False
    if form.is_bound and form.is_valid() and "change" not in request.POST:
        try:
            with refusals_as_errors(form, _PLACES):
                _act_in_case(request, case_form, form)
                return see_other(f"{reverse('cases')}?bytt=1")
        except (NumberTaken, NotAsShown) as refusal:
            changed = isinstance(refusal, NotAsShown)
            case = replace(case_form.case, number=form.cleaned_data["new_number"])
            other = open_case(actor=request.actor, case=case, at=request.at)
    page = CaseNumberPage(
        case_form=case_form,
        form=form,
        person=person_of(open_case(actor=request.actor, case=case_form.case, at=request.at), case_form),
        other=person_of(other, case_form) if other else None,
        warning=not_as_shown(changed),
    )
    return show(request, "cases/case_number.html", page, tab="cases", status=422 if form.errors else 200)


def _form(request: ActorRequest, *, sent: bool) -> NumberForm:
    return NumberForm(request.POST if sent else None, today=day_of(request.at))


def _acted(request: ActorRequest, form: NumberForm, patient: str) -> str:
    """The system id of the patient that has the number afterwards."""
    what = _what(request, form) | {"patient": patient}
    if request.POST.get("merge") == "1":
        return merging.merge(**what, expected=request.POST.getlist("seen"))
    renumbering.change_number(**what)
    return patient


def _act_in_case(request: ActorRequest, case_form: CaseForm, form: NumberForm) -> None:
    what = _what(request, form) | {"case": case_form.case}
    if request.POST.get("merge") == "1":
        identity_cases.merge(**what, expected=request.POST.getlist("seen"))
    else:
        identity_cases.change_number(**what)


def _what(request: ActorRequest, form: NumberForm) -> dict[str, Any]:
    data = form.cleaned_data
    return {
        "actor": request.actor,
        "number": data["new_number"],
        "reason": data["reason"],
        "mistaken": data["mistaken"],
        "at": request.at,
    }
