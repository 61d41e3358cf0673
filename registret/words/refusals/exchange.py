"""Refusals of files that are brought in, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from registret.words.shapes import RefusalWords

_SAVE_ANEW = _("Öppna filen i ett kalkylprogram, spara den som CSV UTF-8 och försök igen.")
_RESOURCE_TODO = _(
    "Rätta filen. Registret läser text, tal, ja eller nej, tider och koder som står i svaret själv, och inget som "
    "pekar någon annanstans."
)
_SPLIT = _("Dela filen i flera och läs in dem en i taget.")

EXCHANGE_REFUSALS: Mapping[str, RefusalWords] = {
    "import.file_too_large": RefusalWords(
        title=_("Filen är för stor."),
        happened=_("Filen, eller det som den packas upp till, är större än %(most)s MB."),
        in_general=_("Filen, eller det som den packas upp till, är större än registret tar emot."),
        todo=(_SPLIT,),
    ),
    "exchange.file_gone": RefusalWords(
        title=_("Filen finns inte längre."),
        happened=_("Registret sparar filer bara en tid. Filen tas också bort om en patient i den avböjer registret."),
        todo=(_("Börja om: välj filen igen, eller gör en ny export."),),
    ),
    "import.job_not_possible": RefusalWords(
        title=_("Filen kan inte läsas in nu."),
        happened=_("Den läses redan in, är inte färdigprovad, eller har ingen rad som kan läsas in."),
        todo=(_("Gå tillbaka till Importera och se hur långt filen har kommit."),),
    ),
    "import.assertion_refused": RefusalWords(
        title=_("Systemet har inte visat vem det är."),
        happened=_("Det som systemet har signerat går inte att godta: %(reason)s."),
        in_general=_(
            "Det som systemet har signerat går inte att godta. Skälet är ett av missing, signature, key, issuer, "
            "audience, time, jti och replayed."
        ),
        todo=(_("Signera en ny JWT för varje anrop, med en nyckel som är bekräftad och en klocka som går rätt."),),
    ),
    "import.mapping_unknown": RefusalWords(
        title=_("Det finns ingen filbeskrivning för delregistret."),
        happened=_("Kliniken har ingen som går att använda för systemet och delregistret."),
        todo=(_("Be en importör på kliniken att spara en filbeskrivning, med systemets namn som source_system."),),
    ),
    "import.columns_unfit": RefusalWords(
        title=_("Kolumnerna stämmer inte."),
        happened=_("Filens kolumner är inte de som filbeskrivningen säger. Ingen rad har prövats."),
        todo=(_("Rätta filen eller filbeskrivningen, och skicka filen igen."),),
    ),
    "import.idempotency_key_missing": RefusalWords(
        title=_("Idempotency-Key saknas."),
        happened=_("Utan den går det inte att skicka filen igen på ett säkert sätt om svaret uteblir."),
        todo=(_("Skicka med en nyckel för varje fil: 16 till 128 bokstäver, siffror, bindestreck och understreck."),),
    ),
    "import.idempotency_key_reused": RefusalWords(
        title=_("Nyckeln i Idempotency-Key är redan använd."),
        happened=_("Under den har något annat skickats: en annan fil, ett annat delregister, eller med annan dry-run."),
        todo=(_("Skicka med en ny nyckel."),),
    ),
    "import.content_type_unknown": RefusalWords(
        title=_("Content-Type är inte en fil som registret läser."),
        happened=_(
            "Registret tar emot text/csv, application/json, application/fhir+json, application/fhir+ndjson, "
            "application/odm+xml, application/xml, "
            "application/octet-stream och den typ som XLSX har."
        ),
        todo=(_("Skicka filen som den är, inte som ett formulär."),),
    ),
    "import.parameter_unclear": RefusalWords(
        title=_("En parameter går inte att tolka."),
        happened=_("Det gäller %(name)s."),
        in_general=_(
            "I adressen är de mapping, dry-run (true eller false), before och after; i en beställning dess fält i JSON."
        ),
        todo=(_("Rätta parametern."),),
    ),
    "import.file_empty": RefusalWords(
        title=_("Filen är tom."),
        happened=_("Det finns ingen rad under kolumnernas namn."),
        todo=(_("Kontrollera att du valde rätt fil, och att raderna står på det första bladet."),),
    ),
    "import.file_unreadable": RefusalWords(
        title=_("Filen går inte att läsa."),
        happened=_("Den är skadad, eller något annat än den ser ut att vara. Det märktes på rad %(line)s."),
        in_general=_("Den är skadad, eller något annat än den ser ut att vara."),
        todo=(_SAVE_ANEW, _("JSON och ODM: ta ut filen på nytt, hel, ur systemet som den kommer från.")),
    ),
    "import.file_of_other_kind": RefusalWords(
        title=_("Filen är av ett annat slag."),
        happened=_("Registret läser CSV, XLSX, JSON, FHIR och ODM 1.3."),
        todo=(_SAVE_ANEW,),
    ),
    "import.too_many_rows": RefusalWords(
        title=_("Filen har för många rader."),
        happened=_("Högst %(most)s rader tas emot åt gången."),
        in_general=_("Registret tar inte emot hur många rader som helst åt gången."),
        todo=(_SPLIT,),
    ),
    "import.too_many_columns": RefusalWords(
        title=_("Filen har för många kolumner."),
        happened=_("Högst %(most)s kolumner tas emot."),
        in_general=_("Registret tar inte emot hur många kolumner som helst."),
        todo=(_("Ta bort kolumner som inte ska in i registret. Ligger något långt till höger på bladet?"),),
    ),
    "import.cell_too_long": RefusalWords(
        title=_("Ett värde är för långt."),
        happened=_("På rad %(line)s står ett värde med mer än %(most)s tecken."),
        in_general=_("Ett värde i filen är längre än något svar kan vara."),
        todo=(_("Korta värdet, eller ta bort kolumnen om den inte ska in i registret."),),
    ),
    "import.row_of_other_length": RefusalWords(
        title=_("En rad har för många värden."),
        happened=_("Rad %(line)s har fler värden än det finns kolumner."),
        in_general=_("En rad i filen har fler värden än det finns kolumner."),
        todo=(_("Står ett kommatecken eller semikolon i ett värde? Sätt citattecken om värdet."),),
    ),
    "import.column_unnamed": RefusalWords(
        title=_("En kolumn saknar namn."),
        happened=_("Kolumn %(number)s har inget namn på den första raden."),
        in_general=_("På filens första rad står namnet på varje kolumn."),
        todo=(_("Skriv ett namn överst i kolumnen, eller ta bort den."),),
    ),
    "import.column_twice": RefusalWords(
        title=_("Två kolumner heter likadant."),
        happened=_("Kolumn %(number)s heter som en tidigare."),
        in_general=_("Varje kolumn i filen har ett eget namn."),
        todo=(_("Ge dem olika namn, eller ta bort en av dem."),),
    ),
    "import.value_nested": RefusalWords(
        title=_("JSON-filen har en annan form."),
        happened=_("Objekt %(line)s är inte ett enkelt objekt med texter och tal."),
        in_general=_(
            "Registret läser en lista av enkla objekt, ett för varje vårdepisod, och QuestionnaireResponse i FHIR."
        ),
        todo=(_("Skriv filen som en lista av objekt, utan listor eller objekt inuti dem."),),
    ),
    "import.resource_unfit": RefusalWords(
        title=_("FHIR-filen har något som registret inte läser."),
        happened=_("I svar nummer %(line)s gäller det %(element)s. Plats, som linkId: %(place)s."),
        in_general=_("Något i en QuestionnaireResponse saknas, eller är av ett slag som registret inte läser."),
        todo=(_RESOURCE_TODO,),
    ),
    "import.has_formulas": RefusalWords(
        title=_("Bladet har formler."),
        happened=_("Vad en formel visar beror på programmet som öppnar den. Därför läses inga formler."),
        todo=(_("Kopiera bladet och klistra in det som värden i en ny arbetsbok, eller spara som CSV UTF-8."),),
    ),
    "import.has_entities": RefusalWords(
        title=_("Filen har en dokumenttyp eller entiteter i XML."),
        happened=_("Inget kalkylprogram skriver sådant, och en fil i ODM behöver det inte. Därför läses det inte."),
        todo=(_("Spara en arbetsbok på nytt som CSV UTF-8. Ta ut en fil i ODM utan DOCTYPE."),),
    ),
    "import.item_twice": RefusalWords(
        title=_("En uppgift i ODM-filen står två gånger."),
        happened=_("På rad %(line)s har en uppgift mer än ett värde: ett formulär eller en grupp upprepas."),
        in_general=_("Registret läser ett värde för varje ItemOID, utom där StudyEventData upprepas."),
        todo=(_("Ta ut filen utan formulär och grupper som upprepas."),),
    ),
    "import.transaction_not_taken": RefusalWords(
        title=_("ODM-filen säger att något ska tas bort, eller inte är data."),
        happened=_("Ett element har TransactionType %(kind)s. Registret läser Insert, Update och Upsert."),
        in_general=_("Ett element har TransactionType Remove, eller Context om ett värde."),
        todo=(_("Ta ut en fil med FileType Snapshot. Ett svar tas bort med ett ord under erase i filbeskrivningen."),),
    ),
    "import.mapping_outdated": RefusalWords(
        title=_("Formuläret har en ny version."),
        happened=_("Filbeskrivningen gäller version %(version)s, och nya vårdepisoder registreras i en annan."),
        in_general=_(
            "Filbeskrivningen gäller en äldre version av formuläret än den som nya vårdepisoder registreras i."
        ),
        todo=(_("Öppna filbeskrivningen, ändra version och prova den. Det som inte längre stämmer visas."),),
    ),
    "import.too_many_at_once": RefusalWords(
        title=_("Filen har för många rader."),
        happened=_("Högst %(most)s rader läses in åt gången."),
        in_general=_("Registret läser in ett begränsat antal rader åt gången."),
        todo=(_SPLIT,),
    ),
    "import.source_id_missing": RefusalWords(
        title=_("Raden säger inte vilket vårdtillfälle den gäller."),
        happened=_("Utan vårdtillfällets id i det andra systemet kan raden läsas in två gånger."),
        todo=(_("Fyll i kolumnen med vårdtillfällets id."),),
    ),
    "import.source_id_twice": RefusalWords(
        title=_("Två rader gäller samma vårdtillfälle."),
        happened=_("Rad %(line)s har samma id."),
        in_general=_("En tidigare rad i filen har samma id."),
        todo=(_("Ta bort den ena raden, eller rätta dess id."),),
    ),
    "import.export_time_unclear": RefusalWords(
        title=_("Det går inte att läsa när raden togs ut."),
        happened=_("Tiden skrivs år, månad, dag och klockslag, som 2026-11-24 06:00."),
        todo=(_("Rätta tiden, eller lämna den tom."),),
    ),
    "import.row_older": RefusalWords(
        title=_("Raden är äldre än den som redan är inläst."),
        happened=_("Vårdepisoden är inläst ur ett senare uttag. Det som står i registret är kvar."),
        todo=(_("Ta ut en ny fil ur det andra systemet."),),
    ),
    "import.row_of_other_patient": RefusalWords(
        title=_("Vårdtillfället är inläst för en annan patient."),
        happened=_("Samma id är tidigare inläst med en annan patients nummer. Inget har ändrats."),
        todo=(_("Kontrollera id och nummer i det andra systemet."),),
    ),
    "import.episode_gone": RefusalWords(
        title=_("Vårdepisoden finns inte längre hos kliniken."),
        happened=_("Den är borttagen, eller hör till ett delregister som du inte registrerar i."),
        todo=(_("Ta bort raden ur filen."),),
    ),
    "import.episode_of_other_version": RefusalWords(
        title=_("Vårdepisoden har gått över till en annan version av formuläret."),
        happened=_("Filbeskrivningen gäller den version som vårdepisoden hade förut."),
        todo=(_("Fyll i det nya i formuläret."),),
    ),
    "import.step_is_closed": RefusalWords(
        title=_("Steget är stängt: patienten har avlidit."),
        happened=_("Filen har ett annat svar än det som står i steget. En import ändrar inte det."),
        todo=(_("Stämmer filen? Ta upp steget i registret, ändra svaret och signera."),),
    ),
    "import.answer_proposed": RefusalWords(
        title=_("Steget är signerat: svaret blir ett förslag."),
        happened=_("Filen har ett annat svar än det som står i steget. Det som är signerat är kvar."),
        todo=(_("Ta ställning till förslaget i steget, eller på startsidan."),),
    ),
    "import.date_unclear": RefusalWords(
        title=_("Datumet är inte skrivet år, månad, dag."),
        happened=_("Ett datum utan år, eller i en annan ordning, kan läsas fel."),
        todo=(_("Skriv som 2026-11-24 08:15, eller ange date_order i filbeskrivningen."),),
    ),
    "import.answer_impossible": RefusalWords(
        title=_("Värdet kan inte vara ett svar på frågan."),
        happened=_("Formuläret tar inte heller emot värdet när det skrivs in för hand."),
        todo=(_("Rätta värdet i filen, eller ange i filbeskrivningen vad det betyder."),),
    ),
    "import.answer_missing": RefusalWords(
        title=_("En fråga i inklusionen är obesvarad."),
        happened=_("En vårdepisod kan inte börjas utan svar på inklusionens frågor."),
        todo=(_("Fyll i värdet i filen."),),
    ),
    "import.history_unreadable": RefusalWords(
        title=_("Raden är inte en vårdepisod."),
        happened=_("Den kan inte läsas: %(where)s"),
        in_general=_("Varje rad är ett JSON-objekt, med fälten i beskrivningen av historikfilen."),
        todo=(_("Rätta raden i filen."),),
    ),
    "import.history_unknown": RefusalWords(
        title=_("Registret har inte det som raden nämner."),
        happened=_("Det är %(name)s."),
        in_general=_("En klinik, ett formulär, ett steg eller en fråga har en kod som registret inte känner till."),
        todo=(_("Jämför koderna med kodboken för den versionen av formuläret."),),
    ),
    "import.history_rule": RefusalWords(
        title=_("En regel håller inte i ett signerat steg."),
        happened=_("Den tidigare plattformen lät det signeras, och det är signerat."),
        todo=(_("Låser någon upp steget behöver svaren rättas innan det signeras igen."),),
    ),
    "import.history_unasked": RefusalWords(
        title=_("Frågan ställs inte efter de andra svaren."),
        happened=_("Svaret är inte inläst. Resten av steget är det."),
        todo=(_("Jämför svaren i den tidigare plattformen."),),
    ),
    "import.answer_kept": RefusalWords(
        title=_("Svaret är ändrat i registret sedan förra importen."),
        happened=_("Det som en människa har skrivit är kvar. Resten av raden är inläst."),
        todo=(_("Jämför svaren. Stämmer filen? Ändra i formuläret."),),
    ),
}
