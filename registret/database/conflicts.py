"""Turn a violated constraint of the database into the refusal that it stands for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import IntegrityError, transaction

from registret.kernel.refused import Refused


@contextmanager
def conflict_as(refusal: type[Refused], *, constraint: str) -> Iterator[None]:
    """Run the block in a savepoint; if it violates `constraint`, raise `refusal` instead of the database's error."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as trouble:
        cause = trouble.__cause__
        if isinstance(cause, psycopg.Error) and cause.diag.constraint_name == constraint:
            raise refusal() from None
        raise
