"""Every kind of letter: what it must know, and what it says. Text and HTML come from the same sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from registret.mail.links import claim_code, confirmation_code, confirmation_token, objection_token, spaced

Stored = dict[str, str]
"""Facts as they lie in the outbox."""


class Fact(StrEnum):
    """What a fact of a letter is, and so how it is stored and shown."""

    LINE = "line"
    """One line of text: control characters go, and runs of white space become one space."""
    TEXT = "text"
    """What a person wrote, with its line breaks."""
    DAY = "day"
    """A date or an aware moment, stored in ISO 8601 and shown as a date in words, in the registry's time zone."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with facts in it: `str()` is plain text, `html` has the facts escaped and those in `bold` bold."""

    sentence: str
    facts: Mapping[str, str] = field(default_factory=dict)
    bold: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.sentence.format(**self.facts)

    @property
    def html(self) -> SafeString:
        escaped = {name: escape(value) for name, value in self.facts.items()}
        shown = {name: f"<b>{value}</b>" if name in self.bold else value for name, value in escaped.items()}
        return SafeString(escape(self.sentence).format(**shown))


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a letter says, in the language that was active when it was made."""

    subject: str
    heading: str
    preview: str = ""
    lines: tuple[Line, ...]
    quote: str = ""
    button: tuple[str, str] | None = None
    """(label, path on the site)."""
    code: str = ""
    code_line: Line | None = None
    afterwards: tuple[Line, ...] = ()
    footer: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of letter: the facts it must be given, whether it confirms an address or lets somebody object to a
    change of it, and what it says."""

    facts: Mapping[str, Fact]
    confirms: bool = False
    claims: bool = False
    """Its code is that of a claim, and it has no link."""
    objects: bool = False
    says: Callable[[Mapping[str, str]], Content]
    """Given the facts as shown, `registry`, for a letter about a confirmation `token`, and if it confirms `code`."""

    @property
    def about_confirmation(self) -> bool:
        return self.confirms or self.objects


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A letter ready to be sent. `subject` has no line breaks."""

    subject: str
    text: str
    html: str


def _confirm_email(facts: Mapping[str, str]) -> Content:
    return _confirming(
        facts,
        why=_("Hej {name}! Du har registrerat dig för {clinic}. Öppna länken på datorn där du har ditt kort."),
        then=_(
            "Länken och koden gäller till och med {valid_until}. Sedan återstår att kliniken attesterar ditt "
            "konto. Du får mejl när det är klart."
        ),
    )


def _confirm_moved(facts: Mapping[str, str]) -> Content:
    return _confirming(
        facts,
        why=_(
            "Hej {name}! Ditt konto är flyttat hit från det tidigare systemet, med din behörighet för {clinic}. "
            "Bekräfta din e-post en gång: öppna länken på datorn där du har ditt kort."
        ),
        then=_("Länken och koden gäller till och med {valid_until}. När du har bekräftat kan du arbeta som förut."),
    )


def _confirm_appointed(facts: Mapping[str, str]) -> Content:
    return _confirming(
        facts,
        why=_(
            "Hej {name}! Du har fått ett uppdrag för {clinic}. Bekräfta din e-post: öppna länken på datorn där du har "
            "ditt kort."
        ),
        then=_("Länken och koden gäller till och med {valid_until}. När du har bekräftat kan du logga in."),
    )


def _confirming(facts: Mapping[str, str], *, why: str, then: str) -> Content:
    return Content(
        subject=_("Bekräfta din e-post till {registry}").format(**facts),
        heading=_("Bekräfta din e-post"),
        preview=_("Din kod är {code}. Den gäller till och med {valid_until}.").format(**facts),
        lines=(Line(why, facts, frozenset({"clinic"})),),
        button=(_("Bekräfta e-post"), f"/bekrafta/{facts['token']}"),
        code=facts["code"],
        code_line=Line(_("Läser du det här i telefonen? Logga in på datorn och skriv koden:")),
        afterwards=(Line(then, facts),),
        footer=(Line(_("Var det inte du? Då behöver du inte göra något. Ingen får tillgång utan ditt kort.")),),
    )


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


def _confirm_new_address(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Bekräfta din nya e-post i {registry}").format(**facts),
        heading=_("Bekräfta din nya e-post"),
        preview=_("Din kod är {code}. Den gäller till och med {valid_until}.").format(**facts),
        lines=(
            Line(
                _(
                    "Hej {name}! Du vill ha mejl från registret till den här adressen. Öppna länken på datorn där du "
                    "har ditt kort."
                ),
                facts,
            ),
        ),
        button=(_("Bekräfta e-post"), f"/bekrafta/{facts['token']}"),
        code=facts["code"],
        code_line=Line(_("Läser du det här i telefonen? Logga in på datorn, öppna Mitt konto och skriv koden:")),
        afterwards=(
            Line(_("Länken och koden gäller till och med {valid_until}. Till dess gäller din gamla adress."), facts),
        ),
        footer=(Line(_("Var det inte du? Då behöver du inte göra något. Adressen ändras inte utan ditt kort.")),),
    )


def _address_change_asked(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Någon vill ändra din e-postadress i {registry}").format(**facts),
        heading=_("Din e-postadress är på väg att ändras"),
        lines=(
            Line(
                _("Hej {name}! Någon som är inloggad med ditt kort vill att {new_address} ska gälla i stället."),
                facts,
                frozenset({"new_address"}),
            ),
            Line(_("Är det du behöver du inte göra något. Var det inte du: invänd, så ändras ingenting.")),
        ),
        button=(_("Invänd mot ändringen"), f"/invand/{facts['token']}"),
        footer=(Line(_("Länken ändrar ingenting förrän du har svarat på sidan.")),),
    )


def _address_changed(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Din e-postadress i {registry} är ändrad").format(**facts),
        heading=_("Din e-postadress är ändrad"),
        lines=(
            Line(
                _("Hej {name}! Ditt konto i {registry} har fått en ny e-postadress: {new_address}."),
                facts,
                frozenset({"new_address"}),
            ),
            Line(_("Hit kommer inga fler mejl. Har du ändrat adressen själv behöver du inte göra något.")),
            Line(_("Var det inte du? Invänd senast {last_day}, så gäller den här adressen igen."), facts),
        ),
        button=(_("Invänd mot ändringen"), f"/invand/{facts['token']}"),
        footer=(Line(_("Länken ändrar ingenting förrän du har svarat på sidan.")),),
    )


def _address_kept(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Din e-postadress i {registry} gäller").format(**facts),
        heading=_("Den här adressen gäller"),
        lines=(
            Line(
                _("Hej {name}! Någon invände mot att adressen ändrades. Den gäller, och alla sessioner är avslutade."),
                facts,
            ),
            Line(
                _(
                    "De som har hand om ditt konto är underrättade. Har någon annan ditt kort? Spärra det hos den som "
                    "gav ut det."
                )
            ),
        ),
        button=(_("Kontakta supporten"), "/hjalp"),
    )


def _address_objected(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Någon kan ha använt en annans kort"),
        heading=_("En ändring av e-post är stoppad"),
        lines=(
            Line(
                _(
                    "Någon inloggad som {person} ville byta e-postadress, och den som läser mejl på den gamla har "
                    "invänt."
                ),
                facts,
                frozenset({"person"}),
            ),
            Line(
                _(
                    "Den gamla adressen gäller, och alla sessioner är avslutade. Tala med personen i dag. Har någon "
                    "annan kortet: spärra kontot."
                )
            ),
        ),
        button=(_("Personer"), "/personer"),
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
                _("{proposer} föreslår {person} till uppdraget {role}."),
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
                _("Hej {name}! Du föreslog {person} till uppdraget {role}. Skälet är:"),
                facts,
                frozenset({"person", "role"}),
            ),
        ),
        quote=facts["reason"],
        button=(_("Logga in"), "/"),
    )


def _claim(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Har du bytt HSA-id i {registry}?").format(**facts),
        heading=_("Har du bytt HSA-id?"),
        preview=_("Din kod är {code}. Den gäller till och med {valid_until}.").format(**facts),
        lines=(
            Line(
                _(
                    "Hej {name}! Någon har registrerat sig i {registry} med ett annat HSA-id, och säger sig ha haft "
                    "kontot som hör till den här adressen."
                ),
                facts,
            ),
            Line(_("Är det du? Logga in med ditt nya kort och skriv koden på sidan om din ansökan.")),
        ),
        code=facts["code"],
        code_line=Line(_("Koden:")),
        afterwards=(
            Line(
                _(
                    "Koden gäller till och med {valid_until}. När din nya ansökan attesteras avslutas ditt tidigare "
                    "konto."
                ),
                facts,
            ),
        ),
        footer=(
            Line(
                _(
                    "Är det inte du? Lämna inte ut koden, och hör av dig till registret. Ditt konto är som förut så "
                    "länge ingen annan har koden."
                )
            ),
        ),
    )


def _account_moved(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Ditt tidigare konto i {registry} är avslutat").format(**facts),
        heading=_("Ditt tidigare konto är avslutat"),
        lines=(
            Line(
                _(
                    "Hej {name}! Du har visat att kontot med HSA-id {hsa_id} var ditt, och din ansökan med ett nytt "
                    "HSA-id har attesterats. Det tidigare kontot och dess behörigheter är därför avslutade."
                ),
                facts,
                frozenset({"hsa_id"}),
            ),
            Line(_("Logga in med ditt nya kort.")),
        ),
        footer=(Line(_("Är det inte du som har bytt HSA-id? Hör av dig till registret genast.")),),
    )


def _hsa_id_disputed(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Två kort med samma HSA-id"),
        heading=_("Två kort med samma HSA-id"),
        lines=(
            Line(
                _(
                    "Någon har visat ett kort med HSA-id {hsa_id}. Det är utfärdat av någon annan, och för någon med "
                    "ett annat namn, än kortet som kontot hör till. Registret har nekat inloggningen."
                ),
                facts,
                frozenset({"hsa_id"}),
            ),
            Line(_("Ett HSA-id får bara höra till en person. Kontakta den som har gett ut korten.")),
        ),
        button=(_("Logga in"), "/"),
        footer=(Line(_("Du får mejlet för att du arbetar på registerkansliet. Det skickas en gång för varje kort.")),),
    )


LETTERS: Mapping[str, Kind] = {
    "confirm_email": Kind(
        facts={"name": Fact.LINE, "clinic": Fact.LINE, "valid_until": Fact.DAY}, confirms=True, says=_confirm_email
    ),
    "confirm_moved": Kind(
        facts={"name": Fact.LINE, "clinic": Fact.LINE, "valid_until": Fact.DAY}, confirms=True, says=_confirm_moved
    ),
    "confirm_appointed": Kind(
        facts={"name": Fact.LINE, "clinic": Fact.LINE, "valid_until": Fact.DAY}, confirms=True, says=_confirm_appointed
    ),
    "application_waiting": Kind(facts={"applicant": Fact.LINE, "clinic": Fact.LINE}, says=_application_waiting),
    "application_escalated": Kind(facts={"applicant": Fact.LINE, "clinic": Fact.LINE}, says=_application_escalated),
    "attested": Kind(
        facts={"name": Fact.LINE, "role": Fact.LINE, "clinic": Fact.LINE, "valid_until": Fact.DAY}, says=_attested
    ),
    "declined": Kind(facts={"name": Fact.LINE, "clinic": Fact.LINE, "reason": Fact.TEXT}, says=_declined),
    "reminder": Kind(facts={"applicant": Fact.LINE, "clinic": Fact.LINE, "waiting_since": Fact.DAY}, says=_reminder),
    "confirm_new_address": Kind(
        facts={"name": Fact.LINE, "valid_until": Fact.DAY}, confirms=True, says=_confirm_new_address
    ),
    "address_change_asked": Kind(
        facts={"name": Fact.LINE, "new_address": Fact.LINE}, objects=True, says=_address_change_asked
    ),
    "address_changed": Kind(
        facts={"name": Fact.LINE, "new_address": Fact.LINE, "last_day": Fact.DAY}, objects=True, says=_address_changed
    ),
    "address_kept": Kind(facts={"name": Fact.LINE}, says=_address_kept),
    "address_objected": Kind(facts={"person": Fact.LINE}, says=_address_objected),
    "attest_anew": Kind(facts={"applicant": Fact.LINE, "clinic": Fact.LINE}, says=_attest_anew),
    "left": Kind(facts={"name": Fact.LINE, "role": Fact.LINE, "place": Fact.LINE}, says=_left),
    "appointed": Kind(
        facts={"name": Fact.LINE, "role": Fact.LINE, "place": Fact.LINE, "valid_until": Fact.DAY}, says=_appointed
    ),
    "grant_changed": Kind(
        facts={"name": Fact.LINE, "role": Fact.LINE, "place": Fact.LINE, "last_day": Fact.DAY}, says=_grant_changed
    ),
    "grant_revoked": Kind(
        facts={"name": Fact.LINE, "role": Fact.LINE, "place": Fact.LINE, "reason": Fact.TEXT}, says=_grant_revoked
    ),
    "suspended": Kind(facts={"name": Fact.LINE, "reason": Fact.TEXT}, says=_suspended),
    "reinstated": Kind(facts={"name": Fact.LINE}, says=_reinstated),
    "question": Kind(facts={"name": Fact.LINE, "clinic": Fact.LINE, "question": Fact.TEXT}, says=_question),
    "answered": Kind(facts={"applicant": Fact.LINE, "clinic": Fact.LINE}, says=_answered),
    "digest": Kind(facts={"number": Fact.LINE, "oldest": Fact.DAY}, says=_digest),
    "still_waiting": Kind(
        facts={"applicant": Fact.LINE, "clinic": Fact.LINE, "waiting_since": Fact.DAY}, says=_still_waiting
    ),
    "application_late": Kind(
        facts={"applicant": Fact.LINE, "clinic": Fact.LINE, "waiting_since": Fact.DAY}, says=_application_late
    ),
    "administrator_suspended": Kind(
        facts={"administrator": Fact.LINE, "clinic": Fact.LINE, "left": Fact.LINE}, says=_administrator_suspended
    ),
    "substitute_proposed": Kind(
        facts={
            "proposer": Fact.LINE,
            "substitute": Fact.LINE,
            "clinic": Fact.LINE,
            "first_day": Fact.DAY,
            "last_day": Fact.DAY,
        },
        says=_substitute_proposed,
    ),
    "substitute_confirmed": Kind(
        facts={"name": Fact.LINE, "clinic": Fact.LINE, "first_day": Fact.DAY, "last_day": Fact.DAY},
        says=_substitute_confirmed,
    ),
    "substitute_declined": Kind(
        facts={"name": Fact.LINE, "substitute": Fact.LINE, "clinic": Fact.LINE, "reason": Fact.TEXT},
        says=_substitute_declined,
    ),
    "nomination_waits": Kind(
        facts={"proposer": Fact.LINE, "person": Fact.LINE, "role": Fact.LINE}, says=_nomination_waits
    ),
    "nomination_declined": Kind(
        facts={"name": Fact.LINE, "person": Fact.LINE, "role": Fact.LINE, "reason": Fact.TEXT},
        says=_nomination_declined,
    ),
    "lapsed": Kind(facts={"name": Fact.LINE, "clinic": Fact.LINE, "applied_at": Fact.DAY}, says=_lapsed),
    "suspension_near": Kind(facts={"name": Fact.LINE, "day": Fact.DAY}, says=_suspension_near),
    "suspended_unused": Kind(facts={"name": Fact.LINE}, says=_suspended_unused),
    "claim": Kind(facts={"name": Fact.LINE, "valid_until": Fact.DAY}, confirms=True, claims=True, says=_claim),
    "account_moved": Kind(facts={"name": Fact.LINE, "hsa_id": Fact.LINE}, says=_account_moved),
    "hsa_id_disputed": Kind(facts={"hsa_id": Fact.LINE}, says=_hsa_id_disputed),
    "grant_ends": Kind(
        facts={"name": Fact.LINE, "role": Fact.LINE, "place": Fact.LINE, "last_day": Fact.DAY}, says=_grant_ends
    ),
    "recertification_opened": Kind(
        facts={"clinic": Fact.LINE, "number": Fact.LINE, "day": Fact.DAY}, says=_recertification_opened
    ),
    "recertification_reminder": Kind(
        facts={"clinic": Fact.LINE, "number": Fact.LINE, "day": Fact.DAY}, says=_recertification_reminder
    ),
    "recertification_office": Kind(
        facts={"clinic": Fact.LINE, "number": Fact.LINE, "day": Fact.DAY}, says=_recertification_office
    ),
    "recertification_near": Kind(
        facts={"name": Fact.LINE, "role": Fact.LINE, "place": Fact.LINE, "day": Fact.DAY}, says=_recertification_near
    ),
    "recertification_ended": Kind(
        facts={"name": Fact.LINE, "role": Fact.LINE, "place": Fact.LINE}, says=_recertification_ended
    ),
    "recertification_silent": Kind(
        facts={"name": Fact.LINE, "role": Fact.LINE, "place": Fact.LINE}, says=_recertification_silent
    ),
    "recertification_closed": Kind(
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
"""By the code that stands in the outbox. `name` is whom to greet; `role` is in words, in the letter's language."""


