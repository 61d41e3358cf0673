"""Patients, their care episodes, and what was answered. What nobody may see, the database does not show.

Row-level security (`migrations/0001_initial.sql`) shows a row only to a transaction that says for which care provider
it reads. It is the second fence: the first is that `queries` asks for an `Actor`.
"""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from registret.accounts.name_keys import name_key
from registret.records.approval import SHAPE
from registret.records.lifecycle import UNFINISHED, ClosedWhy, DisclosureState, StepState
from registret.records.numbers import Sex


class Patient(models.Model):
    """Somebody with care episodes in the registry. `system_id` is what people say instead of the number."""

    id = models.BigAutoField(primary_key=True)
    system_id = models.CharField(max_length=10, unique=True)
    birth_date = models.DateField()
    sex = models.CharField(max_length=10)
    given_name = models.CharField(max_length=100, blank=True, default="")
    surname = models.CharField(max_length=100, blank=True, default="")
    surname_key = name_key("surname", "given_name")
    is_protected = models.BooleanField(default=False)
    # Whether the population register, when it was last asked, protected the number in force: what it has not given it
    # does not take back.
    register_protects = models.BooleanField(default=False)
    died_on = models.DateField(null=True)
    # When the population register was last asked; null: it did not know the number.
    looked_up_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="patient_sex_known", condition=Q(sex__in=[s.value for s in Sex])),
            models.CheckConstraint(
                name="patient_died_after_birth", condition=Q(died_on=None) | Q(died_on__gte=F("birth_date"))
            ),
            models.CheckConstraint(
                name="patient_protected_by_the_register", condition=Q(register_protects=False) | Q(is_protected=True)
            ),
        ]
        indexes = [models.Index(fields=["surname_key", "id"], name="patient_by_name")]


class Number(models.Model):
    """A number of a patient, now or once: `until` says when another took its place. A number is never reused."""

    id = models.BigAutoField(primary_key=True)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="numbers")
    text = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_number_now", fields=["patient"], condition=Q(until=None)),
            models.CheckConstraint(name="number_shape", condition=Q(text__regex=r"^[0-9A-Z]{12}$")),
        ]


class Merge(models.Model):
    """Two patients were one: what stood under `gone` stands under `patient` since then. Append-only.

    `gone_id` is what the log calls the patient that was, so that an extract of the log is whole.
    """

    id = models.BigAutoField(primary_key=True)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    gone = models.CharField(max_length=10, unique=True)
    gone_id = models.BigIntegerField()
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField()
    by_name = models.CharField(max_length=520)
    reason = models.CharField(max_length=500)

    class Meta:
        constraints = [models.CheckConstraint(name="merge_has_reason", condition=~Q(reason=""))]


class FormVersion(models.Model):
    """A version of a form that episodes were begun with, as it was then: from then on its files must not change."""

    id = models.BigAutoField(primary_key=True)
    sub_registry = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="form_version_once", fields=["sub_registry", "version"])]


class Episode(models.Model):
    """Vårdepisod: the unit of registration. `began_at`: the answer to the anchor of its form."""

    id = models.BigAutoField(primary_key=True)
    system_id = models.CharField(max_length=10, unique=True)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="episodes")
    sub_registry = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    care_provider = models.ForeignKey("places.CareProvider", on_delete=models.PROTECT, related_name="+")
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    created_at = models.DateTimeField()
    created_by_id = models.BigIntegerField()
    created_by_name = models.CharField(max_length=520)

    class Meta:
        constraints = [
            # What a step's composite foreign key points at : a step cannot belong to another provider.
            models.UniqueConstraint(name="episode_with_its_provider", fields=["id", "care_provider"]),
        ]
        indexes = [
            models.Index(fields=["patient", "sub_registry", "began_at"], name="episode_doubles"),
            models.Index(fields=["care_provider", "patient"], name="episode_patients"),
            models.Index(fields=["clinic", "-id"], name="episode_clinic"),
            models.Index(fields=["clinic", "-began_at", "-id"], name="episode_by_arrival"),
            models.Index(fields=["sub_registry", "began_at"], name="episode_by_age"),
        ]


