"""Batches without SQLAlchemy's work for each row.

It prepares the values of each row anew, and converts what each row brings, for which it takes
longer than SQLite takes to execute the statement. Here a statement is compiled once, a row
costs a tuple, and a value that rows share is converted once: what is due together has the
same times.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Dialect, Executable
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler

Convert = Callable[[Any], Any]
Conversions = tuple[tuple[int, Convert], ...]
"""Which places hold values that have to be converted, and how."""
_SIZES = (100, 10, 1)
"""Rows that one statement inserts."""
_VALUES = re.compile(r"(?<= VALUES )(\(.+?\))(?= ON CONFLICT)")
_PLACE = re.compile(r"\$(\d+)")
"""Where PostgreSQL's driver puts a value; SQLite's `?` have no numbers."""


@dataclass(frozen=True)
class Compiled:
    """A statement as the driver takes it."""

    sql: str
    names: tuple[str, ...]
    """The values' names, in the order of their places."""
    constants: Mapping[str, Any]
    """Values that the statement has of its own."""
    to_driver: Conversions
    make_row: Callable[[Iterable[Any]], Any]
    from_driver: Conversions

    def pack(self, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        """Return the rows as the driver takes them."""
        columns = [
            [self.constants[name]] * len(rows)
            if name in self.constants
            else [row[name] for row in rows]
            for name in self.names
        ]
        return list(zip(*_convert(columns, self.to_driver), strict=True))

    def read(self, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """Return what the driver brought as named tuples."""
        if not rows:
            return []
        columns = list(zip(*rows, strict=True))
        return list(map(self.make_row, zip(*_convert(columns, self.from_driver), strict=True)))


def _convert(columns: list[Any], conversions: Conversions) -> list[Any]:
    for place, convert in conversions:
        known = {value: convert(value) for value in set(columns[place]) if value is not None}
        columns[place] = tuple(map(known.get, columns[place]))
    return columns


async def execute_many(
    connection: AsyncConnection, statement: Executable, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Execute a statement that is built once for each row, which all have the same names."""
    if not rows:
        return
    compiled = compile_once(statement, connection.dialect, tuple(rows[0]))
    await connection.exec_driver_sql(compiled.sql, compiled.pack(rows))


async def insert_fetching(
    connection: AsyncConnection, insert: Any, rows: Sequence[Mapping[str, Any]]
) -> list[Any]:
    """Insert rows, which all have the same names; return what the statement wants of each.

    `executemany` brings nothing back, so rows go in together, by statements of a few sizes, each
    of which the driver prepares once.
    """
    found: list[Any] = []
    if not rows:
        return found
    one = compile_once(insert, connection.dialect, tuple(rows[0]))
    packed = one.pack(rows)
    for size in _SIZES:
        while len(packed) >= size:
            some, packed = packed[:size], packed[size:]
            values = tuple(chain.from_iterable(some))
            result = await connection.exec_driver_sql(_repeat_values(one.sql, size), values)
            found += one.read(result.all())
    return found


@lru_cache(maxsize=32)
def _repeat_values(sql: str, count: int) -> str:
    """Return an INSERT of one row as one of so many, whose values stand one row after another.

    SQLAlchemy compiles each value anew, for a twentieth of a second.
    """
    before, values, after = _VALUES.split(sql, maxsplit=1)
    width = len(_PLACE.findall(values))
    rows = (
        _PLACE.sub(lambda place, by=row * width: f"${int(place[1]) + by}", values)
        for row in range(count)
    )
    return f"{before}{', '.join(rows)}{after}"


def write_out(
    statement: Executable, dialect: Dialect, values: Mapping[str, Any]
) -> tuple[str, tuple[Any, ...]]:
    """Return a statement's SQL, and one row of values, as the driver takes them."""
    compiled = compile_once(statement, dialect, tuple(values))
    return compiled.sql, compiled.pack([values])[0]


async def execute_once(
    connection: AsyncConnection, statement: Executable, values: Mapping[str, Any]
) -> None:
    """Execute a statement that is built once."""
    await connection.exec_driver_sql(*write_out(statement, connection.dialect, values))


async def fetch(
    connection: AsyncConnection, statement: Executable, values: Mapping[str, Any]
) -> list[Any]:
    """Execute a statement that is built once, and return named tuples of its columns."""
    compiled = compile_once(statement, connection.dialect, tuple(values))
    found = await connection.exec_driver_sql(compiled.sql, compiled.pack([values])[0])
    return compiled.read(found.all())


@lru_cache(maxsize=128)
def compile_once(statement: Any, dialect: Dialect, names: tuple[str, ...]) -> Compiled:
    """Compile a statement for values of these names."""
    assert isinstance(dialect, DefaultDialect)
    compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=list(names))
    assert compiled.positiontup is not None, "both drivers take values by their place"
    places = tuple(compiled.positiontup)
    taken = [compiled.binds[name].type.dialect_impl(dialect) for name in places]
    brought = getattr(statement, "exported_columns", ())
    row_type: Any = namedtuple("Row", [one.key for one in brought])  # type: ignore[misc]
    return Compiled(
        str(compiled),
        places,
        {name: value for name, value in compiled.params.items() if name not in names},
        _choose(one.bind_processor(dialect) for one in taken),
        row_type._make,
        _choose(one.type.dialect_impl(dialect).result_processor(dialect, None) for one in brought),
    )


def _choose(converters: Iterable[Convert | None]) -> Conversions:
    return tuple((place, one) for place, one in enumerate(converters) if one)
