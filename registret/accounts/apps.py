from django.apps import AppConfig


class AccountsApp(AppConfig):
    name = "registret.accounts"
    label = "accounts"
