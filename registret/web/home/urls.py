from django.urls import path

from registret.web.home import views

urlpatterns = [
    path("start", views.start, name="start"),
    path("arbetar-som", views.seat, name="seat"),
]
