"""Letters about a figure of a clinic that is not what chance gives. None of them says which figure, or what it is."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from registret.mail.letters.shapes import LetterKind, Line

OUTLIERS: Mapping[str, LetterKind] = {
    "outlier_asked": LetterKind(
        subject=_("En fråga väntar i {registry}"),
        heading=_("Registerkansliet har en fråga till kliniken"),
        lines=(
            Line(
                _("Registerkansliet frågar {clinic} om en siffra i rapporterna. Svara senast {day}."),
                "clinic day",
            ),
            Line(_("Vilken siffra det är står på sidan, och inte i mejlet.")),
        ),
        button=(_("Till frågan"), "/avvikelser"),
        footer=(Line(_("Du får mejlet för att du är lokal administratör på {clinic}.")),),
    ),
}
