"""Who works at a clinic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.actor import Actor
from registret.access.grants.lost_rights import LostRight
from registret.access.roles import Permission
from registret.access.staff.people import GrantRow, PersonRow
from registret.places.queries import ClinicRow
from registret.registries.queries import names_of
from registret.web.people.proposals import ProposalLine
from registret.web.pieces import (
    DataTable,
    Link,
    Note,
    Row,
    Small,
    StyledText,
    TableCell,
    Tag,
    account_trouble,
    marked_up,
)
from registret.web.templatetags.look import day, iso_day, last_day
from registret.words.roles import role_in_sentence, role_name


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPeople:
    """Those whom `words` fit, out of `number`, as they are `at` a moment."""

    words: str
    people: Sequence[PersonRow]
    number: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    """`clinic`: what the office searches in, and the address keeps; `links`: where else to go."""

    told: str
    links: Sequence[Link]
    clinic: int | None
    file: str
    recertification: Note | None
    notes: Sequence[Note]
    proposed: Sequence[ProposalLine]
    words: str
    everybody: Link | None
    table: DataTable | None
    empty: str


def people_page(
    found: FoundPeople,
    *,
    place: ClinicRow | None,
    recertification: Note | None,
    notes: Sequence[Note],
    proposed: Sequence[ProposalLine],
    actor: Actor,
) -> PeoplePage:
    clinic = place.id if place and actor.may(Permission.APPOINT) else None
    asked = f"?{urlencode({'klinik': clinic})}" if clinic else ""
    return PeoplePage(
        told=_told(found.number, place),
        links=_links(clinic),
        clinic=clinic,
        file=reverse("people_csv") + asked,
        recertification=None if clinic else recertification,
        notes=notes,
        proposed=proposed,
        words=found.words,
        everybody=Link(_("Visa alla"), reverse("people") + asked) if found.words else None,
        table=_table(found) if found.people else None,
        empty="" if found.people else _nobody(found.words),
    )


def _told(number: int, place: ClinicRow | None) -> str:
    have = ngettext("%(n)s person har behörighet här.", "%(n)s personer har behörighet här.", number)
    return f"{place.title if place else ''}. {have % {'n': number}}"


def _links(clinic: int | None) -> list[Link]:
    recertifications = reverse("recertifications")
    if clinic:
        return [
            Link(_("Sök konto"), reverse("support")),
            Link(_("System"), reverse("systems")),
            Link(_("Genomgångar"), f"{recertifications}?{urlencode({'klinik': clinic})}"),
        ]
    return [
        Link(_("Föreslå vikarie"), reverse("propose_substitute")),
        Link(_("System"), reverse("systems")),
        Link(_("Väntetider"), reverse("access_time")),
        Link(_("Genomgångar"), f"{recertifications}?alla=1"),
    ]


def _nobody(words: str) -> str:
    if words:
        return _("Ingen här passar ”%(words)s”.") % {"words": words}
    return _("Ingen har behörighet här än.")


def _table(found: FoundPeople) -> DataTable:
    return DataTable(
        caption=_("Personer med behörighet, efter efternamn"),
        columns=[_("Namn"), _("Senaste inloggning"), _("Roll"), _("Gäller till")],
        rows=[row for one in found.people for row in _rows(one, found.at)],
    )


def _rows(one: PersonRow, at: datetime) -> Iterator[Row]:
    """One for each grant; who it is stands beside all of them."""
    number = len(one.grants)
    link = Link(one.name, reverse("person", args=[one.account_id]))
    head = TableCell([link, *_troubles(one), Small(one.hsa_id.text, "id")], rows=number)
    seen = StyledText(iso_day(one.logged_in_at), "nb") if one.logged_in_at else StyledText(_("aldrig"), "soft")
    first, *others = [_grant_cells(grant, at) for grant in one.grants]
    yield Row(head, [TableCell([seen], rows=number), *first])
    for cells in others:
        yield Row(None, cells, "more")


def _grant_cells(grant: GrantRow, at: datetime) -> list[TableCell]:
    first = Tag(_("från %(first)s") % {"first": day(grant.begins_at)}) if grant.begins_at > at else None
    registries = Small(", ".join(names_of(grant.sub_registries)))
    until = StyledText(iso_day(last_day(grant.ends_at)), "nb")
    return [
        TableCell([role_name(grant.role), substitute_tag(grant), first, registries]),
        TableCell([until, ended_tag(grant)]),
    ]


def _troubles(one: PersonRow) -> Iterator[Tag]:
    trouble = account_trouble(one.state)
    if trouble:
        yield trouble
    if one.bounce:
        yield Tag(_("mejl kommer inte fram"), "bad", "mail")


def substitute_tag(grant: GrantRow) -> Tag | None:
    """For a grant of a substitute."""
    return Tag(_("vikarie")) if grant.substitute else None


def ended_tag(grant: GrantRow) -> Tag | None:
    """For a grant whose time is over."""
    return Tag(_("upphörd"), "bad") if grant.ended else None


def proposed_note(done: str | None) -> Note | None:
    """A substitute was proposed on the page before."""
    told = _("Förslaget är skickat. Inget gäller förrän någon annan har bekräftat det.")
    return Note("ok", told, "status") if done == "foreslagen" else None


def revoked_note(revoked: LostRight | None) -> Note | None:
    """A right was revoked on the page before."""
    if revoked is None:
        return None
    text = _("Återkallat: <b>%(name)s</b> är inte längre %(role)s (%(place)s).")
    place = revoked.clinic_name or settings.REGISTRY_NAME
    told = marked_up(text, name=revoked.name, role=role_in_sentence(revoked.role), place=place)
    letter = _("Personen får skälet i ett mejl, och ser det vid nästa inloggning.")
    return Note("ok", format_html("{} {}", told, letter) if revoked.has_letter else told, "status")
