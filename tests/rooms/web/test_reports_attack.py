"""An attack: all that pages show of others in two editions, each picture inverted, the own figures subtracted.

The attackers are all clinics together, each of which also knows its own figures, and the public. What they learn is
never of a few; what the public learns, never of fewer than its own limit.
"""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final

import pytest
from django.utils import timezone

from registret.access.roles import Role
from registret.kernel.sweden import midnight, months_later
from registret.registries.measuring import ALL
from registret.reports.counts import Counts
from registret.reports.editions import make_edition
from registret.reports.models import Cell, Edition, EditionCell
from registret.reports.periods import Months, complete_periods, last_complete
from registret.reports.publishing import decide_publication
from registret.reports.statistics.intervals import proportion
from registret.reports.statistics.tails import QUESTION, z_score
from registret.reports.telling import TellingLimits
from tests import cast
from tests.cast import ANNA, CECILIA, DORIS, Country, Person, person
from tests.rooms.web.client import Browser, Page

pytestmark = pytest.mark.django_db

MAX: Final = person("Max", "Holm", "SE2321009991-E00M8H3")
"""At the other clinic of the region."""
WITHIN_4 = "antibiotic_within_4_hours"
GROUPS = {"Kvinnor": "sex:female", "Män": "sex:male", "Okänt": "sex:unknown"}
FEW, FEW_FOR_ALL = 5, 10

Part = tuple[int, Months, str]
"""Of a clinic, in a half-year, of a group."""
Knowledge = dict[frozenset[Part], Counts]


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    place = cast.country(timezone.now() - timedelta(days=30))
    then = timezone.now() - timedelta(days=20)
    for who, clinic in ((ANNA, place.infection), (MAX, place.medicine), (CECILIA, place.sydvik)):
        cast.appoint_by_program(who, Role.REPORTER, clinic_id=clinic, at=then)
    return place


class Scene:
    """Two half-years in which three clinics registered some; nobody did before."""

    def __init__(self, place: Country, seed: int, *, at: datetime) -> None:
        decide_publication(
            subject=f"pneumoni.{WITHIN_4}", is_published=True, reason="Prov", by=cast.actor(DORIS, at=at).by, at=at
        )
        self._dice = random.Random(seed)
        self.earlier, self.later = complete_periods(6, until=last_complete(1, at=at), after=None)
        self.first_edition_at = midnight(months_later(self.earlier.last, 3))
        self.second_edition_at = at
        self.people: Mapping[int, Person] = {place.infection: ANNA, place.medicine: MAX, place.sydvik: CECILIA}
        self.regions = {"Region Norrvik": {place.infection, place.medicine}, "Region Sydvik": {place.sydvik}}
        self._most = self._dice.choice([8, 14, 25])

    def register(self, period: Months) -> None:
        for clinic in self.people:
            by_group = {group: (self._some(), self._some()) for group in GROUPS.values()}
            by_group[ALL] = tuple(map(sum, zip(*by_group.values(), strict=True)))  # type: ignore[assignment]
            for group, (reached, not_reached) in by_group.items():
                if reached or not_reached:
                    Cell.objects.create(
                        sub_registry="pneumoni", indicator=WITHIN_4, version=1, clinic_id=clinic, month=period.last,
                        stratum=group, reached=reached, not_reached=not_reached,
                    )  # fmt: skip

    def _some(self) -> int:
        return self._dice.choice([0, self._dice.randint(0, 4), self._dice.randint(0, self._most)])

    def sign_late_and_opt_out(self) -> None:
        """One patient more here, one less there, in months that were told."""
        for cell in Cell.objects.filter(month=self.earlier.last):
            cell.reached = max(cell.reached + self._dice.choice([-1, 0, 1]), 1)
            cell.save(update_fields=["reached"])

    def own(self, clinic: int, period: Months) -> Knowledge:
        """What a clinic knows of itself, at this moment."""
        cells = {cell.stratum: cell for cell in Cell.objects.filter(clinic_id=clinic, month=period.last)}
        counted = {
            group: Counts(reached=cells[group].reached, not_reached=cells[group].not_reached)
            if group in cells
            else Counts()
            for group in (ALL, *GROUPS.values())
        }
        return {parts([clinic], [period], group): counts for group, counts in counted.items()}


