from django.apps import AppConfig


class Access(AppConfig):
    name = "registret.access"
    label = "access"
