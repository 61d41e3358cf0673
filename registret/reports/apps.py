from django.apps import AppConfig


class ReportsApp(AppConfig):
    name = "registret.reports"
    label = "reports"
