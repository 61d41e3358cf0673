"""Letters about applications: to those who attest, and to the person who applied."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from registret.mail.letters.shapes import LetterKind, Line

APPLICATIONS: Mapping[str, LetterKind] = {
    "application_waiting": LetterKind(
        subject=_("Någon väntar på att du attesterar"),
        heading=_("En ansökan väntar på dig"),
        lines=(
            Line(_("{applicant} har registrerat sig för {clinic}, och har bekräftat sin e-post."), "applicant clinic"),
            Line(_("Känner du personen? Logga in med ditt kort för att attestera eller avslå.")),
        ),
        button=(_("Att attestera"), "/attestera"),
        footer=(Line(_("Du får mejlet för att du är lokal administratör på {clinic}.")),),
    ),
    "application_escalated": LetterKind(
        subject=_("En klinik saknar lokal administratör"),
        heading=_("En ansökan kan inte attesteras på kliniken"),
        lines=(
            Line(
                _("{applicant} har ansökt om behörighet för {clinic}, som inte har någon aktiv lokal administratör."),
                "applicant clinic",
            ),
            Line(_("Utse en lokal administratör, eller ta ställning till ansökan själv.")),
        ),
        button=(_("Att attestera"), "/attestera"),
        footer=(Line(_("Du får mejlet för att du arbetar på registerkansliet.")),),
    ),
    "attested": LetterKind(
        subject=_("Du kan logga in i {registry}"),
        heading=_("Ditt konto är attesterat"),
        lines=(
            Line(_("Hej {name}! Du är attesterad som {role} för {clinic}, till och med {valid_until}."), "role clinic"),
            Line(_("Sätt in kortet i läsaren och logga in med SmartCard.")),
        ),
        button=(_("Logga in"), "/"),
    ),
    "declined": LetterKind(
        subject=_("Din ansökan till {registry} är avslagen"),
        heading=_("Din ansökan är avslagen"),
        lines=(Line(_("Hej {name}! Din ansökan gällde {clinic}. Den är avslagen, och skälet är:"), "clinic"),),
        quote="reason",
        button=(_("Logga in och ansök igen"), "/"),
        afterwards=(Line(_("Stämmer det inte? Tala med kliniken först, och ansök sedan igen.")),),
    ),
    "reminder": LetterKind(
        subject=_("Påminnelse: någon väntar på att du attesterar"),
        heading=_("En ansökan väntar fortfarande"),
        lines=(
            Line(
                _("{applicant} har väntat sedan {waiting_since} på att bli attesterad för {clinic}, och påminner dig."),
                "applicant clinic",
            ),
            Line(_("Känner du personen? Logga in med ditt kort för att attestera eller avslå.")),
        ),
        button=(_("Att attestera"), "/attestera"),
        footer=(Line(_("Du får mejlet för att du är lokal administratör på {clinic}.")),),
    ),
    "question": LetterKind(
        subject=_("En fråga om din ansökan till {registry}"),
        heading=_("Kliniken har en fråga"),
        lines=(Line(_("Hej {name}! Innan {clinic} tar ställning till din ansökan undrar de:"), "clinic"),),
        quote="question",
        button=(_("Logga in och svara"), "/"),
    ),
    "answered": LetterKind(
        subject=_("Du har fått svar om en ansökan"),
        heading=_("Du har fått svar"),
        lines=(Line(_("{applicant}, som har ansökt för {clinic}, har svarat på din fråga."), "applicant clinic"),),
        button=(_("Att attestera"), "/attestera"),
    ),
    "digest": LetterKind(
        subject=_("Ansökningar väntar på att du attesterar"),
        heading=_("Det väntar ansökningar på dig"),
        lines=(
            Line(_("Antal ansökningar som väntar: {number}. Den äldsta har väntat sedan {oldest}.")),
            Line(_("Logga in med ditt kort för att attestera eller avslå.")),
        ),
        button=(_("Att attestera"), "/attestera"),
        footer=(Line(_("Du får mejlet på vardagar så länge något väntar, för att du är lokal administratör.")),),
    ),
    "still_waiting": LetterKind(
        subject=_("Påminnelse: någon väntar på att du attesterar"),
        heading=_("En ansökan väntar fortfarande"),
        lines=(
            Line(
                _("{applicant} har väntat sedan {waiting_since} på att bli attesterad för {clinic}."),
                "applicant clinic",
            ),
            Line(_("Känner du personen? Logga in med ditt kort för att attestera eller avslå.")),
        ),
        button=(_("Att attestera"), "/attestera"),
        footer=(Line(_("Du får mejlet för att du är lokal administratör på {clinic}.")),),
    ),
    "application_late": LetterKind(
        subject=_("En ansökan har väntat för länge"),
        heading=_("Kliniken har inte tagit ställning till en ansökan"),
        lines=(
            Line(
                _("{applicant} har väntat sedan {waiting_since} på att bli attesterad för {clinic}."),
                "applicant clinic",
            ),
            Line(_("Ansökan står nu också hos er. Hör av er till kliniken, eller ta ställning själva.")),
        ),
        button=(_("Att attestera"), "/attestera"),
        footer=(Line(_("Du får mejlet för att du arbetar på registerkansliet.")),),
    ),
    "lapsed": LetterKind(
        subject=_("Din ansökan till {registry} har förfallit"),
        heading=_("Din ansökan har förfallit"),
        lines=(
            Line(
                _("Hej {name}! Ingen tog i tid ställning till din ansökan den {applied_at}, som gällde {clinic}."),
                "clinic",
            ),
            Line(_("Tala med kliniken, och ansök sedan igen. Ditt konto finns kvar.")),
        ),
        button=(_("Logga in och ansök igen"), "/"),
    ),
    "attest_anew": LetterKind(
        subject=_("Någon behöver attesteras på nytt"),
        heading=_("En kollega har bytt till en främmande adress"),
        lines=(
            Line(
                _(
                    "{applicant} har bekräftat en e-postadress som inte hör till vårdgivaren. Behörigheten för "
                    "{clinic} gäller därför inte förrän någon attesterar den igen."
                ),
                "applicant clinic",
            ),
            Line(_("Arbetar personen kvar? Logga in med ditt kort för att attestera eller avslå.")),
        ),
        button=(_("Att attestera"), "/attestera"),
        footer=(Line(_("Du får mejlet för att du är lokal administratör på {clinic}.")),),
    ),
}
