from django.urls import path

from registret.web.recertify import views

urlpatterns = [
    path("genomgang", views.recertifications, name="recertifications"),
    path("genomgang/<int:id>", views.recertification, name="recertification"),
    path("genomgang/<int:id>.csv", views.recertification_csv, name="recertification_csv"),
    path("kansliet/genomgang", views.start, name="recertification_start"),
]
