from django.apps import AppConfig


class Reports(AppConfig):
    name = "registret.reports"
    label = "reports"
