"""What the program prints into a terminal, a pipe, and nowhere."""

from __future__ import annotations

import os
import pty
import shlex
import subprocess
import sys
from pathlib import Path

from tests.e2e.test_operator import prepare
from tests.e2e.test_program import run
from tests.stage import PACKS

PROGRAM = f"{shlex.quote(sys.executable)} -m bot"
ROOT = str(Path(__file__).parents[2])
SCRIPT = "@ana: /fastapi-quiz streak\n"


def type_in_shell(command: str, folder: Path, **environment: str) -> tuple[int, str, str]:
    """Run a line of a shell in which `quiz` is the program; return its code and its words."""
    line = command.replace("quiz ", f"{PROGRAM} ")
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": ROOT, **environment},
        capture_output=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def show_in_terminal(arguments: str, folder: Path, **environment: str) -> str:
    """Return what a terminal of 80 columns gets."""
    here, there = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "bot", *arguments.split()],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": ROOT, "COLUMNS": "80", "NO_COLOR": "1", **environment},
        stdin=subprocess.DEVNULL,
        stdout=there,
        stderr=there,
    ):
        os.close(there)
        said = b""
        try:
            while part := os.read(here, 65536):
                said += part
        except OSError:  # the other side is closed
            pass
    os.close(here)
    return said.decode(errors="replace")


def test_streams_that_are_closed_are_no_fault(tmp_path: Path) -> None:
    for command in ("simulate - <&-", "questions list >&-", "simulate - <&- 2>&-"):
        code, _, complaint = type_in_shell(f"quiz {command}", tmp_path)
        assert (code, complaint) == (0, ""), command


def test_a_pipe_gets_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    (tmp_path / "script").write_text(SCRIPT)
    done = type_in_shell("quiz simulate script", tmp_path, PYTHONIOENCODING="ascii")
    assert (done[0], done[2]) == (0, "")
    assert "Longest 0 · freezes 0 of 2" in done[1]


def test_a_terminal_gets_what_it_can_show(tmp_path: Path) -> None:
    (tmp_path / "script").write_text(SCRIPT)
    said = show_in_terminal("simulate script", tmp_path, PYTHONIOENCODING="ascii")
    assert "Longest 0 ? freezes 0 of 2" in said


def test_tables_cut_nothing_off_and_take_nothing_for_markup(tmp_path: Path) -> None:
    prepare(tmp_path)
    key = run("deliveries", folder=tmp_path).stdout.split("\t")[12]
    shown = show_in_terminal("deliveries", tmp_path)
    assert key in shown, "it is there to be copied"
    assert "mend" not in shown, "nothing was amiss"

    run("questions", "new", "odd", "--folder", "odd", folder=tmp_path)
    file = tmp_path / "odd/odd.md"
    file.write_text(file.read_text().replace("title: Odd", 'title: "What [/items] takes :bulb:"'))
    assert "What [/items] takes :bulb:" in show_in_terminal("questions list --pack odd", tmp_path)


def test_an_export_that_can_t_be_printed_is_no_fault_of_the_database(tmp_path: Path) -> None:
    prepare(tmp_path)
    shell = "quiz workspace export local"
    assert type_in_shell(f"{shell} | head -1", tmp_path)[1:] == ("{\n", "")
    code, _, complaint = type_in_shell(f"{shell} >/dev/full", tmp_path)
    assert code == 1
    assert complaint == (
        "fastapi-quiz: What is printed can't be written or read: No space left on device.\n"
    )


def test_a_folder_that_can_t_be_written_is_named(tmp_path: Path) -> None:
    """A limit of what a file may hold stands for a full disk."""
    shell = f'ulimit -f 0; trap "" XFSZ; quiz questions convert {PACKS["small"]} ours'
    code, _, complaint = type_in_shell(shell, tmp_path)
    assert code == 1
    assert complaint.startswith("fastapi-quiz: ours/")
    assert complaint.endswith(".md can't be written: File too large. Name another folder.\n")


def test_ctrl_c_while_it_is_still_being_imported_leaves_no_traceback(tmp_path: Path) -> None:
    """Whoever imports Typer gets this file first."""
    (tmp_path / "typer.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    assert type_in_shell("quiz check", tmp_path) == (130, "", "")
