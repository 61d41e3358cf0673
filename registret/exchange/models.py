"""How a clinic's files are read (`MappingVersion`), what was brought in (`ImportRun`), from where each episode came
(`Origin`), and files that are kept for a time (`KeptFile`, `KeptPart`): encrypted, so no answer of a patient can be
read in these tables."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from registret.database.columns import DIGEST, PERSONAL, PLAIN
from registret.database.constraints import check, choices, given, index, known, unique
from registret.exchange.lifecycle import ExportEnd, ExportState


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


class KeptFile(models.Model):
    """A file that is kept until `ends_at`, or until `gone_at`. The row stays; its parts are deleted.

    `marks_key`: the name of the key of its parts' marks.
    """

    class Purpose(models.TextChoices):
        IMPORT = "import"
        EXPORT = "export"

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=6, choices=Purpose)
    marks_key = models.CharField(max_length=16, db_comment=PLAIN)
    at = models.DateTimeField()
    ends_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [check("kept_file_ends_later", Q(ends_at__gt=F("at")))]
        indexes = [index("kept_file_there", "ends_at", where=Q(gone_at=None))]


class KeptPart(models.Model):
    """A piece of a kept file, encrypted. `marks`: of the numbers of the patients in it (`records.opt_out_marks`), by
    which a trigger finds it when one of them opts out. Empty `content`: its patient has opted out. `note`: a word by
    which some parts are found."""

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(KeptFile, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    content = models.BinaryField(db_comment=PERSONAL)
    marks = ArrayField(models.CharField(max_length=64), db_comment=PERSONAL)
    note = models.CharField(max_length=10, db_comment=PLAIN)

    class Meta:
        db_table_comment = "records"
        constraints = [unique("kept_part_once", "file", "number")]


class ImportJob(models.Model):
    """A large file that is tried, or brought in, while nobody waits: as `by` would, who was at work in the session
    `session_id`. `parts`: how many patients are in it, of whom `done` are dealt with.

    It goes on unless it is stopped or has ended. `why`: the code of the refusal that ended or stopped it, empty if none
    did.
    """

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(KeptFile, on_delete=models.PROTECT, related_name="+")
    mapping = models.ForeignKey(MappingVersion, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    session_id = models.BigIntegerField()
    only_tried = models.BooleanField()
    asked_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=60, db_comment=PLAIN)
    parts = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField()
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    opted_out = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            check("import_job_done_at_most_all", Q(done__lte=F("parts"))),
            unique("import_job_one_at_a_time", "file", where=Q(ended_at=None)),
        ]


class Delivery(models.Model):
    """A file that a system has sent, under a key of its own choice: the same once more is the same file. `said`: what
    was to be done, and the content."""

    id = models.BigAutoField(primary_key=True)
    by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    key = models.BinaryField(max_length=32, db_comment=DIGEST)
    said = models.BinaryField(max_length=32, db_comment=DIGEST)
    file = models.ForeignKey(KeptFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [unique("delivery_key_once", "by", "key")]


class ImportBatch(models.Model):
    """What a worker does at once of a job: the patients whose parts are numbered `first` to `last`. It locks the row
    meanwhile, and deletes it when they are dealt with."""

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(ImportJob, on_delete=models.PROTECT, related_name="batches")
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [
            unique("import_batch_once", "job", "first"),
            check("import_batch_has_patients", Q(last__gte=F("first"))),
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


class Export(models.Model):
    """Episodes of a clinic that a person or a system takes out. The row stays, the file (`file`) is fetched once or
    deleted. `key`: under which a system has ordered it, so that the same order again is the same file.

    `total`, `done`: episodes. `beat_at`: when a worker last told how far it was; `attempts`: how often one has begun.
    `who`: the patients in the file, as long as it is there.
    """

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    card_read_at = models.DateTimeField()
    at = models.DateTimeField()
    sub_registry = models.CharField(max_length=40, db_comment=PLAIN)
    first_day = models.DateField()
    last_day = models.DateField()
    format = models.CharField(max_length=4, db_comment=PLAIN)
    shown_as = models.CharField(max_length=6, db_comment=PLAIN)
    row_for = models.CharField(max_length=7, db_comment=PLAIN)
    reason = models.CharField(max_length=500, db_comment=PERSONAL)
    state = models.CharField(max_length=8, choices=choices(ExportState), default=ExportState.ORDERED)
    end = models.CharField(max_length=12, choices=choices(ExportEnd), blank=True, default="")
    total = models.PositiveIntegerField(null=True)
    done = models.PositiveIntegerField(default=0)
    patients = models.PositiveIntegerField(null=True)
    beat_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    file = models.ForeignKey(KeptFile, on_delete=models.PROTECT, related_name="+", null=True)
    who = ArrayField(models.BigIntegerField(), null=True, db_comment=PLAIN)
    ended_at = models.DateTimeField(null=True)
    key = models.BinaryField(max_length=32, null=True, db_comment=DIGEST)

    class Meta:
        db_table_comment = "records"
        constraints = [
            unique("export_key_once", "by", "key"),
            known("export_state_known", state=ExportState),
            given("export_has_reason", "reason"),
            check("export_period", Q(last_day__gte=F("first_day"))),
            check(
                "export_ends_for_a_reason",
                Q(state=ExportState.ENDED, end__in=[one.value for one in ExportEnd]) | ~Q(state="ended") & Q(end=""),
            ),
            check("export_ready_has_file", ~Q(state=ExportState.READY) | Q(file__isnull=False, who__isnull=False)),
            check("export_over_forgets_whom", ~Q(state__in=["fetched", "ended"]) | Q(who=None, ended_at__isnull=False)),
        ]
        indexes = [
            index("export_clinic", "clinic", "-id"),
            index("export_to_make", "id", where=Q(state__in=["ordered", "making"])),
        ]
