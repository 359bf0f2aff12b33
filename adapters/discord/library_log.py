"""What discord.py itself logs, as lines of our log: without its tracebacks.

It logs one for whatever it can't deliver, such as suggestions that came after Discord had
stopped waiting.
"""

from __future__ import annotations

import logging

import structlog

log = structlog.get_logger(__name__)
_NAME = "discord"


class _Lines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        said = record.getMessage()
        log.log(
            record.levelno,
            "library",
            library=record.name,
            said=" ".join(said.split())[:300],
            **({"problem": repr(error)[:300]} if error else {}),
        )


def take_over_log() -> None:
    """From now on discord.py's warnings and errors are written as ours; calling again is safe."""
    logger = logging.getLogger(_NAME)
    if not any(isinstance(handler, _Lines) for handler in logger.handlers):
        logger.addHandler(_Lines(logging.WARNING))
    logger.propagate = False
