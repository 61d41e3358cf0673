from django.urls import path, register_converter
from django.urls.converters import StringConverter

from registret.web.outliers import views
from registret.web.outliers.acts import ACTS


class OfficeActConverter(StringConverter):
    """What the office does in a case."""

    regex = "|".join(ACTS)


register_converter(OfficeActConverter, "office_act")

urlpatterns = [
    path("avvikelser", views.asked, name="asked_outliers"),
    path("avvikelser/<int:number>", views.asked_case, name="asked_outlier"),
    path("avvikelser/<int:number>/svara", views.answer, name="answer_outlier"),
    path("kansliet/avvikelser", views.office, name="outliers"),
    path(
        "kansliet/avvikelser/ny/<slug:register>/<slug:code>/<int:clinic>/<int:edition>",
        views.new_case,
        name="outlier_new",
    ),
    path("kansliet/avvikelser/<int:number>", views.case, name="outlier"),
    path("kansliet/avvikelser/<int:number>/<office_act:act>", views.office_act, name="outlier_act"),
]
