from django.apps import AppConfig


class Revocation(AppConfig):
    name = "registret.revocation"
    label = "revocation"
