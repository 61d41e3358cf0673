from django.urls import path

from registret.web.logbook import views

urlpatterns = [path("loggen", views.logbook, name="logbook")]
