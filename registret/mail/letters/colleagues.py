"""Letters about people whom others propose: substitutes, and those who work for the registry."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from registret.mail.letters.shapes import LetterKind, Line

COLLEAGUES: Mapping[str, LetterKind] = {
    "substitute_proposed": LetterKind(
        subject=_("En vikarie väntar på att du bekräftar"),
        heading=_("En vikarie för en lokal administratör"),
        lines=(
            Line(
                _(
                    "{proposer} föreslår att {substitute} är lokal administratör på {clinic} från och med {first_day} "
                    "till och med {last_day}."
                ),
                "substitute clinic first_day last_day",
            ),
            Line(_("Logga in med ditt kort för att bekräfta eller avslå. Inget gäller förrän någon har bekräftat.")),
        ),
        button=(_("Logga in"), "/"),
    ),
    "substitute_confirmed": LetterKind(
        subject=_("Du är vikarie som lokal administratör i {registry}"),
        heading=_("Du är vikarie som lokal administratör"),
        lines=(
            Line(
                _(
                    "Hej {name}! Du attesterar kollegor på {clinic} från och med {first_day} till och med {last_day}. "
                    "Sedan upphör det av sig självt."
                ),
                "clinic first_day last_day",
            ),
        ),
        button=(_("Logga in"), "/"),
    ),
    "substitute_declined": LetterKind(
        subject=_("Ditt förslag om vikarie är avslaget"),
        heading=_("Ditt förslag om vikarie är avslaget"),
        lines=(
            Line(_("Hej {name}! Du föreslog {substitute} som vikarie på {clinic}. Skälet är:"), "substitute clinic"),
        ),
        quote="reason",
        button=(_("Logga in"), "/"),
    ),
    "system_proposed": LetterKind(
        subject=_("Ett system väntar på att du bekräftar"),
        heading=_("Ett system, eller en ny nyckel för det"),
        lines=(
            Line(_("{proposer} föreslår {system} på {clinic} som {role}."), "system clinic role"),
            Line(_("Logga in med ditt kort för att bekräfta eller ta bort förslaget. Inget gäller förrän dess.")),
        ),
        button=(_("System"), "/personer/system"),
    ),
    "nomination_waits": LetterKind(
        subject=_("Ett uppdrag väntar på att du bekräftar"),
        heading=_("Ett uppdrag behöver en till som bekräftar"),
        lines=(
            Line(_("{proposer} föreslår {person} som {role}."), "person role"),
            Line(
                _(
                    "Logga in med ditt kort för att bekräfta eller avslå, om du vet vem det är. Inget gäller förrän "
                    "någon annan än den som föreslog har bekräftat."
                )
            ),
        ),
        button=(_("Uppdrag"), "/kansliet/uppdrag"),
        footer=(Line(_("Du får mejlet för att du arbetar på registerkansliet.")),),
    ),
    "nomination_declined": LetterKind(
        subject=_("Ditt förslag till uppdrag är avslaget"),
        heading=_("Ditt förslag till uppdrag är avslaget"),
        lines=(Line(_("Hej {name}! Du föreslog {person} som {role}. Skälet är:"), "person role"),),
        quote="reason",
        button=(_("Logga in"), "/"),
    ),
}
