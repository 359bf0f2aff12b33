"""Structured logs on stderr: ours and the libraries', without secrets.

Two names lead through them. `delivery` is a delivery's key, from the slot that came due to the
call that posted it, and on to its answer; `event_id` names what came in from a chat, up to its
reply. Both are bound to the task, so that a library's own line has them, too.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

# structlog takes Rich where it is installed, to draw tracebacks, which it never does here. Without
# it the program has 4 MB less and starts with 70 ms less of the processor.
_rich = sys.modules.setdefault("rich", None)  # type: ignore[arg-type]
import structlog  # noqa: E402

if _rich is None:
    del sys.modules["rich"]

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

_TOKENS = r"\b(?:xox[a-z](?:\.xox[a-z])?-|xapp-)[\w-]+|(?<=Bot )[\w-]{20,}\.[\w-]+\.[\w-]+"
"""What Slack's and Discord's tokens look like, also those that the settings don't hold."""
_SIGNS = ("xox", "xapp-", "Bot ")
_SHORTEST = 6
"""Characters: a shorter secret is a word that would be struck out everywhere."""
HIDDEN = "[secret]"


def configure_logs(
    level: str = "info",
    form: str = "console",
    secrets: Sequence[str] = (),
    *,
    lasting: bool = False,
) -> None:
    """Write events from `level` on to stderr, for people or as JSON lines.

    `secrets` are struck out wherever they turn up. `lasting` settings can't be changed again,
    and cost less with each line.
    """
    colors = sys.stderr.isatty()
    render: Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=colors)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _without_secrets(render, secrets),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=lasting,
    )
    _take_over_libraries()


def _without_secrets(render: Processor, secrets: Sequence[str]) -> Processor:
    hide = make_hiding(secrets)

    def render_without(logger: WrappedLogger, name: str, event: EventDict) -> str:
        return hide(str(render(logger, name, event)))

    return render_without


def make_hiding(secrets: Sequence[str]) -> Callable[[str], str]:
    """Return what strikes secrets out of a line, as they are and as JSON writes them."""
    spelled = {s for secret in secrets for s in (secret, json.dumps(secret)[1:-1])}
    longest_first = sorted((s for s in spelled if len(s) >= _SHORTEST), key=len, reverse=True)
    pattern = re.compile("|".join([*map(re.escape, longest_first), _TOKENS]))
    signs = (*longest_first, *_SIGNS)

    def hide(line: str) -> str:
        for sign in signs:  # most lines have none, which is found out ten times faster so
            if sign in line:
                return pattern.sub(HIDDEN, line)
        return line

    return hide


class _Bridge(logging.Handler):
    """Makes a library's warning one of our lines, with the names that are bound to the task."""

    def emit(self, record: logging.LogRecord) -> None:
        """Hand the record on; what comes after its first line may be a payload."""
        said = record.getMessage().partition("\n")[0][:300]
        problem: dict[str, Any] = {}
        if record.exc_info and record.exc_info[0]:
            problem = {"problem": f"{record.exc_info[0].__name__}: {record.exc_info[1]}"[:300]}
        method = "error" if record.levelno >= logging.ERROR else "warning"
        getattr(structlog.get_logger(record.name), method)(
            "library", logger=record.name, said=said, **problem
        )


def _take_over_libraries() -> None:
    """Libraries say on stderr what they warn of; below that they may log whole requests."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _Bridge)]:
        root.removeHandler(handler)
    root.addHandler(_Bridge(logging.WARNING))


@contextmanager
def following_event(name: str = "") -> Iterator[None]:
    """Bind a name to all that this task and those that it begins will log.

    `name` is the platform's own, such as an interaction's id; without one it is made up.
    """
    with structlog.contextvars.bound_contextvars(event_id=name or os.urandom(5).hex()):
        yield
