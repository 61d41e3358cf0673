"""What the registry office sees: clinics with those who attest there. No patients, and no letters of anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.queries.administrators import Appointed, appointed_by_clinic
from registret.places.queries import ClinicRow, open_clinics
from registret.web.people.proposals import ProposalLine
from registret.web.pieces import Link, Note, Tag, account_trouble, marked_up
from registret.web.templatetags.look import day, last_day

PAGE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicWithAdministrators:
    """A clinic with its local administrators, also those who cannot attest (yet). `place`: where it stands among all,
    by region and name."""

    place: int
    clinic: ClinicRow
    people: tuple[Appointed, ...]

    @property
    def active(self) -> int:
        """How many can attest now."""
        return sum(person.active for person in self.people)

    def fits(self, words: str) -> bool:
        """Whether every word is in the clinic's name, region, provider or code, or in an administrator's name."""
        here = self.clinic
        people = (text for person in self.people for text in (person.name, person.hsa_id.text))
        whole = " ".join([here.title, here.region, here.care_provider, here.code, *people]).casefold()
        return all(word in whole for word in words.casefold().split())


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicSearch:
    """What was asked for. `without`: only where nobody can attest; `after`: the last clinic of the page before."""

    words: str = ""
    without: bool = False
    after: int | None = None

    def next_page(self, after: int) -> str:
        only = {"visa": "utan"} if self.without else {}
        return "?" + urlencode({"q": self.words} | only | {"efter": after}, quote_via=quote)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministratorLine:
    """A local administrator. `state`: why this one cannot attest."""

    name: str
    state: Tag | None
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedClinic:
    """A clinic in the list. `active`: how many can attest."""

    clinic: ClinicRow
    where: str
    people: Sequence[AdministratorLine]
    active: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePage:
    """`told`: how many clinics lack an administrator, whatever was searched for; `empty`: why there is no line."""

    told: str
    search: ClinicSearch
    all_of_them: str
    those_without: str
    everything: Link | None
    done: Note | None
    proposed: Sequence[ProposalLine]
    lines: Sequence[ListedClinic]
    more: Link | None
    empty: str


def clinic_lines(*, at: datetime) -> tuple[ClinicWithAdministrators, ...]:
    """All open clinics, by region and name. Two queries."""
    appointed = appointed_by_clinic(at=at)
    return tuple(
        ClinicWithAdministrators(place=place, clinic=clinic, people=appointed.get(clinic.id, ()))
        for place, clinic in enumerate(open_clinics(first_of_organisation=None))
    )


def office_page(
    everything: Sequence[ClinicWithAdministrators],
    search: ClinicSearch,
    *,
    done: Note | None,
    proposed: Sequence[ProposalLine],
) -> OfficePage:
    """Those that fit, the ones without an active administrator first."""
    total, without = len(everything), sum(line.active == 0 for line in everything)
    rest = _found(everything, search)
    lines, after = rest[:PAGE], rest[PAGE - 1].clinic.id if len(rest) > PAGE else None
    return OfficePage(
        told=_told(total, without),
        search=search,
        all_of_them=_("Alla kliniker (%(n)s)") % {"n": total},
        those_without=_("Utan administratör (%(n)s)") % {"n": without},
        everything=Link(_("Visa alla"), reverse("office")) if search.words or search.without else None,
        done=done,
        proposed=proposed,
        lines=[_line(line) for line in lines],
        more=Link(_("Visa fler"), search.next_page(after)) if after else None,
        empty="" if lines else _empty(total, search),
    )


def _found(everything: Sequence[ClinicWithAdministrators], search: ClinicSearch) -> list[ClinicWithAdministrators]:
    def key(line: ClinicWithAdministrators) -> tuple[bool, int]:
        # Where all are without one, an appointment between two pages moves nothing.
        return line.active > 0 and not search.without, line.place

    last = next((key(line) for line in everything if line.clinic.id == search.after), None)
    fitting = (line for line in everything if line.fits(search.words) and not (search.without and line.active))
    return [line for line in sorted(fitting, key=key) if last is None or key(line) > last]


def _told(total: int, without: int) -> str:
    if not without:
        return _("Alla %(total)s kliniker har en lokal administratör.") % {"total": total}
    return ngettext(
        "%(n)s av %(total)s kliniker saknar lokal administratör. Ansökningar dit kommer till er.",
        "%(n)s av %(total)s kliniker saknar lokal administratör. Ansökningar dit kommer till er.",
        without,
    ) % {"n": without, "total": total}


def _empty(total: int, search: ClinicSearch) -> str:
    if not total:
        return _("Inga kliniker finns än. De läses in från en fil.")
    if search.words:
        return _("Ingen klinik passar ”%(words)s”.") % {"words": search.words}
    return _("Ingen klinik saknar lokal administratör.")


def _line(line: ClinicWithAdministrators) -> ListedClinic:
    return ListedClinic(
        clinic=line.clinic,
        where=", ".join(dict.fromkeys((line.clinic.care_provider, line.clinic.region))),
        people=[_administrator(person) for person in line.people],
        active=line.active,
    )


def _administrator(person: Appointed) -> AdministratorLine:
    return AdministratorLine(
        name=person.name,
        state=account_trouble(person.state),
        until=_("till och med %(until)s") % {"until": day(last_day(person.ends_at))},
    )


def just_appointed(everything: Sequence[ClinicWithAdministrators], grant_id: int | None) -> Note | None:
    """Who was appointed a moment ago, and where. None if this is no living grant of an administrator."""
    for line in everything:
        for person in line.people:
            if person.grant_id == grant_id:
                return Note("ok", format_html("{} {}", _appointed(person, line.clinic), _letters(person)), "status")
    return None


def _appointed(person: Appointed, clinic: ClinicRow) -> SafeString:
    text = _("<b>%(name)s</b> är utsedd till lokal administratör på %(place)s till och med %(until)s.")
    return marked_up(text, name=person.name, place=clinic.title, until=day(last_day(person.ends_at)))


def _letters(person: Appointed) -> str:
    if person.active:
        return _("Ett mejl om det är på väg.")
    return _(
        "Två mejl är på väg: ett om uppdraget, och ett för att bekräfta e-posten. Därefter går det att logga in med "
        "kortet."
    )
