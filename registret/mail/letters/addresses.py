"""Letters about a mail address, and about the HSA-id of an account."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registret.mail.letters.shapes import LetterKind, Line


def _confirming(*, why: Promise, then: Promise) -> LetterKind:
    return LetterKind(
        confirms=True,
        subject=_("Bekräfta din e-post till {registry}"),
        heading=_("Bekräfta din e-post"),
        preview=_("Din kod är {code}. Den gäller till och med {valid_until}."),
        lines=(Line(why, "clinic"),),
        button=(_("Bekräfta e-post"), "/bekrafta/{token}"),
        code_line=Line(_("Läser du det här i telefonen? Logga in på datorn och skriv koden:")),
        afterwards=(Line(then),),
        footer=(Line(_("Var det inte du? Då behöver du inte göra något. Ingen får tillgång utan ditt kort.")),),
    )


ADDRESSES: Mapping[str, LetterKind] = {
    "confirm_email": _confirming(
        why=_("Hej {name}! Du har registrerat dig för {clinic}. Öppna länken på datorn där du har ditt kort."),
        then=_(
            "Länken och koden gäller till och med {valid_until}. Sedan återstår att kliniken attesterar ditt "
            "konto. Du får mejl när det är klart."
        ),
    ),
    "confirm_moved": _confirming(
        why=_(
            "Hej {name}! Ditt konto är flyttat hit från det tidigare systemet, med din behörighet för {clinic}. "
            "Bekräfta din e-post en gång: öppna länken på datorn där du har ditt kort."
        ),
        then=_("Länken och koden gäller till och med {valid_until}. När du har bekräftat kan du arbeta som förut."),
    ),
    "confirm_appointed": _confirming(
        why=_(
            "Hej {name}! Du har fått ett uppdrag för {clinic}. Bekräfta din e-post: öppna länken på datorn där du har "
            "ditt kort."
        ),
        then=_("Länken och koden gäller till och med {valid_until}. När du har bekräftat kan du logga in."),
    ),
    "confirm_new_address": LetterKind(
        confirms=True,
        subject=_("Bekräfta din nya e-post i {registry}"),
        heading=_("Bekräfta din nya e-post"),
        preview=_("Din kod är {code}. Den gäller till och med {valid_until}."),
        lines=(
            Line(
                _(
                    "Hej {name}! Du vill ha mejl från registret till den här adressen. Öppna länken på datorn där du "
                    "har ditt kort."
                )
            ),
        ),
        button=(_("Bekräfta e-post"), "/bekrafta/{token}"),
        code_line=Line(_("Läser du det här i telefonen? Logga in på datorn, öppna Mitt konto och skriv koden:")),
        afterwards=(Line(_("Länken och koden gäller till och med {valid_until}. Till dess gäller din gamla adress.")),),
        footer=(Line(_("Var det inte du? Då behöver du inte göra något. Adressen ändras inte utan ditt kort.")),),
    ),
    "address_change_asked": LetterKind(
        objects=True,
        subject=_("Någon vill ändra din e-postadress i {registry}"),
        heading=_("Din e-postadress är på väg att ändras"),
        lines=(
            Line(
                _("Hej {name}! Någon som är inloggad med ditt kort vill att {new_address} ska gälla i stället."),
                "new_address",
            ),
            Line(_("Är det du behöver du inte göra något. Var det inte du: invänd, så ändras ingenting.")),
        ),
        button=(_("Invänd mot ändringen"), "/invand/{token}"),
        footer=(Line(_("Länken ändrar ingenting förrän du har svarat på sidan.")),),
    ),
    "address_changed": LetterKind(
        objects=True,
        subject=_("Din e-postadress i {registry} är ändrad"),
        heading=_("Din e-postadress är ändrad"),
        lines=(
            Line(_("Hej {name}! Ditt konto i {registry} har fått en ny e-postadress: {new_address}."), "new_address"),
            Line(_("Hit kommer inga fler mejl. Har du ändrat adressen själv behöver du inte göra något.")),
            Line(_("Var det inte du? Invänd senast {last_day}, så gäller den här adressen igen.")),
        ),
        button=(_("Invänd mot ändringen"), "/invand/{token}"),
        footer=(Line(_("Länken ändrar ingenting förrän du har svarat på sidan.")),),
    ),
    "address_kept": LetterKind(
        subject=_("Din e-postadress i {registry} gäller"),
        heading=_("Den här adressen gäller"),
        lines=(
            Line(
                _("Hej {name}! Någon invände mot att adressen ändrades. Den gäller, och alla sessioner är avslutade.")
            ),
            Line(
                _(
                    "De som har hand om ditt konto är underrättade. Har någon annan ditt kort? Spärra det hos den som "
                    "gav ut det."
                )
            ),
        ),
        button=(_("Kontakta supporten"), "/hjalp"),
    ),
    "address_objected": LetterKind(
        subject=_("Någon kan ha använt en annans kort"),
        heading=_("En ändring av e-post är stoppad"),
        lines=(
            Line(
                _(
                    "Någon inloggad som {person} ville byta e-postadress, och den som läser mejl på den gamla har "
                    "invänt."
                ),
                "person",
            ),
            Line(
                _(
                    "Den gamla adressen gäller, och alla sessioner är avslutade. Tala med personen i dag. Har någon "
                    "annan kortet: spärra kontot."
                )
            ),
        ),
        button=(_("Personer"), "/personer"),
    ),
    "claim": LetterKind(
        confirms=True,
        claims=True,
        subject=_("Har du bytt HSA-id i {registry}?"),
        heading=_("Har du bytt HSA-id?"),
        preview=_("Din kod är {code}. Den gäller till och med {valid_until}."),
        lines=(
            Line(
                _(
                    "Hej {name}! Någon har registrerat sig i {registry} med ett annat HSA-id, och säger sig ha haft "
                    "kontot som hör till den här adressen."
                )
            ),
            Line(_("Är det du? Logga in med ditt nya kort och skriv koden på sidan om din ansökan.")),
        ),
        code_line=Line(_("Koden:")),
        afterwards=(
            Line(
                _(
                    "Koden gäller till och med {valid_until}. När din nya ansökan attesteras avslutas ditt tidigare "
                    "konto."
                )
            ),
        ),
        footer=(
            Line(
                _(
                    "Är det inte du? Lämna inte ut koden, och hör av dig till registret. Ditt konto är som förut så "
                    "länge ingen annan har koden."
                )
            ),
        ),
    ),
    "account_moved": LetterKind(
        subject=_("Ditt tidigare konto i {registry} är avslutat"),
        heading=_("Ditt tidigare konto är avslutat"),
        lines=(
            Line(
                _(
                    "Hej {name}! Du har visat att kontot med HSA-id {hsa_id} var ditt, och din ansökan med ett nytt "
                    "HSA-id har attesterats. Det tidigare kontot och dess behörigheter är därför avslutade."
                ),
                "hsa_id",
            ),
            Line(_("Logga in med ditt nya kort.")),
        ),
        footer=(Line(_("Är det inte du som har bytt HSA-id? Hör av dig till registret genast.")),),
    ),
    "hsa_id_disputed": LetterKind(
        subject=_("Två kort med samma HSA-id"),
        heading=_("Två kort med samma HSA-id"),
        lines=(
            Line(
                _(
                    "Någon har visat ett kort med HSA-id {hsa_id}. Det är utfärdat av någon annan, och för någon med "
                    "ett annat namn, än kortet som kontot hör till. Registret har nekat inloggningen."
                ),
                "hsa_id",
            ),
            Line(_("Ett HSA-id får bara höra till en person. Kontakta den som har gett ut korten.")),
        ),
        button=(_("Logga in"), "/"),
        footer=(Line(_("Du får mejlet för att du arbetar på registerkansliet. Det skickas en gång för varje kort.")),),
    ),
}
