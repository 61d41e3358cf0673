from django.urls import path

from registret.web.attest import desk, views

urlpatterns = [
    path("attestera", views.queue, name="attest"),
    path("attestera/<int:id>", views.one, name="attest_one"),
    path("attestera/valda", desk.several, name="attest_several"),
    path("attestera/<int:id>/ta", desk.take_on, name="take_on"),
    path("attestera/<int:id>/skriv", desk.write, name="write_about"),
    path("attestera/<int:id>/avsla", views.decline, name="decline"),
    path("attestera/<int:id>/adress", views.correct_address, name="correct_address"),
]
