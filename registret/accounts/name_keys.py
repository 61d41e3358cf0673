"""Names as people are found by them, as columns that the database computes (decision 0063)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Collate, Left, Lower, Replace

from registret.database.columns import PERSONAL
from registret.kernel.folding import FROM, LAST, LONGEST, TO


def folded_in_sql(first: str, second: str) -> Func:
    """Two parts of a name as `folding.folded` makes them. Nothing in it depends on a locale: it may be kept."""
    # "||" and not concat(), which PostgreSQL does not let into what is kept.
    text: Func = Func(F(first), Value(" "), F(second), arg_joiner=" || ", template="(%(expressions)s)")
    text = Lower(Collate(Func(text, function="normalize"), "C"))
    text = Func(text, Value(FROM), Value(TO), function="translate")
    for letter, key in LAST.items():
        text = Replace(text, Value(letter), Value(key))
    return Left(text, LONGEST)


def name_key(first: str, second: str) -> models.GeneratedField:
    """A column that holds `folded_in_sql`, in the order of bytes: what people are found by, whatever the locale."""
    field: models.TextField[str, str] = models.TextField(db_collation="C")
    return models.GeneratedField(
        expression=folded_in_sql(first, second), output_field=field, db_persist=True, db_comment=PERSONAL
    )
