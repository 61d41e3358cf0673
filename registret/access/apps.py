from django.apps import AppConfig


class AccessApp(AppConfig):
    name = "registret.access"
    label = "access"
