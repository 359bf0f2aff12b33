"""The three streams, whatever the caller left of them."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

_MODES = {"stdin": "r", "stdout": "w", "stderr": "w"}


def prepare_streams() -> None:
    """Make them fit to be read and written.

    One that was closed (`<&-`) leads nowhere: else the next file that is opened, such as a
    database, would get its number. Files and pipes get UTF-8, which is what this program reads,
    too; a terminal gets a question mark for what it can't show.
    """
    for name, mode in _MODES.items():
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - stays open
            setattr(sys, name, nowhere)
    for stream in (sys.stdout, sys.stderr):
        assert isinstance(stream, io.TextIOWrapper)
        if stream.isatty():
            stream.reconfigure(errors="replace")
        else:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
