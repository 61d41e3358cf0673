from django.urls import path

from registret.web.attest import views

urlpatterns = [
    path("attestera", views.queue, name="attest"),
    path("attestera/<int:id>", views.one, name="attest_one"),
    path("attestera/<int:id>/avsla", views.decline, name="decline"),
    path("attestera/<int:id>/adress", views.correct_address, name="correct_address"),
]
