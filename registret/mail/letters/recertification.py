"""Letters about the recurring check of who still has a right."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from registret.mail.letters.shapes import Content, Fact, LetterKind, Line


def _recertification_opened(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Arbetar alla kvar? Genomgång på {clinic}").format(**facts),
        heading=_("Arbetar alla fortfarande här?"),
        lines=(
            Line(
                _("Det är dags att gå igenom vilka som har behörighet på {clinic}. Antal att svara för: {number}."),
                facts,
                frozenset({"clinic", "number"}),
            ),
            Line(
                _("Svara senast {day}: behåll, ändra eller avsluta. En behörighet som ingen svarar för upphör sedan."),
                facts,
                frozenset({"day"}),
            ),
        ),
        button=(_("Till genomgången"), "/genomgang"),
        footer=(Line(_("Du får mejlet för att du är lokal administratör på {clinic}."), facts),),
    )


def _recertification_reminder(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Påminnelse: genomgången på {clinic} är inte klar").format(**facts),
        heading=_("Genomgången är inte klar"),
        lines=(
            Line(
                _("På {clinic} finns behörigheter som ingen har svarat för än. Antal att svara för: {number}."),
                facts,
                frozenset({"clinic", "number"}),
            ),
            Line(
                _("Svara senast {day}. De som ingen har svarat för då förlorar sin behörighet."),
                facts,
                frozenset({"day"}),
            ),
        ),
        button=(_("Till genomgången"), "/genomgang"),
        footer=(Line(_("Du får mejlet för att du är lokal administratör på {clinic}."), facts),),
    )


def _recertification_office(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("En genomgång behöver svar från registerkansliet"),
        heading=_("Bara ni kan svara"),
        lines=(
            Line(
                _(
                    "I genomgången på {clinic} finns behörigheter som ingen på kliniken kan svara för. Ingen svarar "
                    "för sig själv. Antal: {number}."
                ),
                facts,
                frozenset({"clinic", "number"}),
            ),
            Line(
                _("Svara senast {day}: behåll, ändra eller avsluta. En behörighet som ingen svarar för upphör sedan."),
                facts,
                frozenset({"day"}),
            ),
        ),
        button=(_("Till genomgången"), "/genomgang"),
        footer=(Line(_("Du får mejlet för att du arbetar på registerkansliet.")),),
    )


def _recertification_near(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Ingen har svarat för din behörighet i {registry}").format(**facts),
        heading=_("Ingen har svarat om du arbetar kvar"),
        lines=(
            Line(
                _(
                    "Hej {name}! Du är {role} för {place}. Kliniken går igenom alla behörigheter, och ingen har svarat "
                    "för din."
                ),
                facts,
                frozenset({"role", "place"}),
            ),
            Line(
                _(
                    "Svarar ingen senast {day} upphör den. Arbetar du kvar? Be en lokal administratör på kliniken att "
                    "svara, eller registerkansliet."
                ),
                facts,
                frozenset({"day"}),
            ),
        ),
    )


def _recertification_ended(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Din behörighet i {registry} är avslutad").format(**facts),
        heading=_("Din behörighet är avslutad"),
        lines=(
            Line(
                _(
                    "Hej {name}! Du är inte längre {role} för {place}. Det bestämdes när kliniken gick igenom sina "
                    "behörigheter."
                ),
                facts,
                frozenset({"role", "place"}),
            ),
        ),
        footer=(Line(_("Stämmer det inte? Tala med din lokala administratör.")),),
    )


def _recertification_silent(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Din behörighet i {registry} har upphört").format(**facts),
        heading=_("Din behörighet har upphört"),
        lines=(
            Line(
                _(
                    "Hej {name}! Du är inte längre {role} för {place}. Kliniken gick igenom sina behörigheter, och "
                    "ingen svarade i tid för din."
                ),
                facts,
                frozenset({"role", "place"}),
            ),
            Line(_("Arbetar du kvar? Tala med kliniken, och ansök sedan igen. Ditt konto finns kvar.")),
        ),
        button=(_("Logga in och ansök igen"), "/"),
    )


def _recertification_closed(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Genomgången på {clinic} är avslutad").format(**facts),
        heading=_("Behörigheter har upphört"),
        lines=(
            Line(
                _("Genomgången på {clinic} är avslutad. Antal som upphörde för att ingen svarade: {silent}."),
                facts,
                frozenset({"clinic", "silent"}),
            ),
            Line(_("Behållna: {kept}. Ändrade: {changed}. Avslutade: {ended}."), facts),
            Line(_("De som ändå arbetar kvar ansöker igen, och attesteras som vanligt.")),
        ),
        button=(_("Till genomgången"), "/genomgang"),
        footer=(Line(_("Du får mejlet för att du svarar för behörigheter på {clinic}."), facts),),
    )


RECERTIFICATION: Mapping[str, LetterKind] = {
    "recertification_opened": LetterKind(
        facts={"clinic": Fact.LINE, "number": Fact.LINE, "day": Fact.DAY}, says=_recertification_opened
    ),
    "recertification_reminder": LetterKind(
        facts={"clinic": Fact.LINE, "number": Fact.LINE, "day": Fact.DAY}, says=_recertification_reminder
    ),
    "recertification_office": LetterKind(
        facts={"clinic": Fact.LINE, "number": Fact.LINE, "day": Fact.DAY}, says=_recertification_office
    ),
    "recertification_near": LetterKind(
        facts={"name": Fact.LINE, "role": Fact.LINE, "place": Fact.LINE, "day": Fact.DAY}, says=_recertification_near
    ),
    "recertification_ended": LetterKind(
        facts={"name": Fact.LINE, "role": Fact.LINE, "place": Fact.LINE}, says=_recertification_ended
    ),
    "recertification_silent": LetterKind(
        facts={"name": Fact.LINE, "role": Fact.LINE, "place": Fact.LINE}, says=_recertification_silent
    ),
    "recertification_closed": LetterKind(
        facts={
            "clinic": Fact.LINE,
            "kept": Fact.LINE,
            "changed": Fact.LINE,
            "ended": Fact.LINE,
            "silent": Fact.LINE,
        },
        says=_recertification_closed,
    ),
}
