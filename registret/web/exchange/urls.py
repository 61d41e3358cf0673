from django.urls import path

from registret.web.exchange import large, mappings, views

urlpatterns = [
    path("importera", views.imports, name="imports"),
    path("importera/fil", views.bring_in, name="bring_in"),
    path("importera/fil/<int:file>", large.large_file, name="import_file"),
    path("importera/fil/<int:file>/fel.csv", large.errors, name="import_errors"),
    path("importera/filbeskrivning", mappings.new_mapping, name="mapping_new"),
    path("importera/filbeskrivning/<int:mapping>", mappings.mapping, name="mapping"),
]
