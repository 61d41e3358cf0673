"""Refusals about reviews of the log and incidents, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from registret.words.shapes import RefusalWords

OVERSIGHT_REFUSALS: Mapping[str, RefusalWords] = {
    "review.nothing": RefusalWords(
        title=_("Det finns inget att granska."),
        happened=_("Loggen har inga poster av kliniken eller personen, eller om patienten, under perioden."),
        todo=(_("Välj en längre period, eller kontrollera HSA-id:t eller beteckningen."),),
        short=_("Loggen har inga sådana poster under perioden"),
    ),
    "review.not_a_reviewer": RefusalWords(
        title=_("Personen är inte loggranskare."),
        happened=_("Den du valde granskar inte loggen, eller gör det inte längre."),
        todo=(_("Välj någon annan."),),
        short=_("Personen granskar inte loggen längre. Välj någon annan."),
    ),
    "review.own_entries": RefusalWords(
        title=_("Ingen granskar sig själv."),
        happened=_("Granskningen gäller något som granskaren själv har gjort."),
        todo=(_("Låt en annan loggranskare ta granskningen."),),
        short=_("Granskaren har själv poster där under perioden. Välj någon annan."),
    ),
    "review.not_yours": RefusalWords(
        title=_("Någon annan gör granskningen."),
        happened=_("Bara den som granskar bedömer och avslutar."),
        todo=(_("Öppna granskningen igen. Där kan du ta över den."),),
    ),
    "review.closed": RefusalWords(
        title=_("Granskningen är avslutad."),
        happened=_("En avslutad granskning ändras inte."),
        todo=(_("Behövs mer? Börja en ny granskning."),),
    ),
    "review.not_all_judged": RefusalWords(
        title=_("Alla poster är inte bedömda."),
        happened=_("%(left)s poster saknar bedömning."),
        in_general=_("En granskning avslutas när varje post är bedömd."),
        todo=(_("Bedöm dem och spara. Avsluta sedan."),),
        short=_("%(left)s poster saknar bedömning. Bedöm dem och spara först."),
    ),
    "review.outcome_impossible": RefusalWords(
        title=_("Utfallet passar inte bedömningarna."),
        happened=_("En post är bedömd som obefogad. Då är granskningen inte utan anmärkning."),
        todo=(_("Välj ett annat utfall, eller ändra bedömningen."),),
        short=_("En post är bedömd som obefogad. Välj ett annat utfall."),
    ),
    "review.log_reason_needed": RefusalWords(
        title=_("Skriv varför du läser loggen."),
        happened=_("Ett skäl gäller i en timme, och det har gått ut."),
        in_general=_("Den som läser loggen skriver varför. Skälet gäller i en timme."),
        todo=(_("Öppna loggen igen. Där frågas efter skälet."),),
    ),
    "incident.changed": RefusalWords(
        title=_("Någon annan har ändrat incidenten."),
        happened=_("Texten ändrades medan du skrev. Din ändring är inte sparad."),
        todo=(_("Öppna incidenten igen, läs vad som är nytt och skriv in det som fattas."),),
        short=_("Någon annan har ändrat incidenten sedan du öppnade sidan. Läs den i en ny flik, och spara sedan."),
    ),
}
