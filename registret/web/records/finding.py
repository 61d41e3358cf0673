"""Sök patient: by number, by the system's own id, or by the beginning of a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.roles import Permission
from registret.records.numbers import PatientNumber, reserve_formats
from registret.records.reporting import audited_reads
from registret.records.rows import PatientRow
from registret.web.gate import needs
from registret.web.http import ActorRequest, addresses, see_other
from registret.web.pieces import show
from registret.web.records import pages
from registret.web.records.intake import intake_part, show_new_episode
from registret.web.records.wanted_episode import WantedEpisode
from registret.web.steps.heads import sex_name
from registret.web.texts import text_in
from registret.words.numbers import number_fault


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedLine:
    address: str
    name: str
    number: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Patients that have the name. `more`: that there are others."""

    title: str
    more: str
    lines: Sequence[NamedLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotHere:
    """A number that is nobody's here, for one who cannot report. `told`: why not, to one who could."""

    title: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingFound:
    """`kinds`: the numbers that there are, where a number was meant; `aside` about them."""

    title: str
    told: str
    kinds: Sequence[str]
    aside: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindPage:
    """What was looked for, and what came of it: one of the three, or nothing yet."""

    written: str = ""
    not_here: NotHere | None = None
    named: Named | None = None
    nothing: NothingFound | None = None


@needs(Permission.READ_RECORDS).get_post
def find(request: ActorRequest) -> HttpResponse:
    """What is typed travels in the body: a number has no place in an address."""
    written = text_in(request.POST, "q")[:100] if request.method == "POST" else ""
    if not written:
        return show(request, "records/find.html", FindPage(), tab="records")
    found = audited_reads.search(actor=request.actor, written=written, at=request.at)
    if found.patient is not None:
        return see_other("patient", found.patient.system_id)
    if found.number is not None and (registries := pages.registries_to_report(request.actor)):
        wanted = WantedEpisode.of_number(found.number)
        return show_new_episode(request, wanted, intake_part(request, wanted, registries=registries), is_new=True)
    page = find_page(written, found, may_report=request.actor.may(Permission.REPORT))
    return show(request, "records/find.html", page, tab="records", status=404 if page.nothing else 200)


def find_page(written: str, found: audited_reads.SearchResult, *, may_report: bool) -> FindPage:
    """Of a search that led to no single patient."""
    if found.number is not None:
        return FindPage(written=written, not_here=_not_here(found.number, may_report=may_report))
    if found.named:
        return FindPage(written=written, named=_named(found.named, more=found.more))
    return FindPage(written=written, nothing=_nothing(written, found))


def _not_here(number: PatientNumber, *, may_report: bool) -> NotHere:
    return NotHere(
        title=_("%(n)s är inte registrerad hos er") % {"n": number.shown},
        told=_("Inget av dina delregister är öppet.") if may_report else "",
    )


def _named(rows: Sequence[PatientRow], *, more: bool) -> Named:
    number = len(rows)
    first = _("De första %(n)s patienterna") % {"n": number}
    every = ngettext("%(n)s patient", "%(n)s patienter", number) % {"n": number}
    patients = addresses("patient", [row.system_id for row in rows])
    others = _("Det finns fler. Skriv mer av namnet: efternamnet, och sedan förnamnet.")
    return Named(
        title=first if more else every,
        more=others if more else "",
        lines=[
            NamedLine(
                address=patients[row.system_id],
                name=row.name,
                number=row.shown,
                told=f"{sex_name(row.sex)} · {row.system_id}",
            )
            for row in rows
        ],
    )


def _nothing(written: str, found: audited_reads.SearchResult) -> NothingFound:
    nobody = _("Ingen patient hittades")
    if not any(character.isdigit() for character in written):
        told = _(
            "Ingen som er vårdgivare har registrerat har ett namn som börjar så. Skriv efternamnet först, och sedan "
            "förnamnet. En ny patient söks med sitt nummer."
        )
        return NothingFound(title=nobody, told=told, kinds=(), aside="")
    fault = _fault_in(written, found)
    return NothingFound(
        title=_("Numret stämmer inte") if fault else nobody,
        told=f"{fault} {_('De här går att registrera:')}"
        if fault
        else _("Kontrollera numret. De här går att registrera:"),
        kinds=[
            _("Personnummer: tolv siffror, till exempel 19121212-1212, där den sista är en kontrollsiffra"),
            _("Samordningsnummer: likadant, men med dagen plus 60, till exempel 19121272-9808"),
            *(str(one.name) for one in reserve_formats().values()),
        ],
        aside=_("Reservnummer skrivs hela, med sina bokstäver, som i journalen."),
    )


def _fault_in(written: str, found: audited_reads.SearchResult) -> str:
    """What is wrong with what was searched for, if it was meant as a number: ten or twelve characters, six digits
    first."""
    if found.malformed is None or len(re.sub(r"[\s+-]", "", written)) not in {10, 12} or not written[:6].isdigit():
        return ""
    return number_fault(found.malformed)
