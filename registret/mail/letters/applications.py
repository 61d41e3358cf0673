"""Letters about applications: to those who attest, and to the person who applied."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from registret.mail.letters.shapes import Content, Fact, LetterKind, Line


def _application_waiting(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Någon väntar på att du attesterar"),
        heading=_("En ansökan väntar på dig"),
        lines=(
            Line(
                _("{applicant} har registrerat sig för {clinic}, och har bekräftat sin e-post."),
                facts,
                frozenset({"applicant", "clinic"}),
            ),
            Line(_("Känner du personen? Logga in med ditt kort för att attestera eller avslå.")),
        ),
        button=(_("Att attestera"), "/attestera"),
        footer=(Line(_("Du får mejlet för att du är lokal administratör på {clinic}."), facts),),
    )


def _application_escalated(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("En klinik saknar lokal administratör"),
        heading=_("En ansökan kan inte attesteras på kliniken"),
        lines=(
            Line(
                _("{applicant} har ansökt om behörighet för {clinic}, som inte har någon aktiv lokal administratör."),
                facts,
                frozenset({"applicant", "clinic"}),
            ),
            Line(_("Utse en lokal administratör, eller ta ställning till ansökan själv.")),
        ),
        button=(_("Att attestera"), "/attestera"),
        footer=(Line(_("Du får mejlet för att du arbetar på registerkansliet.")),),
    )


def _attested(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Du kan logga in i {registry}").format(**facts),
        heading=_("Ditt konto är attesterat"),
        lines=(
            Line(
                _("Hej {name}! Du är attesterad som {role} för {clinic}, till och med {valid_until}."),
                facts,
                frozenset({"role", "clinic"}),
            ),
            Line(_("Sätt in kortet i läsaren och logga in med SmartCard.")),
        ),
        button=(_("Logga in"), "/"),
    )


def _declined(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Din ansökan till {registry} är avslagen").format(**facts),
        heading=_("Din ansökan är avslagen"),
        lines=(
            Line(
                _("Hej {name}! Din ansökan gällde {clinic}. Den är avslagen, och skälet är:"),
                facts,
                frozenset({"clinic"}),
            ),
        ),
        quote=facts["reason"],
        button=(_("Logga in och ansök igen"), "/"),
        afterwards=(Line(_("Stämmer det inte? Tala med kliniken först, och ansök sedan igen.")),),
    )


def _reminder(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Påminnelse: någon väntar på att du attesterar"),
        heading=_("En ansökan väntar fortfarande"),
        lines=(
            Line(
                _("{applicant} har väntat sedan {waiting_since} på att bli attesterad för {clinic}, och påminner dig."),
                facts,
                frozenset({"applicant", "clinic"}),
            ),
            Line(_("Känner du personen? Logga in med ditt kort för att attestera eller avslå.")),
        ),
        button=(_("Att attestera"), "/attestera"),
        footer=(Line(_("Du får mejlet för att du är lokal administratör på {clinic}."), facts),),
    )


def _question(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("En fråga om din ansökan till {registry}").format(**facts),
        heading=_("Kliniken har en fråga"),
        lines=(
            Line(
                _("Hej {name}! Innan {clinic} tar ställning till din ansökan undrar de:"), facts, frozenset({"clinic"})
            ),
        ),
        quote=facts["question"],
        button=(_("Logga in och svara"), "/"),
    )


def _answered(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Du har fått svar om en ansökan"),
        heading=_("Du har fått svar"),
        lines=(
            Line(
                _("{applicant}, som har ansökt för {clinic}, har svarat på din fråga."),
                facts,
                frozenset({"applicant", "clinic"}),
            ),
        ),
        button=(_("Att attestera"), "/attestera"),
    )


def _digest(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Ansökningar väntar på att du attesterar"),
        heading=_("Det väntar ansökningar på dig"),
        lines=(
            Line(_("Antal ansökningar som väntar: {number}. Den äldsta har väntat sedan {oldest}."), facts),
            Line(_("Logga in med ditt kort för att attestera eller avslå.")),
        ),
        button=(_("Att attestera"), "/attestera"),
        footer=(Line(_("Du får mejlet på vardagar så länge något väntar, för att du är lokal administratör.")),),
    )


def _still_waiting(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Påminnelse: någon väntar på att du attesterar"),
        heading=_("En ansökan väntar fortfarande"),
        lines=(
            Line(
                _("{applicant} har väntat sedan {waiting_since} på att bli attesterad för {clinic}."),
                facts,
                frozenset({"applicant", "clinic"}),
            ),
            Line(_("Känner du personen? Logga in med ditt kort för att attestera eller avslå.")),
        ),
        button=(_("Att attestera"), "/attestera"),
        footer=(Line(_("Du får mejlet för att du är lokal administratör på {clinic}."), facts),),
    )


def _application_late(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("En ansökan har väntat för länge"),
        heading=_("Kliniken har inte tagit ställning till en ansökan"),
        lines=(
            Line(
                _("{applicant} har väntat sedan {waiting_since} på att bli attesterad för {clinic}."),
                facts,
                frozenset({"applicant", "clinic"}),
            ),
            Line(_("Ansökan står nu också hos er. Hör av er till kliniken, eller ta ställning själva.")),
        ),
        button=(_("Att attestera"), "/attestera"),
        footer=(Line(_("Du får mejlet för att du arbetar på registerkansliet.")),),
    )


def _lapsed(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Din ansökan till {registry} har förfallit").format(**facts),
        heading=_("Din ansökan har förfallit"),
        lines=(
            Line(
                _("Hej {name}! Ingen tog i tid ställning till din ansökan den {applied_at}, som gällde {clinic}."),
                facts,
                frozenset({"clinic"}),
            ),
            Line(_("Tala med kliniken, och ansök sedan igen. Ditt konto finns kvar.")),
        ),
        button=(_("Logga in och ansök igen"), "/"),
    )


def _attest_anew(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Någon behöver attesteras på nytt"),
        heading=_("En kollega har bytt till en främmande adress"),
        lines=(
            Line(
                _(
                    "{applicant} har bekräftat en e-postadress som inte hör till vårdgivaren. Behörigheten för "
                    "{clinic} gäller därför inte förrän någon attesterar den igen."
                ),
                facts,
                frozenset({"applicant", "clinic"}),
            ),
            Line(_("Arbetar personen kvar? Logga in med ditt kort för att attestera eller avslå.")),
        ),
        button=(_("Att attestera"), "/attestera"),
        footer=(Line(_("Du får mejlet för att du är lokal administratör på {clinic}."), facts),),
    )


APPLICATIONS: Mapping[str, LetterKind] = {
    "application_waiting": LetterKind(facts={"applicant": Fact.LINE, "clinic": Fact.LINE}, says=_application_waiting),
    "application_escalated": LetterKind(
        facts={"applicant": Fact.LINE, "clinic": Fact.LINE}, says=_application_escalated
    ),
    "attested": LetterKind(
        facts={"name": Fact.LINE, "role": Fact.LINE, "clinic": Fact.LINE, "valid_until": Fact.DAY}, says=_attested
    ),
    "declined": LetterKind(facts={"name": Fact.LINE, "clinic": Fact.LINE, "reason": Fact.TEXT}, says=_declined),
    "reminder": LetterKind(
        facts={"applicant": Fact.LINE, "clinic": Fact.LINE, "waiting_since": Fact.DAY}, says=_reminder
    ),
    "question": LetterKind(facts={"name": Fact.LINE, "clinic": Fact.LINE, "question": Fact.TEXT}, says=_question),
    "answered": LetterKind(facts={"applicant": Fact.LINE, "clinic": Fact.LINE}, says=_answered),
    "digest": LetterKind(facts={"number": Fact.LINE, "oldest": Fact.DAY}, says=_digest),
    "still_waiting": LetterKind(
        facts={"applicant": Fact.LINE, "clinic": Fact.LINE, "waiting_since": Fact.DAY}, says=_still_waiting
    ),
    "application_late": LetterKind(
        facts={"applicant": Fact.LINE, "clinic": Fact.LINE, "waiting_since": Fact.DAY}, says=_application_late
    ),
    "lapsed": LetterKind(facts={"name": Fact.LINE, "clinic": Fact.LINE, "applied_at": Fact.DAY}, says=_lapsed),
    "attest_anew": LetterKind(facts={"applicant": Fact.LINE, "clinic": Fact.LINE}, says=_attest_anew),
}
