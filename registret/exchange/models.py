"""How a clinic's files are read (`MappingVersion`), what was brought in (`ImportRun`), and from where each episode came
(`Origin`). No answer of a patient is in these tables, and no file."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from registret.database.columns import DIGEST, PLAIN
from registret.database.constraints import check, given, unique


class MappingVersion(models.Model):
    """A mapping as a clinic once saved it. Never changed: the version with the highest number is in force.

    `source_system` and `sub_registry` are as the text says them.
    """

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    source_system = models.CharField(max_length=60, db_comment=PLAIN)
    sub_registry = models.CharField(max_length=40, db_comment=PLAIN)
    number = models.PositiveIntegerField()
    text = models.TextField(db_comment=PLAIN)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            unique("mapping_version_once", "clinic", "source_system", "sub_registry", "number"),
            given("mapping_has_source_system", "source_system"),
        ]


class ImportRun(models.Model):
    """A file that was brought in: by whom, how, and what its rows came to. `as_a_whole`: all rows, or none of them."""

    id = models.BigAutoField(primary_key=True)
    mapping = models.ForeignKey(MappingVersion, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    as_a_whole = models.BooleanField()
    rows = models.PositiveIntegerField()
    new = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()

    class Meta:
        constraints = [
            check("import_run_adds_up", Q(rows=F("new") + F("changed") + F("unchanged") + F("refused"))),
        ]


class Origin(models.Model):
    """Where an episode was brought in from, so that the same row again changes nothing. It is the patient's: row-level
    security shows it as it shows the episode, and it is destroyed with it.

    `key`: clinic, source system and the id that the episode has there. `said`: all that the row said. `versions`: by
    variable, the version of its step when it was last brought in, by which later changes of people are known.
    """

    id = models.BigAutoField(primary_key=True)
    episode = models.ForeignKey("records.Episode", on_delete=models.CASCADE, related_name="+")
    care_provider = models.ForeignKey("places.CareProvider", on_delete=models.PROTECT, related_name="+")
    key = models.BinaryField(max_length=32, db_comment=DIGEST)
    said = models.BinaryField(max_length=32, db_comment=DIGEST)
    versions = models.JSONField(db_comment=PLAIN)
    exported_at = models.DateTimeField(null=True)
    brought_in_at = models.DateTimeField()

    class Meta:
        constraints = [unique("origin_key_once", "key")]
