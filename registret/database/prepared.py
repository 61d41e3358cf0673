"""Queries whose SQL is built once. The ORM takes longer to write a query than PostgreSQL to answer it, and what each
request asks, or each login, is the same text every time.

A query is written as elsewhere, with `Given` where a value comes later:

    _ACCOUNT = Prepared(lambda: Account.objects.filter(hsa_id_key=Given("key")))
    account = _ACCOUNT.first(key=hsa_id.key)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection
from django.db.models import Count, Expression, Field, Lookup, Model, QuerySet, Value
from django.db.models.query import (  # type: ignore[attr-defined]
    FlatValuesListIterable,
    ModelIterable,
    ValuesListIterable,
    get_related_populators,
)
from django.db.models.sql import UpdateQuery
from django.db.transaction import TransactionManagementError

from registret.database.durability import ASYNCHRONOUS_COMMIT, asynchronous_commit

Row = TypeVar("Row")
Kept = TypeVar("Kept", bound=Model)
_Columns = Sequence[Any]
_READABLE: Final[tuple[Any, ...]] = (ModelIterable, ValuesListIterable, FlatValuesListIterable)


class Given(Expression):
    """The place of a value. PostgreSQL gets it as it is, not as the column would have it: of a `HsaId`, hand over the
    key. None fits no row: it does not become `IS NULL`."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


class AnyOf(Lookup):  # type: ignore[type-arg]
    """`column__any=[…]`: as `column__in`, with the list as one value."""

    lookup_name = "any"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, before = self.process_lhs(compiler, connection)
        values, after = self.process_rhs(compiler, connection)
        return f"{column} = ANY({values})", [*before, *after]


Field.register_lookup(AnyOf)


@dataclass(frozen=True, slots=True)
class _Built(Generic[Row]):
    """`parameters`: what stands in the text's places; a `Given` is filled in each time. `is_locking`: outside of a
    transaction the locks would be gone at once."""

    sql: str
    parameters: Sequence[Any]
    read: Callable[[_Columns], Row]
    is_locking: bool = False

    def rows(self, given: dict[str, Any]) -> list[Row]:
        if self.is_locking and connection.get_autocommit():
            raise TransactionManagementError("rows are locked within a transaction")
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [given[one.name] if isinstance(one, Given) else one for one in self.parameters])
            return [self.read(row) for row in cursor.fetchall()]


class Prepared(Generic[Row]):
    """Rows of a query: models, also with `select_related` and annotations, or tuples of `values_list`."""

    def __init__(self, query: Callable[[], QuerySet[Any, Row]]) -> None:
        self.query = query

    def rows(self, **given: Any) -> list[Row]:
        """Raises: TransactionManagementError (`select_for_update` outside of a transaction)."""
        return self._built.rows(given)

    def first(self, **given: Any) -> Row | None:
        """The first of them. Ask for one only: all that there are come from the database."""
        found = self._built.rows(given)
        return found[0] if found else None

    @cached_property
    def _built(self) -> _Built[Row]:
        query = self.query()
        compiler = query.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        read = _converted(compiler, _reader(query, compiler))
        return _Built(sql, parameters, read, is_locking=query.query.select_for_update)


def count_of(rows: QuerySet[Any, Any]) -> QuerySet[Any, int]:
    """How many there are, as a query of one row."""
    # Of a constant all rows are one group, also if there are none.
    grouped = rows.order_by().annotate(one=Value(1)).values("one")
    return cast("QuerySet[Any, int]", grouped.annotate(number=Count("*")).values_list("number", flat=True))


_ASYNCHRONOUS: Final = Given("asynchronous_commit")


class PreparedUpdate(Generic[Kept]):
    """Changes one row and reads it as it is then, in one statement.

    Of two who come at once one gets the row: the other waits for it and finds that its conditions hold no more.
    `is_followed`: another transaction comes before anything is made of it, and brings it to the disk (`durability`).
    """

    def __init__(self, rows: Callable[[], QuerySet[Kept]], *, is_followed: bool = False, **changes: Any) -> None:
        self._rows, self._is_followed, self._changes = rows, is_followed, changes

    def get(self, **given: Any) -> Kept | None:
        """The row; None if there is no such row, and nothing has been changed."""
        found = self._built.rows(given | {_ASYNCHRONOUS.name: asynchronous_commit()})
        return found[0] if found else None

    @cached_property
    def _built(self) -> _Built[Kept]:
        rows = self._rows()
        query = cast(UpdateQuery, rows.query.chain(UpdateQuery))
        query.add_update_values(self._changes)
        sql, parameters = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        if self._is_followed:
            # Asked once for the statement.
            sql, parameters = (
                f"{sql} AND (SELECT {ASYNCHRONOUS_COMMIT.format('%s')}) IS NOT NULL",
                (*parameters, _ASYNCHRONOUS),
            )
        every = rows.all().query.get_compiler(DEFAULT_DB_ALIAS)
        every.as_sql()
        columns = ", ".join(every.compile(column)[0] for column, _sql, _alias in every.select)
        return _Built(f"{sql} RETURNING {columns}", parameters, _converted(every, _reader(rows, every)))


