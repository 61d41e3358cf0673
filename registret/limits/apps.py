from django.apps import AppConfig


class Limits(AppConfig):
    name = "registret.limits"
    label = "limits"
