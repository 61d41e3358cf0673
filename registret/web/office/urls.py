from django.urls import path

from registret.web.office import (
    appointments,
    clinics,
    coverage,
    letters,
    limits,
    participation,
    processings,
    support,
    views,
    waits,
)

urlpatterns = [
    path("kansliet", views.office, name="office"),
    path("kansliet/utse", views.appoint, name="appoint"),
    path("kansliet/behandlingar", processings.processings, name="processings"),
    path("kansliet/behandlingar.csv", processings.processings_csv, name="processings_csv"),
    path("kansliet/vantetider", waits.access_times_page, name="access_times"),
    path("kansliet/tackningsgrad", coverage.coverage, name="coverage"),
    path("kansliet/tackningsgrad.csv", coverage.coverage_csv, name="coverage_file"),
    path("kansliet/tackningsgrad/fil", coverage.bring_counts, name="bring_counts"),
    path("kansliet/kliniker", clinics.bring, name="bring_clinics"),
    path("kansliet/kliniker/<int:id>", participation.one_clinic, name="participation"),
    path("kansliet/uppdrag", appointments.appointments, name="appointments"),
    path("kansliet/uppdrag/support", support.appoint_support, name="appoint_support"),
    path("kansliet/uppdrag/<int:id>/aterkalla", support.dismiss, name="dismiss_support"),
    path("kansliet/uppdrag/foresla", appointments.nominate, name="nominate"),
    path("kansliet/uppdrag/forslag/<int:id>/bekrafta", appointments.confirm, name="confirm_nomination"),
    path("kansliet/uppdrag/forslag/<int:id>/avsla", appointments.decline, name="decline_nomination"),
    path("kansliet/uppdrag/forslag/<int:id>/ta-tillbaka", appointments.withdraw, name="withdraw_nomination"),
    path("kansliet/tidsgranser", limits.time_limits, name="time_limits"),
    path("kansliet/tidsgranser/<slug:code>", limits.time_limit, name="time_limit"),
    path("kansliet/brev", letters.letters, name="letters"),
    path("kansliet/brev/<slug:kind>/<slug:language>", letters.letter, name="letter"),
    path("kansliet/brev/<slug:kind>/<slug:language>/html", letters.letter_html, name="letter_html"),
]
