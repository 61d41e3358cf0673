from django.apps import AppConfig


class Web(AppConfig):
    name = "registret.web"
    label = "web"
