"""Refusals of files that are brought in, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from registret.words.shapes import RefusalWords

_SAVE_ANEW = _("Öppna filen i ett kalkylprogram, spara den som CSV UTF-8 och försök igen.")
_SPLIT = _("Dela filen i flera och läs in dem en i taget.")

EXCHANGE_REFUSALS: Mapping[str, RefusalWords] = {
    "import.file_too_large": RefusalWords(
        title=_("Filen är för stor."),
        happened=_("Filen, eller det som den packas upp till, är större än %(most_mb)s MB."),
        in_general=_("Filen, eller det som den packas upp till, är större än registret tar emot."),
        todo=(_SPLIT,),
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
        todo=(_SAVE_ANEW,),
    ),
    "import.file_of_other_kind": RefusalWords(
        title=_("Filen är av ett annat slag."),
        happened=_("Registret läser CSV, XLSX och JSON."),
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
        happened=_("Rad %(line)s har %(values)s värden, men kolumnerna är %(columns)s."),
        in_general=_("En rad i filen har fler värden än det finns kolumner."),
        todo=(_("Står ett kommatecken eller semikolon i ett värde? Sätt citattecken om värdet."),),
    ),
    "import.column_unnamed": RefusalWords(
        title=_("En kolumn saknar namn."),
        happened=_("Kolumn %(place)s har inget namn på den första raden."),
        in_general=_("På filens första rad står namnet på varje kolumn."),
        todo=(_("Skriv ett namn överst i kolumnen, eller ta bort den."),),
    ),
    "import.column_twice": RefusalWords(
        title=_("Två kolumner heter likadant."),
        happened=_("Kolumn %(place)s heter som en tidigare."),
        in_general=_("Varje kolumn i filen har ett eget namn."),
        todo=(_("Ge dem olika namn, eller ta bort en av dem."),),
    ),
    "import.value_nested": RefusalWords(
        title=_("JSON-filen har en annan form."),
        happened=_("Objekt %(line)s är inte ett enkelt objekt med texter och tal."),
        in_general=_("Registret läser en lista av enkla objekt, ett för varje vårdepisod."),
        todo=(_("Skriv filen som en lista av objekt, utan listor eller objekt inuti dem."),),
    ),
    "import.has_formulas": RefusalWords(
        title=_("Bladet har formler."),
        happened=_("Vad en formel visar beror på programmet som öppnar den. Därför läses inga formler."),
        todo=(_("Kopiera bladet och klistra in det som värden i en ny arbetsbok, eller spara som CSV UTF-8."),),
    ),
    "import.has_entities": RefusalWords(
        title=_("Arbetsboken är inte skriven av ett kalkylprogram."),
        happened=_("Filen innehåller en dokumenttyp eller entiteter i XML. Sådant läses inte."),
        todo=(_SAVE_ANEW,),
    ),
}
