from django.urls import path, register_converter

from registret.web.records import (
    code_search,
    data_queries,
    finding,
    intake,
    letters,
    listing,
    not_included,
    steps,
    views,
)


class SystemId:
    """`P7KHM3QXR`: a patient, or `E…`: an episode."""

    regex = "[PE][34679ACDEFGHJKMNPQRTWXY]{8}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class DefinitionFormat:
    """In which form a definition is fetched."""

    regex = "csv|json"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SystemId, "system_id")
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
    path("koder/<slug:system>", code_search.code_search, name="code_search"),
    path("patienter", finding.find, name="find_patient"),
    path("patienter/ny", intake.new_episode, name="new_episode"),
    path("patient/<system_id:patient>", views.one_patient, name="patient"),
    path("vardepisod/<system_id:episode>", views.one_episode, name="episode"),
    path("vardepisod/<system_id:episode>/utskrift", views.print_out, name="episode_print"),
    path("vardepisod/<system_id:episode>/utskrift.pdf", views.print_out_file, name="episode_file"),
    path("vardepisod/<system_id:episode>/version", views.version, name="episode_version"),
    path("vardepisod/<system_id:episode>/<slug:step>", steps.one_step, name="step"),
    path("vardepisod/<system_id:episode>/<slug:step>/spara", steps.autosave, name="step_autosave"),
    path("vardepisod/<system_id:episode>/<slug:step>/nummer", steps.number, name="step_number"),
    path("vardepisod/<system_id:episode>/<slug:step>/nytt", steps.news, name="step_news"),
    path("vardepisod/<system_id:episode>/<slug:step>/las-upp", steps.reopen, name="step_reopen"),
    path("vardepisod/<system_id:episode>/<slug:step>/flytta", steps.move, name="step_move"),
    path("vardepisod/<system_id:episode>/<slug:step>/andringar", steps.changes, name="step_history"),
    path("vardepisod/<system_id:episode>/<slug:step>/fraga/<int:id>", data_queries.data_query, name="data_query"),
]
