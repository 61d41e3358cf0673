"""Extracts as PDF, made in memory and kept nowhere: what stands in them, of which their templates make documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from registret.kernel.sweden import SWEDEN
from registret.oversight.extracts import LogExtract, Seen
from registret.records.patient_rights.in_words import (
    EpisodeInWords,
    ProposalInWords,
    QueryInWords,
    RegistryExtract,
    RevisionInWords,
    StepInWords,
)
from registret.records.refusals import TooLongForPaper
from registret.records.rows import PatientRow
from registret.web.cases.processing import about
from registret.web.typeset import Frame, TakesTooLong, frame, typeset
from registret.words.events import event_name

Fact = tuple[str, str]
"""A name and a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOnPaper:
    """`answers`: those of the questions, and what was computed of them; `changes`: one listing, or none."""

    name: str
    texts: Sequence[str]
    answers: Sequence[Listing]
    changes_name: str
    changes: Sequence[Listing]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    name: str
    text: str = ""
    facts: Sequence[Fact] = ()
    steps: Sequence[StepOnPaper] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryPaper:
    frame: Frame
    patient: Sequence[Fact]
    intro: str
    chapters: Sequence[Chapter]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPaper:
    frame: Frame
    patient: Sequence[Fact]
    intro: str
    heading: str
    accesses: Listing


def registry_extract(found: RegistryExtract) -> bytes:
    """Registerutdrag: all about one person. Raises: TooLongForPaper, although the log says that it was made."""
    page = RegistryPaper(
        frame=_frame(_("Registerutdrag"), found),
        patient=_patient(found),
        intro=_("Här står allt som registret har om dig, från alla vårdgivare, när utdraget togs fram."),
        chapters=(
            Chapter(name=_("Person"), facts=tuple(_person(found))),
            *(_episodes(found.episodes)),
            Chapter(name=_("Om behandlingen"), facts=_processing(found)),
        ),
    )
    return _typeset("cases/registry_extract.typ", page, found, rows=found.rows)


def log_extract(found: LogExtract) -> bytes:
    """Loggutdrag: from where, when, and whether anything was changed; no names of those who looked.

    Raises: TooLongForPaper, although the log says that it was made.
    """
    page = LogPaper(
        frame=_frame(_("Loggutdrag"), found),
        patient=_patient(found),
        intro=_(
            "Här står när dina uppgifter i registret har lästs eller ändrats, och från vilken vårdenhet. Namn på den "
            "som läste ingår inte. Undrar du varför någon har läst? Hör av dig till vårdenheten."
        ),
        heading=_("Åtkomst till dina uppgifter"),
        accesses=Listing(
            headings=(_("När"), _("Vårdenhet"), _("Vårdgivare"), _("Vad"), _("Läst eller ändrat")),
            rows=[_access(row) for row in found.rows],
        ),
    )
    return _typeset("cases/log_extract.typ", page, found, rows=len(found.rows))


def _typeset(template: str, page: RegistryPaper | LogPaper, found: RegistryExtract | LogExtract, *, rows: int) -> bytes:
    try:
        return typeset(template, page, at=found.at)
    except TakesTooLong as late:
        raise TooLongForPaper(rows=rows) from late


def _frame(title: str, found: RegistryExtract | LogExtract) -> Frame:
    return frame(title, about=f"{_('ärende')} {found.case_number}", at=found.at)


def _patient(found: RegistryExtract | LogExtract) -> Sequence[Fact]:
    return (
        (_("Namn"), _name(found.patient)),
        (_("Nummer"), found.patient.number.shown),
        (_("Ärende"), found.case_number),
        (_("Framtaget"), _moment(found.at)),
    )


def _name(patient: PatientRow) -> str:
    return patient.name or _("okänt för registret")


def _processing(found: RegistryExtract) -> Sequence[Fact]:
    words = about(found)
    return (
        (_("Centralt ansvarig"), words.central),
        (_("Lokalt ansvarig"), ", ".join(words.local) or "–"),
        (_("Dataskyddsombud"), words.data_protection),
        (_("Ändamål"), words.purposes),
        (_("Rättslig grund"), words.ground),
        (_("Uppgifter"), words.categories),
        (_("Kommer från"), words.source),
        (_("Mottagare"), " ".join(words.recipients)),
        (_("Hur länge"), ". ".join(words.kept) or "–"),
        (_("Dina rättigheter"), " ".join(words.rights)),
    )


def _access(row: Seen) -> tuple[str, ...]:
    return (
        _moment(row.at),
        row.unit or settings.REGISTRY_NAME,
        row.care_provider or settings.CENTRAL_CONTROLLER,
        _what(row),
        _("ändrat") if row.is_change else _("läst"),
    )


def _what(row: Seen) -> str:
    if row.times == 1:
        return event_name(row.event)
    return _("%(event)s, %(times)s gånger den dagen") % {"event": event_name(row.event), "times": row.times}


