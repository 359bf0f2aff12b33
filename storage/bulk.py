"""The driver's own `executemany` for statements that run once for each row of a batch.

SQLAlchemy prepares the values of each row anew, for which it takes longer than SQLite takes to
execute the statement. Here a statement is compiled once, and a row costs a tuple.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, Executable
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler

Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class _Compiled:
    sql: str
    take: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    """Takes a row's values, in the order of their places."""
    conversions: tuple[tuple[int, Convert], ...]
    """Which values the driver wants to be something else."""

    def pack(self, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        """Return the rows as the driver takes them. What is due together has the same times."""
        columns = list(zip(*map(self.take, rows), strict=True))
        for place, convert in self.conversions:
            known = {value: convert(value) for value in set(columns[place]) if value is not None}
            columns[place] = tuple(map(known.get, columns[place]))
        return list(zip(*columns, strict=True))


async def execute_many(
    connection: AsyncConnection, statement: Executable, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Execute a statement that is built once for each row, which all have the same names."""
    if not rows:
        return
    compiled = _compile(statement, connection.dialect, tuple(rows[0]))
    await connection.exec_driver_sql(compiled.sql, compiled.pack(rows))


@lru_cache(maxsize=64)
def _compile(statement: Any, dialect: Dialect, names: tuple[str, ...]) -> _Compiled:
    assert isinstance(dialect, DefaultDialect)
    compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=list(names))
    assert compiled.positiontup is not None, "both drivers take values by their place"
    assert len(compiled.positiontup) > 1, "itemgetter makes a tuple of two or more"
    types = [compiled.binds[name].type.dialect_impl(dialect) for name in compiled.positiontup]
    converters = [one.bind_processor(dialect) for one in types]
    return _Compiled(
        str(compiled),
        itemgetter(*compiled.positiontup),
        tuple((place, one) for place, one in enumerate(converters) if one),
    )
