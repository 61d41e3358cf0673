"""Letters about the registry office's questions to clinics. They say that something waits, and never about whom."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from registret.mail.letters.shapes import LetterKind, Line

DATA_QUERIES: Mapping[str, LetterKind] = {
    "data_queries": LetterKind(
        subject=_("Registerkansliet frågar om uppgifter i {registry}"),
        heading=_("Frågor väntar på kliniken"),
        lines=(
            Line(_("Antal nya frågor till {clinic} om registrerade uppgifter: {number}."), "clinic number"),
            Line(_("Logga in med ditt kort. Frågorna står på startsidan, med dagen då de senast ska besvaras.")),
        ),
        button=(_("Logga in"), "/"),
        footer=(
            Line(_("Du får mejlet högst en gång om dagen, för att du registrerar på {clinic}. Svara inte på det.")),
        ),
    ),
}
