"""What is asked after every event must cost the same at any size."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from storage.agenda import _select_next
from storage.engine import open_engine
from storage.schema import migrate


async def test_sqlite_finds_what_is_due_next_by_indexes_alone(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path}/quiz.db")
    await migrate(engine)
    compiled = _select_next(None).compile(
        dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
    )
    async with engine.connect() as connection:
        plan = [row[3] for row in await connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]
    await engine.dispose()
    looks = [step for step in plan if step.startswith(("SCAN", "SEARCH"))]
    assert any("workspaces" in step for step in looks)
    assert all("INDEX" in step or step == "SCAN CONSTANT ROW" for step in looks), plan
