from django.apps import AppConfig


class Ledger(AppConfig):
    name = "registret.ledger"
    label = "ledger"
