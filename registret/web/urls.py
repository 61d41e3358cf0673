"""All addresses of the site, in the order of the journeys."""

from django.urls import include, path

urlpatterns = [
    path("", include("registret.web.door.urls")),
    path("", include("registret.web.signup.urls")),
    path("", include("registret.web.home.urls")),
    path("", include("registret.web.account.urls")),
    path("", include("registret.web.records.urls")),
    path("", include("registret.web.steps.urls")),
    path("", include("registret.web.exchange.urls")),
    path("api/v1/", include("registret.web.api.urls")),
    path("", include("registret.web.reports.urls")),
    path("", include("registret.web.open_statistics.urls")),
    path("", include("registret.web.attest.urls")),
    path("", include("registret.web.people.urls")),
    path("", include("registret.web.recertify.urls")),
    path("", include("registret.web.office.urls")),
    path("", include("registret.web.outliers.urls")),
    path("", include("registret.web.incidents.urls")),
    path("", include("registret.web.support.urls")),
    path("", include("registret.web.logbook.urls")),
    path("", include("registret.web.cases.urls")),
    path("", include("registret.web.health.urls")),
    path("", include("registret.web.help.urls")),
]
handler400 = "registret.web.refusals.bad_request"
handler404 = "registret.web.refusals.not_found"
handler500 = "registret.web.fault.our_fault"
