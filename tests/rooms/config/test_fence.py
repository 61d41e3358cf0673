"""A server whose database would show it everything does not start."""

from __future__ import annotations

import pytest
from django.db import connection

from registret.config.ready import NotReady, check_fence

pytestmark = pytest.mark.django_db


def test_a_role_that_row_level_security_binds_is_ready() -> None:
    check_fence()


def test_a_role_that_it_does_not_bind_is_not() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE records_patient NO FORCE ROW LEVEL SECURITY")
    with pytest.raises(NotReady, match=r"records_patient.*no superuser"):
        check_fence()
