"""A query whose SQL is built once answers as the ORM does, each time with what it is given then."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone

from registret.access.models import Grant
from registret.accounts.models import Account
from registret.database.prepared import Given, Prepared, PreparedUpdate, count_of, insert, insert_many, update
from registret.kernel.identifiers import HsaId
from registret.ledger.models import Entry
from tests import cast
from tests.cast import ANNA, BERTIL

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    cast.register(ANNA, place.infection, at=now)
    return now


def columns(model: Grant | Account | Entry) -> dict[str, object]:
    return {field.attname: getattr(model, field.attname) for field in model._meta.concrete_fields}


def test_models_with_their_relations_are_those_of_the_orm(now: datetime) -> None:
    valid = Prepared(
        lambda: Grant.objects.valid(at=Given("at")).select_related("account", "clinic__care_provider").order_by("id")
    )
    expected = list(Grant.objects.valid(at=now).select_related("account", "clinic__care_provider").order_by("id"))
    found = valid.rows(at=now)
    assert len(found) > 2
    assert list(map(columns, found)) == list(map(columns, expected))
    for one, other in zip(found, expected, strict=True):
        assert columns(one.account) == columns(other.account)
        assert (one.clinic and one.clinic.care_provider) == (other.clinic and other.clinic.care_provider)
    assert valid.rows(at=now - timedelta(days=400)) == []


def test_what_is_given_is_forgotten_after_it_was_asked(now: datetime) -> None:
    account = Prepared(lambda: Account.objects.filter(hsa_id_key=Given("key")))
    for who in (ANNA, BERTIL, ANNA):
        found = account.first(key=who.card.hsa_id.key)
        assert found is not None
        assert found.hsa_id == who.card.hsa_id
    assert account.first(key="SE2321009991-NOBODY") is None
    assert account.rows(key=None) == []
    with pytest.raises(KeyError):
        account.first()


def test_tuples_flat_values_annotations_and_lists_as_one_value(now: datetime) -> None:
    keys = [who.card.hsa_id.key for who in (ANNA, BERTIL)]
    people = Account.objects.filter(hsa_id_key__any=keys).order_by("id")
    assert list(people) == list(Account.objects.filter(hsa_id_key__in=keys).order_by("id"))

    asked = Prepared(lambda: Account.objects.filter(hsa_id_key__any=Given("keys")).order_by("id"))
    assert asked.rows(keys=keys) == list(people)
    assert asked.rows(keys=[]) == []
    pairs = Prepared(lambda: Account.objects.order_by("id").values_list("id", "hsa_id"))
    assert pairs.rows() == list(Account.objects.order_by("id").values_list("id", "hsa_id"))
    ids = Prepared(lambda: Account.objects.order_by("id").values_list("id", flat=True))
    assert ids.rows() == list(Account.objects.order_by("id").values_list("id", flat=True))
    whole = Concat(F("given_name"), Value(" "), F("surname"))
    named = Prepared(lambda: Account.objects.filter(hsa_id_key=Given("key")).annotate(whole=whole))
    found = named.first(key=BERTIL.card.hsa_id.key)
    assert found is not None
    assert found.whole == BERTIL.name


def test_what_it_would_read_otherwise_than_the_orm_is_refused() -> None:
    people = Account.objects.order_by("id")
    for query in (people.values("id"), people.values_list("id", named=True), people.prefetch_related("grants")):
        asked: Prepared[object] = Prepared(lambda query=query: query)  # type: ignore[misc]
        with pytest.raises(TypeError, match="prefetches nothing"):
            asked.rows()


def test_an_update_reads_the_row_as_it_is_then_and_nothing_if_a_condition_holds_no_more(now: datetime) -> None:
    renamed = PreparedUpdate(
        lambda: Account.objects.filter(hsa_id_key=Given("key"), given_name=Given("before")), given_name=Given("after")
    )
    key = ANNA.card.hsa_id.key
    before = Account.objects.get(hsa_id_key=key)
    found = renamed.get(key=key, before=before.given_name, after="Anneli")
    assert found is not None
    assert columns(found) == columns(Account.objects.get(hsa_id_key=key))
    assert found.given_name == "Anneli"
    assert renamed.get(key=key, before=before.given_name, after="Astrid") is None
    assert Account.objects.get(hsa_id_key=key).given_name == "Anneli"


def test_a_row_is_inserted_as_the_orm_would(now: datetime) -> None:
    said = {"at": now, "event": "session.ended", "outcome": "done", "by_hsa_id": "SE1-1", "network": "2001:db8::7"}
    more = {"shown_patient_ids": [3, 4], "facts": {"reason": 'å"'}}
    number = insert(Entry, **said, **more)
    made, expected = Entry.objects.get(id=number), Entry.objects.create(**said, **more)
    assert columns(made) | {"id": expected.id} == columns(Entry.objects.get(id=expected.id))


def test_many_rows_are_inserted_in_their_order_as_the_orm_would(now: datetime) -> None:
    said = {"at": now, "event": "session.ended", "outcome": "done", "by_hsa_id": "SE1-1", "network": "2001:db8::7"}
    rows = [
        said | {"shown_patient_ids": [3, 4], "facts": {"reason": 'å"\\', "n": 1, "no": None}, "by_name": "%s O'Hara"},
        said | {"event": "log.read", "by_account_id": 9, "clinic_id": None},
    ]
    before = Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    insert_many(Entry, rows)
    made = list(Entry.objects.filter(id__gt=before).order_by("id"))
    expected = [Entry.objects.create(**row) for row in rows]
    assert [columns(one) | {"id": 0} for one in made] == [
        columns(Entry.objects.get(id=one.id)) | {"id": 0} for one in expected
    ]
    with pytest.raises(TypeError, match="Entry has no by_account"):
        insert_many(Entry, [said | {"by_account": 7}])


def test_a_row_that_was_read_is_written_as_the_orm_would_and_one_that_is_gone_is_told(now: datetime) -> None:
    anna = Account.objects.get(hsa_id_key=HsaId.parse(ANNA.hsa_id).key)
    anna.organisation, anna.logged_in_at = "Region Östvik", now
    update(anna)
    found = Account.objects.get(id=anna.id)
    assert (found.organisation, found.logged_in_at, found.hsa_id) == ("Region Östvik", now, anna.hsa_id)
    assert "Region Östvik" not in {account.organisation for account in Account.objects.exclude(id=anna.id)}

    anna.pk = 0
    with pytest.raises(DatabaseError, match="Account 0 is gone"):
        update(anna)


def test_how_many_there_are_is_one_row_also_if_there_are_none(now: datetime) -> None:
    counted = Prepared(lambda: count_of(Account.objects.filter(hsa_id_key__any=Given("keys")).order_by("surname")))
    assert counted.rows(keys=[who.card.hsa_id.key for who in (ANNA, BERTIL)]) == [2]
    assert counted.rows(keys=[]) == [0]


def test_a_value_without_a_column_is_refused_and_not_left_out(now: datetime) -> None:
    with pytest.raises(TypeError, match="Entry has no by_account, id"):
        insert(Entry, at=now, event="session.ended", outcome="done", by_program="clock", by_account=7, id=1)
