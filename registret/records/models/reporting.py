"""Care episodes, their steps with the answers, and every change of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from registret.database.columns import PERSONAL, PLAIN
from registret.database.constraints import check, choices, index, known, unique
from registret.records.lifecycle import UNFINISHED, ClosedWhy, StepState
from registret.records.models.history import HistoryImport
from registret.records.models.identity import Patient


class FormVersion(models.Model):
    """A version of a form that episodes were begun with. Its files must not change afterwards; `digest` checks it."""

    id = models.BigAutoField(primary_key=True)
    sub_registry = models.CharField(max_length=40, db_comment=PLAIN)
    version = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64, db_comment=PLAIN)
    used_at = models.DateTimeField()

    class Meta:
        constraints = [unique("form_version_once", "sub_registry", "version")]


class Episode(models.Model):
    """Vårdepisod: the unit of registration. `began_at`: the answer to the anchor of its form.

    `history`: by which it was brought in from an earlier platform; `source`: that platform, and `source_id`: its id
    there. Of such an episode `created_by_id`, and those who saved or signed its steps, are 0,
    which is nobody's account.
    """

    id = models.BigAutoField(primary_key=True)
    system_id = models.CharField(max_length=10, unique=True, db_comment=PLAIN)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="episodes")
    sub_registry = models.CharField(max_length=40, db_comment=PLAIN)
    version = models.PositiveSmallIntegerField()
    care_provider = models.ForeignKey("places.CareProvider", on_delete=models.PROTECT, related_name="+")
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField(db_comment=PERSONAL)
    created_at = models.DateTimeField()
    created_by_id = models.BigIntegerField()
    created_by_name = models.CharField(max_length=520, db_comment=PERSONAL)
    history = models.ForeignKey(HistoryImport, on_delete=models.PROTECT, related_name="+", null=True)
    source = models.CharField(max_length=60, blank=True, default="", db_comment=PLAIN)
    source_id = models.CharField(max_length=60, blank=True, default="", db_comment=PERSONAL)

    class Meta:
        db_table_comment = "records"
        constraints = [
            # The target of a step's composite foreign key: a step cannot belong to another provider than its episode.
            unique("episode_with_its_provider", "id", "care_provider"),
            unique("episode_of_history_once", "source", "source_id", where=~Q(source_id="")),
        ]
        indexes = [
            index("episode_doubles", "patient", "sub_registry", "began_at"),
            index("episode_patients", "care_provider", "patient"),
            index("episode_clinic", "clinic", "-id"),
            index("episode_by_arrival", "clinic", "-began_at", "-id"),
            index("episode_by_age", "sub_registry", "began_at"),
        ]


class Step(models.Model):
    """One form of an episode, saved and signed on its own. `answers`: by code of the variable, as `answers.Stored`.

    `version` counts revisions. `flags` and `lacking`: how many rules are broken and questions unanswered, for lists.
    `next_since`: since when it is the step to go on with, that is, those before it are signed and it is not begun.
    `research_gone_at`: when the answers to its research questions were destroyed, also those that its revisions had;
    since then they are not asked. `says_dead`: its answers say that the patient has died, and `died_on` when.
    `letter_at`, `reminded_at`, `replied_at`: when the patient was written to about a follow-up, and when a reply came.
    """

    id = models.BigAutoField(primary_key=True)
    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="steps")
    care_provider = models.ForeignKey("places.CareProvider", on_delete=models.PROTECT, related_name="+")
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    # Whether it was moved to another clinic than the one where the episode began.
    is_moved = models.BooleanField(default=False)
    code = models.CharField(max_length=40, db_comment=PLAIN)
    state = models.CharField(max_length=12, choices=choices(StepState), default=StepState.PLANNED)
    answers = models.JSONField(default=dict, db_comment=PERSONAL)
    version = models.PositiveIntegerField(default=0)
    flags = models.PositiveSmallIntegerField(default=0)
    lacking = models.PositiveSmallIntegerField(default=0)
    due_from = models.DateField(null=True)
    due_to = models.DateField(null=True)
    next_since = models.DateTimeField(null=True)
    letter_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField(null=True)
    saved_by_id = models.BigIntegerField(null=True)
    saved_by_name = models.CharField(max_length=520, blank=True, default="", db_comment=PERSONAL)
    signed_at = models.DateTimeField(null=True)
    signed_by_id = models.BigIntegerField(null=True)
    signed_by_name = models.CharField(max_length=520, blank=True, default="", db_comment=PERSONAL)
    research_gone_at = models.DateTimeField(null=True)
    says_dead = models.BooleanField(default=False, db_comment=PERSONAL)
    died_on = models.DateField(null=True, db_comment=PERSONAL)
    closed_at = models.DateTimeField(null=True)
    closed_why = models.CharField(max_length=10, choices=choices(ClosedWhy), blank=True, default="")

    class Meta:
        db_table_comment = "records"
        constraints = [
            unique("step_once", "episode", "code"),
            known("step_state_known", state=StepState),
            check("step_planned_is_empty", ~Q(state=StepState.PLANNED) | Q(answers={}, saved_at=None)),
            check(
                "step_signed_by_somebody",
                ~Q(state=StepState.SIGNED)
                | (Q(signed_at__isnull=False, signed_by_id__isnull=False, flags=0, lacking=0) & ~Q(signed_by_name="")),
            ),
            check(
                "step_due_is_a_time",
                Q(due_from=None, due_to=None) | Q(due_from__isnull=False, due_to__gte=F("due_from")),
            ),
            check(
                "step_letter_before_reply",
                Q(letter_at__isnull=False) | Q(reminded_at=None, replied_at=None),
            ),
            check("step_next_is_planned", Q(next_since=None) | Q(state=StepState.PLANNED)),
            check(
                "step_closed_for_a_reason",
                Q(
                    state=StepState.CLOSED,
                    closed_at__isnull=False,
                    closed_why__in=[why.value for why in ClosedWhy],
                    flags=0,
                    lacking=0,
                )
                | (~Q(state=StepState.CLOSED) & Q(closed_at=None, closed_why="")),
            ),
            check("step_died_if_dead", Q(died_on=None) | Q(says_dead=True)),
        ]
        indexes = [
            index(
                "step_unfinished",
                "clinic",
                "-saved_at",
                "-id",
                where=Q(state__in=[StepState.DRAFT, StepState.REOPENED]),
            ),
            index("step_laid_aside", "clinic", "-saved_at", "-id", where=Q(state=StepState.INCOMPLETE)),
            index("step_due", "clinic", "due_from", "id", where=Q(state=StepState.PLANNED, due_from__isnull=False)),
            index(
                "step_awaiting",
                *("clinic", "due_from", "id"),
                where=Q(state=StepState.PLANNED, next_since__isnull=False, due_from__isnull=False),
            ),
            index(
                "step_next",
                "clinic",
                "next_since",
                "id",
                where=Q(state=StepState.PLANNED, next_since__isnull=False, due_from=None),
            ),
            index("step_flagged", "clinic", "-saved_at", "-id", where=Q(flags__gt=0)),
            models.Index(
                fields=["episode"],
                include=["state", "flags", "next_since", "due_from", "due_to"],
                name="step_left",
                condition=Q(state__in=UNFINISHED),
            ),
            index("step_moved", "clinic", "episode", where=Q(is_moved=True)),
        ]


class Revision(models.Model):
    """What one act changed: `changes[code]` is (old, new), each as `answers.Stored` or null. Append-only.

    `number` is the `version` that the step got by it. `by_account_id` is null where the population register said what
    led to it, or where a person of an earlier platform did it (HISTORY: all answers as they were brought in).
    """

    class Kind(models.TextChoices):
        WRITE = "write"
        LAY_ASIDE = "lay_aside"
        TAKE_UP = "take_up"
        SIGN = "sign"
        REOPEN = "reopen"
        MOVE = "move"
        VERSION = "version"
        CLOSE = "close"
        PLAN = "plan"
        HISTORY = "history"

    id = models.BigAutoField(primary_key=True)
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="revisions")
    care_provider = models.ForeignKey("places.CareProvider", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    changes = models.JSONField(default=dict, db_comment=PERSONAL)
    reason = models.CharField(max_length=500, blank=True, default="", db_comment=PERSONAL)
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField(null=True)
    by_hsa_id = models.CharField(max_length=31, blank=True, default="", db_comment=PERSONAL)
    by_name = models.CharField(max_length=520, db_comment=PERSONAL)
    by_role = models.CharField(max_length=100, blank=True, default="", db_comment=PLAIN)
    by_clinic_id = models.BigIntegerField(null=True)

    class Meta:
        db_table_comment = "records"
        constraints = [
            unique("revision_once", "step", "number"),
            check(
                "revision_kind_known",
                Q(
                    kind__in=[
                        *("write", "lay_aside", "take_up", "sign", "reopen", "move", "version", "close", "plan"),
                        "history",
                    ]
                ),
            ),
            # What people do to answers has an author; what the register says is followed by closing and opening.
            check(
                "revision_by_somebody",
                Q(by_account_id__isnull=False, by_clinic_id__isnull=False) & ~Q(by_hsa_id="")
                | Q(kind__in=["close", "plan", "take_up", "history"]),
            ),
            check("revision_reopened_has_reason", ~Q(kind="reopen") | ~Q(reason="")),
        ]
