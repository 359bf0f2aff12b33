"""The program's commands, each in a process of its own that need not import everything anew.

A server that has imported the program forks for each command: real streams, a real exit code
and a real end, without the second that a new interpreter takes to import SQLAlchemy.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["bot.cli", "bot.app", "bot.cli.simulate", "bot.cli.local"])
_STREAMS = ("in", "out", "err")


def run_command(
    *arguments: str, folder: Path, stdin: str = "", timeout: float = 60, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of the program in a folder and return what it printed.

    Raises:
        TimeoutError: it did not end in time, and was killed.
    """
    streams = folder.parent / f".{folder.name}-streams"
    streams.mkdir(exist_ok=True)
    (streams / "in").write_text(stdin, encoding="utf-8")
    given = os.environ | environment
    process = _SERVER.Process(target=_become, args=(arguments, folder, streams, dict(given)))
    process.start()
    process.join(timeout)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise TimeoutError(f"fastapi-quiz {' '.join(arguments)} ran for {timeout} s.")
    out, err = ((streams / name).read_text(encoding="utf-8") for name in _STREAMS[1:])
    return subprocess.CompletedProcess(arguments, process.exitcode, out, err)


def _become(
    arguments: tuple[str, ...], folder: Path, streams: Path, environment: dict[str, str]
) -> None:
    """Turn this new process into the program."""
    for number, name in enumerate(_STREAMS):
        flags = os.O_RDONLY if name == "in" else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        os.dup2(os.open(streams / name, flags), number)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8", closefd=False)
        for number, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["fastapi-quiz", *arguments]
    from bot.cli import main

    main()
