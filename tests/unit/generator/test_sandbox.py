"""The walls of the sandbox hold against planted programs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.errors import CommandError
from bot.questions.generator.sandbox import Ended, Sandbox, require_fastapi


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=1, seconds=1.0) as started:
        yield started


def test_gives_what_a_program_printed(sandbox: Sandbox) -> None:
    run = sandbox.run("print('grüße', 6 * 7)")
    assert (run.ended, run.output, run.errors) == (Ended.WELL, "grüße 42\n", "")


def test_a_failing_program_shows_its_traceback(sandbox: Sandbox) -> None:
    run = sandbox.run("print('before')\nraise ValueError('planted')")
    assert (run.ended, run.output) == (Ended.BADLY, "before\n")
    assert "ValueError: planted" in run.errors


@pytest.mark.parametrize(
    "program",
    [
        "while True: pass",
        "import time; time.sleep(60)",
        "import threading; threading.Event().wait()",
        "import signal, time\nfor s in set(signal.Signals) - {9, 19}:"
        " signal.signal(s, signal.SIG_IGN)\ntime.sleep(60)",
    ],
)
def test_a_program_that_hangs_is_stopped(program: str) -> None:
    with Sandbox(workers=1, seconds=0.2) as sandbox:
        assert sandbox.run(program).ended is Ended.LATE
        assert sandbox.run("print('next')").output == "next\n"


@pytest.mark.parametrize(
    "program",
    [
        "import socket; socket.socket()",
        "import socket; socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import socket; socket.socketpair()[0].connect('/tmp/planted')",
        "import httpx2; httpx2.get('http://127.0.0.1:9/')",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
        "import os; os.execv('/bin/true', ['true'])",
        "import ctypes; ctypes.CDLL(None)",
        "import os; os.kill(os.getppid(), 9)",
    ],
)
def test_reaching_out_is_refused(sandbox: Sandbox, program: str) -> None:
    run = sandbox.run(program + "\nprint('got through')")
    assert run.ended is Ended.BADLY
    assert "in here" in run.errors
    assert run.output == ""


def test_limits_hold(sandbox: Sandbox) -> None:
    hog = sandbox.run("bytearray(4 * 1024**3)")
    assert (hog.ended, "MemoryError" in hog.errors) == (Ended.BADLY, True)
    flood = sandbox.run("while True: print('x' * 1000)")
    assert (flood.ended, len(flood.output)) == (Ended.BADLY, 64 * 1024)


def test_programs_do_not_see_each_other(sandbox: Sandbox) -> None:
    plant = "import fastapi, os, pathlib\nfastapi.planted = 1\nos.environ['PLANTED'] = '1'"
    assert sandbox.run(f"{plant}\npathlib.Path('planted').touch()").ended is Ended.WELL
    look = "import fastapi, os\nprint(hasattr(fastapi, 'planted'), 'PLANTED' in os.environ)"
    assert sandbox.run(f"{look}\nprint(os.listdir())").output == (
        "False False\n['output', 'errors']\n"
    )


def test_the_environment_and_the_project_stay_outside(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASTAPI_QUIZ_SLACK__BOT_TOKEN", "planted")
    with Sandbox(workers=1) as started:
        run = started.run("import os, sys\nprint(sorted(os.environ), 'bot' in sys.modules)")
    assert "FASTAPI_QUIZ" not in run.output
    assert run.output.endswith("False\n")


def test_runs_come_in_the_order_of_the_programs() -> None:
    with Sandbox(workers=2) as sandbox:
        runs = list(sandbox.run_all(f"print({number})" for number in range(12)))
    assert [int(run.output) for run in runs] == list(range(12))


def test_threads_share_the_workers(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(4) as threads:
        runs = list(threads.map(sandbox.run, [f"print({number})" for number in range(8)]))
    assert [int(run.output) for run in runs] == list(range(8))


def test_names_what_is_missing_and_how_to_install_it() -> None:
    with pytest.raises(CommandError, match=r"needs no_such_part\. .*pip install"):
        require_fastapi(("json", "no_such_part"))


def test_a_dead_worker_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/true")
    with pytest.raises(CommandError, match="has ended"), Sandbox(workers=1):
        pass


def test_a_worker_that_died_is_replaced() -> None:
    with Sandbox(workers=1) as sandbox:
        worker = sandbox._idle.get()
        worker._process.kill()
        sandbox._idle.put(worker)
        with pytest.raises(CommandError, match="has ended"):
            sandbox.run("print(1)")
        assert sandbox.run("print(2)").output == "2\n"
