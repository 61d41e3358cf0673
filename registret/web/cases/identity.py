"""Another number for a patient; if somebody else has it, the two are merged after a question."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from registret.access.roles import Permission
from registret.records.identity import change_number, merge, tell_taken
from registret.records.looking import open_patient, take_number
from registret.records.refusals import NothingToMerge, NotTheSame, NumberTaken, NumberUnchanged, OptedOut
from registret.web.cases.forms import NumberForm
from registret.web.door.views import see_other
from registret.web.forms import beside
from registret.web.gate import needs
from registret.web.http import ActorRequest

_PLACES = dict.fromkeys((NumberUnchanged, OptedOut, NothingToMerge, NotTheSame), "number")


@require_http_methods(["GET", "POST"])
@needs(Permission.REPORT)
def number(request: ActorRequest, patient: str) -> HttpResponse:
    """Byt nummer. Is the number another patient's, the page asks whether the two are one."""
    page = open_patient(actor=request.actor, system_id=patient, at=request.at)
    data = request.POST if request.method == "POST" else None
    form = NumberForm(data, today=timezone.localtime(request.at).date())
    taken = False
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        take_number(actor=request.actor, at=request.at)
        try:
            there = beside(form, _PLACES, lambda: _acted(request, form, page.patient.system_id))
        except NumberTaken:
            # What was refused left nothing behind, and that somebody has the number is an answer.
            tell_taken(
                actor=request.actor,
                patient=page.patient.system_id,
                number=form.cleaned_data["number"],
                at=request.at,
            )
            taken = True
        else:
            if there is not None:
                return see_other("patient", there)
    context: dict[str, Any] = {"tab": "records", "patient": page.patient, "form": form, "taken": taken}
    return render(request, "patient_number.html", context, status=422 if form.errors else 200)


def _acted(request: ActorRequest, form: NumberForm, patient: str) -> str:
    """The system id of the patient that has the number afterwards."""
    what: dict[str, Any] = {
        "actor": request.actor,
        "patient": patient,
        "number": form.cleaned_data["number"],
        "reason": form.cleaned_data["reason"],
        "at": request.at,
    }
    if request.POST.get("merge") == "1":
        return merge(**what)
    change_number(**what)
    return patient
