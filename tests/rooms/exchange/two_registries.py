"""A registry whose clinic takes its episodes out, and a second one with the same places and people, that has none.

The second is another database, made as the first was before anybody had registered.
"""

from __future__ import annotations

import io
import json
import random
import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

from django.conf import settings

from registret.access.roles import Permission, Role
from registret.demo.people.episodes import EpisodeAnswers, fictitious_number, of_age, sexed, told
from registret.exchange.exporting.fetching import fetch
from registret.exchange.exporting.making import make_next
from registret.exchange.exporting.ordering import order
from registret.exchange.exporting.rows import scores_of
from registret.exchange.exporting.wishes import ExportFormat, ExportWish
from registret.exchange.importing.results import FileResult, Way
from registret.exchange.importing.running import ImportWish, run
from registret.exchange.mappings.applying import column_faults, moment_in
from registret.exchange.readers import read
from registret.exchange.saved_mappings import mapping_of, save_mapping, understood
from registret.kernel.life import NotPossible
from registret.records.numbers import Sex
from registret.records.queries.exports import ExportedEpisode, ExportSelection, page_to_export
from registret.records.reporting import beginning, signing, writing
from registret.records.reporting.inclusion import NewPatient
from registret.records.scope import provider_scope
from registret.registries.assessing import KnownOfPatient
from registret.registries.forms import Form
from registret.registries.loading.catalogue import DEFINITIONS
from registret.registries.queries import catalogue, form_in_force
from tests import cast
from tests.cast import Country
from tests.rooms.exchange.scene import EVA, INES
from tests.rooms.records.scene import DAY, MINUTE, NOW, number

