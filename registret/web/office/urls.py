from django.urls import path

from registret.web.office import views

urlpatterns = [
    path("kansliet", views.office, name="office"),
    path("kansliet/utse", views.appoint, name="appoint"),
]