def insert(model: type[Model], **values: Any) -> int:
    """Insert a row, with the model's defaults where nothing is said, and return its id.

    Raises: TypeError (a name that is no column: nothing that is said gets lost).
    """
    columns = [field.get_db_prep_save(value, connection) for field, value in _columns_of(model, values)]
    with connection.cursor() as cursor:
        cursor.execute(_insert(model), columns)
        return int(cursor.fetchone()[0])


def update(row: Model) -> None:
    """Write all columns of a row that was read, as it is now. Raises: DatabaseError (it is gone)."""
    model = type(row)
    columns = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in _written(model)]
    with connection.cursor() as cursor:
        cursor.execute(_update(model), [*columns, row.pk])
        if cursor.rowcount != 1:
            raise DatabaseError(f"{model.__name__} {row.pk} is gone")


def insert_many(model: type[Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows in their order, in one statement. They go to PostgreSQL as one list of JSON, whose objects have the
    types of the table's columns there: values are what JSON can say, or what PostgreSQL reads from its text.

    Raises: TypeError (a name that is no column).
    """
    said = [{field.column: value for field, value in _columns_of(model, row)} for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_insert_many(model), [json.dumps(said, default=str)])


def _columns_of(model: type[Model], values: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """Fields with their values, or their defaults. Raises: TypeError."""
    fields = _written(model)
    if unknown := values.keys() - {field.attname for field in fields}:
        raise TypeError(f"{model.__name__} has no {', '.join(sorted(unknown))}")
    return [(field, values[field.attname] if field.attname in values else field.get_default()) for field in fields]


@cache
def _written(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key and not field.generated]


@cache
def _insert(model: type[Model]) -> str:
    meta, fields = model._meta, _written(model)
    columns, places = ", ".join(f'"{field.column}"' for field in fields), ", ".join("%s" for _field in fields)
    return f'INSERT INTO "{meta.db_table}" ({columns}) VALUES ({places}) RETURNING "{meta.pk.column}"'  # noqa: S608


@cache
def _update(model: type[Model]) -> str:
    meta, columns = model._meta, ", ".join(f'"{field.column}" = %s' for field in _written(model))
    return f'UPDATE "{meta.db_table}" SET {columns} WHERE "{meta.pk.column}" = %s'  # noqa: S608


@cache
def _insert_many(model: type[Model]) -> str:
    table, columns = model._meta.db_table, ", ".join(f'"{field.column}"' for field in _written(model))
    rows = f'json_populate_recordset(NULL::"{table}", %s::json)'
    return f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM {rows}'  # noqa: S608


def _reader(query: Any, compiler: Any) -> Callable[[_Columns], Any]:
    """As Django's iterables read, once for all rows.

    Raises: TypeError (rows of another kind, or a `prefetch_related`, which would be left out).
    """
    kind: Any = query._iterable_class
    if query._prefetch_related_lookups or kind not in _READABLE:
        raise TypeError("Prepared reads models and tuples, and prefetches nothing")
    if kind is not ModelIterable:
        return (lambda row: row[0]) if kind is FlatValuesListIterable else tuple
    info, model = compiler.klass_info, compiler.klass_info["model"]
    first, end = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column.target.attname for column, _sql, _alias in compiler.select[first:end]]
    related = get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS)
    annotated = compiler.annotation_col_map.items()

    def read(row: _Columns) -> Any:
        made = model.from_db(DEFAULT_DB_ALIAS, names, row[first:end])
        for each in related:
            each.populate(row, made)
        for name, place in annotated:
            setattr(made, name, row[place])
        return made

    return read


def _converted(compiler: Any, read: Callable[[_Columns], Row]) -> Callable[[_Columns], Row]:
    """Reads after the columns have become values of the program, where they do not come as such."""
    found = compiler.get_converters([column for column, _sql, _alias in compiler.select]).items()
    converters = [(place, each, expression) for place, (all_of, expression) in found for each in all_of]
    if not converters:
        return read

    def convert(row: _Columns) -> Row:
        values = list(row)
        for place, converter, expression in converters:
            values[place] = converter(values[place], expression, connection)
        return read(values)

    return convert
