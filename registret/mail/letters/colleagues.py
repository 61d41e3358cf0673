"""Letters about people whom others propose: substitutes, and those who work for the registry."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from registret.mail.letters.shapes import Content, Fact, LetterKind, Line


def _substitute_proposed(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("En vikarie väntar på att du bekräftar"),
        heading=_("En vikarie för en lokal administratör"),
        lines=(
            Line(
                _(
                    "{proposer} föreslår att {substitute} är lokal administratör på {clinic} från och med {first_day} "
                    "till och med {last_day}."
                ),
                facts,
                frozenset({"substitute", "clinic", "first_day", "last_day"}),
            ),
            Line(_("Logga in med ditt kort för att bekräfta eller avslå. Inget gäller förrän någon har bekräftat.")),
        ),
        button=(_("Logga in"), "/"),
    )


def _substitute_confirmed(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Du är vikarie som lokal administratör i {registry}").format(**facts),
        heading=_("Du är vikarie som lokal administratör"),
        lines=(
            Line(
                _(
                    "Hej {name}! Du attesterar kollegor på {clinic} från och med {first_day} till och med {last_day}. "
                    "Sedan upphör det av sig självt."
                ),
                facts,
                frozenset({"clinic", "first_day", "last_day"}),
            ),
        ),
        button=(_("Logga in"), "/"),
    )


def _substitute_declined(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Ditt förslag om vikarie är avslaget"),
        heading=_("Ditt förslag om vikarie är avslaget"),
        lines=(
            Line(
                _("Hej {name}! Du föreslog {substitute} som vikarie på {clinic}. Skälet är:"),
                facts,
                frozenset({"substitute", "clinic"}),
            ),
        ),
        quote=facts["reason"],
        button=(_("Logga in"), "/"),
    )


def _nomination_waits(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Ett uppdrag väntar på att du bekräftar"),
        heading=_("Ett uppdrag behöver en till som bekräftar"),
        lines=(
            Line(
                _("{proposer} föreslår {person} som {role}."),
                facts,
                frozenset({"person", "role"}),
            ),
            Line(
                _(
                    "Logga in med ditt kort för att bekräfta eller avslå, om du vet vem det är. Inget gäller förrän "
                    "någon annan än den som föreslog har bekräftat."
                )
            ),
        ),
        button=(_("Uppdrag"), "/kansliet/uppdrag"),
        footer=(Line(_("Du får mejlet för att du arbetar på registerkansliet.")),),
    )


def _nomination_declined(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Ditt förslag till uppdrag är avslaget"),
        heading=_("Ditt förslag till uppdrag är avslaget"),
        lines=(
            Line(
                _("Hej {name}! Du föreslog {person} som {role}. Skälet är:"),
                facts,
                frozenset({"person", "role"}),
            ),
        ),
        quote=facts["reason"],
        button=(_("Logga in"), "/"),
    )


COLLEAGUES: Mapping[str, LetterKind] = {
    "substitute_proposed": LetterKind(
        facts={
            "proposer": Fact.LINE,
            "substitute": Fact.LINE,
            "clinic": Fact.LINE,
            "first_day": Fact.DAY,
            "last_day": Fact.DAY,
        },
        says=_substitute_proposed,
    ),
    "substitute_confirmed": LetterKind(
        facts={"name": Fact.LINE, "clinic": Fact.LINE, "first_day": Fact.DAY, "last_day": Fact.DAY},
        says=_substitute_confirmed,
    ),
    "substitute_declined": LetterKind(
        facts={"name": Fact.LINE, "substitute": Fact.LINE, "clinic": Fact.LINE, "reason": Fact.TEXT},
        says=_substitute_declined,
    ),
    "nomination_waits": LetterKind(
        facts={"proposer": Fact.LINE, "person": Fact.LINE, "role": Fact.LINE}, says=_nomination_waits
    ),
    "nomination_declined": LetterKind(
        facts={"name": Fact.LINE, "person": Fact.LINE, "role": Fact.LINE, "reason": Fact.TEXT},
        says=_nomination_declined,
    ),
}
