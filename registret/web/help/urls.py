from django.urls import path

from registret.web.help import views

urlpatterns = [
    path("hjalp", views.help_page, name="help"),
    path("hjalp/kort", views.help_reader, name="help_reader"),
    path("hjalp/konto", views.help_access, name="help_access"),
    path("hjalp/fel", views.help_errors, name="help_errors"),
    path("hjalp/fel/<str:code>", views.help_error, name="help_error"),
    path("hjalp/kort/<str:name>", views.help_card, name="help_card"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("tillganglighet", views.accessibility, name="accessibility"),
    path("personuppgifter", views.privacy, name="privacy"),
]
