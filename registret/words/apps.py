from django.apps import AppConfig


class WordsApp(AppConfig):
    name = "registret.words"
    label = "words"
