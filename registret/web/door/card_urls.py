"""All that the card hosts answer: the door itself, and the silent probe."""

from django.urls import path

from registret.web.door import card_views

urlpatterns = [
    path("k", card_views.door, name="door"),
    path("p/<str:secret>", card_views.probe, name="probe"),
]
handler404 = "registret.web.door.card_views.nothing_here"
handler400 = "registret.web.refusals.bad_request"
handler500 = "registret.web.door.card_views.broken"
