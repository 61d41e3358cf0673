"""Information to patients, a printable page for each clinic: patientdatalagen 7:3 and 8:6, and the GDPR."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render

from registret.places.queries import clinic_by_code, open_clinics
from registret.records.retention.ages import kept_for
from registret.registries.queries import open_for_entry
from registret.web.gate import open_to_all
from registret.web.http import Request
from registret.web.surroundings import surroundings


@open_to_all.read
def clinics(request: Request) -> HttpResponse:
    """All clinics that report, by region."""
    context = {"clinics": open_clinics(first_of_organisation=None), "surroundings": surroundings(request)}
    return render(request, "cases/patient_information_clinics.html", context)


@open_to_all.read
def clinic(request: Request, code: str) -> HttpResponse:
    """For one clinic, on one page of paper."""
    place = clinic_by_code(code)
    if place is None or not place.is_open:
        raise Http404
    years = kept_for()
    kept = [(one.name, years[one.code]) for one in open_for_entry() if one.code in years]
    context = {
        "place": place,
        "central": settings.CENTRAL_CONTROLLER,
        "data_protection": settings.DATA_PROTECTION_MAIL,
        "kept": kept,
        "surroundings": surroundings(request),
    }
    return render(request, "cases/patient_information.html", context)
