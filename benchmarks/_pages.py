"""Pages as people at work ask for them, and the people: for benchmarks that measure what a user gets."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from benchmarks.logins import number_of_patient

if TYPE_CHECKING:
    from tests.cast import Person
    from tests.journeys.running import House

REPORTERS: Final = 8
APPLICANTS: Final = 12
DRAFTS: Final = 50
HOST: Final = "registret.localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page, and who asks for it: a registrar (any of them), the administrator, the reviewer, or nobody in particular.

    `sent`: what the form says for the n-th time; None: it is a GET. `path` may differ from time to time as well.
    """

    name: str
    who: str = "reporter"
    path: Callable[[int], str]
    sent: Callable[[int], Mapping[str, str]] | None = None
    status: int = 200


class Browser:
    """A logged-in user, whose connections to the site stay open between requests."""

    def __init__(self, house: House, cookies: Mapping[str, str], token: str) -> None:
        self._port = house.site_port
        self._tls = ssl.create_default_context(cafile=str(house.authority.web_root))
        self._headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "Origin": house.site,
            "Accept-Encoding": "gzip, deflate, br",
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._token = token

    def connected(self) -> HTTPConnection:
        made = HTTPConnection(HOST, self._port)
        plain = socket.create_connection(("127.0.0.1", self._port))
        made.sock = self._tls.wrap_socket(plain, server_hostname=HOST)
        return made

    def ask(self, connection: HTTPConnection, page: Page, n: int) -> HTTPResponse:
        """Return once the first byte is here. `read` reads the rest."""
        if page.sent is None:
            connection.request("GET", page.path(n), headers=self._headers)
        else:
            body = urlencode({"csrfmiddlewaretoken": self._token, **page.sent(n)})
            connection.request("POST", page.path(n), body, self._headers)
        answer = connection.getresponse()
        if answer.status != page.status:
            raise SystemExit(f"{page.name}: {answer.status}\n{answer.read()[:2000]!r}")
        return answer


def as_settings_of(house: House) -> None:
    """Its tables are made, and Django in this process connects to them."""
    from registret.demo.postgres import ROLE
    from tests.journeys.running import owner_of

    house.migrate()
    # As the tests connect: logged in as the owner, who fills tables, and acting as the role that serves.
    owner = f"{owner_of(house.environment['DATABASE_URL'])}?options=-c%20role%3D{ROLE}"
    # The owner's commands stay outside of it: nobody copies a database in which they are.
    outside = os.environ["REGISTRET_OWNER_DATABASE_URL"]
    os.environ |= house.environment | {"DATABASE_URL": owner, "REGISTRET_OWNER_DATABASE_URL": outside}
    import django

    django.setup()
    from registret.config.ready import collect_static

    collect_static()


def people_at_work() -> dict[str, list[Person]]:
    """At the first clinic and at the office: who asks for the pages."""
    from registret.access.roles import Role
    from tests import cast

    clinic, now = cast.clinic_id(cast.INFECTION), datetime.now(UTC)
    reporters = [cast.person("Nils", f"Nord{n:03}", f"SE2321009991-B{n:05}") for n in range(REPORTERS)]
    for who in reporters:
        cast.appoint_by_program(who, Role.REPORTER, clinic_id=clinic, at=now - timedelta(days=2))
    for n in range(APPLICANTS):
        cast.register(cast.person("Sara", f"Syd{n}", f"SE2321009991-C{n:05}"), clinic, at=now - timedelta(days=1))
    samir = cast.person("Samir", "Said", "SE2321009991-D00000")
    cast.appoint_by_program(samir, Role.SUPPORT, at=now - timedelta(days=2))
    return {
        "reporter": reporters,
        "administrator": [cast.BERTIL],
        "reviewer": [cast.ERIK],
        "office": [cast.DORIS],
        "support": [samir],
    }


def pages_of(anna: Any) -> list[Page]:
    from registret.records.models import Step
    from registret.records.scope import provider_scope

    with provider_scope(anna):
        steps = Step.objects.filter(clinic_id=anna.seat.clinic_id, code="acute", state="signed").order_by("-id")
        patients = list(steps.values_list("episode__patient__system_id", flat=True)[:200])
    drafts = [_draft(anna, n) for n in range(DRAFTS)]

    def form(n: int) -> str:
        return f"/vardepisod/{drafts[n % len(drafts)]}/acute"

    def saved(n: int) -> dict[str, str]:
        # Of a page that has seen what all others wrote, so each counts.
        return {"base": "9999999", "changed": "respiratory_rate", "respiratory_rate": str(12 + n // len(drafts) % 30)}

    return [
        Page(name="front", who="nobody", path=lambda n: "/"),
        Page(name="start", path=lambda n: "/start"),
        Page(name="list of episodes", path=lambda n: "/registreringar"),
        Page(name="patient", path=lambda n: f"/patient/{patients[n % len(patients)]}"),
        Page(name="form", path=form),
        Page(name="autosave", path=lambda n: f"{form(n)}/spara", sent=saved),
        Page(
            name="search by system id",
            path=lambda n: "/patienter",
            sent=lambda n: {"q": patients[n % len(patients)]},
            status=303,
        ),
        Page(name="search by name", path=lambda n: "/patienter", sent=lambda n: {"q": "Åberg"}),
        Page(name="attest", who="administrator", path=lambda n: "/attestera"),
        Page(name="people", who="administrator", path=lambda n: "/personer"),
        Page(name="log", who="reviewer", path=lambda n: "/loggen"),
        Page(name="idle clock", path=lambda n: "/session"),
    ]


def _draft(anna: Any, n: int) -> str:
    """A pneumonia, half written."""
    from registret.records.reporting import writing
    from tests.rooms.records.scene import ACUTE, NOW, begun

    episode = begun(anna, patient=number_of_patient(n))
    some = {code: texts for code, texts in ACUTE.items() if code not in {"systolic", "diastolic"}}
    writing.write(actor=anna, episode=episode, step="acute", base=0, written=some, at=NOW)
    return episode


def browsers_of(house: House, people: Mapping[str, Sequence[Person]]) -> dict[str, list[Browser]]:
    from tests.journeys.people import Person as Holder
    from tests.journeys.wire import Visitor, token_in

    found: dict[str, list[Browser]] = {}
    for role, everybody in people.items():
        for who in everybody:
            visitor = Holder(house, who.card.given_name, who.card.surname, who.hsa_id).visitor()
            start = visitor.log_in()
            if role == "reviewer":
                said = {"why": "follow_up", "reason": "Kvartalets uppföljning"}
                assert visitor.post("/loggen/oppna", said, form_on="/loggen").status_code == 303
            found.setdefault(role, []).append(Browser(house, visitor.cookies, token_in(start)))
    nobody = Visitor(house)
    found["nobody"] = [Browser(house, nobody.cookies, token_in(nobody.get("/")))]
    return found
