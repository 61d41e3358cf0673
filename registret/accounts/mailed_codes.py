"""A code that a letter carries, to be typed by the person: it counts for a time, and for a few guesses."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F

from registret.accounts.refusals import CodeBurnt, CodeWrong, ConfirmationExpired

WRONG_CODES_ALLOWED: Final = 5


class MailedCode(models.Model):
    """What the code of a letter proves. Each letter sent is a new `version`: only the newest counts. The code is
    derived from (id, version), see `registret.mail.links`."""

    version = models.PositiveIntegerField(default=1)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_codes = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def is_burnt(self) -> bool:
        """Not even the right code counts any more."""
        return self.wrong_codes >= WRONG_CODES_ALLOWED

    @property
    def guesses_left(self) -> int:
        return max(WRONG_CODES_ALLOWED - self.wrong_codes, 0)

    def renew(self, *, at: datetime) -> None:
        """For another letter; not saved."""
        self.version, self.wrong_codes = self.version + 1, 0
        self.sent_at, self.expires_at = at, at + settings.CONFIRMATION_LIFETIME

    def guess(self, *, is_right: bool, at: datetime) -> CodeWrong | CodeBurnt | None:
        """Return why the guess is refused, or None. A wrong one is counted; commit that before raising the refusal, so
        that guessing is never free.

        Raises: ConfirmationExpired.
        """
        if at >= self.expires_at:
            raise ConfirmationExpired(expired_at=self.expires_at)
        if not self.is_burnt:
            if is_right:
                return None
            type(self)._default_manager.filter(pk=self.pk).update(wrong_codes=F("wrong_codes") + 1)
            self.wrong_codes += 1
        return CodeBurnt() if self.is_burnt else CodeWrong(left=self.guesses_left)