class Step(models.Model):
    """One form of an episode, saved and signed on its own. `answers`: by code of the variable, as `answers.Stored`.

    `version` counts revisions. `flags` and `lacking`: how many rules are broken and questions unanswered, for lists.
    `next_since`: since when it is the step to go on with, that is, those before it are signed and it is not begun.
    `research_gone_at`: when the answers to its research questions were destroyed, also those that its revisions had;
    since then they are not asked. `says_dead`: its answers say that the patient has died, and `died_on` when.
    """

    id = models.BigAutoField(primary_key=True)
    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="steps")
    care_provider = models.ForeignKey("places.CareProvider", on_delete=models.PROTECT, related_name="+")
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    # To another clinic than that where the episode began.
    is_moved = models.BooleanField(default=False)
    code = models.CharField(max_length=40)
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in StepState], default=StepState.PLANNED)
    answers = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    flags = models.PositiveSmallIntegerField(default=0)
    lacking = models.PositiveSmallIntegerField(default=0)
    due_from = models.DateField(null=True)
    due_to = models.DateField(null=True)
    next_since = models.DateTimeField(null=True)
    saved_at = models.DateTimeField(null=True)
    saved_by_id = models.BigIntegerField(null=True)
    saved_by_name = models.CharField(max_length=520, blank=True, default="")
    signed_at = models.DateTimeField(null=True)
    signed_by_id = models.BigIntegerField(null=True)
    signed_by_name = models.CharField(max_length=520, blank=True, default="")
    research_gone_at = models.DateTimeField(null=True)
    says_dead = models.BooleanField(default=False)
    died_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_why = models.CharField(
        max_length=10, choices=[(why.value, why.value) for why in ClosedWhy], blank=True, default=""
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="step_once", fields=["episode", "code"]),
            models.CheckConstraint(name="step_state_known", condition=Q(state__in=[s.value for s in StepState])),
            models.CheckConstraint(
                name="step_planned_is_empty",
                condition=~Q(state=StepState.PLANNED) | Q(answers={}, saved_at=None),
            ),
            models.CheckConstraint(
                name="step_signed_by_somebody",
                condition=~Q(state=StepState.SIGNED)
                | (Q(signed_at__isnull=False, signed_by_id__isnull=False, flags=0, lacking=0) & ~Q(signed_by_name="")),
            ),
            models.CheckConstraint(
                name="step_due_is_a_time",
                condition=Q(due_from=None, due_to=None) | Q(due_from__isnull=False, due_to__gte=F("due_from")),
            ),
            models.CheckConstraint(
                name="step_next_is_planned", condition=Q(next_since=None) | Q(state=StepState.PLANNED)
            ),
            models.CheckConstraint(
                name="step_closed_for_a_reason",
                condition=Q(
                    state=StepState.CLOSED,
                    closed_at__isnull=False,
                    closed_why__in=[why.value for why in ClosedWhy],
                    flags=0,
                    lacking=0,
                )
                | (~Q(state=StepState.CLOSED) & Q(closed_at=None, closed_why="")),
            ),
            models.CheckConstraint(name="step_died_if_dead", condition=Q(died_on=None) | Q(says_dead=True)),
        ]
        indexes = [
            models.Index(
                fields=["clinic", "-saved_at", "-id"],
                name="step_unfinished",
                condition=Q(state__in=[StepState.DRAFT, StepState.REOPENED]),
            ),
            models.Index(
                fields=["clinic", "-saved_at", "-id"], name="step_laid_aside", condition=Q(state=StepState.INCOMPLETE)
            ),
            models.Index(
                fields=["clinic", "due_from", "id"],
                name="step_due",
                condition=Q(state=StepState.PLANNED, due_from__isnull=False),
            ),
            models.Index(
                fields=["clinic", "next_since", "id"],
                name="step_next",
                condition=Q(state=StepState.PLANNED, next_since__isnull=False, due_from=None),
            ),
            models.Index(
                fields=["clinic", "-saved_at", "-id"],
                name="step_flagged",
                condition=Q(flags__gt=0),
            ),
            models.Index(
                fields=["episode"],
                include=["state", "flags", "next_since", "due_from", "due_to"],
                name="step_left",
                condition=Q(state__in=UNFINISHED),
            ),
            models.Index(fields=["clinic", "episode"], name="step_moved", condition=Q(is_moved=True)),
        ]


