"""Letters about the recurring check of who still has a right."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from registret.mail.letters.shapes import LetterKind, Line

RECERTIFICATION: Mapping[str, LetterKind] = {
    "recertification_opened": LetterKind(
        subject=_("Arbetar alla kvar? Genomgång på {clinic}"),
        heading=_("Arbetar alla fortfarande här?"),
        lines=(
            Line(
                _("Det är dags att gå igenom vilka som har behörighet på {clinic}. Antal att svara för: {number}."),
                "clinic number",
            ),
            Line(
                _("Svara senast {day}: behåll, ändra eller avsluta. En behörighet som ingen svarar för upphör sedan."),
                "day",
            ),
        ),
        button=(_("Till genomgången"), "/genomgang"),
        footer=(Line(_("Du får mejlet för att du är lokal administratör på {clinic}.")),),
    ),
    "recertification_reminder": LetterKind(
        subject=_("Påminnelse: genomgången på {clinic} är inte klar"),
        heading=_("Genomgången är inte klar"),
        lines=(
            Line(
                _("På {clinic} finns behörigheter som ingen har svarat för än. Antal att svara för: {number}."),
                "clinic number",
            ),
            Line(_("Svara senast {day}. De som ingen har svarat för då förlorar sin behörighet."), "day"),
        ),
        button=(_("Till genomgången"), "/genomgang"),
        footer=(Line(_("Du får mejlet för att du är lokal administratör på {clinic}.")),),
    ),
    "recertification_office": LetterKind(
        subject=_("En genomgång behöver svar från registerkansliet"),
        heading=_("Bara ni kan svara"),
        lines=(
            Line(
                _(
                    "I genomgången på {clinic} finns behörigheter som ingen på kliniken kan svara för. Ingen svarar "
                    "för sig själv. Antal: {number}."
                ),
                "clinic number",
            ),
            Line(
                _("Svara senast {day}: behåll, ändra eller avsluta. En behörighet som ingen svarar för upphör sedan."),
                "day",
            ),
        ),
        button=(_("Till genomgången"), "/genomgang"),
        footer=(Line(_("Du får mejlet för att du arbetar på registerkansliet.")),),
    ),
    "recertification_near": LetterKind(
        subject=_("Ingen har svarat för din behörighet i {registry}"),
        heading=_("Ingen har svarat om du arbetar kvar"),
        lines=(
            Line(
                _(
                    "Hej {name}! Du är {role} för {place}. Kliniken går igenom alla behörigheter, och ingen har svarat "
                    "för din."
                ),
                "role place",
            ),
            Line(
                _(
                    "Svarar ingen senast {day} upphör den. Arbetar du kvar? Be en lokal administratör på kliniken att "
                    "svara, eller registerkansliet."
                ),
                "day",
            ),
        ),
    ),
    "recertification_ended": LetterKind(
        subject=_("Din behörighet i {registry} är avslutad"),
        heading=_("Din behörighet är avslutad"),
        lines=(
            Line(
                _(
                    "Hej {name}! Du är inte längre {role} för {place}. Det bestämdes när kliniken gick igenom sina "
                    "behörigheter."
                ),
                "role place",
            ),
        ),
        footer=(Line(_("Stämmer det inte? Tala med din lokala administratör.")),),
    ),
    "recertification_silent": LetterKind(
        subject=_("Din behörighet i {registry} har upphört"),
        heading=_("Din behörighet har upphört"),
        lines=(
            Line(
                _(
                    "Hej {name}! Du är inte längre {role} för {place}. Kliniken gick igenom sina behörigheter, och "
                    "ingen svarade i tid för din."
                ),
                "role place",
            ),
            Line(_("Arbetar du kvar? Tala med kliniken, och ansök sedan igen. Ditt konto finns kvar.")),
        ),
        button=(_("Logga in och ansök igen"), "/"),
    ),
    "recertification_closed": LetterKind(
        subject=_("Genomgången på {clinic} är avslutad"),
        heading=_("Behörigheter har upphört"),
        lines=(
            Line(
                _("Genomgången på {clinic} är avslutad. Antal som upphörde för att ingen svarade: {silent}."),
                "clinic silent",
            ),
            Line(_("Behållna: {kept}. Ändrade: {changed}. Avslutade: {ended}.")),
            Line(_("De som ändå arbetar kvar ansöker igen, och attesteras som vanligt.")),
        ),
        button=(_("Till genomgången"), "/genomgang"),
        footer=(Line(_("Du får mejlet för att du svarar för behörigheter på {clinic}.")),),
    ),
}
