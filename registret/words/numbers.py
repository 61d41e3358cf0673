"""What is wrong with the number of a patient that was typed."""

from __future__ import annotations

from django.utils.translation import gettext as _

from registret.kernel.identifiers import FIRST_BIRTH, NumberFault


def number_fault(fault: NumberFault) -> str:
    """What is wrong, and which digits to look at."""
    match fault:
        case NumberFault.NO_SUCH_DAY:
            return _(
                "Födelsedatumet i numret finns inte. Kontrollera år, månad och dag. I ett samordningsnummer är dagen "
                "plus 60."
            )
        case NumberFault.NOT_BORN:
            return _("Födelsedatumet i numret har inte varit än. Kontrollera år, månad och dag.")
        case NumberFault.TOO_OLD:
            return _("Födelsedatumet i numret är före %(year)s. Kontrollera år, månad och dag.") % {
                "year": FIRST_BIRTH.year
            }
        case NumberFault.NOT_A_HUNDRED:
            return _(
                "Ett plustecken skrivs först från det år då man fyller 100. Kontrollera födelseåret, eller skriv ett "
                "bindestreck."
            )
        case NumberFault.NO_SERIAL:
            return _(
                "Födelsenumret, de tre siffrorna efter födelsedatumet, kan inte vara 000. Kontrollera de fyra sista "
                "siffrorna."
            )
        case NumberFault.CHECK_DIGIT:
            return _("Numret har fel kontrollsiffra: den sista siffran stämmer inte med de andra. Kontrollera dem.")
    return _(
        "Det är inte ett nummer som registret känner till. Ett personnummer skrivs som 19121212-1212, ett "
        "samordningsnummer med dagen plus 60, som 19121272-9808, och ett reservnummer helt, med sina bokstäver."
    )
