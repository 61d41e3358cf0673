from django.apps import AppConfig


class RateLimits(AppConfig):
    name = "registret.rate_limits"
    label = "rate_limits"
