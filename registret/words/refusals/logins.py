"""Refusals of a session, of confirming an address and of what a login lacks, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from registret.words.advice import SUPPORT, by_host
from registret.words.shapes import Action, RefusalWords

LOGIN_REFUSALS: Mapping[str, RefusalWords] = {
    "session.missing": RefusalWords(
        title=_("Logga in för att fortsätta."),
        happened=_(
            "Sidan kräver att du är inloggad, och det är du inte i den här webbläsaren. Den som loggar ut i en flik "
            "loggas ut i alla."
        ),
        todo=(
            _("Ska du fortsätta: sätt in kortet i läsaren och tryck på knappen."),
            _("Sitter kortet kvar i läsaren och du är klar: ta ut det."),
        ),
        action=Action.LOGIN,
    ),
    "session.idle": RefusalWords(
        title=_("Du har loggats ut."),
        happened=_(
            "Ingenting hände på %(minutes)s minuter. Då loggas du ut, så att ingen annan kan använda din inloggning."
        ),
        in_general=_("Ingenting hände på en stund. Då loggas du ut, så att ingen annan kan använda din inloggning."),
        todo=(
            _("Sitter kortet kvar i läsaren och du är klar: ta ut det."),
            _("Ska du fortsätta: tryck på knappen och logga in igen."),
        ),
        action=Action.LOGIN,
    ),
    "session.over": RefusalWords(
        title=_("Tiden för din inloggning är slut."),
        happened=_("En inloggning gäller högst en arbetsdag, och aldrig längre än kortet."),
        todo=(_("Tryck på knappen och logga in igen."),),
        action=Action.LOGIN,
    ),
    "session.locked": RefusalWords(
        title=_("Kortet är ute. Sidan är låst."),
        happened=_("Kortet togs ut ur läsaren. Därför visas inget här, och ingen annan kan fortsätta där du slutade."),
        todo=(
            by_host(
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
    "session.card_out": RefusalWords(
        title=_("Kortet togs ut. Du har loggats ut."),
        happened=_("Kortet var ute i mer än fem minuter. Då avslutas sessionen."),
        todo=(
            by_host(
                fresh=_("Sätt in kortet, tryck på knappen och logga in igen."),
                fixed=_("Sätt in kortet. Stäng webbläsaren helt, öppna den igen och logga in."),
            ),
        ),
        action=Action.LOGIN,
    ),
    "session.card_revoked": RefusalWords(
        title=_("Ditt kort har spärrats. Du har loggats ut."),
        happened=_("Den som har gett ut kortet har spärrat det efter att du loggade in."),
        todo=(_("Kontakta kortexpeditionen hos din arbetsgivare."), _("Har du fått ett nytt kort: logga in med det.")),
        action=Action.LOGIN,
    ),
    "session.other_card": RefusalWords(
        title=_("Det är ett annat kort."),
        happened=_("Sidan låstes när ett annat kort togs ut. Bara det kortet låser upp den."),
        todo=(_("Sätt in rätt kort och lås upp."), _("Ska du arbeta här själv? Logga ut den andra först.")),
        action=Action.UNLOCK,
    ),
    "request.page_of_another": RefusalWords(
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
    "request.page_of_other_seat": RefusalWords(
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
    "account.exists": RefusalWords(
        title=_("Du är redan registrerad."),
        happened=_("Det finns redan ett konto med HSA-id:t på ditt kort."),
        todo=(_("Gå vidare till din ansökan. Där ser du vad som återstår."),),
        action=Action.APPLICATION,
    ),
    "confirmation.unknown": RefusalWords(
        title=_("Länken går inte att använda."),
        happened=_("Den kan ha blivit avkortad på vägen, eller höra till ett konto som inte finns längre."),
        todo=(
            _("Kopiera hela adressen ur mejlet, eller skriv koden i stället."),
            _("Logga in med ditt kort: då kan du be om ett nytt mejl."),
        ),
        action=Action.LOGIN,
    ),
    "confirmation.replaced": RefusalWords(
        title=_("Det finns ett nyare mejl."),
        happened=_("Varje nytt mejl ersätter det förra. Bara länken och koden i det senaste gäller."),
        todo=(
            _("Öppna det senaste mejlet från registret, eller skriv koden ur det."),
            _("Hittar du det inte? Logga in med ditt kort: då kan du be om ett nytt mejl."),
        ),
        action=Action.LOGIN,
    ),
    "confirmation.expired": RefusalWords(
        title=_("Länken har gått ut."),
        happened=_("Länken och koden gällde till %(expired_at)s."),
        in_general=_("Länken och koden gäller bara en viss tid. När den går ut står i mejlet."),
        todo=(_("Logga in med ditt kort: då kan du be om ett nytt mejl."),),
        short=_("Koden har gått ut. Be om ett nytt mejl."),
        action=Action.LOGIN,
    ),
    "confirmation.done": RefusalWords(
        title=_("E-posten är redan bekräftad."),
        happened=_("Du behöver inte göra det igen."),
        todo=(_("Logga in med ditt kort. Då ser du om något återstår."),),
        short=_("E-posten är redan bekräftad."),
        action=Action.LOGIN,
    ),
    "confirmation.other_card": RefusalWords(
        title=_("Länken hör till ett annat kort."),
        happened=_("Mejlet skickades för en registrering med ett annat HSA-id än det på kortet som sitter i."),
        todo=(_("Sätt in kortet som du registrerade dig med och tryck på knappen."), SUPPORT),
        action=Action.LOGIN,
    ),
    "confirmation.code_wrong": RefusalWords(
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
    "confirmation.code_burnt": RefusalWords(
        title=_("Koden gäller inte längre."),
        happened=_("Fel kod har skrivits för många gånger."),
        todo=(_("Be om ett nytt mejl. Det har en ny kod."),),
        action=Action.APPLICATION,
        short=_("Fel kod har skrivits för många gånger. Be om ett nytt mejl: det har en ny kod."),
    ),
    # Limits
    "limits.too_many": RefusalWords(
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
    "login.not_registered": RefusalWords(
        title=_("Du har inget konto än."),
        happened=_("Kortet fungerar, men HSA-id:t på det är inte registrerat."),
        todo=(_("Registrera dig. Det tar en minut."),),
        action=Action.REGISTER,
    ),
    "login.mail_not_confirmed": RefusalWords(
        title=_("Inloggning misslyckades. E-post är ej bekräftad."),
        happened=_("Du har inte bekräftat din e-postadress."),
        todo=(_("Öppna länken i mejlet, eller skriv koden ur det. Mejlet kan ha hamnat i skräpposten."),),
        action=Action.APPLICATION,
    ),
    "login.not_attested": RefusalWords(
        title=_("Inloggning misslyckades. Kontot är ej attesterat."),
        happened=_("Din lokala administratör har inte attesterat din behörighet."),
        todo=(
            _("Be din lokala administratör att attestera kontot."),
            _("Har kliniken ingen lokal administratör attesterar registerkansliet."),
        ),
        action=Action.APPLICATION,
    ),
    "login.declined": RefusalWords(
        title=_("Inloggning misslyckades. Din ansökan är avslagen."),
        happened=_("Kliniken har avslagit din ansökan."),
        todo=(_("Tala med kliniken, och ansök igen om något har blivit fel."),),
        action=Action.APPLICATION,
    ),
    "login.lapsed": RefusalWords(
        title=_("Inloggning misslyckades. Din ansökan har förfallit."),
        happened=_("Ingen tog ställning till din ansökan i tid."),
        todo=(_("Ansök igen."),),
        action=Action.APPLICATION,
    ),
    "login.no_grant": RefusalWords(
        title=_("Inloggning misslyckades. Du har ingen behörighet just nu."),
        happened=_("Din behörighet har upphört, eller så har du tagit tillbaka din ansökan."),
        todo=(_("Ansök om behörighet igen."),),
        action=Action.APPLICATION,
    ),
    "login.suspended": RefusalWords(
        title=_("Inloggning misslyckades. Kontot är spärrat."),
        happened=_("Kontot är spärrat tills någon häver spärren."),
        todo=(_("Kontakta din lokala administratör eller supporten."),),
        action=Action.HELP,
    ),
    "login.ended": RefusalWords(
        title=_("Inloggning misslyckades. Kontot är avslutat."),
        happened=_("Det fanns ett konto med ditt HSA-id, men det är avslutat."),
        todo=(_("Registrera dig på nytt om du ska arbeta i registret igen."),),
        action=Action.REGISTER,
    ),
    "login.hsa_id_disputed": RefusalWords(
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
}
