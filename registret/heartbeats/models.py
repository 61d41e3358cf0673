from django.db import models

from registret.database.columns import PLAIN
from registret.database.constraints import unique


class Heartbeat(models.Model):
    """How the work of one name goes, whichever process does it. `every`: seconds between two rounds."""

    worker = models.CharField(max_length=30, db_comment=PLAIN)
    every = models.PositiveIntegerField()
    began_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=60, blank=True, default="", db_comment=PLAIN)
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [unique("one_heartbeat_of_a_worker", "worker")]
