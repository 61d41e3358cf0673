from django.apps import AppConfig


class Accounts(AppConfig):
    name = "registret.accounts"
    label = "accounts"
