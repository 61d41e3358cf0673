from django.urls import path

from registret.web.api import exports, views

urlpatterns = [
    path("openapi.json", views.openapi, name="api"),
    path("imports", views.imports, name="api_imports"),
    path("imports/<int:file>", views.one_import, name="api_import"),
    path("imports/<int:file>/rows", views.rows, name="api_rows"),
    path("exports", exports.exports, name="api_exports"),
    path("exports/<int:export>", exports.one_export, name="api_export"),
    path("exports/<int:export>/file", exports.file, name="api_export_file"),
]
