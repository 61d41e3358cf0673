"""The menus at the top: a tab is one line here, and the templates draw what they are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from registret.access.actor import Actor
from registret.access.roles import Permission

Current = Literal["", "page", "true"]
"""For `aria-current`: another tab, this one, or this one from a page below it in the office's own row of tabs."""


@dataclass(frozen=True, slots=True)
class Tab:
    label: Any  # a text that is translated when it is drawn
    url_name: str
    shown_to: Callable[[Actor], bool]
    pages: tuple[str, ...] = ()
    """The values of `tab` by which pages say that they belong here."""
    below: tuple[str, ...] = ()
    """Names of the pages that belong here, with all below them."""
    count: str = ""
    """The name of the number that stands beside the label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuEntry:
    """A tab for one page and one person."""

    label: str
    address: str
    current: Current
    count: int


def all_at_work(actor: Actor) -> bool:
    return True


def may(permission: Permission) -> Callable[[Actor], bool]:
    return lambda actor: actor.may(permission)


def manages_a_clinic(actor: Actor) -> bool:
    """The office finds people through their clinics instead."""
    return actor.may(Permission.MANAGE_PEOPLE) and actor.seat.clinic_id is not None


MAIN = (
    Tab(_("Start"), "start", all_at_work),
    Tab(_("Registreringar"), "records", may(Permission.READ_RECORDS), pages=("records",)),
    Tab(_("Importera"), "imports", may(Permission.IMPORT), pages=("imports",)),
    Tab(_("Exportera"), "exports", may(Permission.EXPORT), pages=("exports",)),
    Tab(_("Rapporter"), "reports", may(Permission.READ_REPORTS), pages=("reports",)),
    Tab(_("Att attestera"), "attest", may(Permission.ATTEST), pages=("attest",), count="waiting"),
    Tab(_("Personer"), "people", manages_a_clinic, pages=("people",)),
    Tab(_("Kansliet"), "office", may(Permission.APPOINT), pages=("office", "people")),
    Tab(_("Driftläge"), "health", may(Permission.APPOINT), pages=("health",)),
    Tab(_("Sök konto"), "support", may(Permission.HELP), pages=("support",)),
    Tab(_("Loggen"), "logbook", may(Permission.READ_LOG), pages=("logbook",)),
    Tab(_("Patientärenden"), "cases", may(Permission.HANDLE_CASES), pages=("cases",)),
    Tab(_("Gallring"), "retention", may(Permission.HANDLE_CASES), pages=("retention",)),
    Tab(_("Utlämnanden"), "disclosures", may(Permission.HANDLE_CASES), pages=("disclosures",)),
    Tab(_("Mitt konto"), "account", all_at_work, pages=("account",)),
    Tab(_("Hjälp"), "help", all_at_work, below=("help",)),
)
OFFICE = (
    Tab(_("Kliniker"), "office", all_at_work, pages=("people",), below=("appoint", "bring_clinics")),
    Tab(_("Uppdrag"), "appointments", all_at_work, below=("appointments",)),
    Tab(_("Genomgångar"), "recertifications", all_at_work, below=("recertifications", "recertification_start")),
    Tab(_("Täckningsgrad"), "coverage", all_at_work, below=("coverage",)),
    Tab(_("Frågor"), "data_queries", all_at_work, below=("data_queries",)),
    Tab(_("Avvikelser"), "outliers", all_at_work, below=("outliers",)),
    Tab(_("Väntetider"), "access_times", all_at_work),
    Tab(_("Alla mejl"), "letters", all_at_work, below=("letters",)),
    Tab(_("Tidsgränser"), "time_limits", all_at_work, below=("time_limits",)),
    Tab(_("Statistik"), "publications", all_at_work, below=("publications",)),
    Tab(_("Behandlingar"), "processings", all_at_work),
    Tab(_("Incidenter"), "incidents", all_at_work, below=("incidents",)),
)
"""The office's own row of tabs, below the main menu's Kansliet."""


def main_menu(actor: Actor, *, here: str, page: str, counts: dict[str, int]) -> tuple[MenuEntry, ...]:
    """The tabs that `actor` has. `here` is the address, `page` what the page says that it belongs to."""
    return tuple(_entry(tab, "page", here, page, counts) for tab in MAIN if tab.shown_to(actor))


def office_menu(*, here: str, page: str) -> tuple[MenuEntry, ...]:
    return tuple(_entry(tab, "true", here, page, {}) for tab in OFFICE)


def _entry(tab: Tab, by_page: Current, here: str, page: str, counts: dict[str, int]) -> MenuEntry:
    address = reverse(tab.url_name)
    current: Current = ""
    if here == address:
        current = "page"
    elif page in tab.pages:
        current = by_page
    elif any(_within(here, reverse(name)) for name in tab.below):
        current = "true"
    return MenuEntry(label=str(tab.label), address=address, current=current, count=counts.get(tab.count, 0))


def _within(here: str, there: str) -> bool:
    return here == there or here.startswith(f"{there}/")
