"""`python -m bot` is the same program as `fastapi-quiz`."""

from __future__ import annotations

import sys
from typing import NoReturn

INTERRUPTED = 130


def main() -> NoReturn:
    """Run the program, which Ctrl-C ends also while it is still being imported."""
    try:
        from bot.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
