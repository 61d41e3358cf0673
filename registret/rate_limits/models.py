from django.db import models

from registret.database.columns import DIGEST
from registret.database.constraints import index, unique


class Count(models.Model):
    """How often something was done within one window of time. Keys are digests: no personal data."""

    key = models.BinaryField(max_length=32, db_comment=DIGEST)
    window_start = models.DateTimeField()
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [unique("count_once_per_window", "key", "window_start")]
        indexes = [index("count_window", "window_start")]
