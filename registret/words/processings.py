"""The list of processings (förteckning, GDPR article 30; L26): each in words.

This is the one place where they stand. The page of the office shows them, the file is made of them, the notice for
staff takes its lengths from here. Which columns a processing is about stands on the tables (`database.columns`). How
long is what the office has decided, and for the rest what the code keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registret.time_limits.lengths import Length, TimeLimit
from registret.words.time_limits import length_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPeriod:
    """How long something is kept. `words` has `%(length)s` in it if it is a time limit that the office sets."""

    words: Promise
    limit: TimeLimit | None = None

    def told(self, lengths: Mapping[TimeLimit, Length]) -> str:
        """In the active language, with the length in force."""
        if self.limit is None:
            return str(self.words)
        now = lengths[self.limit]
        return str(self.words) % {"length": length_in_words(now.number, now.unit)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Processing:
    """One processing of personal data. The comment of a table in the database is the `code` of its processing."""

    code: str
    name: Promise
    purpose: Promise
    ground: Promise
    persons: Promise
    data: Promise
    recipients: Promise
    kept: tuple[RetentionPeriod, ...]
    security: Promise


_OBLIGATION = _(
    "Rättslig förpliktelse (artikel 6.1 c GDPR): 4 kap. 2 och 3 §§ patientdatalagen (2008:355) och HSLF-FS 2016:40."
)
_PUBLIC_TASK = _(
    "Uppgift av allmänt intresse (artikel 6.1 e GDPR): kvalitetsregister enligt 7 kap. patientdatalagen (2008:355)."
)
_STAFF = _("De som arbetar i registret, har gjort det eller ansöker om det.")
_BEHIND_THE_CARD = _(
    "Läses bara av den som har visat sitt kort och har behörighet där uppgiften hör hemma. Varje ändring och varje "
    "uttag av andras uppgifter loggas. Överföringen är krypterad."
)
_ENDED = RetentionPeriod(
    words=_("Tills %(length)s har gått sedan kontot avslutades. Kontots nummer och tidpunkter blir kvar."),
    limit=TimeLimit.KEEP_ENDED,
)
_HSA_ID = RetentionPeriod(
    words=_("HSA-id:t på ett avslutat konto: %(length)s, lika länge som loggen, där det också står."),
    limit=TimeLimit.KEEP_LOG,
)

PROCESSINGS: tuple[Processing, ...] = (
    Processing(
        code="accounts",
        name=_("Konton"),
        purpose=_("Veta vem som loggar in, att e-posten fungerar och att ett HSA-id bara hör till en person."),
        ground=_OBLIGATION,
        persons=_STAFF,
        data=_(
            "Namn, HSA-id, organisation och kortets utfärdare (från kortet), e-post, språk, kontots tillstånd med "
            "skäl, senaste inloggning, och konto under ett tidigare HSA-id."
        ),
        recipients=_("Lokala administratörer på kliniken, registerkansliet, supporten. Ingen utanför registret."),
        kept=(
            RetentionPeriod(
                words=_("Ett konto som varken har behörighet eller ansökan avslutas efter %(length)s."),
                limit=TimeLimit.KEEP_LAPSED,
            ),
            _ENDED,
            _HSA_ID,
        ),
        security=_BEHIND_THE_CARD,
    ),
    Processing(
        code="rights",
        name=_("Ansökningar och behörigheter"),
        purpose=_("Ge rätt person rätt behörighet, för en bestämd tid och av en namngiven beslutsfattare."),
        ground=_OBLIGATION,
        persons=_STAFF,
        data=_(
            "Klinik, roll, delregister, meddelande, frågor, svar och anteckningar, beslut med skäl, vem som har "
            "beslutat, från när och till när."
        ),
        recipients=_("Lokala administratörer på kliniken, registerkansliet. Ingen utanför registret."),
        kept=(
            RetentionPeriod(
                words=_("Avslagna och återtagna ansökningar: %(length)s efter beslutet."), limit=TimeLimit.KEEP_DECLINED
            ),
            RetentionPeriod(words=_("Förfallna ansökningar: %(length)s."), limit=TimeLimit.KEEP_LAPSED),
            RetentionPeriod(words=_("Förslag till uppdrag: 30 dagar.")),
            _ENDED,
        ),
        security=_BEHIND_THE_CARD,
    ),
    Processing(
        code="recertifications",
        name=_("Genomgångar"),
        purpose=_("Se till att bara den som arbetar kvar på kliniken har behörighet där."),
        ground=_OBLIGATION,
        persons=_STAFF,
        data=_("Vilka behörigheter det frågades om, vem som svarade vad och när, och varför en genomgång begärdes."),
        recipients=_("Lokala administratörer på kliniken, registerkansliet. Ingen utanför registret."),
        kept=(
            RetentionPeriod(
                words=_("Svaren: så länge behörigheten som de gäller. Genomgången i sig tills vidare, utan person.")
            ),
        ),
        security=_("Ingen svarar för sig själv. Ett svar går inte att ändra."),
    ),
    Processing(
        code="logins",
        name=_("Inloggning"),
        purpose=_("Pröva kortet, hålla sessionen och låsa den när kortet tas ut."),
        ground=_OBLIGATION,
        persons=_("Alla som visar ett kort för registret."),
        data=_(
            "Det som stod på kortet, certifikatets nummer, datorns nätverksadress, tider, svar om spärr, och vilken "
            "sida som skulle öppnas."
        ),
        recipients=_("Ingen. Svar om spärr hämtas från den som har utfärdat kortet."),
        kept=(RetentionPeriod(words=_("Högst ett par dagar. Det som behöver sparas längre står i loggen.")),),
        security=_("Nycklar och engångskoder sparas bara som kontrollsummor."),
    ),
    Processing(
        code="letters",
        name=_("Mejl"),
        purpose=_("Bekräfta adresser, lämna besked och påminna."),
        ground=_PUBLIC_TASK,
        persons=_STAFF,
        data=_("E-postadress, namn och det som brevet säger, om brevet gick fram. Länkar och koder sparas inte."),
        recipients=_("Registrets mejlserver och mottagarens."),
        kept=(RetentionPeriod(words=_("%(length)s efter att mejlet skrevs."), limit=TimeLimit.KEEP_LETTERS),),
        security=_("Mejl innehåller inga uppgifter om patienter. En länk i ett mejl räcker inte: kortet behövs också."),
    ),
    Processing(
        code="log",
        name=_("Loggen"),
        purpose=_("Kunna kontrollera att ingen läser eller ändrar utan skäl, och svara patienter om åtkomst."),
        ground=_OBLIGATION,
        persons=_("De som arbetar i registret eller försöker logga in."),
        data=_("HSA-id, namn, roll, klinik, vad som gjordes, när och från vilken nätverksadress, och utfallet."),
        recipients=_("Loggranskare. Var och en ser sin egen logg. Vårdgivaren vid misstanke om otillåten åtkomst."),
        kept=(RetentionPeriod(words=_("%(length)s. Lagen kräver minst fem år."), limit=TimeLimit.KEEP_LOG),),
        security=_("Går inte att ändra eller ta bort i förtid, och är förseglad så att ändringar upptäcks."),
    ),
    Processing(
        code="reviews",
        name=_("Granskning av loggen"),
        purpose=_("Bedöma stickprov och misstankar, med dokumenterat utfall."),
        ground=_OBLIGATION,
        persons=_("De som har arbetat i registret, och de som granskar."),
        data=_("Vilka loggposter som har granskats, bedömningar, skäl och slutsats."),
        recipients=_("Loggranskare. Vårdgivaren vid anmärkning."),
        kept=(RetentionPeriod(words=_("Tills vidare: granskningen är beviset på att loggen har kontrollerats.")),),
        security=_("Ingen granskar sig själv. En avslutad granskning går inte att ändra."),
    ),
    Processing(
        code="contacts",
        name=_("Klinikernas kontakter"),
        purpose=_("Visa den som ansöker vem på kliniken hen kan kontakta."),
        ground=_PUBLIC_TASK,
        persons=_("Klinikernas kontaktpersoner."),
        data=_("Namn, e-post och telefon i tjänsten."),
        recipients=_("Den som har visat ett kort."),
        kept=(RetentionPeriod(words=_("Tills kliniken uppger en annan kontakt.")),),
        security=_BEHIND_THE_CARD,
    ),
    Processing(
        code="decisions",
        name=_("Beslut om tidsgränser, gallring och öppen statistik"),
        purpose=_("Visa vem som har bestämt hur länge något gäller eller sparas, och vad alla får se, och varför."),
        ground=_PUBLIC_TASK,
        persons=_("De som arbetar på registerkansliet, och de som handlägger patientärenden."),
        data=_("Namn, beslut, skäl och tidpunkt."),
        recipients=_("Registerkansliet, och de som handlägger patientärenden."),
        kept=(RetentionPeriod(words=_("Tills vidare: beslutet är grunden för det som gallras eller visas för alla.")),),
        security=_("Ett beslut går inte att ändra, bara att följas av ett nytt."),
    ),
    Processing(
        code="incidents",
        name=_("Personuppgiftsincidenter"),
        purpose=_("Dokumentera varje incident, så att tillsynsmyndigheten kan kontrollera hur den har hanterats."),
        ground=_("Rättslig förpliktelse (artikel 6.1 c GDPR): artikel 33.5 i dataskyddsförordningen."),
        persons=_("De som arbetar på registerkansliet. Den som har berörts av en incident nämns inte."),
        data=_(
            "Vem på kansliet som har skrivit vad och när: vad som har hänt, konsekvenser, åtgärder, anmälan till IMY "
            "och om de berörda har informerats. Inga patienter."
        ),
        recipients=_("Registerkansliet. Integritetsskyddsmyndigheten (IMY). Vårdgivaren, om incidenten gäller den."),
        kept=(RetentionPeriod(words=_("Tills vidare: det är beviset på hur incidenten har hanterats.")),),
        security=_("En version går inte att ändra eller ta bort. Text med personnummer sparas inte."),
    ),
    Processing(
        code="outliers",
        name=_("Avvikelser"),
        purpose=_("Följa upp siffror som skiljer sig från riket mer än slumpen gör, och visa vad som kom fram."),
        ground=_PUBLIC_TASK,
        persons=_("De som arbetar på registerkansliet, och lokala administratörer som svarar för sin klinik."),
        data=_("Namn, tidpunkt och vad den personen har skrivit om en kliniks siffra. Inga patienter."),
        recipients=_("Registerkansliet, och de på kliniken som läser rapporter för delregistret."),
        kept=(RetentionPeriod(words=_("Tills vidare: svaret hör till siffran, som inte heller ändras.")),),
        security=_("Det som är skrivet går inte att ändra eller ta bort. Text med personnummer sparas inte."),
    ),
    Processing(
        code="disclosures",
        name=_("Utlämnanden för forskning"),
        purpose=_("Visa vilka uppgifter som har lämnats ut, till vem, med vilket godkännande och av vem."),
        ground=_PUBLIC_TASK,
        persons=_("Forskare som tar emot uppgifter, och de som handlägger patientärenden."),
        data=_(
            "Mottagarens namn och organisation, projekt, etikgodkännandets nummer, skäl, vem som har förberett, "
            "beslutat, avslutat och hämtat, och när. Inga patienter."
        ),
        recipients=_("De som handlägger patientärenden. Forskaren själv, i filens följeblad."),
        kept=(RetentionPeriod(words=_("Tills vidare: det är beviset på vad som har lämnats ut.")),),
        security=_("Två beslutar. Det som är skrivet går inte att ändra eller ta bort."),
    ),
    Processing(
        code="records",
        name=_("Patienter och vårdepisoder"),
        purpose=_(
            "Utveckla och säkra vårdens kvalitet vid infektionssjukdomar: statistik för den egna kliniken, regionen "
            "och landet, och forskning efter särskilt beslut."
        ),
        ground=_PUBLIC_TASK,
        persons=_("Patienter med en vårdepisod i registret, och de som registrerar dem."),
        data=_(
            "Nummer, namn, födelsedatum, kön, skyddad identitet och dödsdag, svaren på formulärens frågor, och vem som "
            "har skrivit, ändrat och signerat dem. Om den som har avböjt: ett ärendenummer och ett värde som inte går "
            "att räkna tillbaka till numret utan nyckel."
        ),
        recipients=_(
            "De som registrerar eller läser hos den vårdgivare som har registrerat patienten. De som handlägger "
            "patientärenden, om patienten har ett ärende. Registerkansliet, bara det som en klinik svarar på dess "
            "fråga om en uppgift. Patienten själv, på begäran. Forskare med etikgodkännande, efter beslut, utan namn "
            "och nummer."
        ),
        kept=(
            RetentionPeriod(
                words=_("Så länge som delregistret har bestämt. Sedan fattas beslut om att uppgifterna raderas.")
            ),
            RetentionPeriod(words=_("Tills patienten avböjer. Då raderas allt.")),
        ),
        security=_BEHIND_THE_CARD,
    ),
)
