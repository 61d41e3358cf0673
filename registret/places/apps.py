from django.apps import AppConfig


class PlacesApp(AppConfig):
    name = "registret.places"
    label = "places"
