from django.apps import AppConfig


class TimeLimits(AppConfig):
    name = "registret.time_limits"
    label = "time_limits"
