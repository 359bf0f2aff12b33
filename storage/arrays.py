"""Many keys as one value of a statement.

`IN` with a list is written out and compiled anew for each number of members. One array keeps
the statement as it is, whatever it is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple, Self

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Dialect,
    FromClause,
    Integer,
    String,
    Text,
    TypeDecorator,
    bindparam,
    case,
    cast,
    func,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


class _Array(TypeDecorator[Sequence[Any]]):
    """An array on PostgreSQL, the text of a JSON array on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, item: type[TypeEngine[Any]]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        is_postgres = dialect.name == "postgresql"
        return dialect.type_descriptor(ARRAY(self.item) if is_postgres else Text())

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else json.dumps(value)


class _Pairs(TypeDecorator[Sequence[Any]]):
    """Pairs of a number and a text, as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        return json.dumps(value)


class _Among(FunctionElement[bool]):
    inherit_cache = True
    type = Boolean()
    name = "among"

    def self_group(self, against: Any = None) -> Self:
        """Stand as it is: SQLAlchemy would add `= 1` on SQLite, which then scans the table."""
        return self


def is_among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Return the condition that the column is one of the values that are bound as `name`,
    a tuple, whose members have the column's type.
    """
    item = Integer if isinstance(column.type, Integer) else String
    return _Among(column, bindparam(name, type_=_Array(item)))


@compiles(_Among, "postgresql")
def _write_any(element: _Among, compiler: SQLCompiler, **words: Any) -> str:
    column, values = (compiler.process(part, **words) for part in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(_Among, "sqlite")
def _write_each(element: _Among, compiler: SQLCompiler, **words: Any) -> str:
    column, values = (compiler.process(part, **words) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - no text of users


class Pairs(NamedTuple):
    """A table of two columns that a statement brings along."""

    table: FromClause
    number: ColumnElement[int]
    text: ColumnElement[str]


def open_pairs(dialect: str, name: str) -> Pairs:
    """Return what is bound as `name`, a tuple of pairs of a number and a text, as a table."""
    pairs = bindparam(name, type_=_Pairs())
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import JSONB  # where it is used: see insert_into

        table = func.jsonb_array_elements(cast(pairs, JSONB)).table_valued("value", name="pair")
        value = table.c.value
        number, words = value.op("->>")(0), value.op("->>")(1)
        return Pairs(table, cast(number, Integer), cast(words, String))
    table = func.json_each(pairs).table_valued("value", name="pair")
    value = table.c.value
    return Pairs(table, func.json_extract(value, "$[0]"), func.json_extract(value, "$[1]"))


def gather_highest(
    dialect: str, key: ColumnElement[str], value: ColumnElement[int], newest: ColumnElement[int]
) -> ColumnElement[str]:
    """Return a pair as JSON text: an object of the rows' keys with the highest value of each, and
    the key of the row where `newest` is highest; NULL where there are no rows.

    In the text a key stands once for each of its rows, the highest value last, which is the one
    that a reader keeps: to group them takes SQLite longer than all the rest. There the rows have
    to come from an index on key and value.
    """
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import aggregate_order_by

        highest = func.json_object_agg(key, aggregate_order_by(value, value))
        first = func.array_agg(aggregate_order_by(key, newest.desc()), type_=ARRAY(String))[1]
        gathered: ColumnElement[str] = cast(func.json_build_array(highest, first), Text)
    else:  # next to a single max(), SQLite takes a plain column from the row that has it
        gathered = func.json_array(func.json_group_object(key, value), key, func.max(newest))
    return case((func.count() > 0, gathered))
