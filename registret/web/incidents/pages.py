"""Incidents in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from registret.oversight.incident_rules import IncidentText, ReportClock, report_clock
from registret.oversight.incidents import IncidentPage, IncidentVersion
from registret.web.incidents.forms import IncidentForm
from registret.web.pieces import FactText, Link, Note, Tag, marked_up, older_and_newest
from registret.web.templatetags.look import moment, moment_on_paper
from registret.words.incidents import authority_name, data_kind_name, persons_name, whole_hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One revision. `clock`: how the 72 hours stand for it; `by`: when they are over."""

    number: int
    title: str
    written: str
    discovered_at: datetime
    by: datetime
    clock: Tag
    state: str
    facts: Sequence[FactText]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentListPage:
    """Incidents, newest first. `links`: newer and older ones."""

    lines: Sequence[Shown]
    links: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneIncidentPage:
    """What is known now of an incident, and each earlier text."""

    incident: Shown
    notes: Sequence[Note]
    earlier: Sequence[Shown]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFormPage:
    """A new incident, or the next revision of one. `back`: where it came from."""

    title: str
    form: IncidentForm
    back: Link


def register_page(found: IncidentPage, *, before: int | None, at: datetime) -> IncidentListPage:
    links = older_and_newest(
        older=f"?fore={found.older}" if found.older else "", newest=reverse("incidents") if before else ""
    )
    return IncidentListPage(lines=incident_lines(found.rows, at=at), links=links)


def incident_page(revisions: Sequence[IncidentVersion], *, at: datetime) -> OneIncidentPage:
    """Of all revisions, newest first."""
    newest, *earlier = incident_lines(revisions, at=at)
    return OneIncidentPage(incident=newest, notes=tuple(_notes(revisions[0].text, at=at)), earlier=earlier)


def incident_form_page(form: IncidentForm, number: int | None) -> IncidentFormPage:
    if number is None:
        back = Link(_("Tillbaka till incidenterna"), reverse("incidents"))
        return IncidentFormPage(title=_("Ny incident"), form=form, back=back)
    back = Link(_("Tillbaka till incidenten"), reverse("incident", args=[number]))
    return IncidentFormPage(title=_("Ändra incident %(number)s") % {"number": number}, form=form, back=back)


def incident_lines(rows: Sequence[IncidentVersion], *, at: datetime) -> tuple[Shown, ...]:
    return tuple(_shown(row, at=at) for row in rows)


def _shown(row: IncidentVersion, *, at: datetime) -> Shown:
    clock = report_clock(row.text, at=at)
    version = {"n": row.number, "at": moment(row.at), "name": row.by_name}
    return Shown(
        number=row.incident,
        title=row.text.happened.split("\n", 1)[0],
        written=_("Version %(n)s, %(at)s, %(name)s") % version,
        discovered_at=row.text.discovered_at,
        by=clock.by,
        clock=_clock(clock),
        state=_state(row.text),
        facts=tuple(_facts(row)),
    )


def _clock(clock: ReportClock) -> Tag:
    if clock.reported_at is not None:
        return Tag(_("anmäld för sent"), "bad", "warn") if clock.is_late else Tag(_("anmäld i tid"), "ok", "check")
    if clock.left is None:
        return Tag(_("anmäls inte"))
    if clock.is_late:
        return Tag(_("%(late)s för sent") % {"late": whole_hours(-clock.left)}, "bad", "stop")
    return Tag(_("%(left)s kvar") % {"left": whole_hours(clock.left)}, "warn", "warn")


