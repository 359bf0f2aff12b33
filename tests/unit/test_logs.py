"""Secrets never reach the log, however they get into a line."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.config import Settings, list_secrets
from bot.logs import HIDDEN, configure_logs, following_event, make_hiding

SLACK = "xoxb-12345-abcDEF"
DISCORD = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"
ODD = 'quote"and\\slash'
SETTINGS = Settings.model_validate(
    {
        "database": {"url": "postgresql+asyncpg://quiz:pass-word@db/quiz"},
        "slack": {"signing_secret": ODD, "client_secret": "s3cr3t-of-slack"},
        "discord": {"token": DISCORD},
        "security": {"encryption_keys": ["key-one-key-one", "key-two-key-two"]},
    }
)


@pytest.fixture(autouse=True)
def _settings_of_the_tests() -> Iterator[None]:
    """The next test writes where it wants."""
    root = logging.getLogger()
    before = list(root.handlers)
    yield
    root.handlers = before
    structlog.reset_defaults()


def test_every_secret_of_the_settings_is_known() -> None:
    assert set(list_secrets(SETTINGS)) == {
        "pass-word",
        ODD,
        "s3cr3t-of-slack",
        DISCORD,
        "key-one-key-one",
        "key-two-key-two",
    }


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_secret_gets_into_a_line(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("debug", form, list_secrets(SETTINGS))
    log = structlog.get_logger()
    logging.getLogger("slack_sdk.web").warning("sent %s\nand a whole payload", SLACK)
    log.info("said", token=DISCORD, nested={"headers": [f"Bearer {SLACK}"]}, odd=ODD)
    try:
        raise ValueError(f"{SETTINGS.database.url} refused xapp-1-A-2-b")
    except ValueError:
        log.exception("failed")
    said = capsys.readouterr().err
    for secret in (SLACK, DISCORD, ODD, json.dumps(ODD)[1:-1], "pass-word", "xapp-1", "payload"):
        assert secret not in said
    assert said.count(HIDDEN) >= 6


def test_a_short_secret_strikes_out_no_words() -> None:
    hide = make_hiding(["on"])
    assert hide("posted on time") == "posted on time"


def test_a_library_s_warning_is_a_line_of_ours_with_the_event_s_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("info", "json")
    with following_event("77"):
        logging.getLogger("discord.http").warning("We are being %s.", "rate limited")
        logging.getLogger("discord.http").info("a request with everything in it")
    [line] = map(json.loads, capsys.readouterr().err.splitlines())
    assert (line["event_id"], line["logger"]) == ("77", "discord.http")
    assert (line["said"], line["level"]) == ("We are being rate limited.", "warning")
