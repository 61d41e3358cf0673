"""Refusals about accounts, applications and rights, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from registret.words.shapes import Action, RefusalWords

RIGHTS_REFUSALS: Mapping[str, RefusalWords] = {
    "access.claim_not_seen": RefusalWords(
        title=_("Titta på ansökan först."),
        happened=_(
            "Den som ansöker har visat att ett tidigare konto är samma persons. Det avslutas när du attesterar."
        ),
        todo=(_("Öppna ansökan, läs om det tidigare kontot och attestera där."),),
        action=Action.BACK_TO_LIST,
        short=_("Läs om det tidigare kontot, och attestera sedan."),
    ),
    "access.claim_impossible": RefusalWords(
        title=_("Det tidigare kontot kan inte avslutas så här."),
        happened=_(
            "Det är spärrat av en klinik eller av registerkansliet, eller hör till någon som arbetar för registret. "
            "En spärr försvinner inte med ett nytt HSA-id."
        ),
        todo=(_("Prata med registerkansliet, eller avslå ansökan. Inget har ändrats."),),
        action=Action.BACK_TO_LIST,
        short=_("Det tidigare kontot är spärrat eller hör till registret. Prata med registerkansliet."),
    ),
    "access.not_permitted": RefusalWords(
        title=_("Det ingår inte i din roll."),
        happened=_("Rollen som du arbetar i ger inte tillgång till sidan."),
        todo=(
            _("Har du flera roller? Gå till startsidan och byt roll."),
            _("Behöver du tillgång? Tala med din lokala administratör."),
        ),
    ),
    "access.not_found": RefusalWords(
        title=_("Sidan finns inte."),
        happened=_("Det du söker finns inte, eller så ligger det utanför det som du får se."),
        todo=(_("Gå till startsidan och börja därifrån."),),
    ),
    "access.card_too_old": RefusalWords(
        title=_("Logga in igen för att fortsätta."),
        happened=_("Den som ändrar andras behörigheter måste ha visat sitt kort de senaste %(minutes)s minuterna."),
        in_general=_("Den som ändrar andras behörigheter måste nyligen ha visat sitt kort."),
        todo=(_("Tryck på knappen och visa kortet igen. Inget beslut har sparats än."),),
        action=Action.LOGIN,
    ),
    "account.address_unchanged": RefusalWords(
        title=_("Det är adressen du redan har."),
        happened=_("Den nya adressen är densamma som den som gäller."),
        todo=(_("Skriv en annan adress, eller låt den gamla vara."),),
        action=Action.ACCOUNT,
        short=_("Det är adressen du redan har. Skriv en annan."),
    ),
    "account.address_resting": RefusalWords(
        title=_("E-postadressen går inte att ändra just nu."),
        happened=_("Någon har invänt mot en ändring av den. Till dess att det är utrett gäller den gamla."),
        todo=(_("Försök igen efter %(again_at)s."), _("Brådskar det? Kontakta supporten.")),
        action=Action.ACCOUNT,
        short=_("Någon har invänt mot en ändring av adressen. Det går igen %(again_at)s."),
    ),
    "account.no_change_waits": RefusalWords(
        title=_("Ingen ny adress väntar."),
        happened=_("Ändringen är redan bekräftad eller avbruten."),
        todo=(_("Titta på Mitt konto vilken adress som gäller."),),
        action=Action.ACCOUNT,
    ),
    "objection.unknown": RefusalWords(
        title=_("Länken är inte hel."),
        happened=_("Den finns inte hos oss. Mejlprogram bryter ibland långa länkar."),
        todo=(_("Öppna länken ur mejlet igen, eller kopiera hela."), _("Hjälper inte det? Kontakta supporten i dag.")),
        action=Action.HELP,
    ),
    "objection.over": RefusalWords(
        title=_("Det finns inget kvar att invända mot."),
        happened=_("Någon har redan invänt, ändringen är avbruten, eller så är det mer än 14 dagar sedan den gjordes."),
        todo=(_("Har någon annan ditt kort? Spärra det hos den som gav ut det, och kontakta supporten i dag."),),
        action=Action.HELP,
    ),
    "access.right_held": RefusalWords(
        title=_("Du har redan den behörigheten."),
        happened=_("Samma roll på samma klinik gäller redan, med de delregister du valde."),
        todo=(_("Upphör den snart? Be din lokala administratör förlänga den."),),
        action=Action.ACCOUNT,
        short=_("Du har redan den rollen på kliniken, med de delregister du valde."),
    ),
    "access.last_administrator": RefusalWords(
        title=_("Kliniken behöver en efterträdare först."),
        happened=_("Du är den enda som kan attestera på kliniken."),
        todo=(_("Be registerkansliet utse en lokal administratör till. När den personen har loggat in kan du lämna."),),
        action=Action.ACCOUNT,
    ),
    "access.administrators_address": RefusalWords(
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
    "access.own_application": RefusalWords(
        title=_("Ingen attesterar sig själv."),
        happened=_("Ansökan är din egen."),
        todo=(_("Be en annan lokal administratör på kliniken, eller registerkansliet."),),
        action=Action.BACK_TO_LIST,
    ),
    "access.already_decided": RefusalWords(
        title=_("Någon annan hann före."),
        happened=_("%(decided_by)s har redan tagit ställning till ansökan, %(decided_at)s. Ditt beslut sparades inte."),
        in_general=_("En annan administratör har redan tagit ställning till ansökan. Ditt beslut sparades inte."),
        todo=(_("Öppna listan igen för att se hur det blev."),),
        action=Action.BACK_TO_LIST,
    ),
    "access.already_answered": RefusalWords(
        title=_("Någon annan hann före."),
        happened=_("%(answered_by)s har redan svarat, %(answered_at)s. Ditt svar sparades inte."),
        in_general=_("En annan har redan svarat för behörigheten i genomgången, eller den har upphört."),
        todo=(_("Öppna genomgången igen för att se hur det blev."),),
        short=_("Det fanns redan ett svar. Ditt sparades inte."),
    ),
    "access.recertification_open": RefusalWords(
        title=_("En genomgång pågår redan."),
        happened=_("Kliniken har en genomgång som inte är avslutad. Det går bara att ha en i taget."),
        todo=(_("Vänta tills den är avslutad, eller svara själva för dem som är kvar."),),
        short=_("Kliniken har redan en genomgång som pågår."),
    ),
    "access.nothing_to_recertify": RefusalWords(
        title=_("Det finns ingen att gå igenom."),
        happened=_("Ingen har behörighet på kliniken just nu."),
        todo=(_("Välj en annan klinik."),),
        short=_("Ingen har behörighet på kliniken just nu."),
    ),
    "access.not_actionable": RefusalWords(
        title=_("Ansökan går inte att ta ställning till än."),
        happened=_("Den som ansöker har inte bekräftat sin e-post."),
        todo=(_("Är adressen felskriven kan du rätta den och skicka mejlet igen."),),
        action=Action.BACK_TO_LIST,
    ),
    "access.already_applied": RefusalWords(
        title=_("Du har redan en ansökan på kliniken."),
        happened=_("En ansökan väntar redan på att attesteras där."),
        todo=(_("Gå till din ansökan. Där ser du vad som återstår."),),
        action=Action.APPLICATION,
        short=_("Du har redan en ansökan på kliniken."),
    ),
    "access.clinic_closed": RefusalWords(
        title=_("Kliniken går inte att välja längre."),
        happened=_("Kliniken har stängts i registret, kanske medan du fyllde i formuläret."),
        todo=(_("Välj en annan klinik."),),
        action=Action.REGISTER,
        short=_("Kliniken går inte att välja längre. Välj en annan."),
    ),
    "access.role_impossible": RefusalWords(
        title=_("Rollen går inte att välja."),
        happened=_("Rollen finns inte, eller går inte att ha där."),
        todo=(_("Välj en annan roll."),),
        short=_("Välj en av rollerna."),
    ),
    "access.not_participating": RefusalWords(
        title=_("Kliniken är inte ansluten till delregistret."),
        happened=_("Registerkansliet har beslutat vilka delregister kliniken är med i."),
        todo=(
            _("Välj andra delregister, eller rollen läsare för att läsa det som kliniken har rapporterat."),
            _("Ska kliniken vara med? Kontakta registerkansliet."),
        ),
        action=Action.BACK_TO_LIST,
    ),
    "access.decided_already": RefusalWords(
        title=_("Det är redan så."),
        happened=_("Någon har fattat samma beslut före dig."),
        todo=(_("Gå tillbaka och se vad som gäller."),),
        action=Action.BACK_TO_LIST,
    ),
    "access.sub_registry_closed": RefusalWords(
        title=_("Delregistret går inte att välja."),
        happened=_("Delregistret finns inte, eller har inget att läsa eller registrera."),
        todo=(_("Välj minst ett av delregistren."),),
        short=_("Välj minst ett av delregistren."),
    ),
    "settings.limit_impossible": RefusalWords(
        title=_("Tidsgränsen går inte att sätta så."),
        happened=_("Talet måste vara mellan %(least)s och %(most)s."),
        in_general=_("Varje tidsgräns har ett minsta och ett största tal."),
        todo=(_("Skriv ett annat tal."),),
        short=_("Skriv ett tal mellan %(least)s och %(most)s."),
    ),
    "settings.limit_unchanged": RefusalWords(
        title=_("Tidsgränsen är redan så."),
        happened=_("Någon har redan satt talet, eller så ändrade du det inte."),
        todo=(_("Titta i listan över tidsgränser."),),
        short=_("Det är så redan. Skriv ett annat tal."),
    ),
    "reports.publication_unchanged": RefusalWords(
        title=_("Det är redan så."),
        happened=_("Någon har fattat samma beslut före dig."),
        todo=(_("Titta i listan över öppen statistik."),),
        short=_("Någon har fattat samma beslut före dig."),
    ),
    "reports.year_to_come": RefusalWords(
        title=_("Året har inte börjat."),
        happened=_("Det finns ingen årsrapport för ett år som inte har börjat."),
        todo=(_("Välj ett tidigare år."),),
    ),
    "reports.year_not_told": RefusalWords(
        title=_("Det finns inget att visa för året."),
        happened=_("Ingen utgåva har siffror för året om de indikatorer som är öppna."),
        todo=(_("Välj ett annat år, eller se vilka indikatorer som är öppna."),),
    ),
    "reports.outlier_open": RefusalWords(
        title=_("Ärendet finns redan."),
        happened=_("Någon har öppnat ett ärende om samma siffra före dig."),
        todo=(_("Öppna det i listan över avvikelser."),),
        short=_("Någon har öppnat ett ärende om samma siffra före dig."),
    ),
    "reports.outlier_nobody": RefusalWords(
        title=_("Ingen på kliniken kan svara."),
        happened=_("Kliniken har ingen lokal administratör för delregistret som kan svara."),
        todo=(_("Utse en lokal administratör, och fråga sedan."),),
        short=_("Kliniken har ingen lokal administratör för delregistret som kan svara. Utse en först."),
    ),
    "reports.outlier_awaited": RefusalWords(
        title=_("Kliniken har tid kvar att svara."),
        happened=_("Kliniken har till och med %(day)s på sig."),
        in_general=_("Kliniken har en tid på sig att svara, och den är inte slut."),
        todo=(_("Vänta på svaret, eller tills tiden är slut."),),
        short=_("Kliniken har till och med %(day)s på sig att svara."),
    ),
    "reports.outlier_own_question": RefusalWords(
        title=_("Det är din egen fråga."),
        happened=_("Den som har skrivit i ärendet på kansliet svarar inte också för kliniken."),
        todo=(_("Låt en annan lokal administratör svara."),),
        short=_("Den som har skrivit i ärendet på kansliet svarar inte också för kliniken."),
    ),
    "access.end_impossible": RefusalWords(
        title=_("Sista dagen går inte att välja."),
        happened=_("En behörighet gäller från i dag och högst %(months)s månader."),
        in_general=_("En behörighet gäller från i dag och högst så länge som formuläret anger."),
        todo=(_("Välj en annan sista dag."),),
        action=Action.BACK_TO_LIST,
        short=_("Välj en dag från i dag och högst %(months)s månader framåt."),
    ),
    "access.nothing_asked": RefusalWords(
        title=_("Ingen fråga väntar på svar."),
        happened=_("Ansökan kan ha avgjorts medan du skrev."),
        todo=(_("Titta på din ansökan."),),
        action=Action.APPLICATION,
    ),
    "access.suspended_elsewhere": RefusalWords(
        title=_("Spärren är inte er."),
        happened=_("Registerkansliet eller en annan klinik har spärrat kontot, och bara de kan häva spärren."),
        todo=(_("Kontakta registerkansliet."),),
        action=Action.HELP,
    ),
    "access.suspension_not_left": RefusalWords(
        title=_("Spärren är klinikens."),
        happened=_("Kliniken som spärrade har någon som kan häva spärren, eller så är den inte klinikens längre."),
        todo=(_("Häv spärren själv om det behövs, eller be klinikens lokala administratör."),),
    ),
    "access.already_granted": RefusalWords(
        title=_("Personen har redan den behörigheten."),
        happened=_("Samma roll på samma klinik gäller redan, lika länge eller längre."),
        todo=(_("Kontrollera att du har valt rätt person och klinik."),),
        action=Action.BACK_TO_LIST,
        short=_("Personen har redan den behörigheten där."),
    ),
    "access.reminded_today": RefusalWords(
        title=_("Du har redan påmint i dag."),
        happened=_("Det går att påminna en gång om dagen."),
        todo=(_("Påminn igen %(again_at)s, eller ring kliniken om det brådskar."),),
        action=Action.APPLICATION,
        short=_("Du har redan påmint. Det går igen %(again_at)s."),
    ),
    "access.two_names_needed": RefusalWords(
        title=_("Två namn behövs."),
        happened=_("Den som utser någon från kommandoraden anger två olika personer som har beslutat."),
        todo=(_("Ange två olika namn."),),
        action=Action.HELP,
    ),
    "life.not_possible": RefusalWords(
        title=_("Det går inte längre."),
        happened=_("Något annat har hänt sedan sidan visades. Inget har ändrats nu."),
        todo=(_("Öppna sidan igen för att se hur det står till."),),
    ),
}
