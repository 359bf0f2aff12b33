"""The manifests say what the code uses, no more and no less."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from slack_bolt.async_app import AsyncApp

from adapters.slack.http import EVENTS_PATH
from adapters.slack.install import REDIRECT_PATH
from adapters.slack.listeners import SUGGEST
from adapters.slack.scopes import BOT_SCOPES, EVENTS
from bot.commands import NAME
from tests.fakes.slack_bot import Bot
from tests.fakes.slack_limits import SPECS
from tests.fakes.slack_state import BOT_SCOPES as GRANTED

DOCS = Path(__file__).parents[3] / "docs" / "slack"
MANIFESTS = ["manifest.yaml", "manifest-http.yaml"]


def read_manifest(name: str) -> dict[str, Any]:
    manifest: dict[str, Any] = yaml.safe_load((DOCS / name).read_text(encoding="utf-8"))
    return manifest


@pytest.mark.parametrize("name", MANIFESTS)
def test_scopes_and_events_are_those_of_the_code(name: str) -> None:
    manifest = read_manifest(name)

    assert manifest["oauth_config"]["scopes"]["bot"] == sorted(BOT_SCOPES)
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == sorted(EVENTS)
    assert manifest["features"]["slash_commands"][0]["command"] == NAME


@pytest.mark.parametrize("name", MANIFESTS)
def test_the_shortcut_is_the_one_that_is_listened_to(name: str) -> None:
    (shortcut,) = read_manifest(name)["features"]["shortcuts"]

    assert (shortcut["callback_id"], shortcut["type"]) == (SUGGEST, "message")


def test_the_local_slack_grants_these_scopes_and_no_other() -> None:
    assert set(BOT_SCOPES) == GRANTED


async def test_the_app_listens_to_these_events_and_no_other(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    listen = AsyncApp.event

    def note(self: AsyncApp, event: str, *more: Any) -> Any:
        heard.append(event)
        return listen(self, event, *more)

    monkeypatch.setattr(AsyncApp, "event", note)
    bot.platform._make_app(bot.app.handle)

    assert sorted(heard) == sorted(EVENTS)


def test_the_addresses_are_those_of_the_routes() -> None:
    text = (DOCS / "manifest-http.yaml").read_text(encoding="utf-8")

    paths = set(re.findall(r"https://quiz\.example\.com(\S+)", text))
    assert paths == {EVENTS_PATH, REDIRECT_PATH}


def test_the_guide_explains_each_scope_in_the_codes_words() -> None:
    rows = re.findall(r"^\| `([a-z:]+)` \| (.+) \|$", (DOCS / "guide.md").read_text("utf-8"), re.M)

    assert dict(rows) == BOT_SCOPES


@pytest.mark.parametrize("name", MANIFESTS)
def test_the_manifest_fits_the_published_schema(name: str) -> None:
    """Without the folder of schemas only the shape that we know is checked."""
    manifest = read_manifest(name)
    assert set(manifest) == {
        "_metadata",
        "display_information",
        "features",
        "oauth_config",
        "settings",
    }
    folder = os.environ.get(SPECS)
    if folder:
        from jsonschema import Draft7Validator

        schema = json.loads((Path(folder) / "slack_manifest.schema.1.0.0.json").read_text())
        assert [error.message for error in Draft7Validator(schema).iter_errors(manifest)] == []
