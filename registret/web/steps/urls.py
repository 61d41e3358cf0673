from django.urls import path

from registret.web import converters  # noqa: F401 (registers `system_id`)
from registret.web.steps import code_search, data_queries, prefill, proposals, views

urlpatterns = [
    path("koder/<slug:system>", code_search.code_search, name="code_search"),
    path("vardepisod/<system_id:episode>/version", views.version, name="episode_version"),
    path("vardepisod/<system_id:episode>/<slug:step>", views.one_step, name="step"),
    path("vardepisod/<system_id:episode>/<slug:step>/spara", views.autosave, name="step_autosave"),
    path("vardepisod/<system_id:episode>/<slug:step>/nummer", views.number, name="step_number"),
    path("vardepisod/<system_id:episode>/<slug:step>/nytt", views.news, name="step_news"),
    path("vardepisod/<system_id:episode>/<slug:step>/las-upp", views.reopen, name="step_reopen"),
    path("vardepisod/<system_id:episode>/<slug:step>/flytta", views.move, name="step_move"),
    path("vardepisod/<system_id:episode>/<slug:step>/andringar", views.changes, name="step_history"),
    path("vardepisod/<system_id:episode>/<slug:step>/forslag", proposals.step_proposal, name="step_proposal"),
    path("vardepisod/<system_id:episode>/<slug:step>/journalen", prefill.prefill, name="step_prefill"),
    path("vardepisod/<system_id:episode>/<slug:step>/fraga/<int:id>", data_queries.data_query, name="data_query"),
]
