"""The real program in its own process."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Program:
    """`fastapi-quiz run`, and what it has written to stderr so far."""

    process: asyncio.subprocess.Process
    said: str = ""
    lines: list[str] = field(default_factory=list)
    spoke: asyncio.Event = field(default_factory=asyncio.Event)

    async def read_log(self) -> None:
        """Keep what the program writes."""
        assert self.process.stderr
        async for line in self.process.stderr:
            self.lines.append(line.decode(errors="replace"))
            self.spoke.set()

    async def read_output(self) -> None:
        """Keep what the program prints."""
        assert self.process.stdout
        self.said = (await self.process.stdout.read()).decode(errors="replace")

    async def until(self, word: str) -> None:
        """Wait until it has written a word."""
        async with asyncio.timeout(90):
            while word not in self.log:
                self.spoke.clear()
                await self.spoke.wait()

    @property
    def log(self) -> str:
        """Everything it wrote."""
        return "".join(self.lines)

    async def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        await self.process.wait()

    async def terminate(self) -> int:
        """Ask it to end, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(60):
            return await self.process.wait()


@asynccontextmanager
async def run_program(
    folder: Path, settings: Mapping[str, str], *arguments: str
) -> AsyncIterator[Program]:
    """Run the service in a folder; settings are `section.key` names with their values.

    With arguments another of its commands is run, whose output is in `said` at its end.
    """
    names = {
        f"FASTAPI_QUIZ_{name.replace('.', '__')}".upper(): value for name, value in settings.items()
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *(arguments or ("run",)),
        cwd=folder,
        env={**os.environ, **names, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    program = Program(process)
    reading = asyncio.gather(program.read_log(), program.read_output())
    try:
        yield program
    finally:
        if process.returncode is None:
            await program.kill()
        await reading
