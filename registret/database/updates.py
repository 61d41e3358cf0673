"""Changing one row and reading it, in one statement."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from django.db import router
from django.db.models import Model, QuerySet
from django.db.models.sql import UpdateQuery

Row = TypeVar("Row", bound=Model)


def update_and_get(rows: QuerySet[Row], **values: Any) -> Row | None:
    """Give these columns of the row new values, and return the row as it is then; None if there is no such row.

    Of two who come at once one gets the row: the other waits for it and finds that its conditions hold no more.
    """
    alias = router.db_for_write(rows.model)
    query = cast(UpdateQuery, rows.query.chain(UpdateQuery))
    query.add_update_values(values)
    statement, parameters = query.get_compiler(alias).as_sql()
    return next(iter(rows.model._default_manager.using(alias).raw(f"{statement} RETURNING *", parameters)), None)
