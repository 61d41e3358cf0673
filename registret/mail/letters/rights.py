"""Letters about rights and accounts: what was given, changes, ends, or is suspended."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from registret.mail.letters.shapes import LetterKind, Line

RIGHTS: Mapping[str, LetterKind] = {
    "appointed": LetterKind(
        subject=_("Du har fått ett uppdrag i {registry}"),
        heading=_("Du har fått ett uppdrag"),
        lines=(
            Line(_("Hej {name}! Du är utsedd till {role} för {place}, till och med {valid_until}."), "role place"),
            Line(_("Uppdraget syns när du loggar in med ditt kort.")),
        ),
        button=(_("Logga in"), "/"),
    ),
    "grant_changed": LetterKind(
        subject=_("Din behörighet i {registry} är ändrad"),
        heading=_("Din behörighet är ändrad"),
        lines=(
            Line(_("Hej {name}! Från och med nu är du {role} för {place}, till och med {last_day}."), "role place"),
        ),
        button=(_("Logga in"), "/"),
        footer=(Line(_("Stämmer det inte? Tala med din lokala administratör.")),),
    ),
    "grant_revoked": LetterKind(
        subject=_("Din behörighet i {registry} är återkallad"),
        heading=_("Din behörighet är återkallad"),
        lines=(Line(_("Hej {name}! Du är inte längre {role} för {place}. Skälet är:"), "role place"),),
        quote="reason",
        footer=(Line(_("Stämmer det inte? Tala med din lokala administratör.")),),
    ),
    "grant_ends": LetterKind(
        subject=_("Din behörighet i {registry} upphör snart"),
        heading=_("Din behörighet upphör snart"),
        lines=(
            Line(_("Hej {name}! Du är {role} för {place} till och med {last_day}."), "role place last_day"),
            Line(_("Ska du fortsätta? Be din lokala administratör förlänga behörigheten före dess.")),
        ),
        button=(_("Logga in"), "/"),
    ),
    "left": LetterKind(
        subject=_("Du har lämnat en behörighet i {registry}"),
        heading=_("Du har lämnat en behörighet"),
        lines=(
            Line(_("Hej {name}! Du är inte längre {role} för {place}, eftersom du själv har lämnat."), "role place"),
        ),
        button=(_("Logga in"), "/"),
        footer=(Line(_("Var det inte du? Hör av dig till supporten i dag.")),),
    ),
    "suspended": LetterKind(
        subject=_("Ditt konto i {registry} är spärrat"),
        heading=_("Ditt konto är spärrat"),
        lines=(Line(_("Hej {name}! Du kan inte logga in tills någon häver spärren. Skälet är:")),),
        quote="reason",
        button=(_("Kontakta supporten"), "/hjalp"),
    ),
    "reinstated": LetterKind(
        subject=_("Du kan logga in i {registry} igen"),
        heading=_("Spärren är hävd"),
        lines=(Line(_("Hej {name}! Ditt konto är inte längre spärrat.")),),
        button=(_("Logga in"), "/"),
    ),
    "administrator_suspended": LetterKind(
        subject=_("En lokal administratör är spärrad av sin klinik"),
        heading=_("En lokal administratör är spärrad"),
        lines=(
            Line(
                _("{administrator}, lokal administratör på {clinic}, är spärrad av en kollega där."),
                "administrator clinic",
            ),
            Line(_("Så många kan attestera där nu: {left}."), "left"),
        ),
        button=(_("Kliniker"), "/kansliet"),
        footer=(Line(_("Du får mejlet för att du arbetar på registerkansliet.")),),
    ),
    "administrator_appointed": LetterKind(
        subject=_("Din klinik har fått en lokal administratör till"),
        heading=_("En lokal administratör till"),
        lines=(
            Line(
                _("{office} på registerkansliet har utsett {administrator} till lokal administratör på {clinic}."),
                "administrator clinic",
            ),
            Line(_("Känner du inte personen, eller ska det inte vara så? Hör av dig till registerkansliet.")),
        ),
        button=(_("Personer"), "/personer"),
        footer=(Line(_("Du får mejlet för att du är lokal administratör på {clinic}.")),),
    ),
    "suspension_near": LetterKind(
        subject=_("Ditt konto i {registry} spärras snart"),
        heading=_("Logga in om du vill behålla kontot"),
        lines=(
            Line(
                _("Hej {name}! Du har inte loggat in på länge. Kontot spärras {day} om du inte loggar in före dess."),
                "day",
            ),
            Line(_("Arbetar du inte längre med registret behöver du inte göra något.")),
        ),
        button=(_("Logga in"), "/"),
    ),
    "suspended_unused": LetterKind(
        subject=_("Ditt konto i {registry} är spärrat"),
        heading=_("Ditt konto är spärrat"),
        lines=(
            Line(_("Hej {name}! Kontot har inte använts på länge, och är därför spärrat.")),
            Line(_("Behöver du det igen? Din lokala administratör eller supporten kan häva spärren.")),
        ),
        button=(_("Kontakta supporten"), "/hjalp"),
    ),
}
