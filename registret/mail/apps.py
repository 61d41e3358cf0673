from django.apps import AppConfig


class Mail(AppConfig):
    name = "registret.mail"
    label = "mail"
