"""Refusals of a card, of the identity provider and of an attempt to log in, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from registret.words.advice import AGAIN, ANOTHER, CARD_OFFICE, SUPPORT, by_host
from registret.words.shapes import Action, Picture, RefusalWords

CARD_REFUSALS: Mapping[str, RefusalWords] = {
    "card.none": RefusalWords(
        title=_("Vi fick inget certifikat från ditt kort."),
        happened=_(
            "Webbläsaren skickade inget certifikat. Antingen nådde den inte kortet, eller så fanns inget certifikat "
            "med HSA-id att välja, eller så avbröts valet."
        ),
        todo=(
            _("Kontrollera att kortet sitter i läsaren, rätt väg, och att läsaren är inkopplad."),
            by_host(
                fresh=_(
                    "Finns bara Person-id på kortet visar webbläsaren inget att välja. Kontrollera ditt kort: då ser "
                    "du vad som finns."
                ),
                fixed=_(
                    "Finns bara Person-id på kortet visar webbläsaren inget att välja. Fråga den som ger ut kort hos "
                    "din arbetsgivare."
                ),
            ),
            _("Kontrollera att datorn har kortprogram: fråga din region om Net iD eller SITHS eID-appen."),
            _("Certifikaten kan behöva hämtas till kortet, eller ha gått ut. Din region hjälper dig."),
            AGAIN,
        ),
        also_check=True,
        picture=Picture.READER,
        action=Action.LOGIN,
    ),
    "card.not_passed_on": RefusalWords(
        title=_("Certifikatet från ditt kort nådde inte fram."),
        happened=_(
            "Servern framför registret tog emot ett certifikat från ditt kort, men kunde inte skicka det vidare. Det "
            "beror inte på hur du gjorde."
        ),
        todo=(
            ANOTHER,
            _("Blir det likadant: kontakta supporten och läs upp referensen."),
        ),
        action=Action.LOGIN,
    ),
    "card.person_id": RefusalWords(
        title=_("Du valde Person-id. Välj certifikatet med ditt HSA-id."),
        happened=_(
            "Kortet fungerar, men certifikatet du valde innehåller ditt personnummer. Registret släpper bara in "
            "HSA-id, eftersom det upphör när din anställning gör det."
        ),
        todo=(
            by_host(
                fresh=_("Låt kortet sitta kvar. Du behöver inte stänga webbläsaren."),
                fixed=_("Låt kortet sitta kvar, men stäng webbläsaren helt, alla fönster, och öppna den igen."),
            ),
            by_host(
                fresh=_("Tryck på knappen. Du får välja certifikat på nytt."),
                fixed=_("Logga in. Du får välja certifikat på nytt."),
            ),
            _("Välj raden där utfärdaren innehåller HSA-id. Håll muspekaren över den om texten inte får plats."),
        ),
        also_check=True,
        picker=True,
        action=Action.LOGIN,
    ),
    "card.signing": RefusalWords(
        title=_("Du valde certifikatet för underskrift. Välj det för legitimering."),
        happened=_("Ett kort har två certifikat med HSA-id: ett för legitimering och ett för underskrift."),
        todo=(AGAIN, _("Välj raden för legitimering. Den kan också heta autentisering.")),
        also_check=True,
        picture=Picture.TWO_USES,
        action=Action.LOGIN,
    ),
    "card.expired": RefusalWords(
        title=_("Ditt certifikat har gått ut."),
        happened=_("Certifikatet gällde till och med %(not_after)s. Det är utfärdat av %(issuer)s."),
        in_general=_("Varje certifikat har ett sista datum, och det är passerat."),
        todo=(
            _("Förnya kortet eller certifikatet där du fick det. %(card_office)s"),
            by_host(
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
        action=Action.LOGIN,
    ),
    "card.not_yet_valid": RefusalWords(
        title=_("Ditt certifikat gäller inte än."),
        happened=_("Certifikatet börjar gälla %(not_before)s. Det är utfärdat av %(issuer)s."),
        in_general=_("Varje certifikat har ett första datum, och det har inte kommit än."),
        todo=(_("Vänta tills det gäller, eller välj ett annat certifikat om du har."), AGAIN),
        also_check=True,
        picture=Picture.DATES,
        action=Action.LOGIN,
    ),
    "card.revoked": RefusalWords(
        title=_("Ditt certifikat är spärrat."),
        happened=_("Utfärdaren %(issuer)s har spärrat certifikatet. Ett spärrat kort går inte att använda igen."),
        in_general=_("Utfärdaren har spärrat certifikatet. Ett spärrat kort går inte att använda igen."),
        todo=(CARD_OFFICE, _("Ditt konto finns kvar. Logga in med det nya kortet när du har fått det.")),
        action=Action.HELP,
    ),
    "card.revocation_unknown": RefusalWords(
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
        action=Action.LOGIN,
    ),
    "card.unknown_issuer": RefusalWords(
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
            by_host(
                fresh=_("Har du flera kort i datorn? Ta ut de andra, tryck på knappen och välj på nytt."),
                fixed=_(
                    "Har du flera kort i datorn? Ta ut de andra, stäng webbläsaren helt, öppna den igen och logga in."
                ),
            ),
            _("Kontakta annars den som ger ut kort hos din arbetsgivare: kortet går inte att använda här."),
            SUPPORT,
        ),
        also_check=True,
        action=Action.LOGIN,
    ),
    "card.test_issuer": RefusalWords(
        title=_("Det här är ett testkort."),
        happened=_("Kortet är utfärdat av %(issuer)s, som bara ger ut kort för test. Testkort godtas inte här."),
        in_general=_("Kortet kommer från en utfärdare som bara ger ut kort för test. Testkort godtas inte här."),
        todo=(_("Sätt i ditt vanliga kort."), AGAIN),
        action=Action.LOGIN,
    ),
    "card.malformed": RefusalWords(
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
            ANOTHER,
            _("Blir det likadant: kontakta supporten och läs upp referensen."),
        ),
        also_check=True,
        action=Action.LOGIN,
    ),
    # The identity provider
    "idp.unavailable": RefusalWords(
        title=_("Legitimeringstjänsten går inte att nå just nu."),
        happened=_("Det beror inte på dig eller ditt kort. Tjänsten svarar inte, eller svarar inte rätt (%(reason)s)."),
        in_general=_("Det beror inte på dig eller ditt kort. Tjänsten svarar inte, eller svarar inte rätt."),
        todo=(
            _("Har du en kortläsare? Logga in med SmartCard i stället."),
            _("Försök annars igen om en stund."),
            SUPPORT,
        ),
        action=Action.PROVIDER,
    ),
    "idp.declined": RefusalWords(
        title=_("Legitimeringen avbröts."),
        happened=_("Legitimeringstjänsten skickade tillbaka dig utan att du hade legitimerat dig (%(reason)s)."),
        in_general=_("Legitimeringstjänsten skickade tillbaka dig utan att du hade legitimerat dig."),
        todo=(_("Börja om, på samma sätt eller med SmartCard."), SUPPORT),
        action=Action.PROVIDER,
    ),
    "idp.untrusted": RefusalWords(
        title=_("Svaret från legitimeringstjänsten går inte att lita på."),
        happened=_(
            "Något i svaret stämmer inte med inloggningen som du började (%(reason)s). Därför släpper registret inte "
            "in någon med det."
        ),
        in_general=_(
            "Något i svaret stämmer inte med inloggningen som började här. Därför släpper registret inte in någon med "
            "det."
        ),
        todo=(_("Börja om, på samma sätt eller med SmartCard."), SUPPORT),
        action=Action.PROVIDER,
    ),
    "idp.level": RefusalWords(
        title=_("Din legitimering har för låg tillitsnivå."),
        happened=_("Den som loggar in på det här sättet måste ha tillitsnivå 3. Ett reservkort har ofta nivå 2."),
        todo=(_("Legitimera dig med ditt ordinarie kort."), CARD_OFFICE),
        action=Action.PROVIDER,
    ),
    "idp.not_fresh": RefusalWords(
        title=_("Du behöver legitimera dig på nytt."),
        happened=_(
            "Legitimeringstjänsten använde en tidigare inloggning i webbläsaren. På en dator som fler använder kan den "
            "vara någon annans, så registret godtar den inte."
        ),
        todo=(
            _("Stäng webbläsaren, så att den tidigare inloggningen glöms."),
            _("Öppna den igen och logga in. Tjänsten ska be om din PIN-kod."),
            SUPPORT,
        ),
        action=Action.PROVIDER,
    ),
    "idp.no_hsa_id": RefusalWords(
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
    "idp.malformed": RefusalWords(
        title=_("Uppgifterna från legitimeringstjänsten är felaktiga."),
        happened=_("Tjänsten lämnade uppgifter om dig som inte kan stämma (%(reason)s). Felet ligger inte hos dig."),
        in_general=_("Tjänsten lämnade uppgifter om dig som inte kan stämma. Felet ligger inte hos dig."),
        todo=(
            _("Be den som sköter HSA-katalogen hos din arbetsgivare att kontrollera ditt namn och ditt HSA-id."),
            SUPPORT,
        ),
        action=Action.PROVIDER,
    ),
    # The attempt
    "attempt.stale": RefusalWords(
        title=_("Inloggningen tog för lång tid eller har redan använts."),
        happened=_("Varje inloggning har en egen adress som bara fungerar en gång, i två minuter."),
        todo=(_("Tryck på knappen för att börja om. Kortet kan sitta kvar."),),
        action=Action.LOGIN,
    ),
    "attempt.foreign": RefusalWords(
        title=_("Inloggningen började i en annan webbläsare."),
        happened=_("Av säkerhetsskäl måste en inloggning börja och sluta i samma webbläsare."),
        todo=(_("Tryck på knappen för att börja om här."),),
        action=Action.LOGIN,
    ),
}
