"""Sentences that several refusals end with."""

from __future__ import annotations

from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from registret.words.shapes import Text


def by_host(*, fresh: Text, fixed: Text) -> Text:
    """`fresh` where each login has a card host of its own; `fixed` where all share one, for which browsers remember the
    choice, also the choice of none, until they are closed."""
    chosen: Text = lazy(lambda: str(fixed if settings.CARD_HOST_FIXED else fresh), str)()
    return chosen


AGAIN = by_host(
    fresh=_("Tryck på knappen. Du får välja certifikat på nytt. Du behöver inte stänga webbläsaren."),
    fixed=_(
        "Stäng webbläsaren helt, alla fönster, och öppna den igen. När du loggar in får du välja certifikat på nytt."
    ),
)
ANOTHER = by_host(
    fresh=_("Tryck på knappen och välj ett annat certifikat om du har flera."),
    fixed=_("Har du flera certifikat? Stäng webbläsaren helt, öppna den igen, logga in och välj ett annat."),
)
SUPPORT = _("Hjälper inte det? Kontakta supporten och läs upp referensen.")
CARD_OFFICE = _("Kontakta den som ger ut kort hos din arbetsgivare.")
