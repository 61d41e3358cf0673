from django.urls import path

from registret.web.exchange import mappings, views

urlpatterns = [
    path("importera", views.imports, name="imports"),
    path("importera/fil", views.bring_in, name="bring_in"),
    path("importera/filbeskrivning", mappings.new_mapping, name="mapping_new"),
    path("importera/filbeskrivning/<int:mapping>", mappings.mapping, name="mapping"),
]
