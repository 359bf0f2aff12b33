"""The driver's own `executemany` for statements that run once for each row of a batch.

SQLAlchemy prepares the values of each row anew, for which it takes longer than SQLite takes to
execute the statement. Here a statement is compiled once, and a row costs a tuple.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Dialect, Executable
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler

Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class _Compiled:
    sql: str
    columns: tuple[tuple[str, Convert | None], ...]
    """The names in the order of their places, and what the driver wants made of a value."""

    def pack(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(
            row[name] if convert is None or row[name] is None else convert(row[name])
            for name, convert in self.columns
        )


async def execute_many(
    connection: AsyncConnection, statement: Executable, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Execute a statement that is built once for each row, which all have the same names."""
    if not rows:
        return
    compiled = _compile(statement, connection.dialect, tuple(rows[0]))
    await connection.exec_driver_sql(compiled.sql, [compiled.pack(row) for row in rows])


@cache
def _compile(statement: Any, dialect: Dialect, names: tuple[str, ...]) -> _Compiled:
    assert isinstance(dialect, DefaultDialect)
    compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=list(names))
    assert compiled.positiontup is not None, "both drivers take values by their place"
    convert = {
        name: bound.type.dialect_impl(dialect).bind_processor(dialect)
        for name, bound in compiled.binds.items()
    }
    return _Compiled(str(compiled), tuple((name, convert[name]) for name in compiled.positiontup))
