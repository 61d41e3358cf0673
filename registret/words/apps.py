from django.apps import AppConfig


class Words(AppConfig):
    name = "registret.words"
    label = "words"
