"""What reports cost with ten thousand, a hundred thousand and a million episodes: to make anew, to follow, to read.

.venv/bin/python benchmarks/reports.py [--episodes 1000000] [--times 40]

The episodes are those of `benchmarks/records.py`, spread over three years. At 1 %, 10 % and 100 % of them all facts and
cells are made anew, an edition is made, a signature is followed into the figures, and each page of the reports is
fetched as a registrar gets it, without TLS. The registrar's clinic is the largest of forty at 1 %, with hundreds of
episodes a year as a large clinic of the country has, and stays as large while the registry grows. At 100 % the pages
are fetched at a clinic that has grown with it, too: no clinic is as large.

Starts a PostgreSQL of its own, as durable as that of an operator, or makes a test database on the one of DATABASE_URL;
both are removed afterwards.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._episodes import AT, CLINICS, TEMPLATES, grow, people, rebuilt, templates
from benchmarks._promises import Promises
from benchmarks.records import FLAT, show, timed
from tests.environment import prepare

if TYPE_CHECKING:
    from tests.cast import Person

REBUILT: Final = 1_000_000 / 600
"""Episodes a second: a million in ten minutes."""
FOLLOWED_MS: Final = 8_000
"""From a signature to the figures within ten seconds, of which the worker may sleep two."""
PAGE_MS: Final = 150
YEARS: Final = 3
LARGEST: Final = CLINICS - 1
"""The number of the clinic that grows with the registry."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=1_000_000, help="at least 20000, so that 1 % has signed steps")
    parser.add_argument("--times", type=int, default=40)
    given = parser.parse_args()
    prepare(is_durable=True)
    import django

    django.setup()
    from registret.config.ready import collect_static
    from tests.owner import made_database

    collect_static()
    promises = Promises()
    with made_database():
        actor = people()
        templates(random.Random(1), days_ago=lambda number: 30 + number * 365 * YEARS // TEMPLATES)  # noqa: S311
        first: dict[str, float] = {}
        took: dict[str, list[float]] = {}
        made, a_second = 0, 0.0
        for share in (1, 10, 100):
            wanted = given.episodes * share // 100
            grow(made, wanted, largest=LARGEST if made else None)
            made = wanted
            print(f"\n{made} episodes")
            a_second = made / rebuilt()
            print(f"made anew           : {a_second:.0f} episodes a second")
            took = {what: timed(act, given.times) for what, act in acts(actor).items()}
            for what, found in took.items():
                first.setdefault(what, statistics.median(found))
                show(what, found, f"{statistics.median(found) / first[what]:.2f} of 1 %")
        promises.kept("made anew", 1_000_000 / a_second, most=1_000_000 / REBUILT, unit="s for a million episodes")
        for what, found in took.items():
            median = statistics.median(found)
            promises.kept(what, median / first[what], most=FLAT, unit="times as long as at 1 %")
            promises.kept(what, median, most=FOLLOWED_MS if what == SIGNATURE else PAGE_MS, unit="ms")
        print("\nAt a clinic that has a twelfth of them")
        for what, act in pages(registrar_at(LARGEST)).items():
            found = timed(act, given.times)
            show(what, found, f"{statistics.median(found) / statistics.median(took[what]):.2f} of the other clinic")
            promises.kept(f"{what}, there", statistics.median(found), most=PAGE_MS, unit="ms")
    promises.end()


SIGNATURE: Final = "signature to figures"


def acts(actor: Any) -> dict[str, Callable[[int], object]]:
    from registret.records.models import Step
    from registret.records.reporting import signing
    from registret.records.scope import provider_scope
    from registret.reports.making import refresh
    from tests.cast import ANNA
    from tests.rooms.reports.scene import version_of

    with provider_scope(actor):
        found = Step.objects.filter(clinic_id=actor.seat.clinic_id, state="signed", code="acute").order_by("-id")
        signed = [step.episode.system_id for step in found.select_related("episode")[:200]]

    def follow(n: int) -> object:
        """A step is opened again, signed, and its episode counted: twice what a signature is."""
        step: dict[str, Any] = {"actor": actor, "episode": signed[n % len(signed)], "step": "acute", "at": AT}
        signing.reopen(reason="Fel puls", **step)
        signing.sign(base=version_of(actor, step["episode"], "acute"), **step)
        return refresh()

    return {SIGNATURE: follow, **pages(ANNA)}


def registrar_at(number: int) -> Person:
    """Return a person who has the right to report at the clinic with this number."""
    from django.db import connection

    from tests import cast
    from tests.owner import as_owner
    from tests.rooms.records.scene import at_work

    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT clinic FROM bench_clinic WHERE number = %s", [number])
        (clinic_id,) = cursor.fetchone()
    registrar = cast.person("Gunnar", "Alm", "SE2321009991-E00G9M2")
    at_work(registrar, clinic_id, by=None)
    return registrar


def pages(who: Person) -> dict[str, Callable[[int], object]]:
    from tests.rooms.web.client import Browser

    browser = Browser.of(who)

    def page(address: str) -> Callable[[int], object]:
        def get(n: int) -> object:
            answer = browser.get(address)
            assert answer.status_code == 200, (address, answer.status_code)
            return answer

        return get

    one = "/rapporter/pneumoni/time_to_antibiotic"
    return {
        "Rapporter": page("/rapporter"),
        "En indikator": page(one),
        "Vilka är de": page(f"{one}/patienter?utfall=ja"),
        "Datakvalitet": page("/rapporter/pneumoni/datakvalitet"),
        "file": page("/rapporter/pneumoni.csv"),
        "start page": page("/start"),
    }


if __name__ == "__main__":
    main()
