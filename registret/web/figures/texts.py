"""What an indicator measures, who is counted, and how it is read, in words made from its definition."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.registries.indicators import Better
from registret.registries.measuring import Indicator
from registret.registries.queries import edition_rules
from registret.registries.saying import listed
from registret.web.pieces import Note


def sentence_of(indicator: Indicator, *, strata: int | None = None) -> str:
    """What is measured, made from the definition: `Bland patienter med …: andelen som fick …`. `strata`: by how many
    of those of a ratio an edition expects (`OneIndicator.expected_strata`)."""
    told: dict[str, object] = {"among": indicator.definition.among, "measures": indicator.definition.measures}
    if indicator.is_ratio and strata == 0:
        return _("Bland %(among)s: hur många som %(measures)s, mot det antal som väntas efter rikets andel.") % told
    if indicator.is_ratio:
        told["groups"] = groups_text(indicator, strata)
        return _("Bland %(among)s: hur många som %(measures)s, mot det antal som väntas efter %(groups)s.") % told
    if indicator.is_share:
        return _("Bland %(among)s: andelen som %(measures)s.") % told
    return _("Bland %(among)s: medianen av %(measures)s.") % told


def groups_text(indicator: Indicator, strata: int | None = None) -> str:
    """What a ratio is expected by, or by so many of the strata: `CRB-65 vid ankomsten, ålder och kön`."""
    return listed([str(one.name) for one in indicator.expected_by[:strata]], _("och"))


def proposed(indicator: Indicator) -> Note | None:
    if not indicator.definition.is_proposed:
        return None
    return Note("info", _("Indikatorn är ett förslag. Registrets styrgrupp har inte beslutat om den."))


def texts_of(indicator: Indicator, *, is_public: bool = False, strata: int | None = None) -> list[tuple[str, str]]:
    """Each with its heading. `is_public`: what is told is told to all. `strata`: as in `sentence_of`."""
    definition = indicator.definition
    better = {
        Better.MORE: _("Högre är bättre."),
        Better.LESS: _("Lägre är bättre."),
        Better.NEITHER: _("Siffran säger inte i sig om vården är bra eller dålig."),
    }[definition.better]
    interval = _("Intervallet är 95 %: så mycket kan slumpen göra. Den vars utfall inte är känt räknas inte med.")
    if indicator.is_ratio:
        interval = ratio_reading()
    return [
        (_("Varför"), str(definition.about)),
        (_("Hur du läser"), f"{better} {definition.reading} {interval}"),
        (_("Vad som räknas"), _counting(indicator, is_public=is_public)),
        *([(_("Hur det väntade räknas"), _expecting(indicator, strata))] if indicator.is_ratio else []),
        (_("Källa"), f"{definition.source} ({indicator.code}, {_('version')} {definition.version})"),
    ]


def _counting(indicator: Indicator, *, is_public: bool) -> str:
    """Who is counted, and what is told of others."""
    definition, rules = indicator.definition, edition_rules()
    fewest = max(definition.fewest.others, rules.smallest.number)
    if is_public:
        fewest = max(definition.fewest.public, rules.public.number)
    counted = _(
        "Ett vårdtillfälle räknas när de steg som måttet frågar efter är signerade, i den månad då det började."
    )
    lag = ngettext(
        "Regionernas och rikets siffror kommer i utgåvor, %(months)s månader i taget, när de har varit slut i minst "
        "%(n)s månad. De räknas inte om sedan.",
        "Regionernas och rikets siffror kommer i utgåvor, %(months)s månader i taget, när de har varit slut i minst "
        "%(n)s månader. De räknas inte om sedan.",
        definition.lag_months,
    ) % {"months": rules.months_together(is_ratio=indicator.is_ratio), "n": definition.lag_months}
    few = _(
        "De visas bara om de inte säger något om färre än %(n)s patienter, inte heller genom att dra ifrån de egna "
        "eller jämföra utgåvor."
    ) % {"n": fewest}
    median = _(
        "Medianer går inte att lägga ihop, så regionernas och rikets gäller de senaste månaderna som har räknats "
        "tillsammans."
    )
    return " ".join([counted, lag, few] + ([median] if indicator.is_median else []))


def ratio_reading() -> str:
    return _(
        "1 är som väntat, 2 är dubbelt så många, 0,5 hälften. Intervallet är 95 %: så mycket kan slumpen göra. Kvoter "
        "av två kliniker kan inte jämföras med varandra, bara var och en med riket: de har olika patienter."
    )


def _expected_if(groups: str) -> str:
    if not groups:
        return _("Det väntade är hur många som hade fått utfallet, om alla hade haft rikets andel.")
    return _(
        "Det väntade är hur många som hade fått utfallet, om varje grupp av patienter (%(groups)s) hade haft rikets "
        "andel."
    ) % {"groups": groups}


def _expecting(indicator: Indicator, strata: int | None) -> str:
    rules = edition_rules()
    step = max(indicator.definition.fewest.others, rules.smallest.number)
    return " ".join(
        [
            _expected_if(groups_text(indicator, strata)),
            _(
                "Rikets andelar är utgåvans, för de månader som den har räknat; egna månader som ingen utgåva har "
                "räknat bedöms efter den nyaste."
            ),
            _("En grupp som har för få patienter i riket för att få en egen andel räknas ihop med andra."),
            _(
                "Den vars grupp inte är känd räknas inte, varken bland dem som fick utfallet eller i det väntade, men "
                "antalet på din klinik står bredvid."
            ),
            _(
                "För andra räknas det väntade av gruppernas storlek avrundad till närmaste %(step)s patienter på varje "
                "klinik, så att ingen kan räkna ut hur många de är i en liten grupp. Därför står det omkring."
            )
            % {"step": step},
        ]
    )
