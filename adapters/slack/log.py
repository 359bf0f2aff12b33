"""The SDK's own log lines, without the private text that some of them carry."""

from __future__ import annotations

import logging

import structlog

log = structlog.get_logger(__name__)


class _Bridge(logging.Handler):
    """Hands a record on without the payload: Bolt logs whole requests below ERROR."""

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage().splitlines()[0][:200]
        log.warning("slack_sdk", said=said)


def _make_logger() -> logging.Logger:
    logger = logging.getLogger("fastapi_quiz.slack_sdk")
    logger.setLevel(logging.ERROR)
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(_Bridge())
    return logger


SDK_LOG = _make_logger()