def parts(clinics: Iterable[int], periods: Iterable[Months], group: str) -> frozenset[Part]:
    groups = list(GROUPS.values()) if group == ALL else [group]
    clinics, periods = list(clinics), list(periods)
    return frozenset((clinic, period, one) for clinic in clinics for period in periods for one in groups)


# --- what is seen ---------------------------------------------------------------------------------------------


def seen(scene: Scene, periods: list[Months]) -> Knowledge:
    """What the pages of all clinics show of clinics, regions and the country. Pictures and files say what the tables
    do, and no more."""
    found: Knowledge = {}
    for clinic, who in scene.people.items():
        region, clinics = next((name, all_) for name, all_ in scene.regions.items() if clinic in all_)
        page = Browser.of(who).get(f"/rapporter/pneumoni/{WITHIN_4}")
        rows = dict(_rows(page))
        file = _in_file(who)
        areas = {region: (clinics, "reg", 0), "Riket": (set(scene.people), "all", 1)}
        for name, (of_area, whose, column) in areas.items():
            told = _counts(rows[name][-2]) if name in rows else None
            assert_drawn_as_told(page, whose, told)
            assert file.get("Riket" if name == "Riket" else "Regionen") == told
            if told is not None:
                found[parts(of_area, periods, ALL)] = told
            for label, group in GROUPS.items():
                in_group = _counts(rows[label][1 + column]) if label in rows else None
                if in_group is not None:
                    found[parts(of_area, periods, group)] = in_group
        for other, told in clinics_seen(page, who, clinic, periods).items():
            found[parts([other], periods, ALL)] = told
    return found


def clinics_seen(page: Page, who: Person, own: int, periods: list[Months]) -> dict[int, Counts]:
    """The other clinics in the table, which picture and file say too. None is named, and the attackers know them."""
    tables = page.content.decode().split("<table")
    rows = [counts for head, cells in _rows_of(tables, "Kliniker sida vid sida") if (counts := _counts(cells[-1]))]
    others = [counts for head, cells in _rows_of(tables, "Kliniker sida vid sida")
              if head.startswith("Klinik ") and (counts := _counts(cells[-1]))]  # fmt: skip
    assert sorted(map(_x_of_n, rows)) == sorted(_clinics_in_file(who))
    assert_dots_as_told(page, sorted(map(_x_of_n, others)))
    stored: dict[int, Counts] = {}
    for cell in EditionCell.objects.exclude(clinic=None).filter(first__in=[one.first for one in periods]):
        counts = Counts(reached=cell.reached, not_reached=cell.not_reached)
        stored[cell.clinic_id or 0] = stored.get(cell.clinic_id or 0, Counts()) + counts
    return {clinic: counts for clinic, counts in stored.items() if clinic != own and counts in others}


def _x_of_n(counts: Counts) -> tuple[int, int]:
    return counts.reached, counts.n


def _rows_of(tables: list[str], caption: str) -> Iterator[tuple[str, list[str]]]:
    for table in tables:
        if f">{caption}</caption>" in table:
            yield from _rows_in(table.partition("</table>")[0])


def _clinics_in_file(who: Person) -> Iterator[tuple[int, int]]:
    answer = Browser.of(who).get(f"/rapporter/pneumoni/{WITHIN_4}/kliniker.csv").content.decode("utf-8-sig")
    for line in answer.splitlines()[1:]:
        yield int(line.split(";")[2]), int(line.split(";")[3])


def assert_dots_as_told(page: Page, others: list[tuple[int, int]]) -> None:
    """Solve the coordinates of the funnel's dots: they are other clinics of the table, and no more."""
    picture = next((one for one in page.content.decode().split("<svg") if "efter antal patienter" in one[:300]), "")
    picture = picture.partition("</svg>")[0]
    dots = [tuple(map(float, one)) for one in re.findall(r'<circle class="d-dot" cx="([\d.]+)" cy="([\d.]+)"', picture)]
    outside = re.findall(r'<path class="d-out" d="M ?([\d.]+)[ ,]([\d.]+) L ?[\d.]+[ ,]([\d.]+)', picture)
    dots += [(float(x), (float(tip) + 2 * float(foot)) / 3) for x, tip, foot in outside]
    if not picture:
        return
    x0, x1 = _ticks(picture, "m", "x", r"\d+")
    y0, y1 = _ticks(picture, "e", "y", r"\d+ %")
    solved = [
        ((x - x0[0]) * (x1[1] - x0[1]) / (x1[0] - x0[0]), y0[1] + (y + 5 - y0[0]) * (y1[1] - y0[1]) / (y1[0] - y0[0]))
        for x, y in dots
    ]
    assert len(solved) <= len(others), "one that is not judged has no dot"
    for n, share in solved:
        assert any(abs(n - whole) < 1 and abs(share - 100 * x / whole) < 1 for x, whole in others), (n, share, others)


