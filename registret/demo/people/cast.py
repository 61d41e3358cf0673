"""Who lives in the demo country, and which cards they have. Names, ids and people are invented.

Personal numbers are of the year 1899, as Skatteverket's test numbers are: nobody living has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from registret.demo.certificates import KeyKind

INFECTION: Final = "infektion-norrvik"
"""Code of the clinic that most of the cast works at: Infektionskliniken, Norrviks sjukhus."""

MEDICINE: Final = "medicin-norrvik"
"""Code of a clinic without any administrator."""

SYDVIK: Final = "infektion-sydvik"
"""Code of a clinic in another region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person with a card. `personal_number` is None for those whose card has no Person-id in this demo."""

    given_name: str
    surname: str
    hsa_id: str
    personal_number: str | None = None
    organisation: str = "Region Norrvik"
    locality: str = "Norrvik"
    key: KeyKind = "ec"

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.surname}"

    @property
    def slug(self) -> str:
        """`anna-berg`: for files."""
        return self.name.lower().translate(str.maketrans("åäö ", "aao-"))

    @property
    def email(self) -> str:
        domain = self.organisation.lower().replace(" ", "")
        return f"{self.slug.replace('-', '.')}@{domain}.se"


def _in_sydvik(given_name: str, surname: str, hsa_id: str, personal_number: str, key: KeyKind) -> Person:
    return Person(
        given_name=given_name,
        surname=surname,
        hsa_id=hsa_id,
        personal_number=personal_number,
        organisation="Region Sydvik",
        locality="Sydvik",
        key=key,
    )


ANNA = Person(given_name="Anna", surname="Berg", hsa_id="SE2321009991-E00K4T2", personal_number="189906089819")
BERTIL = Person(
    given_name="Bertil", surname="Holm", hsa_id="SE2321009991-E00B2H8", personal_number="189911159821", key="rsa"
)
KARIN = Person(given_name="Karin", surname="Nyberg", hsa_id="SE2321009991-E00K7L3", personal_number="189904229839")
CECILIA = _in_sydvik("Cecilia", "Dahl", "SE2321009983-E00C5D1", "189909029846", "rsa")
DORIS = Person(
    given_name="Doris", surname="Lund", hsa_id="SE2321009991-E00D0R1", personal_number="189902099853", key="rsa"
)
ERIK = Person(given_name="Erik", surname="Sand", hsa_id="SE2321009991-E00E3S7", personal_number="189907169867")
NADIA = Person(given_name="Nadia", surname="Rahimi", hsa_id="SE2321009991-E00F3G5", personal_number="189912239879")
PER_OLOF = Person(
    given_name="Per-Olof", surname="Wikström", hsa_id="SE2321009991-E00W1K6", personal_number="189905039880", key="rsa"
)
ELIN = Person(given_name="Elin", surname="Sandgren", hsa_id="SE2321009991-E00S4N2", personal_number="189910109892")
MOA = Person(given_name="Moa", surname="Lindqvist", hsa_id="SE2321009991-E00R1S6", personal_number="189903179803")
YUSUF = _in_sydvik("Yusuf", "Demir", "SE2321009983-E00Y3D9", "189908249817", "ec")
INGRID = Person(given_name="Ingrid", surname="Falk", hsa_id="SE2321009991-E00J3F2")
SAMIR = Person(given_name="Samir", surname="Haddad", hsa_id="SE2321009991-E00S6H1")
HENRIK = Person(given_name="Henrik", surname="Vall", hsa_id="SE2321009991-E00H1V7")
MAJ = Person(given_name="Maj", surname="Sundin", hsa_id="SE2321009991-E00M8S5")
TOVE = Person(given_name="Tove", surname="Hallin", hsa_id="SE2321009991-E00T2H6")
SIXTEN = Person(given_name="Sixten", surname="Borg", hsa_id="SE2321009991-E00H6B1")
ASTRID = Person(given_name="Astrid", surname="Kling", hsa_id="SE2321009991-E00A8K3")
LOVA = Person(given_name="Lova", surname="Engman", hsa_id="SE2321009991-E00L5E9")
"""Her mailbox is gone: the demo's mail server takes nothing to it."""
GRETA = Person(given_name="Greta", surname="Lindh", hsa_id="SE2321009991-E00G4L8")
"""Is proposed as log reviewer, and has never been here."""
LARS_GORAN = Person(given_name="Lars-Göran", surname="Östlund", hsa_id="SE2321009991-E00C9D2")
OLLE = Person(given_name="Olle", surname="Tjäder", hsa_id="SE2321009991-E00P8Q4")

