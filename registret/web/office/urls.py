from django.urls import path

from registret.web.office import clinics, letters, limits, participation, processings, support, views, waits

urlpatterns = [
    path("kansliet", views.office, name="office"),
    path("kansliet/utse", views.appoint, name="appoint"),
    path("kansliet/behandlingar", processings.processings, name="processings"),
    path("kansliet/behandlingar.csv", processings.processings_csv, name="processings_csv"),
    path("kansliet/vantetider", waits.access_times_page, name="access_times"),
    path("kansliet/kliniker", clinics.bring, name="bring_clinics"),
    path("kansliet/kliniker/<int:id>", participation.one_clinic, name="participation"),
    path("kansliet/support", support.office_support, name="office_support"),
    path("kansliet/support/utse", support.appoint_support, name="appoint_support"),
    path("kansliet/support/<int:id>/aterkalla", support.dismiss, name="dismiss_support"),
    path("kansliet/tidsgranser", limits.time_limits, name="time_limits"),
    path("kansliet/tidsgranser/<slug:code>", limits.time_limit, name="time_limit"),
    path("kansliet/brev", letters.letters, name="letters"),
    path("kansliet/brev/<slug:kind>/<slug:language>", letters.letter, name="letter"),
    path("kansliet/brev/<slug:kind>/<slug:language>/html", letters.letter_html, name="letter_html"),
]
