"""Questions of the registry office to clinics about single answers."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from registret.database.columns import PERSONAL, PLAIN
from registret.database.constraints import check, choices, index, known, unique
from registret.records.lifecycle import QueryOutcome, QueryState
from registret.records.models.reporting import Step


class DataQuery(models.Model):
    """Fråga om en uppgift: the office asks about the variable `variable` of the step `step_code` of an episode.

    `system_id` is as the office wrote it. `step` is null if there is no such episode, if its form does not ask for the
    variable, or if it was destroyed: then nobody is asked, `text` is not kept, and the office is told of no
    difference. `told_at`: when the clinic that has the step was sent a letter. `ended_by_id` is null where the time to
    answer ran out.
    """

    id = models.BigAutoField(primary_key=True)
    system_id = models.CharField(max_length=10, db_comment=PLAIN)
    sub_registry = models.CharField(max_length=40, db_comment=PLAIN)
    step_code = models.CharField(max_length=40, db_comment=PLAIN)
    variable = models.CharField(max_length=60, db_comment=PLAIN)
    # Nothing is destroyed with its queries left as they are: records.data_queries.forgetting.
    step = models.ForeignKey(Step, on_delete=models.PROTECT, null=True, related_name="data_queries")
    text = models.CharField(max_length=500, blank=True, default="", db_comment=PERSONAL)
    state = models.CharField(max_length=10, choices=choices(QueryState), default=QueryState.WAITING)
    asked_at = models.DateTimeField()
    asked_by_id = models.BigIntegerField()
    asked_by_name = models.CharField(max_length=520, db_comment=PERSONAL)
    told_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=choices(QueryOutcome), blank=True, default="")
    answer = models.CharField(max_length=500, blank=True, default="", db_comment=PERSONAL)
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)
    ended_by_name = models.CharField(max_length=520, blank=True, default="", db_comment=PERSONAL)

    class Meta:
        db_table_comment = "records"
        constraints = [
            known("data_query_state_known", state=QueryState),
            unique(
                "data_query_once",
                *("system_id", "step_code", "variable"),
                where=Q(state=QueryState.WAITING),
            ),
            check(
                "data_query_asks_somebody",
                Q(step=None, text="", told_at=None) | (Q(step__isnull=False) & ~Q(text="")),
            ),
            check(
                "data_query_answered",
                Q(
                    state=QueryState.ANSWERED,
                    outcome__in=[outcome.value for outcome in QueryOutcome],
                    step__isnull=False,
                    ended_by_id__isnull=False,
                )
                | (~Q(state=QueryState.ANSWERED) & Q(outcome="", answer="")),
            ),
            check("data_query_unknown_says_why", ~Q(outcome=QueryOutcome.UNKNOWN) | ~Q(answer="")),
            check(
                "data_query_ends_once",
                Q(state=QueryState.WAITING, ended_at=None, ended_by_id=None)
                | (~Q(state=QueryState.WAITING) & Q(ended_at__gte=F("asked_at"))),
            ),
        ]
        indexes = [
            index("data_query_waiting", "step", where=Q(state=QueryState.WAITING)),
            index("data_query_ended", "ended_at"),
        ]
