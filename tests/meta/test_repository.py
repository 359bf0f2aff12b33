"""What is committed is the project's own: no file of one machine slips in."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINK = "120000"


def list_files(*options: str) -> list[str]:
    """Return what git lists of the files that are committed."""
    command = ["git", "-C", str(ROOT), "ls-files", *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def test_nothing_is_committed_that_is_to_be_ignored() -> None:
    assert "pyproject.toml" in list_files()
    assert list_files("--cached", "--ignored", "--exclude-standard") == []


def test_no_link_is_committed() -> None:
    """A link points to a place on the machine of whoever made it."""
    assert [line for line in list_files("--stage") if line.startswith(LINK)] == []
