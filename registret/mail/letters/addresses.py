"""Letters about a mail address, and about the HSA-id of an account."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from registret.mail.letters.shapes import Content, Fact, LetterKind, Line


def _confirm_email(facts: Mapping[str, str]) -> Content:
    return _confirming(
        facts,
        why=_("Hej {name}! Du har registrerat dig för {clinic}. Öppna länken på datorn där du har ditt kort."),
        then=_(
            "Länken och koden gäller till och med {valid_until}. Sedan återstår att kliniken attesterar ditt "
            "konto. Du får mejl när det är klart."
        ),
    )


def _confirm_moved(facts: Mapping[str, str]) -> Content:
    return _confirming(
        facts,
        why=_(
            "Hej {name}! Ditt konto är flyttat hit från det tidigare systemet, med din behörighet för {clinic}. "
            "Bekräfta din e-post en gång: öppna länken på datorn där du har ditt kort."
        ),
        then=_("Länken och koden gäller till och med {valid_until}. När du har bekräftat kan du arbeta som förut."),
    )


def _confirm_appointed(facts: Mapping[str, str]) -> Content:
    return _confirming(
        facts,
        why=_(
            "Hej {name}! Du har fått ett uppdrag för {clinic}. Bekräfta din e-post: öppna länken på datorn där du har "
            "ditt kort."
        ),
        then=_("Länken och koden gäller till och med {valid_until}. När du har bekräftat kan du logga in."),
    )


def _confirm_new_address(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Bekräfta din nya e-post i {registry}").format(**facts),
        heading=_("Bekräfta din nya e-post"),
        preview=_("Din kod är {code}. Den gäller till och med {valid_until}.").format(**facts),
        lines=(
            Line(
                _(
                    "Hej {name}! Du vill ha mejl från registret till den här adressen. Öppna länken på datorn där du "
                    "har ditt kort."
                ),
                facts,
            ),
        ),
        button=(_("Bekräfta e-post"), f"/bekrafta/{facts['token']}"),
        code=facts["code"],
        code_line=Line(_("Läser du det här i telefonen? Logga in på datorn, öppna Mitt konto och skriv koden:")),
        afterwards=(
            Line(_("Länken och koden gäller till och med {valid_until}. Till dess gäller din gamla adress."), facts),
        ),
        footer=(Line(_("Var det inte du? Då behöver du inte göra något. Adressen ändras inte utan ditt kort.")),),
    )


def _address_change_asked(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Någon vill ändra din e-postadress i {registry}").format(**facts),
        heading=_("Din e-postadress är på väg att ändras"),
        lines=(
            Line(
                _("Hej {name}! Någon som är inloggad med ditt kort vill att {new_address} ska gälla i stället."),
                facts,
                frozenset({"new_address"}),
            ),
            Line(_("Är det du behöver du inte göra något. Var det inte du: invänd, så ändras ingenting.")),
        ),
        button=(_("Invänd mot ändringen"), f"/invand/{facts['token']}"),
        footer=(Line(_("Länken ändrar ingenting förrän du har svarat på sidan.")),),
    )


def _address_changed(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Din e-postadress i {registry} är ändrad").format(**facts),
        heading=_("Din e-postadress är ändrad"),
        lines=(
            Line(
                _("Hej {name}! Ditt konto i {registry} har fått en ny e-postadress: {new_address}."),
                facts,
                frozenset({"new_address"}),
            ),
            Line(_("Hit kommer inga fler mejl. Har du ändrat adressen själv behöver du inte göra något.")),
            Line(_("Var det inte du? Invänd senast {last_day}, så gäller den här adressen igen."), facts),
        ),
        button=(_("Invänd mot ändringen"), f"/invand/{facts['token']}"),
        footer=(Line(_("Länken ändrar ingenting förrän du har svarat på sidan.")),),
    )


def _address_kept(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Din e-postadress i {registry} gäller").format(**facts),
        heading=_("Den här adressen gäller"),
        lines=(
            Line(
                _("Hej {name}! Någon invände mot att adressen ändrades. Den gäller, och alla sessioner är avslutade."),
                facts,
            ),
            Line(
                _(
                    "De som har hand om ditt konto är underrättade. Har någon annan ditt kort? Spärra det hos den som "
                    "gav ut det."
                )
            ),
        ),
        button=(_("Kontakta supporten"), "/hjalp"),
    )


def _address_objected(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Någon kan ha använt en annans kort"),
        heading=_("En ändring av e-post är stoppad"),
        lines=(
            Line(
                _(
                    "Någon inloggad som {person} ville byta e-postadress, och den som läser mejl på den gamla har "
                    "invänt."
                ),
                facts,
                frozenset({"person"}),
            ),
            Line(
                _(
                    "Den gamla adressen gäller, och alla sessioner är avslutade. Tala med personen i dag. Har någon "
                    "annan kortet: spärra kontot."
                )
            ),
        ),
        button=(_("Personer"), "/personer"),
    )


def _claim(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Har du bytt HSA-id i {registry}?").format(**facts),
        heading=_("Har du bytt HSA-id?"),
        preview=_("Din kod är {code}. Den gäller till och med {valid_until}.").format(**facts),
        lines=(
            Line(
                _(
                    "Hej {name}! Någon har registrerat sig i {registry} med ett annat HSA-id, och säger sig ha haft "
                    "kontot som hör till den här adressen."
                ),
                facts,
            ),
            Line(_("Är det du? Logga in med ditt nya kort och skriv koden på sidan om din ansökan.")),
        ),
        code=facts["code"],
        code_line=Line(_("Koden:")),
        afterwards=(
            Line(
                _(
                    "Koden gäller till och med {valid_until}. När din nya ansökan attesteras avslutas ditt tidigare "
                    "konto."
                ),
                facts,
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
    )


def _account_moved(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Ditt tidigare konto i {registry} är avslutat").format(**facts),
        heading=_("Ditt tidigare konto är avslutat"),
        lines=(
            Line(
                _(
                    "Hej {name}! Du har visat att kontot med HSA-id {hsa_id} var ditt, och din ansökan med ett nytt "
                    "HSA-id har attesterats. Det tidigare kontot och dess behörigheter är därför avslutade."
                ),
                facts,
                frozenset({"hsa_id"}),
            ),
            Line(_("Logga in med ditt nya kort.")),
        ),
        footer=(Line(_("Är det inte du som har bytt HSA-id? Hör av dig till registret genast.")),),
    )


def _hsa_id_disputed(facts: Mapping[str, str]) -> Content:
    return Content(
        subject=_("Två kort med samma HSA-id"),
        heading=_("Två kort med samma HSA-id"),
        lines=(
            Line(
                _(
                    "Någon har visat ett kort med HSA-id {hsa_id}. Det är utfärdat av någon annan, och för någon med "
                    "ett annat namn, än kortet som kontot hör till. Registret har nekat inloggningen."
                ),
                facts,
                frozenset({"hsa_id"}),
            ),
            Line(_("Ett HSA-id får bara höra till en person. Kontakta den som har gett ut korten.")),
        ),
        button=(_("Logga in"), "/"),
        footer=(Line(_("Du får mejlet för att du arbetar på registerkansliet. Det skickas en gång för varje kort.")),),
    )


def _confirming(facts: Mapping[str, str], *, why: str, then: str) -> Content:
    return Content(
        subject=_("Bekräfta din e-post till {registry}").format(**facts),
        heading=_("Bekräfta din e-post"),
        preview=_("Din kod är {code}. Den gäller till och med {valid_until}.").format(**facts),
        lines=(Line(why, facts, frozenset({"clinic"})),),
        button=(_("Bekräfta e-post"), f"/bekrafta/{facts['token']}"),
        code=facts["code"],
        code_line=Line(_("Läser du det här i telefonen? Logga in på datorn och skriv koden:")),
        afterwards=(Line(then, facts),),
        footer=(Line(_("Var det inte du? Då behöver du inte göra något. Ingen får tillgång utan ditt kort.")),),
    )


ADDRESSES: Mapping[str, LetterKind] = {
    "confirm_email": LetterKind(
        facts={"name": Fact.LINE, "clinic": Fact.LINE, "valid_until": Fact.DAY}, confirms=True, says=_confirm_email
    ),
    "confirm_moved": LetterKind(
        facts={"name": Fact.LINE, "clinic": Fact.LINE, "valid_until": Fact.DAY}, confirms=True, says=_confirm_moved
    ),
    "confirm_appointed": LetterKind(
        facts={"name": Fact.LINE, "clinic": Fact.LINE, "valid_until": Fact.DAY}, confirms=True, says=_confirm_appointed
    ),
    "confirm_new_address": LetterKind(
        facts={"name": Fact.LINE, "valid_until": Fact.DAY}, confirms=True, says=_confirm_new_address
    ),
    "address_change_asked": LetterKind(
        facts={"name": Fact.LINE, "new_address": Fact.LINE}, objects=True, says=_address_change_asked
    ),
    "address_changed": LetterKind(
        facts={"name": Fact.LINE, "new_address": Fact.LINE, "last_day": Fact.DAY}, objects=True, says=_address_changed
    ),
    "address_kept": LetterKind(facts={"name": Fact.LINE}, says=_address_kept),
    "address_objected": LetterKind(facts={"person": Fact.LINE}, says=_address_objected),
    "claim": LetterKind(facts={"name": Fact.LINE, "valid_until": Fact.DAY}, confirms=True, claims=True, says=_claim),
    "account_moved": LetterKind(facts={"name": Fact.LINE, "hsa_id": Fact.LINE}, says=_account_moved),
    "hsa_id_disputed": LetterKind(facts={"hsa_id": Fact.LINE}, says=_hsa_id_disputed),
}
