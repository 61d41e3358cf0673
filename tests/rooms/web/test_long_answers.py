"""A file that is made while it is read, and what a slow reader keeps meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse

from registret.web.middleware import LongAnswers

pytestmark = pytest.mark.django_db


def _pieces() -> Iterator[bytes]:
    for number in range(3):
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::text", [number])
            yield str(cursor.fetchone()[0]).encode()


def test_between_two_pieces_no_connection_to_the_database_is_kept() -> None:
    taken: list[bytes] = []
    kept: list[bool] = []

    def take() -> None:
        answer = LongAnswers(lambda request: StreamingHttpResponse(_pieces()))(HttpRequest())
        assert isinstance(answer, StreamingHttpResponse)
        for piece in answer:
            taken.append(piece)
            kept.append(connection.connection is not None)

    # In a thread of its own, as under a listener: this one is in the transaction of the test.
    taking = Thread(target=take)
    taking.start()
    taking.join()
    assert (taken, kept) == ([b"0", b"1", b"2"], [False] * 3)