class Revision(models.Model):
    """What one act changed: `changes[code]` is (old, new), each as `answers.Stored` or null. Append-only.

    `number` is the `version` that the step got by it. `by_account_id` is null where the population register said what
    led to it.
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

    id = models.BigAutoField(primary_key=True)
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="revisions")
    care_provider = models.ForeignKey("places.CareProvider", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    changes = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True, default="")
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField(null=True)
    by_hsa_id = models.CharField(max_length=31, blank=True, default="")
    by_name = models.CharField(max_length=520)
    by_role = models.CharField(max_length=100, blank=True, default="")
    by_clinic_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="revision_once", fields=["step", "number"]),
            models.CheckConstraint(
                name="revision_kind_known",
                condition=Q(
                    kind__in=["write", "lay_aside", "take_up", "sign", "reopen", "move", "version", "close", "plan"]
                ),
            ),
            # What people do to answers has an author; what the register says is followed by closing and opening.
            models.CheckConstraint(
                name="revision_by_somebody",
                condition=Q(by_account_id__isnull=False, by_clinic_id__isnull=False) & ~Q(by_hsa_id="")
                | Q(kind__in=["close", "plan", "take_up"]),
            ),
            models.CheckConstraint(name="revision_reopened_has_reason", condition=~Q(kind="reopen") | ~Q(reason="")),
        ]


class OptOut(models.Model):
    """That a patient wants not to be here: what a number would come to, never the number.

    `mark` is the HMAC of a number under the key `key` (`records.blocking`). `case_number` is the registry's own; the
    rest is proof without data.
    """

    id = models.BigAutoField(primary_key=True)
    mark = models.CharField(max_length=64, unique=True)
    key = models.CharField(max_length=16)
    case_number = models.CharField(max_length=40)
    episodes = models.PositiveIntegerField()
    at = models.DateTimeField()
    # Null: replayed by a command after a backup was restored.
    by_account_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=520)

    class Meta:
        constraints = [
            models.CheckConstraint(name="opt_out_mark_shape", condition=Q(mark__regex=r"^[0-9a-f]{64}$")),
            models.CheckConstraint(name="opt_out_has_case", condition=~Q(case_number="")),
        ]
        indexes = [
            models.Index(fields=["case_number"], name="opt_out_by_case"),
            models.Index(fields=["at"], name="opt_out_at"),
        ]


class Leaving(models.Model):
    """A patient who has opted out and is not destroyed yet. Nobody sees the patient from now on (a policy of the
    database), and until `due_at` it can be taken back."""

    id = models.BigAutoField(primary_key=True)
    patient = models.OneToOneField(Patient, on_delete=models.CASCADE, related_name="+")
    case_number = models.CharField(max_length=40)
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    by_account_id = models.BigIntegerField()
    by_name = models.CharField(max_length=520)

    class Meta:
        constraints = [
            models.CheckConstraint(name="leaving_has_case", condition=~Q(case_number="")),
            models.CheckConstraint(name="leaving_due_later", condition=Q(due_at__gt=F("at"))),
        ]
        indexes = [models.Index(fields=["due_at"], name="leaving_due")]


class TakenBack(models.Model):
    """An opt-out that was taken back: its mark is blocked no more, and goes out of the file beside the backups.
    Append-only."""

    id = models.BigAutoField(primary_key=True)
    mark = models.CharField(max_length=64)
    key = models.CharField(max_length=16)
    case_number = models.CharField(max_length=40)
    at = models.DateTimeField()
    # None: it was replayed after a restore.
    by_account_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=520)

    class Meta:
        constraints = [
            models.CheckConstraint(name="taken_back_mark_shape", condition=Q(mark__regex=r"^[0-9a-f]{64}$")),
        ]


class ReasonGiven(models.Model):
    """Somebody said, in this session, why a patient of protected identity is opened. The reason is in the log."""

    id = models.BigAutoField(primary_key=True)
    session_id = models.BigIntegerField()
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["session_id", "patient", "-at"], name="reason_given"),
            models.Index(fields=["at"], name="reason_given_at"),
        ]


class Destruction(models.Model):
    """That episodes of a clinic were destroyed, or (RESEARCH) their answers to research questions: how many, when and
    why, and nothing of what they were. Append-only."""

    class Why(models.TextChoices):
        OPTED_OUT = "opted_out"
        RETENTION = "retention"
        RESEARCH = "research"

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    sub_registry = models.CharField(max_length=40)
    why = models.CharField(max_length=10, choices=Why.choices)
    episodes = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="destruction_why_known", condition=Q(why__in=["opted_out", "retention", "research"])
            ),
            models.CheckConstraint(name="destruction_of_something", condition=Q(episodes__gt=0)),
        ]
        indexes = [models.Index(fields=["clinic", "-at"], name="destruction_clinic")]


class Keeping(models.Model):
    """A decision about episodes of a sub-registry that are older than it keeps them.

    To destroy those that began before `before`, or only their answers to research questions (RESEARCH); `done_at` says
    when the last of them was. Or to keep all until the day `until`, for research or because something is being looked
    into: until then nothing there is destroyed for its age.
    """

    class What(models.TextChoices):
        DESTROY = "destroy"
        RESEARCH = "research"
        KEEP = "keep"

    id = models.BigAutoField(primary_key=True)
    sub_registry = models.CharField(max_length=40)
    what = models.CharField(max_length=10, choices=What.choices)
    before = models.DateTimeField(null=True)
    until = models.DateField(null=True)
    reason = models.CharField(max_length=500)
    # How many they were when it was decided.
    episodes = models.PositiveIntegerField()
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField()
    by_name = models.CharField(max_length=520)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="keeping_says_what",
                condition=Q(what__in=["destroy", "research"], before__isnull=False, until=None)
                | Q(what="keep", before=None, until__isnull=False, done_at=None),
            ),
            models.CheckConstraint(name="keeping_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="keeping_done_after", condition=Q(done_at=None) | Q(done_at__gte=F("at"))),
            models.UniqueConstraint(
                name="one_destruction_at_a_time",
                fields=["sub_registry", "what"],
                condition=Q(what__in=["destroy", "research"], done_at=None),
            ),
        ]
        indexes = [models.Index(fields=["sub_registry", "-id"], name="keeping_newest")]


class Disclosure(models.Model):
    """Utlämnande för forskning: what a project is given, under which approval, and the two who answer for it.

    Of episodes of `sub_registry` that began from `first_day` to `last_day`, the `parts`: `step/section`. Dates are
    times since the episode began, unless `full_dates` says otherwise, with a reason. `patients` and `episodes`: how
    many they were when it was decided. `forms`: the digests of the form's versions that there were then, by number.
    `key` is the name of the key that its pseudonyms are derived from. `ended`: withdrawn, or closed; by nobody if the
    clock did it. What was written stays.
    """

    id = models.BigAutoField(primary_key=True)
    project = models.CharField(max_length=200)
    approval = models.CharField(max_length=16)
    recipient_name = models.CharField(max_length=200)
    recipient_organisation = models.CharField(max_length=200)
    sub_registry = models.CharField(max_length=40)
    first_day = models.DateField()
    last_day = models.DateField()
    parts = ArrayField(models.CharField(max_length=81))
    full_dates = models.BooleanField()
    dates_reason = models.CharField(max_length=500, blank=True, default="")
    clinics = models.BooleanField(default=True)
    reason = models.CharField(max_length=500)
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.value) for s in DisclosureState],
        default=DisclosureState.PREPARED,
    )
    prepared_at = models.DateTimeField()
    prepared_by_id = models.BigIntegerField()
    prepared_by_name = models.CharField(max_length=520)
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=520, blank=True, default="")
    patients = models.PositiveIntegerField(null=True)
    episodes = models.PositiveIntegerField(null=True)
    forms = models.JSONField(null=True)
    key = models.CharField(max_length=16, blank=True, default="")
    fetch_until = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)
    ended_by_name = models.CharField(max_length=520, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="disclosure_says_what",
                condition=~Q(project="") & ~Q(recipient_name="") & ~Q(recipient_organisation="") & ~Q(reason=""),
            ),
            models.CheckConstraint(name="disclosure_approval_shape", condition=Q(approval__regex=SHAPE)),
            models.CheckConstraint(name="disclosure_days_in_order", condition=Q(first_day__lte=F("last_day"))),
            # Times since the beginning of an episode tell the day, if there are few days to choose from.
            models.CheckConstraint(
                name="disclosure_short_with_full_dates",
                condition=Q(full_dates=True) | Q(last_day__gte=F("first_day") + timedelta(days=30)),
            ),
            models.CheckConstraint(name="disclosure_of_something", condition=Q(parts__len__gt=0)),
            models.CheckConstraint(
                name="disclosure_full_dates_have_reason",
                condition=Q(full_dates=False, dates_reason="") | (Q(full_dates=True) & ~Q(dates_reason="")),
            ),
            models.CheckConstraint(
                name="disclosure_decided_by_another",
                condition=Q(decided_by_id=None) | ~Q(decided_by_id=F("prepared_by_id")),
            ),
            # Of a column that is null nothing is false, and a constraint refuses only what is false.
            models.CheckConstraint(
                name="disclosure_decided_whole",
                condition=(
                    Q(
                        state__in=[DisclosureState.DECIDED, DisclosureState.CLOSED],
                        decided_at__isnull=False,
                        decided_at__gte=F("prepared_at"),
                        decided_by_id__isnull=False,
                        patients__isnull=False,
                        patients__gt=0,
                        episodes__isnull=False,
                        episodes__gt=0,
                        forms__isnull=False,
                        key__regex=r"^[0-9a-f]{16}$",
                        fetch_until__isnull=False,
                    )
                    & ~Q(decided_by_name="")
                )
                | Q(
                    state__in=[DisclosureState.PREPARED, DisclosureState.WITHDRAWN],
                    decided_at=None,
                    decided_by_id=None,
                    decided_by_name="",
                    patients=None,
                    episodes=None,
                    forms__isnull=True,
                    key="",
                    fetch_until=None,
                ),
            ),
            models.CheckConstraint(
                name="disclosure_ended_whole",
                condition=Q(
                    state__in=[DisclosureState.PREPARED, DisclosureState.DECIDED],
                    ended_at=None,
                    ended_by_id=None,
                    ended_by_name="",
                )
                | (
                    Q(
                        state__in=[DisclosureState.WITHDRAWN, DisclosureState.CLOSED],
                        ended_at__isnull=False,
                        ended_at__gte=F("prepared_at"),
                    )
                    & (Q(ended_by_id=None, ended_by_name="") | (Q(ended_by_id__isnull=False) & ~Q(ended_by_name="")))
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["fetch_until"], name="disclosure_open", condition=Q(state=DisclosureState.DECIDED)),
        ]


class DisclosureFetch(models.Model):
    """That something of a disclosure left the registry: the file, or the key to its pseudonyms. Append-only.

    `who`: ids of the patients in the file, as they were then; the key is theirs. `digest`: SHA-256 of the file as it
    was fetched. Of a key: nobody's account, and both who decided in `by_name`.
    """

    class What(models.TextChoices):
        FILE = "file"
        KEY = "key"

    id = models.BigAutoField(primary_key=True)
    disclosure = models.ForeignKey(Disclosure, on_delete=models.PROTECT, related_name="fetches")
    what = models.CharField(max_length=4, choices=What.choices)
    patients = models.PositiveIntegerField()
    who = ArrayField(models.BigIntegerField(), default=list)
    digest = models.CharField(max_length=64, blank=True, default="")
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=520)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="disclosure_fetch_says_what",
                condition=Q(
                    what="file", digest__regex=r"^[0-9a-f]{64}$", by_account_id__isnull=False, who__len=F("patients")
                )
                | Q(what="key", digest="", by_account_id=None, who__len=0),
            ),
            models.CheckConstraint(name="disclosure_fetch_by_somebody", condition=~Q(by_name="")),
        ]
