"""How long the card that was read still allows attesting, and what that is called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.actor import Actor

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTime:
    """Whole minutes since the card was read, and minutes left (0: it must be shown again)."""

    ago: int
    left: int

    @classmethod
    def of(cls, actor: Actor, *, at: datetime) -> CardTime:
        return cls.since(actor.card_read_at, at=at)

    @classmethod
    def since(cls, card_read_at: datetime, *, at: datetime) -> CardTime:
        since = at - card_read_at
        left = settings.ATTESTING_NEEDS_CARD_WITHIN - since
        # A minute that has begun counts as left: nobody is turned away by a rounding.
        return cls(ago=since // _MINUTE, left=max(0, -(-left // _MINUTE)))

    def told(self, *, appoints: bool, handles: bool) -> str:
        """For how long one may go on attesting; `appoints`: changing rights; `handles`: deciding about patients."""
        if not self.left:
            return self._over(handles=handles)
        if appoints:
            left = ngettext(
                "Du kan ändra behörigheter i %(n)s minut till.",
                "Du kan ändra behörigheter i %(n)s minuter till.",
                self.left,
            )
        elif handles:
            left = ngettext("Du kan besluta i %(n)s minut till.", "Du kan besluta i %(n)s minuter till.", self.left)
        else:
            left = ngettext("Du kan attestera i %(n)s minut till.", "Du kan attestera i %(n)s minuter till.", self.left)
        return f"{self._read()} {left % {'n': self.left}}"

    def _read(self) -> str:
        if not self.ago:
            return _("Ditt kort lästes nyss.")
        read = ngettext(
            "Ditt kort lästes för %(n)s minut sedan.", "Ditt kort lästes för %(n)s minuter sedan.", self.ago
        )
        return read % {"n": self.ago}

    def _over(self, *, handles: bool) -> str:
        patients = _(
            "Ditt kort lästes för %(n)s minuter sedan. Den som beslutar om patienters uppgifter måste visa det igen."
        )
        rights = _(
            "Ditt kort lästes för %(n)s minuter sedan. Den som bestämmer om andras behörighet måste visa det igen."
        )
        return (patients if handles else rights) % {"n": self.ago}
