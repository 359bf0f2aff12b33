"""`fastapi-quiz check` asks Discord itself."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from adapters.discord.rights import make_invite_link
from tests.e2e.discord_bot import run_bot
from tests.fakes.discord.world import EMBED
from tests.fakes.discord_server import run_discord


async def check(folder: Path, **settings: str) -> tuple[int | None, str]:
    """Run it beside the bot, and return its exit code and what it says of Discord."""
    environment = {name: word for name, word in os.environ.items() if "FASTAPI_QUIZ" not in name}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "--config", str(folder / "config.toml"), "check"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**environment, **settings},
    )
    printed, complained = await process.communicate()
    assert b"Traceback" not in complained
    lines = [line for line in printed.decode().splitlines() if " discord: " in line]
    assert len(lines) == 1, printed
    return process.returncode, lines[0]


async def test_check_signs_in_looks_at_channels_and_prints_the_link(tmp_path: Path) -> None:
    async with run_discord() as server, run_bot(tmp_path, server):
        code, said = await check(tmp_path)
        assert (code, said.split(":")[0]) == (0, "ok      discord")
        assert "0 scheduled channels" in said
        assert said.endswith(make_invite_link(str(server.world.bot.id)))

        olga = server.member("olga", manages=True)
        await server.answered(await server.call(olga, "schedule add", {"time": "09:00"}))
        assert "1 scheduled channel;" in (await check(tmp_path))[1]
        server.general.denied = EMBED
        code, said = await check(tmp_path)
        assert (code, said.split(":")[0]) == (1, "FAILED  discord")
        assert "lacks the permission Embed Links in #general" in said
        assert f"Channel {server.general.id} of server {server.guild.id}: The bot lacks" in said
        ours = f"{server.guild.id}"
        said = (await check(tmp_path, FASTAPI_QUIZ_DISCORD__GUILD_IDS=f"{ours},12345"))[1]
        assert "discord.guild_ids has 12345, a server that the bot is not in" in said
        assert f"guild_ids has {ours}" not in said

        code, said = await check(tmp_path, FASTAPI_QUIZ_DISCORD__TOKEN="another")
        assert code == 1
        assert "Put the bot's present token into discord.token" in said
        nowhere = "http://127.0.0.1:9/api/v10"
        code, said = await check(tmp_path, FASTAPI_QUIZ_DISCORD__API_URL=nowhere)
        assert code == 1
        assert "Look at discord.api_url" in said


async def test_without_a_token_nothing_is_asked(tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9/api/v10"
    (tmp_path / "config.toml").write_text(f'[discord]\nenabled = true\napi_url = "{nowhere}"\n')
    database = f"sqlite+aiosqlite:///{tmp_path}/quiz.db"
    code, said = await check(tmp_path, FASTAPI_QUIZ_DATABASE__URL=database)
    assert (code, said.split(":")[0]) == (1, "FAILED  discord")
    assert "discord.token is missing" in said
    assert "FASTAPI_QUIZ_DISCORD__TOKEN" in said
    assert "does not answer" not in said
