"""The same as card_urls where all logins share one card host: the label stands in the path."""

from django.urls import path

from registret.web.door import card_views

urlpatterns = [
    path("k/<str:label>", card_views.door, name="door"),
    path("p/<str:label>/<str:secret>", card_views.probe, name="probe"),
]
handler404 = "registret.web.door.card_views.nothing_here"
handler400 = "registret.web.refusals.bad_request"
handler500 = "registret.web.door.card_views.broken"
