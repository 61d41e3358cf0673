from django.apps import AppConfig


class Places(AppConfig):
    name = "registret.places"
    label = "places"
