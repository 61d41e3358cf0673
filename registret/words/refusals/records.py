"""Refusals about patients and episodes, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from registret.words.shapes import Action, RefusalWords

RECORD_REFUSALS: Mapping[str, RefusalWords] = {
    "patient.number_impossible": RefusalWords(
        title=_("Numret stämmer inte."),
        happened="%(number_fault)s",
        in_general=_("Det är inte ett personnummer, samordningsnummer eller reservnummer som registret känner till."),
        todo=(
            _("Kontrollera numret mot journalen, också den sista siffran, och sök igen."),
            _(
                "Ett samordningsnummer är som ett personnummer, med dagen plus 60: 19121272-9808. Ett reservnummer "
                "skrivs helt, med sina bokstäver."
            ),
        ),
    ),
    "patient.birth_date_needed": RefusalWords(
        title=_("Födelsedatum och kön behövs."),
        happened=_("Ett reservnummer säger inget säkert om ålder och kön."),
        todo=(_("Sök patienten igen och fyll i båda."),),
    ),
    "patient.opted_out": RefusalWords(
        title=_("Patienten har avböjt."),
        happened=_("Patienten vill inte vara med i registret. Därför finns inga uppgifter, och inga nya tas emot."),
        todo=(
            _("Registrera inte vårdepisoden."),
            _("Räkna patienten som ej inkluderad, under Registreringar: bara antalet sparas."),
            _("Har patienten ändrat sig? Kontakta registerkansliet."),
        ),
    ),
    "patient.register_silent": RefusalWords(
        title=_("Folkbokföringen svarar inte."),
        happened=_("Den måste svara på vem som lever och vem som har skyddad identitet. Inget har gjorts."),
        todo=(_("Försök igen om en stund."),),
    ),
    "patient.reason_needed": RefusalWords(
        title=_("Patienten har skyddad identitet."),
        happened=_("Den som öppnar uppgifterna anger varför. Skälet gäller i en timme och står i loggen."),
        todo=(_("Öppna patienten igen och skriv varför."),),
    ),
    "patient.not_the_same": RefusalWords(
        title=_("Numren hör inte till samma person."),
        happened=_("Två nummer med olika födelsedatum kan inte höra till en och samma person. Inget har ändrats."),
        todo=(
            _("Kontrollera numret, siffra för siffra."),
            _("Är det ändå samma person? Be dem som handlägger patientärenden hos registret."),
        ),
    ),
    "patient.number_taken": RefusalWords(
        title=_("Numret är en annan patients."),
        happened=_("Någon annan i registret har eller har haft numret. Inget har ändrats."),
        todo=(
            _("Kontrollera numret."),
            _("Är de två samma person? Slå då ihop dem."),
        ),
        short=_("Numret är en annan patients. Kontrollera det."),
    ),
    "patient.also_elsewhere": RefusalWords(
        title=_("Patienten finns också hos andra."),
        happened=_(
            "Patienten finns hos en annan vårdgivare, eller i ett delregister som inte ingår i din behörighet. Vem "
            "patienten är gäller överallt, och det går inte att dela två som har slagits ihop. Därför görs det i ett "
            "patientärende. Inget har ändrats."
        ),
        todo=(
            _("Kontakta registret och be om ett patientärende."),
            _("Uppge patientens beteckning här. Skriv inga nummer i mejl."),
        ),
        action=Action.HELP,
    ),
    "patient.taken_elsewhere": RefusalWords(
        title=_("Patienten kan inte få numret här."),
        happened=_(
            "Antingen har en annan patient i registret numret, hos en annan vårdgivare eller i ett delregister som "
            "inte ingår i din behörighet, eller så har den som har numret avböjt att vara med. Vilket det är visas "
            "bara i ett patientärende. Inget har ändrats."
        ),
        todo=(
            _("Kontrollera numret, siffra för siffra."),
            _("Är numret rätt? Kontakta registret och be om ett patientärende. Skriv inga nummer i mejl."),
        ),
        action=Action.HELP,
    ),
    "patient.not_as_shown": RefusalWords(
        title=_("Det är inte samma patient som nyss."),
        happened=_(
            "Numret leder till en annan patient än den som visades: det har bytts, eller så har två slagits ihop. "
            "Inget har ändrats."
        ),
        todo=(_("Sök patienten igen och kontrollera vem det är."),),
    ),
    "patient.number_unchanged": RefusalWords(
        title=_("Patienten har redan det numret."),
        happened=_("Numret är det som gäller nu. Inget har ändrats."),
        todo=(_("Skriv det nya numret."),),
        short=_("Patienten har redan det numret"),
    ),
    "patient.nothing_to_merge": RefusalWords(
        title=_("Det finns ingen att slå ihop med."),
        happened=_("Ingen annan patient har numret, eller så har någon annan hunnit slå ihop dem."),
        todo=(_("Öppna patienten igen."),),
    ),
    "patient.nothing_leaves": RefusalWords(
        title=_("Det finns inget avböjande som väntar."),
        happened=_("Uppgifterna är redan raderade, eller så har någon tagit tillbaka avböjandet."),
        todo=(_("Öppna ärendet igen och se vad som gäller."),),
    ),
    "patient.own_opt_out": RefusalWords(
        title=_("Någon annan bekräftar."),
        happened=_("Du har själv registrerat avböjandet. Det raderas av sig självt efter ett dygn."),
        todo=(_("Brådskar det? Be en annan handläggare bekräfta."),),
    ),
    "case.nobody": RefusalWords(
        title=_("Numret finns inte i registret."),
        happened=_("Ingen i registret har eller har haft numret."),
        todo=(_("Kontrollera numret och börja om."),),
    ),
    "case.too_long_for_paper": RefusalWords(
        title=_("Utdraget är för långt för en PDF."),
        happened=_("Det har %(rows)s rader. Inget utdrag har tagits fram."),
        in_general=_("Det har så många rader att det tar för lång tid att rita. Inget utdrag har tagits fram."),
        todo=(_("Gå tillbaka och ta fram samma utdrag som JSON. Där står allt."),),
    ),
    "document.takes_too_long": RefusalWords(
        title=_("Filen tar för lång tid att göra."),
        happened=_("Servern väntar bara en kort stund på en PDF eller en bild. Ingen fil har gjorts."),
        todo=(
            _("Gå tillbaka till sidan. Där står samma uppgifter, och den går att skriva ut."),
            _("Behöver du filen? Försök igen om en stund."),
        ),
    ),
    "retention.nothing_so_old": RefusalWords(
        title=_("Ingenting är så gammalt."),
        happened=_("Delregistret har inga vårdepisoder som är äldre än de ska bevaras."),
        todo=(_("Titta i listan över delregister."),),
        short=_("Inga vårdepisoder är så gamla"),
    ),
    "retention.already": RefusalWords(
        title=_("Gallring pågår redan."),
        happened=_("Ett tidigare beslut om delregistret håller på att genomföras."),
        todo=(_("Vänta tills det är klart."),),
        short=_("Ett tidigare beslut genomförs just nu"),
    ),
    "retention.kept": RefusalWords(
        title=_("Uppgifterna ska bevaras."),
        happened=_("Ett beslut säger att inget gallras i delregistret till och med %(day)s."),
        in_general=_("Ett beslut säger att inget gallras i delregistret just nu."),
        todo=(_("Titta på besluten om delregistret."),),
        short=_("Ett beslut bevarar uppgifterna till och med %(day)s"),
    ),
    "disclosure.own": RefusalWords(
        title=_("Den som förbereder ett utlämnande beslutar inte också om det."),
        happened=_("Du har själv förberett utlämnandet."),
        todo=(_("Be någon annan som handlägger patientärenden att besluta."),),
    ),
    "disclosure.preparer_gone": RefusalWords(
        title=_("Den som förberedde utlämnandet handlägger inte ärenden längre."),
        happened=_("Personen har inte längre rollen, eller har ett konto som är spärrat. Inget har lämnats ut."),
        todo=(_("Ta tillbaka utlämnandet."), _("Behövs det ändå? Förbered ett nytt, som någon annan beslutar om.")),
    ),
    "disclosure.nothing": RefusalWords(
        title=_("Det finns inget att lämna ut."),
        happened=_("Inga signerade steg passar perioden och de valda delarna."),
        todo=(_("Ta tillbaka utlämnandet, och förbered ett nytt med en annan period eller fler delar."),),
    ),
    "disclosure.lapsed": RefusalWords(
        title=_("Utlämnandet har väntat för länge på beslut."),
        happened=_("Det förbereddes för mer än 90 dagar sedan. Inget har lämnats ut."),
        todo=(_("Behövs det ändå? Förbered ett nytt, som någon annan beslutar om."),),
    ),
    "disclosure.not_fetched": RefusalWords(
        title=_("Ingen fil har hämtats i utlämnandet."),
        happened=_("Kodnyckeln gäller patienterna i de filer som har hämtats. Ingen kodnyckel har gjorts."),
        todo=(_("Hämta filen först."),),
    ),
    "disclosure.not_decided": RefusalWords(
        title=_("Utlämnandet är inte beslutat."),
        happened=_("Det väntar på beslut, eller har tagits tillbaka. Ingen fil har gjorts."),
        todo=(_("Öppna utlämnandet igen för att se hur det står till."),),
    ),
    "disclosure.closed": RefusalWords(
        title=_("Utlämnandet är avslutat."),
        happened=_("Den sista dagen att hämta filen har passerat, eller så har utlämnandet avslutats i förtid."),
        todo=(_("Behövs filen fortfarande? Förbered ett nytt utlämnande."),),
    ),
    "disclosure.key_missing": RefusalWords(
        title=_("Nyckeln till utlämnandets pseudonymer saknas."),
        happened=_("Beteckningarna gjordes med en nyckel som registret inte har i dag. Ingen fil har gjorts."),
        todo=(_("Be den som sköter driften att lägga tillbaka nyckeln."),),
    ),
    "episode.not_included": RefusalWords(
        title=_("Vårdepisoden hör inte till delregistret."),
        happened=_("Svaren på inklusionsfrågorna säger att den inte ska registreras här."),
        todo=(_("Gå tillbaka och kontrollera svaren."),),
    ),
    "episode.perhaps_double": RefusalWords(
        title=_("Kanske finns vårdepisoden redan."),
        happened=_("Det finns en registrering i samma delregister nära i tid."),
        todo=(_("Gå tillbaka, se efter, och säg till om det är en annan vårdepisod."),),
    ),
    "episode.closed": RefusalWords(
        title=_("Delregistret är stängt för nya vårdepisoder."),
        happened=_("Det som redan är registrerat där kan läsas och rättas."),
        todo=(_("Du hittar det under Registreringar."),),
    ),
    "episode.not_open": RefusalWords(
        title=_("Delregistret tar inte emot registreringar av dig."),
        happened=_("Det ingår inte i din behörighet."),
        todo=(_("Behöver du registrera där? Be din lokala administratör att ändra behörigheten."),),
    ),
    "episode.form_changed": RefusalWords(
        title=_("Formuläret kan inte användas just nu."),
        happened=_("Det har ändrats sedan det togs i bruk, och det får det inte. Felet är inte ditt."),
        todo=(_("Det som är sparat finns kvar. Kontakta supporten med referensen."),),
    ),
    "step.of_another_clinic": RefusalWords(
        title=_("Steget ligger hos en annan klinik."),
        happened=_("Bara den klinik som har steget skriver i det."),
        todo=(_("Ska din klinik fortsätta: öppna steget och flytta det hit."),),
    ),
    "step.cannot_sign": RefusalWords(
        title=_("Steget kan inte signeras än."),
        happened=_("Obesvarade frågor: %(lacking)s. Svar som inte går ihop: %(broken)s."),
        in_general=_("Någon fråga är obesvarad, eller några svar går inte ihop."),
        todo=(_("Gå tillbaka till formuläret. Det som saknas är markerat."),),
    ),
    "step.written_since": RefusalWords(
        title=_("Någon har skrivit i steget sedan du öppnade det."),
        happened=_("%(by)s sparade %(at)s. Läs igenom steget innan du signerar."),
        in_general=_("Läs igenom steget innan du signerar."),
        todo=(_("Öppna steget igen, läs igenom det och signera."),),
    ),
    "step.proposal_changed": RefusalWords(
        title=_("Steget eller förslaget är ändrat sedan du öppnade sidan."),
        happened=_("Inget är ändrat av det du valde."),
        todo=(_("Öppna förslaget igen, och ta ställning till det som står där nu."),),
    ),
    "step.proposal_impossible": RefusalWords(
        title=_("Ett av svaren kan inte skrivas in i steget nu."),
        happened=_("Formuläret tar inte emot det. Inget är ändrat."),
        todo=(_("Neka det svaret, eller skriv in det för hand i steget."),),
    ),
    "query.waits": RefusalWords(
        title=_("Frågan väntar redan på svar."),
        happened=_("Kansliet har redan frågat om den uppgiften."),
        todo=(_("Ta tillbaka den fråga som väntar, om du vill fråga på ett annat sätt."),),
        short=_("Kansliet har redan frågat om den uppgiften, och väntar på svar"),
    ),
    "query.not_corrected": RefusalWords(
        title=_("Uppgiften är inte rättad."),
        happened=_("Svaret har inte ändrats och signerats sedan kansliet frågade."),
        todo=(_("Rätta uppgiften och signera steget. Svara sedan att det är rättat."),),
        short=_("Rätta uppgiften och signera steget först"),
    ),
}
