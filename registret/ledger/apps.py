from django.apps import AppConfig


class LedgerApp(AppConfig):
    name = "registret.ledger"
    label = "ledger"
