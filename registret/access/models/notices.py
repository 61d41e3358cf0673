"""Letters that were sent because something was due, so that none is sent twice."""

from __future__ import annotations

from django.db import models

from registret.database.columns import PLAIN
from registret.database.constraints import index, unique


class Notice(models.Model):
    """That a letter of the clock has been written: each once, also by two machines at the same moment.

    `subject` is the id of what it is about, `occasion` tells several about one subject apart.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=40, db_comment=PLAIN)
    subject = models.BigIntegerField()
    occasion = models.CharField(max_length=40, blank=True, default="", db_comment=PLAIN)
    at = models.DateTimeField()

    class Meta:
        constraints = [unique("notice_once", "kind", "subject", "occasion")]
        indexes = [index("notice_at", "at")]
