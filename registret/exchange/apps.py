from django.apps import AppConfig


class ExchangeApp(AppConfig):
    name = "registret.exchange"
    label = "exchange"