def _person(found: RegistryExtract) -> Iterable[Fact]:
    patient = found.patient
    yield _("Id i registret"), patient.system_id
    yield _("Namn"), _name(patient)
    yield _("Född"), patient.birth_date.isoformat()
    yield _("Kön"), found.sex
    protected = _("ja, enligt folkbokföringen") if found.register_protects else _("ja")
    yield _("Skyddad identitet"), protected if patient.is_protected else _("nej")
    yield _("Avliden"), patient.died_on.isoformat() if patient.died_on else _("nej")
    yield _("Finns i registret sedan"), _moment(found.created_at)
    yield _("Folkbokföringen svarade senast"), _moment(found.looked_up_at)
    for one in found.numbers:
        until = _("till %(moment)s") % {"moment": _moment(one.until)} if one.until else _("gäller nu")
        yield one.kind, f"{one.number.shown}, {_('från')} {_moment(one.since)}, {until}"
    for merged in found.merged:
        yield _("Ihopslagen med"), f"{merged.gone}, {_moment(merged.at)}, {merged.by_name}: {merged.reason}"


def _episodes(found: Sequence[EpisodeInWords]) -> Sequence[Chapter]:
    if not found:
        return (Chapter(name=_("Vårdepisoder"), text=_("Det finns inga vårdepisoder.")),)
    return tuple(_episode(episode) for episode in found)


def _episode(found: EpisodeInWords) -> Chapter:
    return Chapter(
        name=f"{found.sub_registry}, {_moment(found.began_at)[:10]}",
        facts=(
            (_("Vårdepisod"), found.system_id),
            (_("Vårdgivare"), found.care_provider),
            (_("Vårdenhet"), found.unit),
            (_("Började"), _moment(found.began_at)),
            (_("Registrerad"), f"{_moment(found.created_at)}, {found.created_by_name}"),
            *([(_("Tidigare plattform"), f"{found.source}, {found.source_id}")] if found.source else []),
        ),
        steps=tuple(_step(step) for step in found.steps),
    )


def _step(found: StepInWords) -> StepOnPaper:
    return StepOnPaper(
        name=f"{found.name}: {found.state}",
        texts=tuple(_texts(found)),
        answers=tuple(_answers(found)),
        changes_name=_("Ändringar: %(step)s") % {"step": found.name},
        changes=_revisions(found.revisions),
    )


def _texts(found: StepInWords) -> Iterable[str]:
    if found.signed_at:
        signed = {"at": _moment(found.signed_at), "name": found.signed_by_name, "unit": found.unit}
        yield _("Signerad %(at)s av %(name)s, %(unit)s.") % signed
    if found.research_gone_at:
        yield _("Svaren på forskningsfrågorna gallrades %(at)s.") % {"at": _moment(found.research_gone_at)}
    if not found.answers:
        yield _("Inga svar.")


def _answers(found: StepInWords) -> Iterable[Listing]:
    if found.answers:
        yield Listing(headings=(_("Fråga"), _("Svar")), rows=[(a.question, a.answer) for a in found.answers])
    if found.computed:
        headings = (_("Beräknat ur svaren"), _("Resultat"))
        yield Listing(headings=headings, rows=[(c.name, c.words) for c in found.computed])
    if found.queries:
        headings = (_("Kansliets fråga om en uppgift"), _("Besked"))
        yield Listing(headings=headings, rows=[(_asked(one), _told(one)) for one in found.queries])
    if found.proposals:
        headings = (_("Förslag ur en fil"), _("Beslut"))
        yield Listing(headings=headings, rows=[(_proposed(one), _decided(one)) for one in found.proposals])


def _proposed(found: ProposalInWords) -> str:
    said = "; ".join(f"{one.question}: {one.answer or _('inget svar')}" for one in found.answers)
    return f"{_moment(found.at)}, {found.source}, {found.by_name}. {said}"


def _decided(found: ProposalInWords) -> str:
    if found.ended_at is None:
        return _("Väntar på beslut.")
    taken = ", ".join(found.accepted) or _("inget")
    return (
        f"{_('Godkänt: %(what)s.') % {'what': taken}} {found.reason} ({_moment(found.ended_at)}, {found.ended_by_name})"
    )


def _asked(found: QueryInWords) -> str:
    return f"{_moment(found.asked_at)}, {found.asked_by_name}. {found.question}: {found.text}"


def _told(found: QueryInWords) -> str:
    if found.ended_at is None:
        return found.state
    by = f"{_moment(found.ended_at)}, {found.ended_by_name}" if found.ended_by_name else _moment(found.ended_at)
    return " ".join(filter(None, [f"{found.outcome or found.state}.", found.answer, f"({by})"]))


def _revisions(found: Sequence[RevisionInWords]) -> Sequence[Listing]:
    rows = [line for revision in found for line in _changes(revision)]
    headings = (_("När"), _("Vem"), _("Vad"), _("Före"), _("Efter"))
    return (Listing(headings=headings, rows=rows),) if rows else ()


def _changes(found: RevisionInWords) -> Iterable[tuple[str, ...]]:
    who = ", ".join(text for text in (found.by_name, found.by_role, found.unit) if text)
    act = f"{found.act}: {found.reason}" if found.reason else found.act
    if not found.changes:
        yield _moment(found.at), who, act, "", ""
    when = _moment(found.at)
    for change in found.changes:
        yield when, who, f"{act}: {change.question}", change.before, change.after
        when = who = ""


def _moment(value: datetime | None) -> str:
    return f"{value.astimezone(SWEDEN):%Y-%m-%d %H:%M}" if value else "–"
