from django.apps import AppConfig


class HeartbeatsApp(AppConfig):
    name = "registret.heartbeats"
    label = "heartbeats"
