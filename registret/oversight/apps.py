from django.apps import AppConfig


class Oversight(AppConfig):
    name = "registret.oversight"
    label = "oversight"