def _notes(text: IncidentText, *, at: datetime) -> Iterator[Note]:
    clock = report_clock(text, at=at)
    if clock.left is not None and clock.is_late:
        late = _(
            "De 72 timmarna gick ut <b>%(by)s</b>, för %(late)s sedan. Anmäl till IMY nu, med skälen till att det är "
            "sent, eller skriv varför det inte behövs."
        )
        yield Note("bad", marked_up(late, by=moment(clock.by), late=whole_hours(-clock.left)))
    elif clock.left is not None:
        left = _(
            "Anmäl till IMY senast <b>%(by)s</b>, om %(left)s, eller skriv varför det inte behövs. Timmarna räknas "
            "också på helger. Det som fattas kan lämnas till IMY senare."
        )
        yield Note("warn", marked_up(left, by=moment(clock.by), left=whole_hours(clock.left)))
    if text.is_about_patients:
        yield Note(
            "info",
            _(
                "Det gäller patienters uppgifter. För dem är vårdgivaren ansvarig tillsammans med registrets centralt "
                "personuppgiftsansvariga (CPUA). Tala med vårdgivaren genast: kom överens om vem som anmäler och vem "
                "som informerar patienterna."
            ),
        )


def _facts(row: IncidentVersion) -> Iterator[FactText]:
    text = row.text
    about = _("ungefär %(n)s") % {"n": text.people}
    yield FactText(_("Vad som har hänt"), text.happened.splitlines())
    yield FactText(_("När det hände"), [_when(text)])
    yield FactText(_("Upptäcktes"), [moment_on_paper(text.discovered_at)])
    yield FactText(_("Antal berörda"), [_("Okänt") if text.people is None else about])
    yield FactText(_("Uppgifter"), list(map(data_kind_name, text.data_kinds)) or ["–"])
    yield FactText(_("Troliga konsekvenser"), text.consequences.splitlines() or ["–"])
    yield FactText(_("Åtgärder"), text.measures.splitlines() or ["–"])
    reported = _with_moment(authority_name(text.authority), text.authority_at)
    yield FactText(_("Anmälan till IMY"), [reported, *text.authority_why.splitlines()])
    informed = _with_moment(persons_name(text.persons), text.persons_at)
    yield FactText(_("De berörda"), [informed, *text.persons_why.splitlines()])
    yield FactText(_("Läge"), [_state(text)])
    yield FactText(_("Skriven av"), [_with_moment(row.by_name, row.at)])


def _when(text: IncidentText) -> str:
    if not (text.began_at or text.ended_at):
        return _("Okänt")
    return " – ".join(moment_on_paper(one) or _("okänt") for one in (text.began_at, text.ended_at))


def _with_moment(words: str, at: datetime | None) -> str:
    return f"{words}, {moment_on_paper(at)}" if at else words


def _state(text: IncidentText) -> str:
    return _("Öppen") if text.is_open else _("Stängd")


def table(rows: Sequence[IncidentVersion]) -> tuple[list[str], Iterator[list[str]]]:
    """A header and a line for each revision."""
    header = [
        _("Incident"),
        _("Version"),
        _("Skriven"),
        _("Av"),
        _("Läge"),
        _("Vad som har hänt"),
        _("Började"),
        _("Slutade"),
        _("Upptäcktes"),
        _("Antal berörda, ungefär"),
        _("Uppgifter"),
        _("Konsekvenser"),
        _("Åtgärder"),
        _("Anmäld till IMY"),
        _("Anmäldes"),
        _("Varför inte, eller varför sent"),
        _("De berörda"),
        _("Informerades"),
        _("Varför inte"),
    ]
    return header, map(_line, rows)


def _line(row: IncidentVersion) -> list[str]:
    text = row.text
    return [
        str(row.incident),
        str(row.number),
        _iso(row.at),
        row.by_name,
        _state(text),
        text.happened,
        _iso(text.began_at),
        _iso(text.ended_at),
        _iso(text.discovered_at),
        "" if text.people is None else str(text.people),
        ", ".join(map(data_kind_name, text.data_kinds)),
        text.consequences,
        text.measures,
        authority_name(text.authority),
        _iso(text.authority_at),
        text.authority_why,
        persons_name(text.persons),
        _iso(text.persons_at),
        text.persons_why,
    ]


def _iso(value: datetime | None) -> str:
    """In Swedish time, with its distance from UTC: the 72 hours can be counted over a change of clocks."""
    return "" if value is None else timezone.localtime(value).isoformat(" ", timespec="minutes")
