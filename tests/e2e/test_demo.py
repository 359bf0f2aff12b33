"""The demo, in a terminal and without one."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

import pexpect
import pyte

from tests.fakes.command import run_command


def test_the_demo_without_a_terminal_plays_the_main_job(tmp_path: Path) -> None:
    done = run_command("demo", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Question of the day") == 3
    assert "only @ben] bot: Answer:" in done.stdout
    assert "3 question days in a row" in done.stdout
    assert list(tmp_path.iterdir()) == []


class Terminal:
    """A terminal of 160 x 60 with the demo in it: what a person sees and types."""

    def __init__(self, folder: Path) -> None:
        self.screen = pyte.HistoryScreen(160, 60, history=10_000, ratio=1)
        self.screen.write_process_input = self._answer
        self._stream = pyte.ByteStream(self.screen)
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "bot", "demo"],
            cwd=folder,
            dimensions=(60, 160),
            env=os.environ | {"TERM": "xterm-256color"},
        )

    def _answer(self, data: str) -> None:
        """The program asks its terminal where the cursor is."""
        self.child.send(data)

    def wait_for(self, text: str) -> None:
        """Read until the text is on the screen."""
        deadline = time.monotonic() + 60
        while text not in "\n".join(self.screen.display):
            shown = "\n".join(line.rstrip() for line in self.screen.display)
            assert time.monotonic() < deadline, f"no {text!r} on:\n{shown}"
            with contextlib.suppress(pexpect.TIMEOUT):
                self._stream.feed(self.child.read_nonblocking(65536, timeout=0.1))

    def type(self, line: str) -> None:
        """Type a line and press Enter."""
        self.child.send(line + "\r")


def test_the_demo_in_a_terminal_is_a_conversation(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    try:
        terminal.wait_for("You are @you")
        terminal.wait_for("next question in")
        terminal.type("advance 1m")
        terminal.wait_for("Question of the day")
        terminal.type("react")
        terminal.wait_for("[I knew it]")
        terminal.type("press D")
        terminal.wait_for("Model answer")
        terminal.type("@ben reacts :bulb:")
        terminal.wait_for("@ben reacts")
        terminal.type("frobnicate")
        terminal.wait_for("For the usual ones type: help")
        terminal.type("/fastapi-quiz streak")
        terminal.wait_for("you: 1 question day in a row")
        terminal.child.send("/fastapi-quiz schedule prev\t")
        terminal.wait_for("schedule preview")
        terminal.type(" 1")
        terminal.wait_for("Next posts of schedule 1")
        terminal.type("/fastapi-quiz schedule remove 1")
        terminal.wait_for("no question comes, no schedule is active")
        terminal.type("quit")
        terminal.child.expect(pexpect.EOF, timeout=30)
    finally:
        terminal.child.close()
    assert terminal.child.exitstatus == 0
