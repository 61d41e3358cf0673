from django.http import HttpRequest, HttpResponse
from django.urls import path

from registret.web.urls import urlpatterns as site


def forgotten(request: HttpRequest) -> HttpResponse:
    return HttpResponse("everybody")


urlpatterns = [*site, path("glomd", forgotten)]
