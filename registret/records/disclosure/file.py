"""The file of a disclosure for research: what it holds, and what it never does.

It holds the answers of signed steps and which steps a death has closed, without numbers, names, system ids, birth dates
and free text. Everything is read, counted and written inside one `snapshot_of_all`, some steps at a time. The lines are
sorted by their pseudonyms, so that their order does not show who is who in two files.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.conf import settings

from registret.kernel.sweden import SWEDEN, day_of
from registret.kernel.table import harmless
from registret.places.queries import clinics
from registret.records.disclosure.pseudonyms import Pseudonyms
from registret.records.disclosure.selection import Extent, Selection, all_steps, signed
from registret.records.lifecycle import StepState
from registret.records.models import Step
from registret.records.numbers import age_on
from registret.registries.answers import MISSING_KEY, AnswerBroken, Stored, restored
from registret.registries.exports import codebook
from registret.registries.forms import Question
from registret.registries.queries import form_of
from registret.registries.vocabulary import VariableType

FORMAT: Final = 1

CLOSED: Final = "closed_steps.csv"
"""The steps that were not to be done any more, for the patient had died: `step`, `closed_why` (`register`: the
population register said so; `answer`: an answer in a form) and `closed`, when the registry learnt of it."""
OLD: Final = 90
"""Few are so old, and an exact age tells them apart. Where full dates were decided, with a reason, it is exact."""

_BATCH: Final = 500
_MINUTE: Final = timedelta(minutes=1)
_SINCE: Final = {VariableType.DATE: "d", VariableType.MOMENT: "min"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What the manifest says of the disclosure, beside what is in it."""

    number: int
    project: str
    approval: str
    recipient_name: str
    recipient_organisation: str
    prepared_by: str
    decided_by: str
    decided_at: datetime | None


@dataclass(kw_only=True)
class _Made:
    """What was written so far."""

    digests: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    versions: set[int] = field(default_factory=set)
    clinics: set[int] = field(default_factory=set)
    unfit: Counter[str] = field(default_factory=Counter)


