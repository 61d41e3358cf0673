"""Utlämnanden för forskning in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.records.disclosure.rows import FEW, DisclosurePage, DisclosureRow, FetchRow, ListedDisclosures
from registret.records.disclosure.selection import Extent, SelectedSection, parts_of
from registret.records.lifecycle import DisclosureState
from registret.registries.queries import name_of, sub_registries
from registret.web.cases.forms import DisclosureForm
from registret.web.pieces import Button, FactText, Link, Note, OptionText, Tag, older_and_newest, options
from registret.web.templatetags.look import day, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureLine:
    row: DisclosureRow
    state: Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosuresPage:
    """`older`, `newest`: where the list goes on, if it does. `new`: the sub-registries that one can be prepared of."""

    title: str
    lines: Sequence[DisclosureLine]
    links: Sequence[Link]
    new: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDisclosurePage:
    """What is asked for of one sub-registry. `groups`: its parts by step, each with whether it is chosen."""

    name: str
    form: DisclosureForm
    groups: Sequence[tuple[str, Sequence[OptionText]]]
    dates: Sequence[OptionText]
    clinics: Sequence[OptionText]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureQuestion:
    """What is asked before a disclosure is decided, withdrawn or closed."""

    title: str
    text: str
    warning: Note | None
    act: str
    button: Button


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLine:
    what: str
    patients: str
    told: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureOnePage:
    """One disclosure. `acts`: what can be done now, besides fetching the file (`can_fetch`); `over`: why there is no
    extent any more."""

    row: DisclosureRow
    state: Tag
    done: Note | None
    facts: Sequence[FactText]
    over: str
    extent: Extent | None
    left_out: Sequence[FactText]
    can_fetch: bool
    acts: Sequence[Button]
    waits_for_another: bool
    fetches: Sequence[FetchLine]
    question: DisclosureQuestion | None


def disclosures_page(found: ListedDisclosures, *, before: int | None) -> DisclosuresPage:
    return DisclosuresPage(
        title=_("Äldre utlämnanden") if before else _("Utlämnanden"),
        lines=[DisclosureLine(row=row, state=_state(row)) for row in found.rows],
        links=older_and_newest(
            older=f"?fore={found.older}" if found.older else "", newest=reverse("disclosures") if before else ""
        ),
        new=[
            Link(one.name, reverse("disclosure_new", args=[one.code])) for one in sub_registries() if parts_of(one.code)
        ],
    )


def new_disclosure_page(form: DisclosureForm, parts: Sequence[SelectedSection]) -> NewDisclosurePage:
    chosen = options(form["parts"], {part.code: (part.name, "") for part in parts})
    by_part = dict(zip((part.code for part in parts), chosen, strict=True))
    return NewDisclosurePage(
        name=name_of(form.sub_registry),
        form=form,
        groups=[(step, [by_part[part.code] for part in some]) for step, some in _by_step(parts)],
        dates=options(form["dates"], _dates()),
        clinics=options(form["clinics"], _clinics()),
    )


def _dates() -> dict[str, tuple[str, str]]:
    """Label and hint of each choice, as in `_clinics`."""
    return {
        "since": (
            _("Tid sedan vårdepisoden började"),
            _("Dagar för datum, minuter för klockslag. Ingen kalenderdag syns."),
        ),
        "full": (_("Hela datum"), _("Gör det lättare att känna igen en patient. Därför behövs ett skäl.")),
    }


def _clinics() -> dict[str, tuple[str, str]]:
    each = _("Ja, en beteckning för varje klinik"), _("Antalet rader kan avslöja vilken klinik det är.")
    return {"each": each, "none": (_("Nej"), "")}


def disclosure_page(page: DisclosurePage, *, asked: str, done: str, fetchable_until: date) -> DisclosureOnePage:
    """`asked`: the act that is to be confirmed; `done`: the act that was done just now; empty if there is none."""
    row = page.row
    return DisclosureOnePage(
        row=row,
        state=_state(row),
        done=_done(row, done),
        facts=[*_wish(row), *_history(row)],
        over="" if page.extent else _over(row),
        extent=page.extent,
        left_out=list(_left_out(page, page.extent)) if page.extent else (),
        can_fetch=row.state is DisclosureState.DECIDED,
        acts=[button for act, button in _acts().items() if act in page.acts],
        waits_for_another=row.state is DisclosureState.PREPARED and not page.decidable,
        fetches=[_fetch(one) for one in page.fetches],
        question=_question(page, asked, fetchable_until) if asked in page.acts else None,
    )


def _by_step(parts: Iterable[SelectedSection]) -> Iterator[tuple[str, Iterator[SelectedSection]]]:
    return groupby(parts, key=lambda part: part.step)


def _state(row: DisclosureRow) -> Tag:
    match row.state:
        case DisclosureState.PREPARED:
            return Tag(_("väntar på beslut"), "warn", "warn")
        case DisclosureState.DECIDED:
            return Tag(_("kan hämtas till %(day)s") % {"day": day(row.fetch_until)}, "ok", "check")
        case DisclosureState.WITHDRAWN:
            return Tag(_("återtaget"), "", "cross")
        case _:
            return Tag(_("avslutat"), "", "info")


def _done(row: DisclosureRow, act: str) -> Note | None:
    """Said only as long as it is so."""
    told = {
        ("prepare", row.state): _("Utlämnandet är förberett. Be en annan handläggare att läsa och besluta."),
        ("decide", DisclosureState.DECIDED): _("Utlämnandet är beslutat. Filen kan hämtas."),
        ("withdraw", DisclosureState.WITHDRAWN): _("Utlämnandet är återtaget. Ingenting har lämnats ut."),
        ("close", DisclosureState.CLOSED): _("Utlämnandet är avslutat. Filen kan inte hämtas mer."),
    }.get((act, row.state))
    return Note("ok", told, "status") if told else None


def _over(row: DisclosureRow) -> str:
    if row.state is DisclosureState.CLOSED:
        return _("Utlämnandet är avslutat. Filen kan inte hämtas mer.")
    return _("Ingenting har lämnats ut.")


def _wish(row: DisclosureRow) -> Iterator[FactText]:
    wish = row.wish
    yield FactText(_("Etikgodkännande"), [str(wish.approval)], css="id")
    yield FactText(_("Mottagare"), [wish.recipient_name, wish.recipient_organisation])
    yield FactText(_("Delregister"), [row.name])
    yield FactText(_("Vårdepisoder från"), [f"{day(wish.first_day)} – {day(wish.last_day)}"])
    for step, some in _by_step(part for part in parts_of(wish.sub_registry) if part.code in wish.parts):
        yield FactText(step, [", ".join(part.name for part in some)])
    dates = [format_html("<b>{}</b>", _("Hela datum")), *wish.dates_reason.splitlines()]
    yield FactText(_("Datum"), dates if wish.full_dates else [_("Tid sedan vårdepisoden började")])
    yield FactText(_("Klinik"), [_("En beteckning för varje klinik") if wish.clinics else _("Syns inte")])
    yield FactText(_("Skäl"), wish.reason.splitlines())


def _history(row: DisclosureRow) -> Iterator[FactText]:
    yield FactText(_("Förberett"), [f"{row.prepared_by_name}, {moment(row.prepared_at)}"])
    if row.decided_at:
        told = ngettext(
            "%(n)s patient när det beslutades.", "%(n)s patienter när det beslutades.", row.patients or 0
        ) % {"n": row.patients}
        yield FactText(_("Beslutat"), [f"{row.decided_by_name}, {moment(row.decided_at)}"], told)
    if row.ended_at:
        withdrawn = row.state is DisclosureState.WITHDRAWN
        by = f"{row.ended_by_name}, " if row.ended_by_name else ""
        silence = _("Ingen beslutade inom 90 dagar.") if withdrawn and not by else ""
        yield FactText(_("Återtaget") if withdrawn else _("Avslutat"), [by + moment(row.ended_at)], silence)


def _left_out(page: DisclosurePage, extent: Extent) -> Iterator[FactText]:
    def steps(n: int) -> list[str]:
        return [ngettext("%(n)s steg", "%(n)s steg", n) % {"n": n}]

    yield FactText(_("Skyddad identitet"), [_patients(extent.protected_patients)])
    yield FactText(_("Inte signerade"), steps(extent.unsigned))
    if extent.later:
        yield FactText(_("Signerade efter beslutet"), steps(extent.later))
    free = len(page.free_text)
    yield FactText(_("Fritext"), [ngettext("%(n)s fråga", "%(n)s frågor", free) % {"n": free}])


def _patients(n: int) -> str:
    return ngettext("%(n)s patient", "%(n)s patienter", n) % {"n": n}


def _acts() -> dict[str, Button]:
    return {
        "decide": Button("decide", _("Besluta")),
        "withdraw": Button("withdraw", _("Ta tillbaka"), "quiet"),
        "close": Button("close", _("Avsluta i förtid"), "quiet"),
    }


def _fetch(one: FetchRow) -> FetchLine:
    digest = _("SHA-256 börjar med %(start)s") % {"start": one.digest[:16]} if one.digest else ""
    return FetchLine(
        what=_("Filen") if one.what == "file" else _("Kodnyckeln"),
        patients=_patients(one.patients),
        told=f"{one.by_name}, {moment(one.at)}",
        digest=digest,
    )


def _question(page: DisclosurePage, act: str, until: date) -> DisclosureQuestion:
    if act == "withdraw":
        return DisclosureQuestion(
            title=_("Ska utlämnandet tas tillbaka?"),
            text=_("Det kan inte beslutas efteråt. Behövs det ändå förbereds ett nytt."),
            warning=None,
            act=act,
            button=Button("1", _("Ta tillbaka"), "no"),
        )
    if act == "close":
        return DisclosureQuestion(
            title=_("Ska utlämnandet avslutas nu?"),
            text=_("Filen kan inte hämtas mer. Det som redan har hämtats finns kvar hos mottagaren."),
            warning=None,
            act=act,
            button=Button("1", _("Avsluta"), "no"),
        )
    return _decide_question(page, until)


def _decide_question(page: DisclosurePage, until: date) -> DisclosureQuestion:
    n = page.extent.patients if page.extent else 0
    few = _(
        "Färre än %(n)s patienter är lätta att känna igen, också utan namn. Besluta bara om projektet verkligen "
        "behöver just dem."
    ) % {"n": FEW}
    text = ngettext(
        "Uppgifter om %(n)s patient lämnas ut till %(organisation)s, utan namn och nummer. Filen kan hämtas till och "
        "med %(until)s.",
        "Uppgifter om %(n)s patienter lämnas ut till %(organisation)s, utan namn och nummer. Filen kan hämtas till och "
        "med %(until)s.",
        n,
    ) % {"n": n, "organisation": page.row.wish.recipient_organisation, "until": day(until)}
    return DisclosureQuestion(
        title=_("Ska uppgifterna lämnas ut?"),
        text=text,
        warning=Note("warn", few) if page.few else None,
        act="decide",
        button=Button("1", _("Lämna ut")),
    )
