from django.urls import path

from registret.web.office import limits, processings, views

urlpatterns = [
    path("kansliet", views.office, name="office"),
    path("kansliet/utse", views.appoint, name="appoint"),
    path("kansliet/behandlingar", processings.processings, name="processings"),
    path("kansliet/behandlingar.csv", processings.processings_csv, name="processings_csv"),
    path("kansliet/tidsgranser", limits.time_limits, name="time_limits"),
    path("kansliet/tidsgranser/<slug:code>", limits.time_limit, name="time_limit"),
]
