"""What a running service leaves out of its memory."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUN = """
import atexit, sys
atexit.register(lambda: print(*sys.modules, sep="\\n"))
sys.argv = ["fastapi-quiz", "run"]
from bot.cli import main
main()
"""
NOT_NEEDED = {
    "PIL": "draws when a picture is sent",
    "aiohttp": "is for Slack and Discord",
    "alembic": "is for a migration",
    "asyncpg": "is for PostgreSQL",
    "bot.grading.lexical": "grades answers",
    "bot.questions.lint": "judges drafts and packs",
    "bot.questions.loader": "reads the packs, in a process that ends",
    "bot.questions.schema": "judges drafts and packs",
    "discord": "is another platform's",
    "fastapi": "is for the web console",
    "markdown_it": "is for packs and for Slack",
    "onnxruntime": "is for the semantic grader",
    "prompt_toolkit": "is for the demo",
    "pydantic_ai": "is for language models",
    "pygments": "colours code in a terminal",
    "rich": "is for what a person asks in a terminal",
    "slack_sdk": "is another platform's",
    "sqlalchemy.dialects.postgresql": "is for PostgreSQL",
    "yaml": "is for packs",
}


async def test_a_service_imports_only_what_it_works_with(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        RUN,
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "FASTAPI_QUIZ_LOCAL__ENABLED": "true",
            "FASTAPI_QUIZ_GRADING__GRADER": "lexical",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr
    async with asyncio.timeout(60):
        while b"started" not in await process.stderr.readline():
            assert not process.stderr.at_eof(), "it ended before it had started"
        process.send_signal(signal.SIGTERM)
        out, _ = await process.communicate()
    assert process.returncode == 0
    imported = set(out.decode().split())
    assert "bot.app.service" in imported
    assert {name: why for name, why in NOT_NEEDED.items() if name in imported} == {}
