from django.urls import path, register_converter
from django.urls.converters import StringConverter

from registret.web.reports import views


class PictureFormat(StringConverter):
    """As what a picture is fetched."""

    regex = "svg|png"


register_converter(PictureFormat, "picture")

urlpatterns = [
    path("rapporter", views.reports, name="reports"),
    path("rapporter/<slug:register>.csv", views.reports_csv, name="reports_file"),
    path("rapporter/<slug:register>/datakvalitet", views.quality, name="data_quality"),
    path("rapporter/<slug:register>/datakvalitet/<slug:step>/<slug:code>", views.remark, name="remark"),
    path("rapporter/<slug:register>/<slug:code>", views.indicator, name="indicator"),
    path("rapporter/<slug:register>/<slug:code>/<slug:part>.csv", views.indicator_csv, name="indicator_file"),
    path(
        "rapporter/<slug:register>/<slug:code>/<slug:part>.<picture:kind>",
        views.indicator_picture,
        name="indicator_picture",
    ),
    path("rapporter/<slug:register>/<slug:code>/patienter", views.patients, name="indicator_patients"),
]
