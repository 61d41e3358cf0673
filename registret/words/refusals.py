"""Every refusal in words: what happened, what to do now. By code; facts are filled in by name.

`short` is the one line that stands beside a form field or at the top of a list; `in_general` is what happened without
the facts of a case, for the help page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from registret.kernel.refused import Refused
from registret.words.days import day_in_words, moment_in_words
from registret.words.events import event_name
from registret.words.records import RECORD_REFUSALS
from registret.words.shapes import Action, Picture, Text, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalPage:
    """A refusal ready to be shown, in the language that was active when it was made."""

    code: str
    title: str
    happened: str
    todo: tuple[str, ...]
    action: Action
    also_check: bool
    picker: bool
    picture: Picture | None

    @property
    def tries_again(self) -> bool:
        """Whether logging in was what failed, so that the button means once more."""
        return self.code.partition(".")[0] in {"card", "attempt"}


def _by_host(*, fresh: Text, fixed: Text) -> Text:
    """`fresh` where each login has a card host of its own; `fixed` where all share one, for which browsers remember the
    choice, also the choice of none, until they are closed."""
    chosen: Text = lazy(lambda: str(fixed if settings.CARD_HOST_FIXED else fresh), str)()
    return chosen


_AGAIN = _by_host(
    fresh=_("Tryck på knappen. Du får välja certifikat på nytt. Du behöver inte stänga webbläsaren."),
    fixed=_(
        "Stäng webbläsaren helt, alla fönster, och öppna den igen. När du loggar in får du välja certifikat på nytt."
    ),
)
_ANOTHER = _by_host(
    fresh=_("Tryck på knappen och välj ett annat certifikat om du har flera."),
    fixed=_("Har du flera certifikat? Stäng webbläsaren helt, öppna den igen, logga in och välj ett annat."),
)
_SUPPORT = _("Hjälper inte det? Kontakta supporten och läs upp referensen.")
_CARD_OFFICE = _("Kontakta den som ger ut kort hos din arbetsgivare.")

REFUSALS: Mapping[str, Words] = dict(RECORD_REFUSALS) | {
    # The card
    "card.none": Words(
        title=_("Vi fick inget certifikat från ditt kort."),
        happened=_(
            "Webbläsaren skickade inget certifikat. Antingen nådde den inte kortet, eller så fanns inget certifikat "
            "med HSA-id att välja, eller så avbröts valet."
        ),
        todo=(
            _("Kontrollera att kortet sitter i läsaren, rätt väg, och att läsaren är inkopplad."),
            _("Kontrollera att datorn har kortprogram: fråga din region om Net iD eller SITHS eID-appen."),
            _("Certifikaten kan behöva hämtas till kortet, eller ha gått ut. Din region hjälper dig."),
            _by_host(
                fresh=_(
                    "Finns bara Person-id på kortet visar webbläsaren inget att välja. Kontrollera ditt kort: då ser "
                    "du vad som finns."
                ),
                fixed=_(
                    "Finns bara Person-id på kortet visar webbläsaren inget att välja. Fråga den som ger ut kort hos "
                    "din arbetsgivare."
                ),
            ),
            _AGAIN,
        ),
        also_check=True,
        picture=Picture.READER,
    ),
    "card.not_passed_on": Words(
        title=_("Certifikatet från ditt kort nådde inte fram."),
        happened=_(
            "Servern framför registret tog emot ett certifikat från ditt kort, men kunde inte skicka det vidare. Det "
            "beror inte på hur du gjorde."
        ),
        todo=(
            _ANOTHER,
            _("Blir det likadant: kontakta supporten och läs upp referensen."),
        ),
    ),
    "card.person_id": Words(
        title=_("Du valde Person-id. Välj certifikatet med ditt HSA-id."),
        happened=_(
            "Kortet fungerar, men certifikatet du valde innehåller ditt personnummer. Registret släpper bara in "
            "HSA-id, eftersom det upphör när din anställning gör det."
        ),
        todo=(
            _by_host(
                fresh=_("Låt kortet sitta kvar. Du behöver inte stänga webbläsaren."),
                fixed=_("Låt kortet sitta kvar, men stäng webbläsaren helt, alla fönster, och öppna den igen."),
            ),
            _by_host(
                fresh=_("Tryck på knappen. Du får välja certifikat på nytt."),
                fixed=_("Logga in. Du får välja certifikat på nytt."),
            ),
            _("Välj raden där utfärdaren innehåller HSA-id. Håll muspekaren över den om texten inte får plats."),
        ),
        also_check=True,
        picker=True,
    ),
    "card.signing": Words(
        title=_("Du valde certifikatet för underskrift. Välj det för legitimering."),
        happened=_("Ett kort har två certifikat med HSA-id: ett för legitimering och ett för underskrift."),
        todo=(_AGAIN, _("Välj raden för legitimering. Den kan också heta autentisering.")),
        also_check=True,
        picture=Picture.TWO_USES,
    ),
    "card.expired": Words(
        title=_("Ditt certifikat har gått ut."),
        happened=_("Certifikatet gällde till och med %(not_after)s. Det är utfärdat av %(issuer)s."),
        in_general=_("Varje certifikat har ett sista datum, och det är passerat."),
        todo=(
            _("Förnya kortet eller certifikatet där du fick det. %(card_office)s"),
            _by_host(
                fresh=_("Har du redan ett nytt certifikat på kortet? Tryck på knappen och välj det."),
                fixed=_(
                    "Har du redan ett nytt certifikat på kortet? Stäng webbläsaren helt, öppna den igen, logga in och "
                    "välj det."
                ),
            ),
            _("Ditt konto finns kvar. Med samma HSA-id loggar du in som vanligt efter förnyelsen."),
        ),
        also_check=True,
        picture=Picture.DATES,
    ),
    "card.not_yet_valid": Words(
        title=_("Ditt certifikat gäller inte än."),
        happened=_("Certifikatet börjar gälla %(not_before)s. Det är utfärdat av %(issuer)s."),
        in_general=_("Varje certifikat har ett första datum, och det har inte kommit än."),
        todo=(_("Vänta tills det gäller, eller välj ett annat certifikat om du har."), _AGAIN),
        also_check=True,
        picture=Picture.DATES,
    ),
    "card.revoked": Words(
        title=_("Ditt certifikat är spärrat."),
        happened=_("Utfärdaren %(issuer)s har spärrat certifikatet. Ett spärrat kort går inte att använda igen."),
        in_general=_("Utfärdaren har spärrat certifikatet. Ett spärrat kort går inte att använda igen."),
        todo=(_CARD_OFFICE, _("Ditt konto finns kvar. Logga in med det nya kortet när du har fått det.")),
        action=Action.HELP,
    ),
    "card.revocation_unknown": Words(
        title=_("Vi kan inte avgöra om ditt kort är spärrat just nu."),
        happened=_(
            "Det beror inte på dig eller ditt kort. Spärrlistan från %(issuer)s har inte gått att hämta, och utan den "
            "släpper registret inte in någon."
        ),
        in_general=_(
            "Det beror inte på dig eller ditt kort. Listan över spärrade kort har inte gått att hämta, och utan den "
            "släpper registret inte in någon."
        ),
        todo=(_("Försök igen om en stund."), _("Brådskar det? Kontakta supporten.")),
    ),
    "card.unknown_issuer": Words(
        title=_("Certifikatet kommer inte från en utfärdare som registret godtar."),
        happened=_(
            "Registret godtar kort med HSA-id från SITHS. Certifikatet säger sig komma från ”%(claimed_issuer)s”, "
            "men det går inte att bekräfta."
        ),
        in_general=_(
            "Registret godtar kort med HSA-id från SITHS. Certifikatet kommer från någon annan, eller så går det inte "
            "att bekräfta vem det kommer från."
        ),
        todo=(
            _by_host(
                fresh=_("Har du flera kort i datorn? Ta ut de andra, tryck på knappen och välj på nytt."),
                fixed=_(
                    "Har du flera kort i datorn? Ta ut de andra, stäng webbläsaren helt, öppna den igen och logga in."
                ),
            ),
            _("Kontakta annars den som ger ut kort hos din arbetsgivare: kortet går inte att använda här."),
            _SUPPORT,
        ),
        also_check=True,
    ),
    "card.test_issuer": Words(
        title=_("Det här är ett testkort."),
        happened=_("Kortet är utfärdat av %(issuer)s, som bara ger ut kort för test. Testkort godtas inte här."),
        in_general=_("Kortet kommer från en utfärdare som bara ger ut kort för test. Testkort godtas inte här."),
        todo=(_("Sätt i ditt vanliga kort."), _AGAIN),
    ),
    "card.malformed": Words(
        title=_("Certifikatet är felaktigt."),
        happened=_(
            "Något i certifikatet är inte som det ska vara på ett SITHS-kort med HSA-id. Felet ligger i kortet, inte "
            "hos dig (%(reason)s)."
        ),
        in_general=_(
            "Något i certifikatet är inte som det ska vara på ett SITHS-kort med HSA-id. Felet ligger i kortet, inte "
            "hos dig."
        ),
        todo=(
            _ANOTHER,
            _("Blir det likadant: kontakta supporten och läs upp referensen."),
        ),
        also_check=True,
    ),
    # The identity provider
    "idp.unavailable": Words(
        title=_("Legitimeringstjänsten går inte att nå just nu."),
        happened=_("Det beror inte på dig eller ditt kort. Tjänsten svarar inte, eller svarar inte rätt (%(reason)s)."),
        in_general=_("Det beror inte på dig eller ditt kort. Tjänsten svarar inte, eller svarar inte rätt."),
        todo=(
            _("Har du en kortläsare? Logga in med SmartCard i stället."),
            _("Försök annars igen om en stund."),
            _SUPPORT,
        ),
        action=Action.PROVIDER,
    ),
    "idp.declined": Words(
        title=_("Legitimeringen avbröts."),
        happened=_("Legitimeringstjänsten skickade tillbaka dig utan att du hade legitimerat dig (%(reason)s)."),
        in_general=_("Legitimeringstjänsten skickade tillbaka dig utan att du hade legitimerat dig."),
        todo=(_("Börja om, på samma sätt eller med SmartCard."), _SUPPORT),
        action=Action.PROVIDER,
    ),
    "idp.untrusted": Words(
        title=_("Svaret från legitimeringstjänsten går inte att lita på."),
        happened=_(
            "Något i svaret stämmer inte med inloggningen som du började (%(reason)s). Därför släpper registret inte "
            "in någon med det."
        ),
        in_general=_(
            "Något i svaret stämmer inte med inloggningen som började här. Därför släpper registret inte in någon med "
            "det."
        ),
        todo=(_("Börja om, på samma sätt eller med SmartCard."), _SUPPORT),
        action=Action.PROVIDER,
    ),
    "idp.level": Words(
        title=_("Din legitimering har för låg tillitsnivå."),
        happened=_("Den som loggar in på det här sättet måste ha tillitsnivå 3. Ett reservkort har ofta nivå 2."),
        todo=(_("Legitimera dig med ditt ordinarie kort."), _CARD_OFFICE),
        action=Action.PROVIDER,
    ),
    "idp.not_fresh": Words(
        title=_("Du behöver legitimera dig på nytt."),
        happened=_(
            "Legitimeringstjänsten använde en tidigare inloggning i webbläsaren. På en dator som fler använder kan den "
            "vara någon annans, så registret godtar den inte."
        ),
        todo=(
            _("Stäng webbläsaren, så att den tidigare inloggningen glöms."),
            _("Öppna den igen och logga in. Tjänsten ska be om din PIN-kod."),
            _SUPPORT,
        ),
        action=Action.PROVIDER,
    ),
    "idp.no_hsa_id": Words(
        title=_("Legitimeringstjänsten lämnade inget HSA-id."),
        happened=_(
            "Registret släpper bara in den som har ett HSA-id, eftersom det upphör när din anställning gör det."
        ),
        todo=(
            _("Har du flera anställningar? Börja om och välj den där du ska arbeta i registret."),
            _("Annars: be den som sköter HSA-katalogen hos din arbetsgivare att kontrollera dina uppgifter."),
        ),
        action=Action.PROVIDER,
    ),
    "idp.malformed": Words(
        title=_("Uppgifterna från legitimeringstjänsten är felaktiga."),
        happened=_("Tjänsten lämnade uppgifter om dig som inte kan stämma (%(reason)s). Felet ligger inte hos dig."),
        in_general=_("Tjänsten lämnade uppgifter om dig som inte kan stämma. Felet ligger inte hos dig."),
        todo=(
            _("Be den som sköter HSA-katalogen hos din arbetsgivare att kontrollera ditt namn och ditt HSA-id."),
            _SUPPORT,
        ),
        action=Action.PROVIDER,
    ),
    # The attempt
    "attempt.stale": Words(
        title=_("Inloggningen tog för lång tid eller har redan använts."),
        happened=_("Varje inloggning har en egen adress som bara fungerar en gång, i två minuter."),
        todo=(_("Tryck på knappen för att börja om. Kortet kan sitta kvar."),),
    ),
    "attempt.foreign": Words(
        title=_("Inloggningen började i en annan webbläsare."),
        happened=_("Av säkerhetsskäl måste en inloggning börja och sluta i samma webbläsare."),
        todo=(_("Tryck på knappen för att börja om här."),),
    ),
    # The session
    "session.missing": Words(
        title=_("Logga in för att fortsätta."),
        happened=_("Sidan kräver att du är inloggad, och det är du inte i den här webbläsaren."),
        todo=(_("Sätt in kortet i läsaren och tryck på knappen."),),
    ),
    "session.idle": Words(
        title=_("Du har loggats ut."),
        happened=_(
            "Ingenting hände på %(minutes)s minuter. Då loggas du ut, så att ingen annan kan använda din inloggning."
        ),
        in_general=_("Ingenting hände på en stund. Då loggas du ut, så att ingen annan kan använda din inloggning."),
        todo=(
            _("Sitter kortet kvar i läsaren och du är klar: ta ut det."),
            _("Ska du fortsätta: tryck på knappen och logga in igen."),
        ),
    ),
    "session.over": Words(
        title=_("Tiden för din inloggning är slut."),
        happened=_("En inloggning gäller högst en arbetsdag, och aldrig längre än kortet."),
        todo=(_("Tryck på knappen och logga in igen."),),
    ),
    "session.locked": Words(
        title=_("Kortet är ute. Sidan är låst."),
        happened=_("Kortet togs ut ur läsaren. Därför visas inget här, och ingen annan kan fortsätta där du slutade."),
        todo=(
            _by_host(
                fresh=_(
                    "Sätt in samma kort inom fem minuter och tryck på knappen. Du behöver inte stänga webbläsaren."
                ),
                fixed=_(
                    "Sätt in samma kort inom fem minuter och tryck på knappen. Märker sidan inte kortet: stäng "
                    "webbläsaren helt, öppna den igen och logga in."
                ),
            ),
            _("Är du klar? Logga ut."),
        ),
        action=Action.UNLOCK,
    ),
    "session.card_out": Words(
        title=_("Kortet togs ut. Du har loggats ut."),
        happened=_("Kortet var ute i mer än fem minuter. Då avslutas sessionen."),
        todo=(
            _by_host(
                fresh=_("Sätt in kortet, tryck på knappen och logga in igen."),
                fixed=_("Sätt in kortet. Stäng webbläsaren helt, öppna den igen och logga in."),
            ),
        ),
    ),
    "session.card_revoked": Words(
        title=_("Ditt kort har spärrats. Du har loggats ut."),
        happened=_("Den som har gett ut kortet har spärrat det efter att du loggade in."),
        todo=(_("Kontakta kortexpeditionen hos din arbetsgivare."), _("Har du fått ett nytt kort: logga in med det.")),
    ),
    "session.other_card": Words(
        title=_("Det är ett annat kort."),
        happened=_("Sidan låstes när ett annat kort togs ut. Bara det kortet låser upp den."),
        todo=(_("Sätt in rätt kort och lås upp."), _("Ska du arbeta här själv? Logga ut den andra först.")),
        action=Action.UNLOCK,
    ),
    "request.page_of_another": Words(
        title=_("Sidan öppnades av någon annan."),
        happened=_(
            "Formuläret stod på en sida som någon annan hade öppnat i den här webbläsaren, innan du loggade in. Inget "
            "har sparats eller ändrats."
        ),
        todo=(
            _("Är det inte du som har skrivit: stäng fliken, och öppna sidan på nytt från startsidan."),
            _(
                "Är det du: logga in med ditt eget kort i en annan flik, kom tillbaka hit och tryck Skicka igen. Allt "
                "du skrev följer med."
            ),
        ),
        action=Action.AGAIN,
    ),
    "request.page_of_other_seat": Words(
        title=_("Du har bytt klinik eller roll sedan sidan öppnades."),
        happened=_(
            "Sidan hör till den klinik och de roller som du arbetade med då. I en annan flik har du valt andra. "
            "Inget har sparats eller ändrats."
        ),
        todo=(
            _(
                "Hör formuläret till det förra: byt tillbaka i en annan flik, kom tillbaka hit och tryck Skicka igen. "
                "Allt du skrev följer med."
            ),
            _("Hör det till det du arbetar med nu: öppna sidan på nytt, och skriv där."),
        ),
        action=Action.AGAIN,
    ),
    # The mail
    "account.exists": Words(
        title=_("Du är redan registrerad."),
        happened=_("Det finns redan ett konto med HSA-id:t på ditt kort."),
        todo=(_("Gå vidare till din ansökan. Där ser du vad som återstår."),),
        action=Action.APPLICATION,
    ),
    "confirmation.unknown": Words(
        title=_("Länken går inte att använda."),
        happened=_("Den kan ha blivit avkortad på vägen, eller höra till ett konto som inte finns längre."),
        todo=(
            _("Kopiera hela adressen ur mejlet, eller skriv koden i stället."),
            _("Logga in med ditt kort: då kan du be om ett nytt mejl."),
        ),
    ),
    "confirmation.replaced": Words(
        title=_("Det finns ett nyare mejl."),
        happened=_("Varje nytt mejl ersätter det förra. Bara länken och koden i det senaste gäller."),
        todo=(
            _("Öppna det senaste mejlet från registret, eller skriv koden ur det."),
            _("Hittar du det inte? Logga in med ditt kort: då kan du be om ett nytt mejl."),
        ),
    ),
    "confirmation.expired": Words(
        title=_("Länken har gått ut."),
        happened=_("Länken och koden gällde till %(expired_at)s."),
        in_general=_("Länken och koden gäller bara en viss tid. När den går ut står i mejlet."),
        todo=(_("Logga in med ditt kort: då kan du be om ett nytt mejl."),),
        short=_("Koden har gått ut. Be om ett nytt mejl."),
    ),
    "confirmation.done": Words(
        title=_("E-posten är redan bekräftad."),
        happened=_("Du behöver inte göra det igen."),
        todo=(_("Logga in med ditt kort. Då ser du om något återstår."),),
        short=_("E-posten är redan bekräftad."),
    ),
    "confirmation.other_card": Words(
        title=_("Länken hör till ett annat kort."),
        happened=_("Mejlet skickades för en registrering med ett annat HSA-id än det på kortet som sitter i."),
        todo=(_("Sätt in kortet som du registrerade dig med och tryck på knappen."), _SUPPORT),
    ),
    "confirmation.code_wrong": Words(
        title=_("Koden stämmer inte."),
        happened=ngettext_lazy("Du kan försöka en gång till.", "Du kan försöka %(left)s gånger till.", "left"),
        in_general=_("Efter några fel måste du be om ett nytt mejl. Det har en ny kod."),
        todo=(_("Skriv koden ur det senaste mejlet."),),
        action=Action.APPLICATION,
        short=ngettext_lazy(
            "Koden stämmer inte. Skriv koden ur det senaste mejlet. Du kan försöka en gång till.",
            "Koden stämmer inte. Skriv koden ur det senaste mejlet. Du kan försöka %(left)s gånger till.",
            "left",
        ),
    ),
    "confirmation.code_burnt": Words(
        title=_("Koden gäller inte längre."),
        happened=_("Fel kod har skrivits för många gånger."),
        todo=(_("Be om ett nytt mejl. Det har en ny kod."),),
        action=Action.APPLICATION,
        short=_("Fel kod har skrivits för många gånger. Be om ett nytt mejl: det har en ny kod."),
    ),
    # Limits
    "limits.too_many": Words(
        title=_("Det blev för många försök."),
        happened=_("För att skydda registret finns en gräns för hur många gånger det går."),
        todo=(
            _("Vänta och försök igen %(again_at)s."),
            _("Titta i skräpposten under tiden, om du väntar på ett mejl."),
        ),
        action=Action.APPLICATION,
        short=_("Det blev för många försök. Försök igen %(again_at)s."),
    ),
    # Login
    "login.not_registered": Words(
        title=_("Du har inget konto än."),
        happened=_("Kortet fungerar, men HSA-id:t på det är inte registrerat."),
        todo=(_("Registrera dig. Det tar en minut."),),
        action=Action.REGISTER,
    ),
    "login.mail_not_confirmed": Words(
        title=_("Inloggning misslyckades. E-post är ej bekräftad."),
        happened=_("Du har inte bekräftat din e-postadress."),
        todo=(_("Öppna länken i mejlet, eller skriv koden ur det. Mejlet kan ha hamnat i skräpposten."),),
        action=Action.APPLICATION,
    ),
    "login.not_attested": Words(
        title=_("Inloggning misslyckades. Kontot är ej attesterat."),
        happened=_("Din lokala administratör har inte attesterat din behörighet."),
        todo=(_("Be din lokala administratör att attestera kontot."),),
        action=Action.APPLICATION,
    ),
    "login.declined": Words(
        title=_("Inloggning misslyckades. Din ansökan är avslagen."),
        happened=_("Kliniken har avslagit din ansökan."),
        todo=(_("Tala med kliniken, och ansök igen om något har blivit fel."),),
        action=Action.APPLICATION,
    ),
    "login.lapsed": Words(
        title=_("Inloggning misslyckades. Din ansökan har förfallit."),
        happened=_("Ingen tog ställning till din ansökan i tid."),
        todo=(_("Ansök igen."),),
        action=Action.APPLICATION,
    ),
    "login.no_grant": Words(
        title=_("Inloggning misslyckades. Du har ingen behörighet just nu."),
        happened=_("Din behörighet har upphört, eller så har du tagit tillbaka din ansökan."),
        todo=(_("Ansök om behörighet igen."),),
        action=Action.APPLICATION,
    ),
    "login.suspended": Words(
        title=_("Inloggning misslyckades. Kontot är spärrat."),
        happened=_("Kontot är spärrat tills någon häver spärren."),
        todo=(_("Kontakta din lokala administratör eller supporten."),),
        action=Action.HELP,
    ),
    "login.ended": Words(
        title=_("Inloggning misslyckades. Kontot är avslutat."),
        happened=_("Det fanns ett konto med ditt HSA-id, men det är avslutat."),
        todo=(_("Registrera dig på nytt om du ska arbeta i registret igen."),),
        action=Action.REGISTER,
    ),
    "login.hsa_id_disputed": Words(
        title=_("Inloggning misslyckades. HSA-id:t hör till någon annan."),
        happened=_(
            "Det finns redan ett konto med kortets HSA-id. Det hör till någon med ett annat namn, vars kort kommer "
            "från en annan utfärdare. Därför släpps du inte in, och registerkansliet har fått veta det."
        ),
        todo=(
            _("Kontakta den som gav ut ditt kort: ett HSA-id får bara höra till en person."),
            _("Har du bytt namn, eller är det du som är felaktigt nekad? Ring supporten och läs upp referensen."),
        ),
        action=Action.HELP,
        also_check=True,
    ),
    # Rights
    "access.claim_not_seen": Words(
        title=_("Titta på ansökan först."),
        happened=_(
            "Den som ansöker har visat att ett tidigare konto är samma persons. Det avslutas när du attesterar."
        ),
        todo=(_("Öppna ansökan, läs om det tidigare kontot och attestera där."),),
        action=Action.BACK_TO_LIST,
        short=_("Läs om det tidigare kontot, och attestera sedan."),
    ),
    "access.claim_impossible": Words(
        title=_("Det tidigare kontot kan inte avslutas så här."),
        happened=_(
            "Det är spärrat av en klinik eller av registerkansliet, eller hör till någon som arbetar för registret. "
            "En spärr försvinner inte med ett nytt HSA-id."
        ),
        todo=(_("Prata med registerkansliet, eller avslå ansökan. Inget har ändrats."),),
        action=Action.BACK_TO_LIST,
        short=_("Det tidigare kontot är spärrat eller hör till registret. Prata med registerkansliet."),
    ),
    "access.not_permitted": Words(
        title=_("Det ingår inte i din roll."),
        happened=_("Rollen som du arbetar i ger inte tillgång till sidan."),
        todo=(
            _("Har du flera roller? Gå till startsidan och byt roll."),
            _("Behöver du tillgång? Tala med din lokala administratör."),
        ),
        action=Action.START,
    ),
    "access.not_found": Words(
        title=_("Sidan finns inte."),
        happened=_("Det du söker finns inte, eller så ligger det utanför det som du får se."),
        todo=(_("Gå till startsidan och börja därifrån."),),
        action=Action.START,
    ),
    "access.card_too_old": Words(
        title=_("Logga in igen för att fortsätta."),
        happened=_("Den som ändrar andras behörigheter måste ha visat sitt kort de senaste %(minutes)s minuterna."),
        in_general=_("Den som ändrar andras behörigheter måste nyligen ha visat sitt kort."),
        todo=(_("Tryck på knappen och visa kortet igen. Inget beslut har sparats än."),),
    ),
    "review.nothing": Words(
        title=_("Det finns inget att granska."),
        happened=_("Loggen har inga poster av kliniken eller personen, eller om patienten, under perioden."),
        todo=(_("Välj en längre period, eller kontrollera HSA-id:t eller beteckningen."),),
        action=Action.START,
        short=_("Loggen har inga sådana poster under perioden"),
    ),
    "review.not_a_reviewer": Words(
        title=_("Personen är inte loggranskare."),
        happened=_("Den du valde granskar inte loggen, eller gör det inte längre."),
        todo=(_("Välj någon annan."),),
        action=Action.START,
        short=_("Personen granskar inte loggen längre. Välj någon annan."),
    ),
    "review.own_entries": Words(
        title=_("Ingen granskar sig själv."),
        happened=_("Granskningen gäller något som granskaren själv har gjort."),
        todo=(_("Låt en annan loggranskare ta granskningen."),),
        action=Action.START,
        short=_("Granskaren har själv poster där under perioden. Välj någon annan."),
    ),
    "review.not_yours": Words(
        title=_("Någon annan gör granskningen."),
        happened=_("Bara den som granskar bedömer och avslutar."),
        todo=(_("Öppna granskningen igen. Där kan du ta över den."),),
        action=Action.START,
    ),
    "review.closed": Words(
        title=_("Granskningen är avslutad."),
        happened=_("En avslutad granskning ändras inte."),
        todo=(_("Behövs mer? Börja en ny granskning."),),
        action=Action.START,
    ),
    "review.not_all_judged": Words(
        title=_("Alla poster är inte bedömda."),
        happened=_("%(left)s poster saknar bedömning."),
        in_general=_("En granskning avslutas när varje post är bedömd."),
        todo=(_("Bedöm dem och spara. Avsluta sedan."),),
        action=Action.START,
        short=_("%(left)s poster saknar bedömning. Bedöm dem och spara först."),
    ),
    "review.outcome_impossible": Words(
        title=_("Utfallet passar inte bedömningarna."),
        happened=_("En post är bedömd som obefogad. Då är granskningen inte utan anmärkning."),
        todo=(_("Välj ett annat utfall, eller ändra bedömningen."),),
        action=Action.START,
        short=_("En post är bedömd som obefogad. Välj ett annat utfall."),
    ),
    "account.address_unchanged": Words(
        title=_("Det är adressen du redan har."),
        happened=_("Den nya adressen är densamma som den som gäller."),
        todo=(_("Skriv en annan adress, eller låt den gamla vara."),),
        action=Action.ACCOUNT,
        short=_("Det är adressen du redan har. Skriv en annan."),
    ),
    "account.address_resting": Words(
        title=_("E-postadressen går inte att ändra just nu."),
        happened=_("Någon har invänt mot en ändring av den. Till dess att det är utrett gäller den gamla."),
        todo=(_("Försök igen efter %(again_at)s."), _("Brådskar det? Kontakta supporten.")),
        action=Action.ACCOUNT,
        short=_("Någon har invänt mot en ändring av adressen. Det går igen %(again_at)s."),
    ),
    "account.no_change_waits": Words(
        title=_("Ingen ny adress väntar."),
        happened=_("Ändringen är redan bekräftad eller avbruten."),
        todo=(_("Titta på Mitt konto vilken adress som gäller."),),
        action=Action.ACCOUNT,
    ),
    "objection.unknown": Words(
        title=_("Länken är inte hel."),
        happened=_("Den finns inte hos oss. Mejlprogram bryter ibland långa länkar."),
        todo=(_("Öppna länken ur mejlet igen, eller kopiera hela."), _("Hjälper inte det? Kontakta supporten i dag.")),
        action=Action.HELP,
    ),
    "objection.over": Words(
        title=_("Det finns inget kvar att invända mot."),
        happened=_("Någon har redan invänt, ändringen är avbruten, eller så är det mer än 14 dagar sedan den gjordes."),
        todo=(_("Har någon annan ditt kort? Spärra det hos den som gav ut det, och kontakta supporten i dag."),),
        action=Action.HELP,
    ),
    "access.right_held": Words(
        title=_("Du har redan den behörigheten."),
        happened=_("Samma roll på samma klinik gäller redan, med de delregister du valde."),
        todo=(_("Upphör den snart? Be din lokala administratör förlänga den."),),
        action=Action.ACCOUNT,
        short=_("Du har redan den rollen på kliniken, med de delregister du valde."),
    ),
    "access.last_administrator": Words(
        title=_("Kliniken behöver en efterträdare först."),
        happened=_("Du är den enda som kan attestera på kliniken."),
        todo=(_("Be registerkansliet utse en lokal administratör till. När den personen har loggat in kan du lämna."),),
        action=Action.ACCOUNT,
    ),
    "access.administrators_address": Words(
        title=_("En lokal administratör har en adress hos vårdgivaren."),
        happened=_(
            "Adressen hör inte till vårdgivaren, och ett uppdrag som lokal administratör går inte att attestera."
        ),
        todo=(
            _("Välj en adress hos vårdgivaren."),
            _("Ska du ändå byta? Lämna först uppdraget som lokal administratör."),
        ),
        action=Action.ACCOUNT,
        short=_("Adressen hör inte till vårdgivaren. Som lokal administratör behöver du en adress där."),
    ),
    "access.own_application": Words(
        title=_("Ingen attesterar sig själv."),
        happened=_("Ansökan är din egen."),
        todo=(_("Be en annan lokal administratör på kliniken, eller registerkansliet."),),
        action=Action.BACK_TO_LIST,
    ),
    "access.already_decided": Words(
        title=_("Någon annan hann före."),
        happened=_("%(decided_by)s har redan tagit ställning till ansökan, %(decided_at)s. Ditt beslut sparades inte."),
        in_general=_("En annan administratör har redan tagit ställning till ansökan. Ditt beslut sparades inte."),
        todo=(_("Öppna listan igen för att se hur det blev."),),
        action=Action.BACK_TO_LIST,
    ),
    "access.already_answered": Words(
        title=_("Någon annan hann före."),
        happened=_("%(answered_by)s har redan svarat, %(answered_at)s. Ditt svar sparades inte."),
        in_general=_("En annan har redan svarat för behörigheten i genomgången, eller den har upphört."),
        todo=(_("Öppna genomgången igen för att se hur det blev."),),
        action=Action.START,
        short=_("Det fanns redan ett svar. Ditt sparades inte."),
    ),
    "access.recertification_open": Words(
        title=_("En genomgång pågår redan."),
        happened=_("Kliniken har en genomgång som inte är avslutad. Det går bara att ha en i taget."),
        todo=(_("Vänta tills den är avslutad, eller svara själva för dem som är kvar."),),
        action=Action.START,
        short=_("Kliniken har redan en genomgång som pågår."),
    ),
    "access.nothing_to_recertify": Words(
        title=_("Det finns ingen att gå igenom."),
        happened=_("Ingen har behörighet på kliniken just nu."),
        todo=(_("Välj en annan klinik."),),
        action=Action.START,
        short=_("Ingen har behörighet på kliniken just nu."),
    ),
    "access.not_actionable": Words(
        title=_("Ansökan går inte att ta ställning till än."),
        happened=_("Den som ansöker har inte bekräftat sin e-post."),
        todo=(_("Är adressen felskriven kan du rätta den och skicka mejlet igen."),),
        action=Action.BACK_TO_LIST,
    ),
    "access.already_applied": Words(
        title=_("Du har redan en ansökan på kliniken."),
        happened=_("En ansökan väntar redan på att attesteras där."),
        todo=(_("Gå till din ansökan. Där ser du vad som återstår."),),
        action=Action.APPLICATION,
        short=_("Du har redan en ansökan på kliniken."),
    ),
    "access.clinic_closed": Words(
        title=_("Kliniken går inte att välja längre."),
        happened=_("Kliniken har stängts i registret, kanske medan du fyllde i formuläret."),
        todo=(_("Välj en annan klinik."),),
        action=Action.REGISTER,
        short=_("Kliniken går inte att välja längre. Välj en annan."),
    ),
    "access.role_impossible": Words(
        title=_("Rollen går inte att välja."),
        happened=_("Rollen finns inte, eller går inte att ha där."),
        todo=(_("Välj en annan roll."),),
        action=Action.START,
        short=_("Välj en av rollerna."),
    ),
    "access.not_participating": Words(
        title=_("Kliniken är inte ansluten till delregistret."),
        happened=_("Registerkansliet har beslutat vilka delregister kliniken är med i."),
        todo=(_("Välj andra delregister."), _("Ska kliniken vara med? Kontakta registerkansliet.")),
        action=Action.BACK_TO_LIST,
    ),
    "access.decided_already": Words(
        title=_("Det är redan så."),
        happened=_("Någon har fattat samma beslut före dig."),
        todo=(_("Gå tillbaka och se vad som gäller."),),
        action=Action.BACK_TO_LIST,
    ),
    "access.sub_registry_closed": Words(
        title=_("Delregistret går inte att välja."),
        happened=_("Delregistret finns inte, eller tar inte emot nya registreringar."),
        todo=(_("Välj minst ett av de öppna delregistren."),),
        action=Action.START,
        short=_("Välj minst ett av de öppna delregistren."),
    ),
    "settings.limit_impossible": Words(
        title=_("Tidsgränsen går inte att sätta så."),
        happened=_("Talet måste vara mellan %(least)s och %(most)s."),
        in_general=_("Varje tidsgräns har ett minsta och ett största tal."),
        todo=(_("Skriv ett annat tal."),),
        action=Action.START,
        short=_("Skriv ett tal mellan %(least)s och %(most)s."),
    ),
    "settings.limit_unchanged": Words(
        title=_("Tidsgränsen är redan så."),
        happened=_("Någon har redan satt talet, eller så ändrade du det inte."),
        todo=(_("Titta i listan över tidsgränser."),),
        action=Action.START,
        short=_("Det är så redan. Skriv ett annat tal."),
    ),
    "access.end_impossible": Words(
        title=_("Sista dagen går inte att välja."),
        happened=_("En behörighet gäller från i dag och högst %(months)s månader."),
        in_general=_("En behörighet gäller från i dag och högst så länge som formuläret anger."),
        todo=(_("Välj en annan sista dag."),),
        action=Action.BACK_TO_LIST,
        short=_("Välj en dag från i dag och högst %(months)s månader framåt."),
    ),
    "access.nothing_asked": Words(
        title=_("Ingen fråga väntar på svar."),
        happened=_("Ansökan kan ha avgjorts medan du skrev."),
        todo=(_("Titta på din ansökan."),),
        action=Action.APPLICATION,
    ),
    "access.suspended_elsewhere": Words(
        title=_("Spärren är inte er."),
        happened=_("Registerkansliet eller en annan klinik har spärrat kontot, och bara de kan häva spärren."),
        todo=(_("Kontakta registerkansliet."),),
        action=Action.HELP,
    ),
    "access.suspension_not_left": Words(
        title=_("Spärren är klinikens."),
        happened=_("Kliniken som spärrade har någon som kan häva spärren, eller så är den inte klinikens längre."),
        todo=(_("Häv spärren själv om det behövs, eller be klinikens lokala administratör."),),
        action=Action.START,
    ),
    "access.already_granted": Words(
        title=_("Personen har redan den behörigheten."),
        happened=_("Samma roll på samma klinik gäller redan, lika länge eller längre."),
        todo=(_("Kontrollera att du har valt rätt person och klinik."),),
        action=Action.BACK_TO_LIST,
        short=_("Personen har redan den behörigheten där."),
    ),
    "access.own_proposal": Words(
        title=_("Den som föreslår en vikarie bekräftar den inte också."),
        happened=_("Du har själv föreslagit vikarien."),
        todo=(_("Be en annan lokal administratör på kliniken, eller registerkansliet."),),
        action=Action.START,
    ),
    "access.outlasts_rights": Words(
        title=_("En vikarie har inte behörighet längre än de andra."),
        happened=_(
            "Vikariens egen behörighet på kliniken, eller behörigheten hos den som föreslog, upphör före den sista "
            "dagen. Som längst går det till och med %(day)s."
        ),
        in_general=_(
            "Vikariens egen behörighet på kliniken, eller behörigheten hos den som föreslog, upphör före den sista "
            "dagen."
        ),
        todo=(
            _("Förläng behörigheten först, eller föreslå en kortare tid."),
            _("Väntar förslaget redan på att bekräftas: avslå det, och föreslå på nytt."),
        ),
        action=Action.START,
        short=_("Välj en dag till och med %(day)s: sedan upphör kollegans behörighet, eller din egen."),
    ),
    "access.proposer_gone": Words(
        title=_("Den som lämnade förslaget kan inte längre föreslå någon."),
        happened=_("Personen har inte längre den roll som behövs för det, eller har ett konto som är spärrat."),
        todo=(
            _("Avslå förslaget."),
            _("Behövs personen ändå? Lämna ett nytt förslag, som någon annan bekräftar."),
        ),
        action=Action.START,
    ),
    "access.own_nomination": Words(
        title=_("Den som föreslår någon till ett uppdrag bekräftar det inte också."),
        happened=_("Du har själv lämnat förslaget."),
        todo=(_("Be någon annan på registerkansliet att bekräfta."),),
        action=Action.START,
    ),
    "access.gives_rights": Words(
        title=_("Personen arbetar på registerkansliet."),
        happened=_("Den som ger behörigheter granskar inte loggen, och ser inga patienter."),
        todo=(_("Föreslå någon som inte arbetar på kansliet."),),
        action=Action.START,
        short=_("Personen arbetar på registerkansliet, som varken granskar loggen eller ser patienter."),
    ),
    "access.person_suspended": Words(
        title=_("Personens konto är spärrat."),
        happened=_("Den som är spärrad får inget uppdrag för registret."),
        todo=(_("Ta reda på varför under Sök konto, och häv spärren först om den inte ska vara kvar."),),
        action=Action.START,
        short=_("Personens konto är spärrat. Häv spärren först, om den inte ska vara kvar."),
    ),
    "access.not_a_colleague": Words(
        title=_("Personen arbetar inte på kliniken just nu."),
        happened=_("Personen har ingen behörighet där, eller ett konto som inte går att använda."),
        todo=(_("Välj någon annan, eller ordna personens behörighet på kliniken först."),),
        action=Action.START,
    ),
    "access.begin_impossible": Words(
        title=_("Den första dagen går inte att välja."),
        happened=_("Den ligger före i dag, eller efter den sista dagen."),
        todo=(_("Välj en dag från och med i dag, före den sista dagen."),),
        action=Action.START,
        short=_("Välj en dag från och med i dag, före den sista dagen."),
    ),
    "access.already_proposed": Words(
        title=_("Personen är redan föreslagen."),
        happened=_("Ett förslag om samma person och samma uppdrag väntar på att någon bekräftar det."),
        todo=(_("Ta tillbaka det första förslaget om något ska vara annorlunda."),),
        action=Action.START,
    ),
    "access.nothing_proposed": Words(
        title=_("Förslaget väntar inte längre."),
        happened=_("Någon annan hann före, eller så har tiden gått ut."),
        todo=(_("Titta i listan hur det är nu."),),
        action=Action.START,
    ),
    "access.own_rights": Words(
        title=_("Ingen ändrar sina egna rättigheter."),
        happened=_("HSA-id:t är ditt eget."),
        todo=(_("Be en kollega på registerkansliet."),),
        action=Action.START,
        short=_("Det är ditt eget HSA-id. Be en kollega."),
    ),
    "access.reminded_today": Words(
        title=_("Du har redan påmint i dag."),
        happened=_("Det går att påminna en gång om dagen."),
        todo=(_("Påminn igen %(again_at)s, eller ring kliniken om det brådskar."),),
        action=Action.APPLICATION,
        short=_("Du har redan påmint. Det går igen %(again_at)s."),
    ),
    "access.two_names_needed": Words(
        title=_("Två namn behövs."),
        happened=_("Den som utser någon från kommandoraden anger två olika personer som har beslutat."),
        todo=(_("Ange två olika namn."),),
        action=Action.HELP,
    ),
    "life.not_possible": Words(
        title=_("Det går inte längre."),
        happened=_("Något annat har hänt sedan sidan visades. Inget har ändrats nu."),
        todo=(_("Öppna sidan igen för att se hur det står till."),),
        action=Action.START,
    ),
}

REQUESTS: Mapping[str, Words] = {
    "request.forged": Words(
        title=_("Formuläret gick inte att ta emot."),
        happened=_(
            "Sidan hade legat öppen för länge, eller så kom formuläret från en annan webbplats. Inget har ändrats."
        ),
        todo=(_("Gå tillbaka, ladda om sidan och försök igen."),),
        action=Action.START,
    ),
    "request.not_found": Words(
        title=_("Sidan finns inte."),
        happened=_("Adressen kan vara felskriven, eller så har sidan flyttat."),
        todo=(_("Börja om från första sidan."),),
        action=Action.START,
    ),
    "request.failed": Words(
        title=_("Något gick fel hos oss."),
        happened=_("Felet är inte ditt. Inget som du skickade har sparats till hälften."),
        todo=(_("Gå tillbaka och försök igen om en stund."), _SUPPORT),
        action=Action.START,
    ),
}
"""What has no refusal class, because nothing in the rooms was asked."""


def page_of(refusal: Refused) -> RefusalPage:
    """The refusal's page, with its facts filled in, in the active language."""
    words = REFUSALS[refusal.code]
    return _page(refusal.code, words, words.happened, _shown_facts(refusal))


