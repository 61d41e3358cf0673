"""All addresses of the site, and the demo's mailbox: settings choose this list in demo mode, and no other time."""

from django.urls import path

from registret.demo import pages
from registret.web.urls import handler400, handler404, handler500
from registret.web.urls import urlpatterns as site

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    *site,
    path("demo/brevlada", pages.mailbox, name="mailbox"),
    path("demo/brevlada/<str:name>", pages.letter, name="mailbox_letter"),
    path("demo/brevlada/<str:name>/html", pages.letter_html, name="mailbox_html"),
]
