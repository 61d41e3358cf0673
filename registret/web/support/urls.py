from django.urls import path

from registret.web.support import views

urlpatterns = [
    path("support", views.search, name="support"),
    path("support/<int:id>", views.account, name="support_account"),
    path("support/<int:id>/skicka-igen", views.resend, name="support_resend"),
]
