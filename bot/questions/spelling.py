"""Misspelt words, by codespell's list of common misspellings (a development dependency)."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from bot.errors import PackFault

_REPORT = re.compile(r"^(?P<file>.+?):(?P<line>\d+): (?P<word>\S+) ==> (?P<right>.+)$")


def can_check_spelling() -> bool:
    """Tell whether codespell is installed."""
    return find_spec("codespell_lib") is not None


def check_spelling(paths: Iterable[Path]) -> tuple[PackFault, ...]:
    """Return every misspelt word of the files with its line."""
    import codespell_lib

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        codespell_lib.main(*map(str, paths))
    reports = filter(None, map(_REPORT.match, printed.getvalue().splitlines()))
    return tuple(
        PackFault(
            report["file"],
            int(report["line"]),
            f"`{report['word']}` looks misspelt.",
            f"Perhaps `{report['right']}`?",
        )
        for report in reports
    )