_WITH_BOTH: Final = (ANNA, BERTIL, KARIN, CECILIA, DORIS, ERIK, NADIA, PER_OLOF, ELIN, MOA, YUSUF)
PEOPLE: Final = (*_WITH_BOTH, INGRID, SAMIR, HENRIK, MAJ, TOVE, SIXTEN, ASTRID, LOVA)
"""Those with a good card; Person-id is on it as well if there is a personal number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InBrowser:
    """What `make demo-browser CARD=…` puts into the browser: files of cards; `what` tells whose, and what to see."""

    files: tuple[str, ...]
    what: str


def hsa_file(person: Person) -> str:
    return f"{person.slug}-hsa-id.p12"


def person_file(person: Person) -> str:
    return f"{person.slug}-person-id.p12"


EXPIRED = f"{LARS_GORAN.slug}-expired.p12"
REVOKED = f"{OLLE.slug}-revoked.p12"
FOREIGN = f"{BERTIL.slug}-foreign.p12"
SIGNING = f"{ANNA.slug}-signing.p12"
RESERVE = f"{KARIN.slug}-reserve.p12"


def _card_of(person: Person, what: str) -> InBrowser:
    files = (hsa_file(person), person_file(person)) if person.personal_number else (hsa_file(person),)
    return InBrowser(files=files, what=f"{person.name}: {what}")


BROWSERS: Final[Mapping[str, InBrowser]] = {
    "reporter": _card_of(ANNA, "är ny och registrerar sig"),
    "administrator": _card_of(BERTIL, "lokal administratör i Norrvik: attesterar, och har en genomgång att svara på"),
    "colleague": _card_of(KARIN, "den andra lokala administratören i Norrvik, har en vikarie att bekräfta"),
    "substitute": _card_of(TOVE, "registrerare och just nu vikarie för dem, och läsare på en klinik till"),
    "outsider": _card_of(CECILIA, "lokal administratör i Sydvik, ser inget av Norrvik"),
    "office": _card_of(DORIS, "registerkansliet, utser lokala administratörer"),
    "office-colleague": _card_of(INGRID, "den andra på registerkansliet; en föreslår, en annan bekräftar"),
    "support": _card_of(SAMIR, "support, hittar konton och hjälper"),
    "cases": _card_of(HENRIK, "handläggare av patientärenden"),
    "cases-colleague": _card_of(MAJ, "den andra handläggaren; har ett utlämnande för forskning att besluta om"),
    "reviewer": _card_of(ERIK, "granskar loggen"),
    "working": _card_of(NADIA, "registrerare som redan arbetar"),
    "reader": _card_of(SIXTEN, "läsare och exportör"),
    "report-reader": _card_of(ASTRID, "rapportläsare, ser inga patienter"),
    "bounced": _card_of(LOVA, "importör, och hennes mejl kommer inte fram"),
    "not-attested": _card_of(PER_OLOF, "väntar på attest"),
    "not-confirmed": _card_of(ELIN, "har inte bekräftat sin e-post"),
    "reserve": InBrowser(files=(RESERVE,), what=f"{KARIN.name}: reservkort (HSA-id 2)"),
    "person-only": InBrowser(files=(person_file(ANNA),), what=f"{ANNA.name}: bara Person-id på kortet"),
    "signing": InBrowser(files=(SIGNING,), what=f"{ANNA.name}: bara underskrift, och Chromium visar det inte"),
    "expired": InBrowser(files=(EXPIRED,), what=f"{LARS_GORAN.name}: kortet har gått ut, och Chromium visar det inte"),
    "revoked": InBrowser(files=(REVOKED,), what=f"{OLLE.name}: kortet är spärrat"),
    "foreign": InBrowser(files=(FOREIGN,), what=f"{BERTIL.name}: förfalskat kort, från en annan utfärdare"),
}
