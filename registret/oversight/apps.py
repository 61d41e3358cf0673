from django.apps import AppConfig


class OversightApp(AppConfig):
    name = "registret.oversight"
    label = "oversight"
