from django.urls import path

from registret.web.api import views

urlpatterns = [
    path("openapi.json", views.openapi, name="api"),
    path("imports", views.imports, name="api_imports"),
    path("imports/<int:file>", views.one_import, name="api_import"),
    path("imports/<int:file>/rows", views.rows, name="api_rows"),
]
