"""How the installation is: for load balancers, for monitoring, and for the registry office in words."""

from __future__ import annotations

from django.http import Http404, HttpResponse, JsonResponse

from registret.access.roles import Permission
from registret.web.gate import needs, open_to_all
from registret.web.health.metrics import CONTENT_TYPE, may_read, measured
from registret.web.health.pages import health_page
from registret.web.health.readiness import lacking
from registret.web.http import ActorRequest, Request
from registret.web.pieces import show


@open_to_all.read
def alive(request: Request) -> HttpResponse:
    """200 as long as the process answers at all. A database that is down is no reason to start it anew."""
    return JsonResponse({"alive": True})


@open_to_all.read
def ready(request: Request) -> HttpResponse:
    """200 if people should be sent to this node, 503 if another one may do better. Tells no secrets."""
    lacks = lacking()
    return JsonResponse({"ready": not lacks, "lacks": lacks}, status=503 if lacks else 200)


@open_to_all.read
def metrics(request: Request) -> HttpResponse:
    """For Prometheus. 404 for clients that may not read it."""
    if not may_read(request):
        raise Http404
    return HttpResponse(measured(at=request.at), content_type=CONTENT_TYPE)


@needs(Permission.APPOINT).get
def health(request: ActorRequest) -> HttpResponse:
    """Driftläge: each revocation list, letters that wait, and opt-outs that a restored backup would forget."""
    return show(request, "health/health.html", health_page(at=request.at), tab="health")
