from django.apps import AppConfig


class RecordsApp(AppConfig):
    name = "registret.records"
    label = "records"