def _ticks(picture: str, css: str, axis: str, label: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """The first and the last of an axis: where it is drawn, and its number."""
    found = [
        (float(place.group(1)), float(words.removesuffix(" %")))
        for about, words in re.findall(rf"<text([^>]*)>({label})</text>", picture)
        if f'class="{css}"' in about and (place := re.search(rf'\b{axis}="([\d.]+)"', about))
    ]
    return found[0], found[-1]


def _rows(page: Page) -> Iterator[tuple[str, list[str]]]:
    """By their head. The last row of the own clinic is of the same months as those of others."""
    yield from _rows_in(page.content.decode())


def _rows_in(written: str) -> Iterator[tuple[str, list[str]]]:
    for row in re.findall(r"(?s)<tr\b.*?</tr>", written):
        head, *cells = (_text(cell) for cell in re.findall(r"(?s)<t[hd]\b[^>]*>(.*?)</t[hd]>", row))
        yield head, cells


def _in_file(who: Person) -> Mapping[str, Counts]:
    """By place, of those whose figure the file tells."""
    answer = Browser.of(who).get("/rapporter/pneumoni.csv").content.decode("utf-8-sig")
    rows = [line.split(";") for line in answer.splitlines()]
    told = [row for row in rows if row[0] == WITHIN_4 and row[7].isdecimal()]
    return {row[3]: Counts(reached=int(row[7]), not_reached=int(row[8]) - int(row[7])) for row in told}


def _text(cell: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", cell)).split())


def _counts(cell: str) -> Counts | None:
    found = re.search(r"(\d+) av (\d+)", cell)
    if found is None:
        return None
    reached, n = map(int, found.groups())
    return Counts(reached=reached, not_reached=n - reached)


def assert_drawn_as_told(page: Page, whose: str, told: Counts | None) -> None:
    """Solve the coordinates of an area for its counts: they are those of the table, and nothing where it has none."""
    picture = page.content.decode().partition('class="chart"')[2].partition("</svg>")[0]
    line = re.search(rf'<path class="c-{whose} solid" d="M ?([\d.]+)[ ,][\d.]+ L ?([\d.]+)', picture)
    assert (line is not None) == (told is not None and told.n > 0)
    if line is None or told is None:
        assert f"-{whose}" not in picture
        return
    # The labels of the axis stand in the middle (m) below their ticks.
    ticks = [
        (float(found.group(1)), float(tick))
        for about, tick in re.findall(r"<text([^>]*)>(\d+) %</text>", picture)
        if 'class="m"' in about and (found := re.search(r'\bx="([\d.]+)"', about))
    ]
    (x0, low), (x1, high) = ticks[0], ticks[-1]
    ends = [(low + (float(x) - x0) * (high - low) / (x1 - x0)) / 100 for x in line.groups()]
    exact = 0.2 * (high - low) / (x1 - x0) / 100
    assert (told.reached, told.n) in set(_shares_within(ends, exact))


def _shares_within(ends: list[float], exact: float) -> Iterator[tuple[int, int]]:
    """All x of n whose interval ends there: its middle says x for each n."""
    square = z_score(QUESTION) ** 2
    for n in range(1, 400):
        x = round((sum(ends) * (n + square) - square) / 2)
        share = proportion(min(max(x, 0), n), n)
        assert share is not None
        if abs(share.interval.low - ends[0]) < exact and abs(share.interval.high - ends[1]) < exact:
            yield x, n


def public(scene: Scene) -> Knowledge:
    """What the public page of the indicator shows, and its files, of each half-year and of all that are told."""
    address = f"/statistik/pneumoni/{WITHIN_4}"
    page = Browser().get(address)
    if page.status_code == 404:
        return {}
    told = _in_public_file(address)
    rows, names = dict(_rows(page)), {"SE": "Riket", "98": "Region Norrvik", "99": "Region Sydvik"}
    half_years = [one for one in (scene.earlier, scene.later) if ("SE", one.first) in told]
    found: Knowledge = {}
    for code, name in names.items():
        clinics = scene.regions.get(name, set(scene.people))
        for period in half_years:
            if (counts := told.get((code, period.first))) is not None:
                found[parts(clinics, [period], ALL)] = counts
        if name in rows:
            together = _counts(rows[name][0])
            assert together is not None
            found[parts(clinics, half_years, ALL)] = together
    if half_years:
        assert_drawn_as_told(page, "all", _counts(rows["Riket"][0]))
        assert page.content.decode().count('class="c-reg solid"') == sum(name in rows for name in scene.regions)
    return found


def _in_public_file(address: str) -> Mapping[tuple[str, date], Counts]:
    """By county and first month. All files say the same."""
    rows = json.loads(Browser().get(f"{address}.json").content)["figures"]
    lines = Browser().get(f"{address}.csv").content.decode().splitlines()[1:]
    assert [line.split(";")[9:11] for line in lines] == [[str(r["numerator"]), str(r["denominator"])] for r in rows]
    reports = [one["resource"] for one in json.loads(Browser().get(f"{address}.fhir.json").content)["entry"][1:]]
    assert [[one["count"] for one in report["group"][0]["population"]] for report in reports] == [
        [row["denominator"], row["numerator"]] for row in rows
    ]
    return {
        (row["area_code"], date.fromisoformat(f"{row['first_month']}-01")): Counts(
            reached=row["numerator"], not_reached=row["denominator"] - row["numerator"]
        )
        for row in rows
    }


# --- what is computed -----------------------------------------------------------------------------------------


def learnt(shown: Knowledge, own: Knowledge) -> Iterator[tuple[frozenset[Part], Counts]]:
    """Subtract all that is part of something else, again and again; yield what is about others alone."""
    known = shown | own
    newest = dict(known)
    for _ in range(3):
        found = {
            whole - part: known[whole] - known[part]
            for whole in known
            for part in known
            if part < whole and (whole in newest or part in newest) and whole - part not in known
        }
        newest = found
        known |= found
    mine: frozenset[Part] = frozenset().union(*own)
    yield from ((of, counts) for of, counts in known.items() if not of & mine)


def is_of_few(counts: Counts) -> bool:
    return any(0 < number < FEW for number in (counts.n, counts.reached, counts.not_reached))


def is_of_few_for_all(counts: Counts) -> bool:
    return 0 < counts.n < FEW_FOR_ALL or is_of_few(counts)


def attack(scene: Scene, make: Callable[[datetime], object]) -> list[tuple[frozenset[Part], Counts]]:
    """Return what the attackers learn of a few patients, from the first edition and the second. `make` makes one."""
    scene.register(scene.earlier)
    own = {clinic: scene.own(clinic, scene.earlier) for clinic in scene.people}
    make(scene.first_edition_at)
    open_to_all = public(scene)
    shown = seen(scene, [scene.earlier])
    scene.sign_late_and_opt_out()
    scene.register(scene.later)
    for clinic in scene.people:
        own[clinic] |= scene.own(clinic, scene.later)
    make(scene.second_edition_at)
    tells = {cell.first for cell in EditionCell.objects.filter(indicator=WITHIN_4, stratum=ALL, region=None)}
    open_to_all |= public(scene)
    shown |= seen(scene, [one for one in (scene.earlier, scene.later) if one.first in tells])
    of_clinics = [one for mine in own.values() for one in learnt(shown | open_to_all, mine) if is_of_few(one[1])]
    return of_clinics + [
        one for mine in ({}, *own.values()) for one in learnt(open_to_all, mine) if is_of_few_for_all(one[1])
    ]


def without_secondary_suppression(scene: Scene) -> Callable[[datetime], object]:
    """Make editions that hide what is small itself, and nothing else."""

    def make(at: datetime) -> None:
        edition = Edition.objects.create(number=Edition.objects.count() + 1, made_at=at, rules={})
        period = scene.later if at == scene.second_edition_at else scene.earlier
        regions = {name: next(iter(clinics)) for name, clinics in scene.regions.items()}
        for name, of_area in {"": set(scene.people), **scene.regions}.items():
            for group in (ALL, *GROUPS.values()):
                cells = Cell.objects.filter(clinic_id__in=of_area, month=period.last, stratum=group)
                counts = sum((Counts(reached=c.reached, not_reached=c.not_reached) for c in cells), Counts())
                if TellingLimits(patients=FEW, outcome=FEW).allow(counts):
                    EditionCell.objects.create(
                        edition=edition, sub_registry="pneumoni", indicator=WITHIN_4, version=1, stratum=group,
                        region_id=cast.region_of(regions[name]) if name else None, first=period.first, last=period.last,
                        reached=counts.reached, not_reached=counts.not_reached,
                        is_public=group == ALL and not 0 < counts.n < FEW_FOR_ALL,
                    )  # fmt: skip

    return make


def tell_every_large_clinic(period: Months) -> None:
    """Beside what an edition tells of the country, each clinic that is not small itself."""
    country = EditionCell.objects.get(indicator=WITHIN_4, stratum=ALL, region=None, first=period.first)
    for cell in Cell.objects.filter(month=period.last, stratum=ALL):
        counts = Counts(reached=cell.reached, not_reached=cell.not_reached)
        if TellingLimits(patients=FEW, outcome=FEW).allow(counts):
            EditionCell.objects.get_or_create(
                sub_registry="pneumoni", indicator=WITHIN_4, version=1, clinic_id=cell.clinic_id, stratum=ALL,
                first=period.first, last=period.last, region_id=cast.region_of(cell.clinic_id),
                defaults={"edition": country.edition, "reached": counts.reached, "not_reached": counts.not_reached},
            )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_two_editions_teach_nobody_a_number_of_a_few_patients(place: Country, now: datetime, seed: int) -> None:
    scene = Scene(place, seed, at=now)
    assert attack(scene, lambda at: make_edition(at=at)) == []


@pytest.mark.parametrize("seed", range(2))
def test_the_attack_succeeds_where_secondary_suppression_is_dropped(place: Country, now: datetime, seed: int) -> None:
    scene = Scene(place, seed, at=now)
    assert attack(scene, without_secondary_suppression(scene)) != []


def test_the_attack_succeeds_where_every_large_clinic_is_told(place: Country, now: datetime) -> None:
    """And not before: the clinic of few disappears among the others."""
    scene = Scene(place, 0, at=now)
    for clinic, (reached, not_reached) in zip(scene.people, ((20, 10), (2, 2), (30, 20)), strict=True):
        Cell.objects.create(
            sub_registry="pneumoni", indicator=WITHIN_4, version=1, clinic_id=clinic, month=scene.later.last,
            reached=reached, not_reached=not_reached,
        )  # fmt: skip
    make_edition(at=now)
    assert few_learnt(scene, by=place.sydvik) == []
    tell_every_large_clinic(scene.later)
    assert few_learnt(scene, by=place.sydvik) == [(parts([place.medicine], [scene.later], ALL), (2, 4))]


def few_learnt(scene: Scene, *, by: int) -> list[tuple[frozenset[Part], tuple[int, int]]]:
    own = {of: counts for of, counts in scene.own(by, scene.later).items() if counts.n}
    found = learnt(seen(scene, [scene.later]), own)
    return [(of, _x_of_n(counts)) for of, counts in found if is_of_few(counts)]


def test_the_attackers_see_something(place: Country, now: datetime) -> None:
    scene = Scene(place, 0, at=now)
    for clinic in scene.people:
        Cell.objects.create(
            sub_registry="pneumoni", indicator=WITHIN_4, version=1, clinic_id=clinic, month=scene.later.last,
            reached=20, not_reached=10,
        )  # fmt: skip
    make_edition(at=now)
    assert len(list(seen(scene, [scene.later]))) == 2 + 3, "country, region, and clinics, of which one is a region"
    assert len(public(scene)) == 3
