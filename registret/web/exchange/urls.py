from django.urls import path

from registret.web.exchange import exports, large, mappings, views

urlpatterns = [
    path("importera", views.imports, name="imports"),
    path("importera/fil", views.bring_in, name="bring_in"),
    path("importera/fil/<int:file>", large.large_file, name="import_file"),
    path("importera/fil/<int:file>/fel.csv", large.errors, name="import_errors"),
    path("importera/filbeskrivning", mappings.new_mapping, name="mapping_new"),
    path("importera/filbeskrivning/<int:mapping>", mappings.mapping, name="mapping"),
    path("exportera", exports.exports, name="exports"),
    path("exportera/<int:export>/fil", exports.export_file, name="export_file"),
    path("exportera/<int:export>/ta-tillbaka", exports.export_cancel, name="export_cancel"),
]
