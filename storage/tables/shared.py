"""What all tables share: how constraints are named, keys, and indexes of some rows alone."""

from __future__ import annotations

from sqlalchemy import Table, text
from sqlmodel import Field, SQLModel

NAMING_CONVENTION = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING_CONVENTION


def table_of(model: type[SQLModel]) -> Table:
    """Return the table behind a class, for statements that go past the session."""
    return model.__table__  # type: ignore[attr-defined, no-any-return]


def key() -> int | None:
    """The number that the database gives to a row."""
    return Field(default=None, primary_key=True)  # type: ignore[no-any-return]


NEVER_AGAIN = {"sqlite_autoincrement": True}
"""For what a running process knows by its number: SQLite would give the number of the newest row
to another one once that was erased, and with it to another workspace. PostgreSQL does not."""


def parent(table: str, *, index: bool = False) -> int:
    """The number of a row of another table, with which this one is erased."""
    return Field(foreign_key=f"{table}.id", ondelete="CASCADE", index=index)  # type: ignore[no-any-return]


def restrict_indexes(dialect: str) -> None:
    """Restrict the partial indexes to their rows before they are made in a database.

    An Index that names a dialect imports all of it, and only one of them is used.
    """
    for table in SQLModel.metadata.tables.values():
        for index in table.indexes:
            if "where" in index.info:
                index.dialect_options[dialect]["where"] = text(index.info["where"])
