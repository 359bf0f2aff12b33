"""Runs the assembled programs in processes of their own: see `worker.py` for the walls."""

from __future__ import annotations

import importlib.util
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

from bot.errors import CommandError

NEEDED = ("fastapi", "httpx2")
PRELOAD = (
    "json",
    "typing",
    "enum",
    "uuid",
    "datetime",
    "decimal",
    "contextlib",
    "asyncio",
    "anyio._backends._asyncio",
    "fastapi",
    "fastapi.testclient",
    "fastapi.responses",
    "fastapi.middleware.cors",
)
VERSIONS = ("fastapi", "pydantic", "starlette")
START_SECONDS = 30.0
MARGIN_SECONDS = 5.0
INSTALL = "Install what it needs with: pip install 'fastapi-quiz[generate]'"


class Ended(StrEnum):
    """How a program ended."""

    WELL = "well"
    BADLY = "badly"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Run:
    """What a program did: how it ended, and what it wrote to stdout and stderr (64 KiB each)."""

    ended: Ended
    output: str
    errors: str


class Worker:
    """One interpreter that runs programs, one at a time. Not for two threads at once."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and script
            [sys.executable, "-I", "-B", "-X", "utf8", str(Path(__file__).with_name("worker.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath, "TZ": "UTC"},
            start_new_session=True,
        )
        order = {"preload": PRELOAD, "versions": VERSIONS, "seconds": seconds}
        try:
            self.versions: Mapping[str, str] = self._ask(order, START_SECONDS)["versions"]
        except BaseException:
            self.close()
            raise

    def run(self, program: str) -> Run:
        """Run a program to its end or for at most the seconds given."""
        answer = self._ask({"program": program}, self._seconds + MARGIN_SECONDS)
        return Run(Ended(answer["ended"]), answer["output"], answer["errors"])

    def close(self) -> None:
        """End the process; a program that still runs in it ends by its own limits."""
        self._process.kill()
        self._process.communicate()

    def _ask(self, line: Mapping[str, object], seconds: float) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(json.dumps(line).encode() + b"\n")
            stdin.flush()
            ready, _, _ = select.select([stdout], [], [], seconds)
            answer = stdout.readline() if ready else b""
        except BrokenPipeError:
            answer = b""
        if not answer:
            raise CommandError(f"The process that runs the programs has ended. {INSTALL}")
        parsed: dict[str, Any] = json.loads(answer)
        return parsed


class Sandbox:
    """A few workers. Use as a context manager; the processes start when it is entered."""

    def __init__(self, workers: int = 2, seconds: float = 5.0) -> None:
        self._count = workers
        self._seconds = seconds
        self._stack = ExitStack()
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        self.versions: Mapping[str, str] = {}

    def __enter__(self) -> Self:
        require_fastapi(NEEDED)
        with ThreadPoolExecutor(self._count) as threads:
            starting = [threads.submit(self._start_worker) for _ in range(self._count)]
        failed = [error for start in starting if (error := start.exception()) is not None]
        if failed:
            self._stack.close()
            raise failed[0]
        for start in starting:
            self._idle.put(start.result())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def run(self, program: str) -> Run:
        """Run one program; any number of threads may call, the workers are shared out.

        Raises `CommandError` if the worker died; another takes its place.
        """
        worker = self._idle.get()
        try:
            return worker.run(program)
        except CommandError:
            worker.close()
            worker = self._start_worker()
            raise
        finally:
            self._idle.put(worker)

    def run_all(self, programs: Iterable[str]) -> Iterator[Run]:
        """Run programs side by side; the runs come in the order of the programs."""
        with ThreadPoolExecutor(self._count) as threads:
            yield from threads.map(self.run, programs)

    def _start_worker(self) -> Worker:
        worker = Worker(self._seconds)
        self._stack.callback(worker.close)
        self.versions = worker.versions
        return worker


def require_fastapi(needed: Sequence[str]) -> None:
    """Raise `CommandError` with the install command unless the optional parts are here."""
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        raise CommandError(f"Generating questions needs {' and '.join(missing)}. {INSTALL}")
    if not hasattr(os, "fork"):
        raise CommandError("Generating questions needs Linux or macOS; on Windows use WSL.")
