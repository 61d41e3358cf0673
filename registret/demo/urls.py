"""All addresses of the site, and what only the demo has: settings choose this list in demo mode, and no other time."""

from django.urls import path

from registret.demo import pages
from registret.web.urls import handler400, handler404, handler500
from registret.web.urls import urlpatterns as site

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    *site,
    path("demo/brevlada", pages.mailbox, name="mailbox"),
    path("demo/brevlada/<str:name>", pages.letter, name="mailbox_letter"),
    path("demo/brevlada/<str:name>/text", pages.letter_text, name="mailbox_text"),
    path("demo/roller", pages.roles, name="demo_roles"),
]
