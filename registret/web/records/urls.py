from django.urls import path, register_converter
from django.urls.converters import StringConverter

from registret.web import converters  # noqa: F401 (registers `system_id`)
from registret.web.records import finding, intake, letters, listing, not_included, views


class DefinitionFormat(StringConverter):
    """In which form a definition is fetched."""

    regex = "csv|json"


register_converter(DefinitionFormat, "kind")

urlpatterns = [
    path("registreringar", listing.episodes, name="records"),
    path("registreringar/registreringar.csv", listing.episodes_csv, name="records_file"),
    path("registreringar/brev", letters.letters, name="patient_letters"),
    path("registreringar/brev.pdf", letters.letters_paper, name="patient_letters_paper"),
    path("registreringar/ej-inkluderade", not_included.not_included, name="not_included"),
    path("registreringar/uppfoljningar.csv", letters.letters_file, name="patient_letters_file"),
    path("delregister", views.definitions, name="definitions"),
    path("delregister/<slug:code>/indikatorer.<kind:kind>", views.measures, name="measures"),
    path("delregister/<slug:code>/<int:version>.<kind:kind>", views.definition, name="definition"),
    path("delregister/<slug:code>/<int:version>/blankett", views.blank_form, name="blank_form"),
    path("delregister/<slug:code>/<int:version>/blankett.pdf", views.blank_form_file, name="blank_form_file"),
    path("patienter", finding.find, name="find_patient"),
    path("patienter/ny", intake.new_episode, name="new_episode"),
    path("patient/<system_id:patient>", views.one_patient, name="patient"),
    path("vardepisod/<system_id:episode>", views.one_episode, name="episode"),
    path("vardepisod/<system_id:episode>/utskrift", views.print_out, name="episode_print"),
    path("vardepisod/<system_id:episode>/utskrift.pdf", views.print_out_file, name="episode_file"),
]