CONFIRMING = tuple(code for code, kind in LETTERS.items() if kind.confirms and not kind.claims)
CLAIMING = tuple(code for code, kind in LETTERS.items() if kind.claims)


def stored_facts(kind: str, context: Mapping[str, str | date]) -> Stored:
    """`context` as the outbox keeps it: exactly the facts that this kind of letter must be given, cleaned.

    Raises: ValueError (a mistake in the program): an unknown kind, a fact too many, too few or of the wrong sort.
    """
    wanted = LETTERS[kind].facts if kind in LETTERS else None
    if wanted is None:
        raise ValueError(f"no letter is called {kind!r}")
    if set(context) != set(wanted):
        raise ValueError(f"the letter {kind} needs the facts {sorted(wanted)}, and was given {sorted(context)}")
    return {name: _stored(f"{kind}.{name}", fact, context[name]) for name, fact in wanted.items()}


def rendered(*, kind: str, language: str, facts: Mapping[str, str], confirmation: tuple[int, int] | None) -> Rendered:
    """The letter in `language`. Only here do the link and the code come into being."""
    letter, secrets = LETTERS[kind], dict[str, str]()
    if confirmation is not None and letter.confirms:
        code = claim_code if letter.claims else confirmation_code
        secrets = {"code": spaced(code(*confirmation)), "token": confirmation_token(*confirmation)}
    if confirmation is not None and letter.objects:
        secrets = {"token": objection_token(*confirmation)}
    return _rendered(kind, language, facts, secrets)


