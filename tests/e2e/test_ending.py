"""`run` told to end before it has quite begun."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.program import run_program

LOCAL = {"local.enabled": "true"}


@pytest.mark.parametrize("made", ["fastapi-quiz.db-lock", "fastapi-quiz.db"])
async def test_sigterm_while_a_new_database_is_made_ends_it_with_0_and_harms_nothing(
    tmp_path: Path, made: str
) -> None:
    async with run_program(tmp_path, LOCAL) as program:
        async with asyncio.timeout(30):
            while not (tmp_path / made).exists():
                await asyncio.sleep(0.001)
        assert await program.terminate() == 0
    assert "Traceback" not in program.log
    async with run_program(tmp_path, LOCAL) as again:
        await again.until("started")
        assert await again.terminate() == 0
    with sqlite3.connect(tmp_path / "fastapi-quiz.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        [(questions,)] = database.execute("SELECT count(*) FROM questions")
    database.close()
    assert questions > 200


@pytest.mark.parametrize("platform", ["slack", "discord"])
async def test_sigterm_while_a_platform_never_answers_ends_it_with_0(
    tmp_path: Path, platform: str
) -> None:
    called, over = asyncio.Event(), asyncio.Event()

    async def never_answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()
        await over.wait()
        writer.close()

    server = await asyncio.start_server(never_answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    settings = {
        "slack": {
            "slack.enabled": "true",
            "slack.bot_token": "xoxb-1",
            "slack.app_token": "xapp-1",
            "slack.base_url": f"{url}/api/",
        },
        "discord": {
            "discord.enabled": "true",
            "discord.token": "a.b.c",
            "discord.api_url": url,
        },
    }
    async with server, run_program(tmp_path, settings[platform]) as program:
        async with asyncio.timeout(30):
            await called.wait()
        assert await program.terminate() == 0
        over.set()
    assert "Traceback" not in program.log


MEETS_A_FORK = """
import asyncio, os, signal
from bot.cli.stopping import Ending

ending = Ending()
os.register_at_fork(after_in_parent=lambda: signal.raise_signal(signal.SIGTERM))
if not os.fork():
    os._exit(0)
asyncio.run(ending.serve(asyncio.Event().wait()))
print("ended")
"""


def test_a_signal_that_meets_a_callback_is_not_lost() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEETS_A_FORK], capture_output=True, text=True, timeout=30
    )
    assert (done.stdout, done.stderr, done.returncode) == ("ended\n", "", 0)