def write(
    out: IO[bytes], *, selection: Selection, heading: Heading, pseudonyms: Pseudonyms, found: Extent, at: datetime
) -> None:
    """The whole file, as ZIP. Inside `snapshot_of_all`, in which `found` was counted."""
    made = _Made()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for step in selection.steps:
            _add(archive, f"{step}.csv", _lines(selection, step, pseudonyms, made), made, at)
        if selection.can_close:
            _add(archive, CLOSED, _closed_lines(selection, pseudonyms, made), made, at)
        book = codebook.table(_book(selection, made.versions))
        _add(archive, "codebook.csv", [book], made, at)
        manifest = _manifest(selection, heading, found, made, at)
        _add(archive, "manifest.json", [json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"], made, at)


def _add(archive: ZipFile, name: str, texts: Iterable[str], made: _Made, at: datetime) -> None:
    digest = hashlib.sha256()
    info = ZipInfo(name, date_time=at.astimezone(SWEDEN).timetuple()[:6])
    info.compress_type = ZIP_DEFLATED
    with archive.open(info, "w", force_zip64=True) as entry:
        for text in texts:
            content = text.encode()
            digest.update(content)
            entry.write(content)
    made.digests[name] = digest.hexdigest()


def _lines(selection: Selection, step: str, pseudonyms: Pseudonyms, made: _Made) -> Iterator[str]:
    """CSV, some lines at a time: first the names of the columns."""
    columns = selection.columns(step)
    asked = {
        form.version: {question.code: question for question in selection.questions(form, step)}
        for form in selection.forms
    }
    yield _csv([[*selection.about, *columns]])
    name = f"{step}.csv"
    made.lines[name] = 0
    for rows in _batches(selection, step, pseudonyms):
        yield _csv(
            [
                *_about(row, pseudonyms, selection),
                *_answers(row, columns, asked[row["episode__version"]], selection, made),
            ]
            for row in rows
        )
        made.versions |= {row["episode__version"] for row in rows}
        made.clinics |= {row["clinic_id"] for row in rows}
        made.lines[name] += len(rows)


def _batches(selection: Selection, step: str, pseudonyms: Pseudonyms) -> Iterator[list[dict[str, Any]]]:
    """Steps with what is needed of episode and patient. Only their places are held at once: 40 bytes for each."""
    found = signed(selection).filter(code=step).values_list("episode_id", "id").iterator(chunk_size=_BATCH)
    places = sorted(pseudonyms.episode(episode).encode() + step_id.to_bytes(8) for episode, step_id in found)
    for first in range(0, len(places), _BATCH):
        ids = [int.from_bytes(place[-8:]) for place in places[first : first + _BATCH]]
        rows = Step.objects.filter(id__in=ids).values(
            *("id", "answers", "clinic_id", "episode_id", "episode__version", "episode__began_at"),
            *("episode__patient_id", "episode__patient__birth_date", "episode__patient__sex"),
        )
        by_id = {row["id"]: row for row in rows}
        yield [by_id[step_id] for step_id in ids]


def _closed_lines(selection: Selection, pseudonyms: Pseudonyms, made: _Made) -> Iterator[str]:
    """In the order of the pseudonyms, like all lines."""
    yield _csv([[*selection.about, "step", "closed_why", "closed"]])
    found = all_steps(selection).filter(state=StepState.CLOSED, episode__patient__is_protected=False)
    found = found.filter(episode__version__in=[form.version for form in selection.forms])
    if selection.as_of:
        found = found.filter(closed_at__lte=selection.as_of)
    rows = found.values(
        *("code", "closed_at", "closed_why", "clinic_id", "episode_id", "episode__version", "episode__began_at"),
        *("episode__patient_id", "episode__patient__birth_date", "episode__patient__sex"),
    )
    places = {code: place for place, code in enumerate(selection.steps)}
    told = sorted(rows, key=lambda row: (pseudonyms.episode(row["episode_id"]), places[row["code"]]))
    made.lines[CLOSED] = len(told)
    made.clinics |= {row["clinic_id"] for row in told}
    yield _csv([*_about(row, pseudonyms, selection), row["code"], *_closed(row, selection)] for row in told)


def _closed(row: Mapping[str, Any], selection: Selection) -> tuple[str, str]:
    """Why, and on which day: as a date, or in days since the episode began."""
    on = day_of(row["closed_at"])
    days = (on - day_of(row["episode__began_at"])).days
    return row["closed_why"], on.isoformat() if selection.full_dates else str(days)


def _about(row: Mapping[str, Any], pseudonyms: Pseudonyms, selection: Selection) -> list[str]:
    """As `selection.about` names them."""
    began_on = day_of(row["episode__began_at"])
    age = age_on(began_on, born=row["episode__patient__birth_date"])
    return [
        pseudonyms.patient(row["episode__patient_id"]),
        pseudonyms.episode(row["episode_id"]),
        *([pseudonyms.clinic(row["clinic_id"])] if selection.clinics else []),
        f"{OLD}+" if age >= OLD and not selection.full_dates else str(age),
        row["episode__patient__sex"],
        str(row["episode__version"]),
    ]


def _answers(
    row: Mapping[str, Any],
    columns: Iterable[str],
    questions: Mapping[str, Question],
    selection: Selection,
    made: _Made,
) -> Iterator[str]:
    """A cell for each column; empty where the version has no such question, or nothing was answered."""
    for code in columns:
        stored = row["answers"].get(code) if code in questions else None
        cell = "" if stored is None else _cell(questions[code], stored, selection, row["episode__began_at"])
        if cell is None:
            made.unfit[code] += 1
        yield cell or ""


def _cell(question: Question, stored: Stored, selection: Selection, began_at: datetime) -> str | None:
    """A code, a number, or a time; None if what was kept does not fit the form: then nobody knows what it tells."""
    try:
        answer = restored(question, stored)
    except AnswerBroken:
        return None
    if answer.missing is not None:
        return f"{MISSING_KEY}:{answer.missing.value}"
    match answer.value:
        case frozenset():
            return harmless(" ".join(sorted(answer.value)))
        case Decimal():
            return f"{answer.mark or ''}{answer.value}"
        case datetime() if selection.full_dates:
            return answer.value.astimezone(SWEDEN).strftime("%Y-%m-%dT%H:%M")
        case datetime():
            return str((answer.value - began_at) // _MINUTE)
        case date() if selection.full_dates:
            return answer.value.isoformat()
        case date():
            return str((answer.value - day_of(began_at)).days)
    return harmless(str(answer.value))


def _csv(rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def _book(selection: Selection, versions: Iterable[int]) -> Iterator[codebook.Row]:
    """Of the versions that there are answers of: the chosen variables and their options, as they are in the file."""
    for version in sorted(versions):
        form = form_of(selection.sub_registry, version)
        for row in codebook.rows(form):
            questions = {one.code: one for one in selection.questions(form, row["step"])}
            question = questions.get(row["variable"])
            if question is None or row["row"] not in {"variable", "option"}:
                continue
            since = _SINCE.get(question.type)
            if row["row"] == "variable" and since is not None and not selection.full_dates:
                yield row | {"type": "integer", "unit": since, "ucum": since}
            else:
                yield row


def _manifest(selection: Selection, heading: Heading, found: Extent, made: _Made, at: datetime) -> dict[str, Any]:
    places = clinics(made.clinics).values()
    return {
        "format": FORMAT,
        "registry": settings.REGISTRY_NAME,
        "controllers": {
            "registry": settings.CENTRAL_CONTROLLER,
            "care_providers": sorted({place.care_provider for place in places}),
        },
        **_decision(heading),
        "made_at": _moment(at),
        "sub_registry": selection.sub_registry,
        "definitions": [
            {"version": version, "digest": form_of(selection.sub_registry, version).digest}
            for version in sorted(made.versions)
        ],
        "episodes_began": {"first": selection.first_day.isoformat(), "last": selection.last_day.isoformat()},
        "parts": sorted(selection.parts),
        "dates": (
            "full: dates, and moments in Swedish time"
            if selection.full_dates
            else "since the episode began: dates in days, moments in minutes"
        ),
        "columns": selection.about,
        "patients": found.patients,
        "episodes": found.episodes,
        "rows": dict(made.lines),
        "left_out": _left_out(selection, found, made),
        "sha256": dict(made.digests),
    }


def _decision(heading: Heading) -> dict[str, Any]:
    return {
        "disclosure": heading.number,
        "project": heading.project,
        "ethics_approval": heading.approval,
        "recipient": {"name": heading.recipient_name, "organisation": heading.recipient_organisation},
        "prepared_by": heading.prepared_by,
        "decided_by": heading.decided_by,
        "decided_at": _moment(heading.decided_at),
    }


def _left_out(selection: Selection, found: Extent, made: _Made) -> dict[str, Any]:
    return {
        # Not how many: a number that goes up from one file to the next tells that a patient has become one.
        "protected_identity": "patients of protected identity are left out",
        "unsigned_steps": found.unsigned,
        "not_decided_about": {"steps": found.later},
        "research_answers_destroyed_for_age": {"steps": found.culled},
        "free_text": list(selection.free_text),
        "answers_that_do_not_fit": dict(sorted(made.unfit.items())),
    }


def _moment(value: datetime | None) -> str | None:
    """With its offset, in Swedish time."""
    return value.astimezone(SWEDEN).isoformat(timespec="seconds") if value else None
