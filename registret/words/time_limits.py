"""The office's time limits in words: what each is, and what happens then."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

TIME_LIMITS = {
    "remind_attesters": (_("Påminnelse om attest"), _("Så länge väntar en ansökan innan administratörerna påminns.")),
    "escalate": (
        _("Till registerkansliet"),
        _("Så länge väntar en ansökan innan den också står hos registerkansliet."),
    ),
    "lapse": (
        _("Ansökan förfaller"),
        _("Så länge väntar en ansökan som ingen har tagit ställning till. Sedan förfaller den."),
    ),
    "grant": (_("Längsta behörighet"), _("En behörighet gäller högst så länge, och kan sedan förlängas.")),
    "warn_of_end": (_("Första varning före slut"), _("Så långt innan en behörighet slutar skrivs det första mejlet.")),
    "warn_of_end_again": (
        _("Sista varning före slut"),
        _("Så långt innan en behörighet slutar skrivs det sista mejlet."),
    ),
    "dormant": (_("Spärr av konto som inte används"), _("Den som inte har loggat in på så länge spärras.")),
    "never_logged_in": (
        _("Spärr av konto som aldrig har använts"),
        _("Så länge efter attesten spärras den som aldrig har loggat in."),
    ),
    "warn_of_suspension": (_("Varning före spärr"), _("Så långt innan ett konto spärras skrivs ett mejl.")),
    "recertify_every": (
        _("Genomgång av behörigheter"),
        _("Så ofta frågas varje klinik om alla som har behörighet fortfarande arbetar där."),
    ),
    "recertify_answer": (
        _("Tid att svara på genomgången"),
        _("Så länge har kliniken på sig. En behörighet som ingen har svarat för upphör sedan."),
    ),
    "recertify_remind": (
        _("Första påminnelsen om genomgången"),
        _("Så långt innan svarstiden är slut påminns de som ska svara."),
    ),
    "recertify_remind_again": (
        _("Sista påminnelsen om genomgången"),
        _("Så långt innan svarstiden är slut påminns de igen, och de som ingen har svarat för får veta det."),
    ),
    "nomination": (
        _("Förslag till uppdrag"),
        _("Så länge gäller ett förslag till ett uppdrag som ingen annan på kansliet har bekräftat."),
    ),
    "outlier_answer": (
        _("Svar om en avvikelse"),
        _("Så länge har en klinik på sig att svara när kansliet frågar om en siffra utanför gränserna."),
    ),
    "keep_declined": (
        _("Gallring av avslagna ansökningar"),
        _("Så länge sparas en ansökan som har avslagits eller tagits tillbaka."),
    ),
    "keep_lapsed": (
        _("Gallring av förfallna ansökningar"),
        _("Så länge sparas en ansökan som har förfallit, och ett konto som varken har behörighet eller ansökan."),
    ),
    "keep_ended": (
        _("Gallring av avslutade konton"),
        _("Så länge efter att ett konto har avslutats sparas uppgifterna om personen. Loggen sparas för sig."),
    ),
    "keep_letters": (
        _("Gallring av mejl"),
        _("Så länge sparas mejl som har skickats, och anteckningar om påminnelser."),
    ),
    "keep_log": (
        _("Gallring av loggen"),
        _("Så länge sparas loggen. Lagen kräver minst fem år. Gallringen görs av driften, månad för månad."),
    ),
}


def time_limit_name(code: str) -> str:
    return str(TIME_LIMITS[code][0])


def time_limit_meaning(code: str) -> str:
    """What happens when the time is over, in one sentence."""
    return str(TIME_LIMITS[code][1])


def length_in_words(number: int, unit: str) -> str:
    """As "3 dagar" or "9 månader", in the active language."""
    if unit == "months":
        return ngettext("%(n)s månad", "%(n)s månader", number) % {"n": number}
    return ngettext("%(n)s dag", "%(n)s dagar", number) % {"n": number}
