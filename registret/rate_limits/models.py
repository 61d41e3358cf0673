from django.db import models

from registret.database.columns import DIGEST


class Count(models.Model):
    """How often something was done within one window of time. Keys are digests: no personal data."""

    key = models.BinaryField(max_length=32, db_comment=DIGEST)
    window_start = models.DateTimeField()
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window_start"], name="count_once_per_window")]
        indexes = [models.Index(fields=["window_start"], name="count_window")]
