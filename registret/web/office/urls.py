from django.urls import path

from registret.web.office import letters, limits, processings, views

urlpatterns = [
    path("kansliet", views.office, name="office"),
    path("kansliet/utse", views.appoint, name="appoint"),
    path("kansliet/behandlingar", processings.processings, name="processings"),
    path("kansliet/behandlingar.csv", processings.processings_csv, name="processings_csv"),
    path("kansliet/tidsgranser", limits.time_limits, name="time_limits"),
    path("kansliet/tidsgranser/<slug:code>", limits.time_limit, name="time_limit"),
    path("kansliet/brev", letters.letters, name="letters"),
    path("kansliet/brev/<slug:kind>/<slug:language>", letters.letter, name="letter"),
    path("kansliet/brev/<slug:kind>/<slug:language>/html", letters.letter_html, name="letter_html"),
]
