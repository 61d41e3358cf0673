from django.apps import AppConfig


class ConfigApp(AppConfig):
    name = "registret.config"
    label = "config"
