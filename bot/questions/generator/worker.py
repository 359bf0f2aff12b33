"""A process that runs programs one after another, each in a fork of its own.

Run as a script by `sandbox.py`; imports nothing of this project. It reads JSON lines from
stdin: first `{"preload": [module], "versions": [distribution], "seconds": s}`, answered by
`{"versions": {distribution: version}}`, then `{"program": source}`, each answered by
`{"ended": "well" | "badly" | "late", "output": str, "errors": str}`. What the programs need
is imported once, before the forks, so that a run costs milliseconds; nothing that a program
does outlives its fork.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import json
import os
import resource
import select
import signal
import socket
import sys
import tempfile
import traceback
import types
from pathlib import Path
from typing import Any, NoReturn

MEGABYTE = 1024 * 1024
MOST_OUTPUT = 64 * 1024
LIMITS = {
    resource.RLIMIT_AS: 1024 * MEGABYTE,
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_FSIZE: MOST_OUTPUT,
    resource.RLIMIT_NOFILE: 64,
}
FORBIDDEN_EVENTS = (
    "ctypes.",
    "os.exec",
    "os.fork",
    "os.kill",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "pty.spawn",
    "subprocess.Popen",
    "socket.bind",
    "socket.connect",
    "socket.get",
    "socket.send",
)


def refuse_reaching_out(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: no network and no other process. A hook can't be taken off again.

    Unix socket pairs stay allowed, for an event loop wakes itself through one.
    """
    if event == "socket.__new__" and arguments[1] != socket.AF_UNIX:
        raise PermissionError("no sockets in here")
    if event.startswith(FORBIDDEN_EVENTS):
        raise PermissionError(f"no {event} in here")


def confine(folder: str, seconds: float) -> None:
    """Shut the current process into its folder, its limits and its own process group."""
    os.setsid()
    os.chdir(folder)
    for stream, name, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, "output", os.O_WRONLY | os.O_CREAT),
        (2, "errors", os.O_WRONLY | os.O_CREAT),
    ):
        os.dup2(os.open(name, flags, 0o600), stream)
    for limit, value in {**LIMITS, resource.RLIMIT_CPU: int(seconds) + 1}.items():
        with contextlib.suppress(ValueError, OSError):  # a platform may not know the limit
            resource.setrlimit(limit, (value, value))
    sys.addaudithook(refuse_reaching_out)


def execute(source: str) -> int:
    """Run a program as `__main__`; gives its exit code."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    try:
        exec(compile(source, "program.py", "exec"), module.__dict__)  # noqa: S102 - our templates
    except BaseException:
        traceback.print_exc()
        return 1
    else:
        return 0
    finally:
        sys.stderr.flush()
        with contextlib.suppress(OSError):  # the output has reached its limit
            sys.stdout.flush()


def run_child(source: str, folder: str, seconds: float) -> NoReturn:
    """Run a program in a process just forked; never returns."""
    code = 1
    try:
        confine(folder, seconds)
        code = execute(source)
    finally:
        os._exit(code)


def wait_for_end(pid: int, alive: int, seconds: float) -> str:
    """Wait until the child ends, which closes the pipe `alive`; kill it when it is late."""
    ended, _, _ = select.select([alive], [], [], seconds)
    if not ended:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if not ended:
        return "late"
    return "well" if os.waitstatus_to_exitcode(status) == 0 else "badly"


def read_text(path: Path) -> str:
    """Read what a program wrote; a program that never began wrote nothing."""
    return path.read_text("utf-8", "replace") if path.exists() else ""


def run_program(source: str, seconds: float) -> dict[str, str]:
    """Run one program in a fork with a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="fastapi-quiz-") as folder:
        alive, held_by_child = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(alive)
            run_child(source, folder, seconds)
        os.close(held_by_child)
        ended = wait_for_end(pid, alive, seconds)
        os.close(alive)
        return {
            "ended": ended,
            "output": read_text(Path(folder, "output")),
            "errors": read_text(Path(folder, "errors")),
        }


def serve() -> None:
    """Answer the lines on stdin until it closes."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # a stray print must not pass for an answer
    order = json.loads(sys.stdin.readline())
    for name in order["preload"]:
        importlib.import_module(name)
    versions = {name: importlib.metadata.version(name) for name in order["versions"]}
    print(json.dumps({"versions": versions}), file=answers)
    for line in sys.stdin:
        result = run_program(json.loads(line)["program"], order["seconds"])
        print(json.dumps(result), file=answers)


if __name__ == "__main__":
    serve()
