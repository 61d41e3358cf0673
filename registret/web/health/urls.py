from django.urls import path

from registret.web.health import views

urlpatterns = [
    path("halsa", views.ready, name="ready"),
    path("halsa/lever", views.alive, name="alive"),
    path("matt", views.metrics, name="metrics"),
    path("kansliet/halsa", views.health, name="health"),
]