def in_general(code: str) -> RefusalPage:
    """What there is to say without the facts of a case: for help pages and for `REQUESTS`.

    Raises: KeyError: there is no such code.
    """
    words = REFUSALS.get(code) or REQUESTS[code]
    return _page(code, words, words.in_general or words.happened, _GENERALLY)


def short(refusal: Refused) -> str:
    """The refusal in one line, for beside a form field."""
    words = REFUSALS[refusal.code]
    return _filled(words.short or words.title, _shown_facts(refusal))


def log_title(code: str) -> str:
    """The refusal's headline as a detail of a log entry: without the words that the event says already, and without
    its full stop. The code itself for one that has since been given up."""
    if code not in REFUSALS:
        return code
    return in_general(code).title.removeprefix(f"{event_name('login.refused')}. ").removesuffix(".")


_GENERALLY: Mapping[str, Text] = {"again_at": _("senare"), "card_office": _CARD_OFFICE}


def _page(code: str, words: Words, happened: Text, facts: Mapping[str, object]) -> RefusalPage:
    return RefusalPage(
        code=code,
        title=_filled(words.title, facts),
        happened=_filled(happened, facts),
        todo=tuple(_filled(line, facts) for line in words.todo),
        action=words.action,
        also_check=words.also_check,
        picker=words.picker,
        picture=words.picture,
    )


def _filled(text: Text, facts: Mapping[str, object]) -> str:
    # A plural chooses its form when the number comes.
    return str(cast(Any, text) % facts)


def _shown_facts(refusal: Refused) -> dict[str, object]:
    shown = {name: _shown(name, getattr(refusal, name)) for name in refusal.facts}
    return shown | {"card_office": _CARD_OFFICE}


def _shown(name: str, value: object) -> object:
    if isinstance(value, datetime):
        return moment_in_words(value)
    return day_in_words(date.fromisoformat(str(value))) if name == "day" else value
