"""People who log in, register, begin episodes and sign, for as long as the load lasts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from threading import Event, Lock, Thread
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from benchmarks.logins import number_of_patient
from registret.kernel.secret import fingerprint
from registret.kernel.sweden import day_of
from tests.chaos.journal import Journal
from tests.chaos.place import case_handler, reporters
from tests.journeys.people import CLINIC_TITLE, Person, clinic_id
from tests.journeys.running import House
from tests.journeys.wire import Visitor, token_in

NEWCOMERS: Final = 2
EPISODES_A_LOGIN: Final = 3
OPT_OUTS_A_LOGIN: Final = 3
SESSION: Final = "__Host-session"
_numbers = count()


class Load:
    """The clients, and what they saw: by round, how often each status, or each way in which no answer came."""

    def __init__(self, place: House, journal: Journal, *, with_opt_outs: bool = False) -> None:
        self.place, self.journal, self._with_opt_outs = place, journal, with_opt_outs
        self.seen: dict[int, Counter[str]] = {}
        self._lock = Lock()
        self._ends = Event()

    @contextmanager
    def lasts(self) -> Iterator[None]:
        acts = [self._reports(who) for who in reporters(self.place)] + [self._registers() for _ in range(NEWCOMERS)]
        if self._with_opt_outs:
            acts.append(self._hides(case_handler(self.place)))
        threads = [Thread(target=self._goes_on, args=(one,)) for one in acts]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._ends.set()
            for thread in threads:
                thread.join()

    def saw(self, what: str) -> None:
        with self._lock:
            self.seen.setdefault(self.journal.round, Counter())[what] += 1

    def _goes_on(self, acts: Iterator[None]) -> None:
        for _ in acts:
            if self._ends.wait(0.05):
                return

    def _reports(self, who: Person) -> Iterator[None]:
        while True:
            yield
            client = Client(self, who)
            if not client.logs_in():
                continue
            for _ in range(EPISODES_A_LOGIN):
                yield
                episode = client.begins_episode(number_of_patient(next(_numbers)))
                if episode:
                    yield
                    client.signs(episode)

    def _hides(self, who: Person) -> Iterator[None]:
        while True:
            yield
            client = Client(self, who)
            if not client.logs_in():
                continue
            for _ in range(OPT_OUTS_A_LOGIN):
                yield
                client.opts_out(number_of_patient(next(_numbers)))

    def _registers(self) -> Iterator[None]:
        while True:
            yield
            number = next(_numbers)
            who = Person(self.place, "Vera", f"Vik{number}", f"SE2321009991-C{number:05}")
            client = Client(self, who)
            if client.logs_in():
                yield
                client.registers()


class Client(Visitor):
    """One browser of a person. Each act says whether it was acknowledged."""

    def __init__(self, load: Load, who: Person) -> None:
        super().__init__(load.place, who.card)
        self.load, self.who = load, who

    def logs_in(self) -> bool:
        back = self._back_from_the_card()
        return bool(back and self._tried("login", self.who.hsa_id, lambda: self.get(back), _session))

    def registers(self) -> bool:
        page = self._looked("/registrera")
        if page is None:
            return False
        fields = {
            "email": self.who.mail,
            "clinic": clinic_id(page.text, CLINIC_TITLE),
            "role": "reporter",
            "sub_registries": "pneumoni",
            "message": "",
            "secrecy": "on",
            "ok": "1",
        }
        return bool(self._sent("registration", self.who.hsa_id, page, "/registrera", fields, r"/nastan-klart"))

    def begins_episode(self, number: str) -> str:
        page = self._looked("/patienter")
        if page is None:
            return ""
        fields = {"number": number, "sub_registry": "pneumoni", "go": "1", **_answers("INCLUDED")}
        subject = number.replace("-", "")
        return self._sent("episode", subject, page, "/patienter/ny", fields, r"/vardepisod/(E\w+)/")

    def signs(self, episode: str) -> bool:
        path = f"/vardepisod/{episode}/acute"
        page = self._looked(path)
        if page is None:
            return False
        fields = {"do": "sign", "base": "0", **_answers("ACUTE")}
        return bool(self._sent("signature", episode, page, path, fields, r"klart=signerat"))

    def opts_out(self, number: str) -> bool:
        """A patient of whom nothing is registered."""
        page = self._looked("/patientarenden")
        if page is None:
            return False
        fields = {"number": number, "case_number": "26RS4711", "ok": "1", "sure": "1", "seen": ""}
        mark = _mark_of(number)
        return bool(self._sent("opt-out", mark, page, "/patientarenden/avboj", fields, r"/patientarenden\?klart=\d+"))

    def _site(self, method: str, path: str, **how: Any) -> httpx.Response:
        try:
            answer = super()._site(method, path, **how)
        except httpx.HTTPError:
            self.load.saw("no answer")
            raise
        self.load.saw(str(answer.status_code))
        return answer

    def _back_from_the_card(self) -> str:
        """The address with the single-use code; "" if there is none."""
        front = self._looked("/")
        if front is None:
            return ""
        try:
            begun = self._site("POST", "/logga-in", data={"csrfmiddlewaretoken": token_in(front)})
            if begun.status_code != 303:
                return ""
            answer = self.at_the_door(begun.headers["Location"])
        except httpx.HTTPError:
            return ""
        target = urlsplit(answer.headers.get("Location", ""))
        return f"{target.path}?{target.query}" if target.query else target.path

    def _looked(self, path: str) -> httpx.Response | None:
        """The page with a form in it; None if it does not come."""
        try:
            page = self.get(path)
        except httpx.HTTPError:
            return None
        return page if page.status_code == 200 else None

    def _sent(
        self, kind: str, subject: str, page: httpx.Response, path: str, fields: Mapping[str, Any], done: str
    ) -> str:
        data = {"csrfmiddlewaretoken": token_in(page), **fields}

        def result(answer: httpx.Response) -> str:
            found = re.search(done, answer.headers.get("Location", "")) if answer.status_code == 303 else None
            return found[found.re.groups] if found else ""

        return self._tried(kind, subject, lambda: self._site("POST", path, data=data), result)

    def _tried(self, *act: Any) -> str:
        return self.load.journal.tried(*act)


def _session(answer: httpx.Response) -> str:
    key = answer.cookies.get(SESSION)
    return fingerprint(key).hex() if key else ""


def _mark_of(number: str) -> str:
    """By which the registry knows who opted out. Its module needs Django."""
    from registret.records.opt_out_marks import mark_of
    from tests.rooms.records import scene

    return mark_of(scene.number(number))[1]


def _answers(which: str) -> dict[str, Sequence[str]]:
    """Those of the tests, about yesterday. Its module needs Django."""
    from tests.rooms.records import scene

    yesterday = day_of(datetime.now().astimezone()) - timedelta(days=1)
    texts: Mapping[str, Sequence[str]] = getattr(scene, which)
    return {code: [text.replace("2026-11-20", f"{yesterday}") for text in given] for code, given in texts.items()}