def sample(*, kind: str, language: str, context: Mapping[str, str | date]) -> Rendered:
    """The letter as it looks with these facts, to be read and never sent: its link and code confirm nothing.

    Raises: ValueError: as `stored_facts`.
    """
    facts = stored_facts(kind, context)
    secrets = dict(_SHOWN_SECRETS) if LETTERS[kind].confirms or LETTERS[kind].objects else {}
    return _rendered(kind, language, facts, secrets)


_SHOWN_SECRETS = {"code": "7K4 M2P", "token": "exempel"}


def _rendered(kind: str, language: str, facts: Mapping[str, str], secrets: dict[str, str]) -> Rendered:
    letter = LETTERS[kind]
    with translation.override(language):
        shown = {name: _shown(letter.facts[name], value) for name, value in facts.items()}
        content = letter.says(shown | {"registry": settings.REGISTRY_NAME} | secrets)
        page = {
            "content": content,
            "language": language,
            "registry": settings.REGISTRY_NAME,
            "site": settings.SITE_ORIGIN,
            "site_name": settings.SITE_ORIGIN.removeprefix("https://"),
            "address": settings.SITE_ORIGIN + content.button[1] if content.button else "",
        }
        return Rendered(
            subject=" ".join(content.subject.split()),
            text=render_to_string("mail/letter.txt", page).strip() + "\n",
            html=render_to_string("mail/letter.html", page),
        )


def _stored(where: str, fact: Fact, value: str | date) -> str:
    if fact is Fact.DAY and isinstance(value, date):
        return value.isoformat()
    if fact is Fact.DAY or not isinstance(value, str):
        raise ValueError(f"{where} is not a {fact}")
    lines = [_one_line(line) for line in value.splitlines()]
    return "\n".join(lines).strip() if fact is Fact.TEXT else " ".join(filter(None, lines))


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _shown(fact: Fact, value: str) -> str:
    if fact is not Fact.DAY:
        return value
    day = datetime.fromisoformat(value)
    return date_format(timezone.localtime(day) if timezone.is_aware(day) else day, "j F Y")
