from django.urls import URLPattern, path

from registret.web.open_statistics import office, views


def _addresses(base: str, language: str) -> list[URLPattern]:
    """The same pages in a language of the address: no cookie says which, so that caches can keep them."""
    one, spoken = f"{base}/<slug:register>/<slug:code>", {"language": language}
    return [
        path(base, views.index, spoken, name="open_statistics"),
        path(f"{base}/arsrapport/<int:year>", views.annual_report, spoken, name="open_annual_report"),
        path(f"{base}/arsrapport/<int:year>.pdf", views.annual_report_pdf, spoken, name="open_annual_report_pdf"),
        path(one, views.indicator, spoken, name="open_indicator"),
        path(f"{one}.csv", views.indicator_csv, spoken, name="open_csv"),
        path(f"{one}.json", views.indicator_json, spoken, name="open_json"),
        path(f"{one}.fhir.json", views.indicator_fhir, spoken, name="open_fhir"),
    ]


urlpatterns = [
    *_addresses("statistik", "sv"),
    *_addresses("statistics", "en"),
    path("kansliet/oppen-statistik", office.publications_page, name="publications"),
    path("kansliet/oppen-statistik/<str:subject>", office.publication, name="publication"),
    path("kansliet/arsrapport/<int:year>", office.annual_report, name="annual_report"),
    path("kansliet/arsrapport/<int:year>.pdf", office.annual_report_pdf, name="annual_report_pdf"),
]
