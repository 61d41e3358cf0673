from django.apps import AppConfig


class RevocationApp(AppConfig):
    name = "registret.revocation"
    label = "revocation"
