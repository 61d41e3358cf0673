from django.apps import AppConfig


class TimeLimitsApp(AppConfig):
    name = "registret.time_limits"
    label = "time_limits"
