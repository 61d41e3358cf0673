from django.apps import AppConfig


class RateLimitsApp(AppConfig):
    name = "registret.rate_limits"
    label = "rate_limits"
