from django.apps import AppConfig


class Settings(AppConfig):
    name = "registret.settings"
    label = "settings"
