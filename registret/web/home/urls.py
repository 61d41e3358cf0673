from django.urls import path

from registret.web.home import views

urlpatterns = [
    path("start", views.start, name="start"),
    path("arbetar-som", views.seat, name="seat"),
    path("min-logg", views.own_log, name="own_log"),
]
