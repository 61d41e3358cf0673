from django.apps import AppConfig


class Config(AppConfig):
    name = "registret.config"
    label = "config"
