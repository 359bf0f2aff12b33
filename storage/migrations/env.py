"""Alembic's entry: runs on the connection it is handed, see `storage.schema`.

For `alembic revision --autogenerate` by a developer it opens the URL of alembic.ini.
"""

import asyncio
from typing import Any

from alembic import context
from sqlmodel import SQLModel

from storage import tables
from storage.engine import open_engine


def _run(connection: Any) -> None:
    tables.restrict_indexes(connection.dialect.name)
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _run_on_own_engine() -> None:
    engine = open_engine(str(context.config.get_main_option("sqlalchemy.url")), patience=None)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_run)
    finally:
        await engine.dispose()


handed = context.config.attributes.get("connection")
if handed is None:
    asyncio.run(_run_on_own_engine())
else:
    _run(handed)
