"""Letters about rights and accounts: what was given, changes, ends, or is suspended."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from registret.mail.letters.shapes import Content, Fact, LetterKind, Line


def _appointed(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Du har fått ett uppdrag i {registry}").format(**facts),
        heading=_("Du har fått ett uppdrag"),
        lines=(
            Line(
                _("Hej {name}! Du är utsedd till {role} för {place}, till och med {valid_until}."),
                facts,
                frozenset({"role", "place"}),
            ),
            Line(_("Uppdraget syns när du loggar in med ditt kort.")),
        ),
        button=(_("Logga in"), "/"),
    )


def _grant_changed(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Din behörighet i {registry} är ändrad").format(**facts),
        heading=_("Din behörighet är ändrad"),
        lines=(
            Line(
                _("Hej {name}! Från och med nu är du {role} för {place}, till och med {last_day}."),
                facts,
                frozenset({"role", "place"}),
            ),
        ),
        button=(_("Logga in"), "/"),
        footer=(Line(_("Stämmer det inte? Tala med din lokala administratör.")),),
    )


def _grant_revoked(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Din behörighet i {registry} är återkallad").format(**facts),
        heading=_("Din behörighet är återkallad"),
        lines=(
            Line(
                _("Hej {name}! Du är inte längre {role} för {place}. Skälet är:"), facts, frozenset({"role", "place"})
            ),
        ),
        quote=facts["reason"],
        footer=(Line(_("Stämmer det inte? Tala med din lokala administratör.")),),
    )


def _grant_ends(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Din behörighet i {registry} upphör snart").format(**facts),
        heading=_("Din behörighet upphör snart"),
        lines=(
            Line(
                _("Hej {name}! Du är {role} för {place} till och med {last_day}."),
                facts,
                frozenset({"role", "place", "last_day"}),
            ),
            Line(_("Ska du fortsätta? Be din lokala administratör förlänga behörigheten före dess.")),
        ),
        button=(_("Logga in"), "/"),
    )


def _left(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Du har lämnat en behörighet i {registry}").format(**facts),
        heading=_("Du har lämnat en behörighet"),
        lines=(
            Line(
                _("Hej {name}! Du är inte längre {role} för {place}, eftersom du själv har lämnat."),
                facts,
                frozenset({"role", "place"}),
            ),
        ),
        button=(_("Logga in"), "/"),
        footer=(Line(_("Var det inte du? Hör av dig till supporten i dag.")),),
    )


def _suspended(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Ditt konto i {registry} är spärrat").format(**facts),
        heading=_("Ditt konto är spärrat"),
        lines=(Line(_("Hej {name}! Du kan inte logga in tills någon häver spärren. Skälet är:"), facts),),
        quote=facts["reason"],
        button=(_("Kontakta supporten"), "/hjalp"),
    )


def _reinstated(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Du kan logga in i {registry} igen").format(**facts),
        heading=_("Spärren är hävd"),
        lines=(Line(_("Hej {name}! Ditt konto är inte längre spärrat."), facts),),
        button=(_("Logga in"), "/"),
    )


def _administrator_suspended(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("En lokal administratör är spärrad av sin klinik"),
        heading=_("En lokal administratör är spärrad"),
        lines=(
            Line(
                _("{administrator}, lokal administratör på {clinic}, är spärrad av en kollega där."),
                facts,
                frozenset({"administrator", "clinic"}),
            ),
            Line(_("Så många kan attestera där nu: {left}."), facts, frozenset({"left"})),
        ),
        button=(_("Kliniker"), "/kansliet"),
        footer=(Line(_("Du får mejlet för att du arbetar på registerkansliet.")),),
    )


def _administrator_appointed(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Din klinik har fått en lokal administratör till"),
        heading=_("En lokal administratör till"),
        lines=(
            Line(
                _("{office} på registerkansliet har utsett {administrator} till lokal administratör på {clinic}."),
                facts,
                frozenset({"administrator", "clinic"}),
            ),
            Line(_("Känner du inte personen, eller ska det inte vara så? Hör av dig till registerkansliet.")),
        ),
        button=(_("Personer"), "/personer"),
        footer=(Line(_("Du får mejlet för att du är lokal administratör på {clinic}."), facts, frozenset({"clinic"})),),
    )


def _suspension_near(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Ditt konto i {registry} spärras snart").format(**facts),
        heading=_("Logga in om du vill behålla kontot"),
        lines=(
            Line(
                _("Hej {name}! Du har inte loggat in på länge. Kontot spärras {day} om du inte loggar in före dess."),
                facts,
                frozenset({"day"}),
            ),
            Line(_("Arbetar du inte längre med registret behöver du inte göra något.")),
        ),
        button=(_("Logga in"), "/"),
    )


def _suspended_unused(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Ditt konto i {registry} är spärrat").format(**facts),
        heading=_("Ditt konto är spärrat"),
        lines=(
            Line(_("Hej {name}! Kontot har inte använts på länge, och är därför spärrat."), facts),
            Line(_("Behöver du det igen? Din lokala administratör eller supporten kan häva spärren.")),
        ),
        button=(_("Kontakta supporten"), "/hjalp"),
    )


RIGHTS: Mapping[str, LetterKind] = {
    "appointed": LetterKind(
        facts={"name": Fact.LINE, "role": Fact.LINE, "place": Fact.LINE, "valid_until": Fact.DAY}, says=_appointed
    ),
    "grant_changed": LetterKind(
        facts={"name": Fact.LINE, "role": Fact.LINE, "place": Fact.LINE, "last_day": Fact.DAY}, says=_grant_changed
    ),
    "grant_revoked": LetterKind(
        facts={"name": Fact.LINE, "role": Fact.LINE, "place": Fact.LINE, "reason": Fact.TEXT}, says=_grant_revoked
    ),
    "grant_ends": LetterKind(
        facts={"name": Fact.LINE, "role": Fact.LINE, "place": Fact.LINE, "last_day": Fact.DAY}, says=_grant_ends
    ),
    "left": LetterKind(facts={"name": Fact.LINE, "role": Fact.LINE, "place": Fact.LINE}, says=_left),
    "suspended": LetterKind(facts={"name": Fact.LINE, "reason": Fact.TEXT}, says=_suspended),
    "reinstated": LetterKind(facts={"name": Fact.LINE}, says=_reinstated),
    "administrator_suspended": LetterKind(
        facts={"administrator": Fact.LINE, "clinic": Fact.LINE, "left": Fact.LINE}, says=_administrator_suspended
    ),
    "administrator_appointed": LetterKind(
        facts={"office": Fact.LINE, "administrator": Fact.LINE, "clinic": Fact.LINE}, says=_administrator_appointed
    ),
    "suspension_near": LetterKind(facts={"name": Fact.LINE, "day": Fact.DAY}, says=_suspension_near),
    "suspended_unused": LetterKind(facts={"name": Fact.LINE}, says=_suspended_unused),
}
