"""What the code of questions leaves behind in the process that runs it is taken away again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import SQLModel

import storage.tables  # noqa: F401 - declares the program's


@pytest.fixture(autouse=True)
def forget_tables() -> Iterator[None]:
    """Let the tables of questions not pass for the program's with whichever test comes next."""
    ours = set(SQLModel.metadata.tables)
    yield
    for name, table in dict(SQLModel.metadata.tables).items():
        if name not in ours:
            SQLModel.metadata.remove(table)