SUB_REGISTRIES = ("pneumoni", "meningit", "endokardit", "sepsis", "led-nativ", "led-protes")
CLOSED = ("led-nativ", "led-protes")
HARD_TEXT = "Åäö; \"citat\", 'apostrof', <b> & 1,5"
PERIOD = {"first_day": date(2020, 1, 1), "last_day": date(2026, 12, 31)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A step as a file tells of it."""

    state: str
    at: datetime | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeFacts:
    """What must be the same in both. `answers`: as they are stored."""

    began_at: datetime
    birth_date: date
    sex: Sex
    answers: Mapping[str, Mapping[str, object]]
    scores: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstRegistry:
    """`files`: archives by format and sub-registry. `episodes`: by patient. `signed`: by episode and step."""

    files: Mapping[tuple[ExportFormat, str], bytes]
    episodes: Mapping[str, EpisodeFacts]
    signed: Mapping[tuple[str, str], Signed]


@contextmanager
def all_open(folder: Path) -> Iterator[None]:
    """Both registries register infections of joints too, as the platform before them did."""
    for code in CLOSED:
        place = folder / code / "2"
        shutil.copytree(DEFINITIONS / code / "1", place)
        register = place / "register.toml"
        text = re.sub(r"(?m)^closed_year = \d+\n", "", register.read_text(encoding="utf-8"))
        register.write_text(text.replace('state = "closed"', 'state = "open"'), encoding="utf-8")
    before = settings.DEFINITIONS_DIR
    settings.DEFINITIONS_DIR = folder
    catalogue.cache_clear()
    try:
        yield
    finally:
        settings.DEFINITIONS_DIR = before
        catalogue.cache_clear()


def people() -> Country:
    place = cast.country(NOW - 30 * DAY)
    cast.appoint_by_program(INES, Role.IMPORTER, clinic_id=place.infection, at=NOW - 20 * DAY)
    cast.appoint_by_program(EVA, Role.EXPORTER, clinic_id=place.infection, at=NOW - 20 * DAY)
    return place


def filled(how_many: int) -> FirstRegistry:
    """The first registry, with so many episodes of each sub-registry."""
    for place, code in enumerate(SUB_REGISTRIES):
        form = form_now(code)
        for who, story, is_whole in stories(form, how_many, place):
            _typed(form, who, story, is_whole=is_whole)
    found = exported()
    asked = [(kind, code) for kind in ExportFormat for code in SUB_REGISTRIES]
    return FirstRegistry(
        files={one: _taken_out(*one, at=NOW + 10 * place * MINUTE) for place, one in enumerate(asked)},
        episodes=facts_of(found),
        signed={
            (episode.system_id, step.code): Signed(state=step.state.value, at=step.signed_at, by=step.signed_by_name)
            for episode in found
            for step in episode.steps
        },
    )


def form_now(code: str) -> Form:
    form = form_in_force(code)
    assert form is not None
    return form


def stories(form: Form, how_many: int, place: int) -> Iterator[tuple[NewPatient, EpisodeAnswers, bool]]:
    """A patient, the answers to each step, and whether all of them are given. The first has a reserve number."""
    rng = random.Random(form.code)
    seen: set[str] = set()
    for episode in range(how_many):
        began_at = NOW - timedelta(days=200 + episode)
        born, patient = of_age(rng, at=began_at)
        who = NewPatient(number=number(f"22800101AB{10 + place}"), birth_date=born, sex=Sex(patient.sex))
        while episode and who.number.text in {*seen, f"22800101AB{10 + place}"}:
            who, patient = _personal(rng, born, patient)
        seen.add(who.number.text)
        made = told(form, patient=patient, began_at=began_at, at=NOW, rng=rng)
        yield who, _harder(form, made, with_text=episode % 2 == 1), episode % 3 != 2


def _personal(rng: random.Random, born: date, patient: KnownOfPatient) -> tuple[NewPatient, KnownOfPatient]:
    text = fictitious_number(rng, born=born)
    return NewPatient(number=number(text)), sexed(text, patient)


def _harder(form: Form, made: EpisodeAnswers, *, with_text: bool) -> EpisodeAnswers:
    """With marks before numbers, several agents, and a text with all that a format has to guard."""
    written = {step: dict(answers) for step, answers in made.written.items()}
    for answers in written.values():
        if with_text and "agent" in answers:
            bacteria, *_ = (one.code for one in form.questions["agent"].options if not one.alone)
            answers |= {"agent": [bacteria, "other"], "other_agent": [HARD_TEXT]}
        for code, texts in answers.items():
            variable = form.questions[code].variable
            if variable.marks and not texts[0].startswith("missing:"):
                answers[code] = [f"{variable.marks[-1]}{texts[0]}"]
    return replace(made, written=written)


def _typed(form: Form, who: NewPatient, story: EpisodeAnswers, *, is_whole: bool) -> None:
    """As a person would: each step is signed if it can be. Of one that is not whole the last step is not begun."""
    ines = cast.actor(INES, at=NOW)
    first, *later = form.steps
    written = story.written[first.code]
    episode = beginning.begin(actor=ines, who=who, sub_registry=form.code, written=written, is_no_double=True, at=NOW)
    for step in later if is_whole else later[:-1]:
        written = story.written[step.code]
        try:
            outcome = writing.write(actor=ines, episode=episode, step=step.code, base=0, written=written, at=NOW)
        except NotPossible:
            continue  # closed by a death that an earlier step tells of
        assert outcome.faults == {}
        if is_whole and outcome.page.assessment.can_be_signed:
            base = outcome.page.step.version
            signing.sign(actor=ines, episode=episode, step=step.code, base=base, at=NOW)


def _taken_out(kind: ExportFormat, code: str, *, at: datetime) -> bytes:
    """Ordered, made and fetched: at a time of its own, for nobody orders so many within an hour."""
    eva = cast.actor(EVA, at=at)
    selection = ExportSelection(sub_registry=code, **PERIOD)
    export = order(actor=eva, wish=ExportWish(selection=selection, format=kind, reason="Flytt"), at=at)
    make_next(clock=lambda: at)
    with fetch(actor=eva, export=export, at=at) as file:
        return file.read()


def brought_in(archive: bytes) -> FileResult:
    """By the file description that comes along."""
    ines = cast.actor(INES, at=NOW)
    table = read(content_of(archive))
    text = content_of(archive, "filbeskrivning.toml").decode()
    saved = mapping_of(ines, save_mapping(actor=ines, text=text, at=NOW))
    assert column_faults(understood(saved), table) == ()
    return run(actor=ines, wish=ImportWish(saved=saved, table=table, way=Way.ROWS), at=NOW)


def content_of(archive: bytes, name: str = "") -> bytes:
    """Of the file with that name; without one, of the data."""
    with ZipFile(io.BytesIO(archive)) as zipped:
        return zipped.read(name or zipped.namelist()[0])


def exported() -> list[ExportedEpisode]:
    """All episodes of the clinic."""
    eva = cast.actor(EVA, at=NOW)
    found: list[ExportedEpisode] = []
    for code in SUB_REGISTRIES:
        with provider_scope(eva, Permission.EXPORT):
            found += page_to_export(eva, ExportSelection(sub_registry=code, **PERIOD), after=0)
    return found


def facts_of(episodes: Sequence[ExportedEpisode]) -> dict[str, EpisodeFacts]:
    return {
        episode.patient.numbers[0].text: EpisodeFacts(
            began_at=episode.began_at,
            birth_date=episode.patient.birth_date,
            sex=episode.patient.sex,
            answers={step.code: {code: one.stored for code, one in step.answers.items()} for step in episode.steps},
            scores=scores_of(episode),
        )
        for episode in episodes
    }


def signed_in(kind: ExportFormat, archive: bytes) -> dict[tuple[str, str], Signed]:
    """What a file says of signatures, by episode and step."""
    return dict(_signed_in_fhir(archive) if kind is ExportFormat.FHIR else _signed_in_columns(archive))


def _signed_in_columns(archive: bytes) -> Iterator[tuple[tuple[str, str], Signed]]:
    """Of each format that the import reads columns about steps of."""
    episode_id = tomllib.loads(content_of(archive, "filbeskrivning.toml").decode())["source_id"]
    table = read(content_of(archive))
    steps = [name.removesuffix(".state") for name in table.columns if name.endswith(".state")]
    for row in table.rows:
        for step in steps:
            state, at, by = (row.values.get(f"{step}.{about}", "") for about in ("state", "signed_at", "signed_by"))
            if state:
                yield (row.values[episode_id], step), Signed(state=state, at=moment_in(at) if at else None, by=by)


def _signed_in_fhir(archive: bytes) -> Iterator[tuple[tuple[str, str], Signed]]:
    for response in map(json.loads, content_of(archive).splitlines()):
        for step in response["item"]:
            told = {one["url"].rpartition("/")[2]: one for one in step["extension"]}
            at = told["signed-at"]["valueDateTime"] if "signed-at" in told else ""
            by = told["signed-by"]["valueString"] if "signed-by" in told else ""
            name = response["id"], step["linkId"].removeprefix("step:")
            yield name, Signed(state=told["step-state"]["valueCode"], at=moment_in(at) if at else None, by=by)
