"""The program as its own process, connected to a local Discord."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.discord_server import TOKEN, DiscordServer

PATIENCE = 90.0


@dataclass
class Bot:
    """`fastapi-quiz run` in a folder of its own; its log is in `log`."""

    folder: Path
    server: DiscordServer
    more: str = ""
    process: asyncio.subprocess.Process | None = None
    log: list[str] = field(default_factory=list)
    _reading: asyncio.Task[None] | None = None

    async def start(self, *, ready: bool = True) -> None:
        """Start it, and wait until it says that it has."""
        self.log.clear()
        config = self.folder / "config.toml"
        config.write_text(
            f'[database]\nurl = "sqlite+aiosqlite:///{self.folder}/quiz.db"\n'
            "[scheduler]\nlease = 2\n"
            f'[discord]\nenabled = true\ntoken = "{TOKEN}"\n'
            f'api_url = "{self.server.api_url}"\ngateway_url = "{self.server.gateway_url}"\n'
            f"{self.more}"
        )
        command = [sys.executable, "-m", "bot", "--config", str(config), "run"]
        self.process = await asyncio.create_subprocess_exec(
            *command,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=_environment(),
        )
        self._reading = asyncio.create_task(self._read())
        if ready:
            await self.until_logged("started ")

    async def _read(self) -> None:
        assert self.process is not None
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.log.append(line.decode())
            self.server.world.touch()
        asyncio.get_running_loop().call_soon(self.server.world.touch)

    async def until_logged(self, words: str) -> str:
        """Wait for a line of the log that has these words."""

        def found() -> bool:
            gone = self._reading is not None and self._reading.done()
            return gone or any(words in line for line in self.log)

        await self.server.until(found, PATIENCE)
        lines = [line for line in self.log if words in line]
        assert lines, f"The bot ended without saying {words}: {''.join(self.log)}"
        return lines[0]

    async def stop(self) -> int:
        """Stop it by SIGTERM and return its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return await self._end()

    async def kill(self) -> None:
        """Let it die without clean-up."""
        assert self.process is not None
        self.process.kill()
        await self._end()

    async def _end(self) -> int:
        assert self.process is not None
        assert self._reading is not None
        async with asyncio.timeout(PATIENCE):
            code = await self.process.wait()
            await self._reading
        return code


def _environment() -> dict[str, str]:
    """The tests' own variables are no settings of the program."""
    return {name: word for name, word in os.environ.items() if "FASTAPI_QUIZ" not in name}


@asynccontextmanager
async def run_bot(folder: Path, server: DiscordServer, more: str = "") -> AsyncIterator[Bot]:
    """Run the bot, and end it in any case."""
    bot = Bot(folder, server, more)
    await bot.start()
    try:
        yield bot
    finally:
        if bot.process and bot.process.returncode is None:
            await bot.kill()
