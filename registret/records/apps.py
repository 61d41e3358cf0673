from django.apps import AppConfig


class Records(AppConfig):
    name = "registret.records"
    label = "records"
