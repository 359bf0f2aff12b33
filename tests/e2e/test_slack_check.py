"""`fastapi-quiz check` asks Slack itself."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.domain.installation import Installation
from tests.fakes.command import run_command
from tests.fakes.slack_bot import KEY, Bot, run_bot
from tests.fakes.slack_oauth import CLIENT_ID, CLIENT_SECRET
from tests.fakes.slack_requests import SIGNING_SECRET
from tests.fakes.slack_server import APP_TOKEN, run_slack


def name_variables(**settings: str) -> dict[str, str]:
    """Settings as `section__key` under the names that they have in the environment."""
    return {f"FASTAPI_QUIZ_{name}".upper(): value for name, value in settings.items()}


def settings_of(bot: Bot) -> dict[str, str]:
    return {
        "database__url": bot.url,
        "slack__enabled": "true",
        "slack__base_url": bot.server.base_url,
        "slack__bot_token": min(bot.team.tokens),
        "slack__app_token": APP_TOKEN,
    }


async def check(folder: Path, name: str = "slack", **settings: str) -> tuple[int | None, str]:
    """Run it, and return its exit code and its line about a name."""
    given = name_variables(grading__grader="lexical") | name_variables(**settings)
    done = await asyncio.to_thread(run_command, "check", folder=folder, **given)
    assert done.stderr == ""
    [line] = [line for line in done.stdout.splitlines() if f"  {name}: " in line]
    return done.returncode, line


async def test_check_tries_the_tokens_and_looks_at_channels(tmp_path: Path) -> None:
    async with run_bot(tmp_path) as bot:
        bot.clock.move_to(datetime.now(UTC))
        await bot.type(bot.ana, "schedule add 09:00")
        settings = settings_of(bot)
        team = f"acme ({bot.team.id})"
        code, said = await check(tmp_path, **settings)
        assert (code, said) == (
            0,
            f"ok      slack: signed in to {team} as fastapi-quiz; may post in 1 scheduled channel",
        )

        bot.general.members.discard(bot.team.bot_user)
        code, said = await check(tmp_path, **settings)
        assert (code, said.split(":")[0]) == (1, "FAILED  slack")
        assert "The bot is not in #general. Type /invite @FastAPI Quiz there." in said

        await bot.type(bot.ana, "schedule pause 1")
        assert "0 scheduled channels" in (await check(tmp_path, **settings))[1]

        code, said = await check(tmp_path, **settings | {"slack__bot_token": "xoxb-wrong"})
        assert code == 1
        assert 'Slack refuses slack.bot_token ("invalid_auth")' in said
        nowhere = "http://127.0.0.1:9/api/"
        code, said = await check(tmp_path, **settings | {"slack__base_url": nowhere})
        assert code == 1
        assert "Slack can't be reached (127.0.0.1). Check slack.base_url." in said


def many_workspaces(base_url: str) -> dict[str, str]:
    return {
        "slack__enabled": "true",
        "slack__base_url": base_url,
        "slack__mode": "http",
        "slack__signing_secret": SIGNING_SECRET,
        "slack__client_id": CLIENT_ID,
        "slack__client_secret": CLIENT_SECRET,
        "web__enabled": "true",
        "web__public_url": "https://quiz.example.com",
        "security__encryption_keys": KEY,
    }


async def test_check_tries_the_token_of_every_workspace(tmp_path: Path) -> None:
    async with run_bot(tmp_path, "oauth") as bot:
        settings = {**many_workspaces(bot.server.base_url), "database__url": bot.url}
        code, said = await check(tmp_path, **settings)
        assert (code, "open https://quiz.example.com/slack/install" in said) == (0, True)

        team = bot.team
        token = min(team.tokens)
        await bot.platform.clients.installations.save(
            Installation(team.id, team.name, team.bot_user, team.bot_id, token)
        )
        assert await check(tmp_path, **settings) == (
            0,
            "ok      slack: signed in to 1 workspace; may post in 0 scheduled channels",
        )
        team.tokens.clear()
        code, said = await check(tmp_path, **settings)
        assert code == 1
        assert f"acme ({team.id}): Slack refuses the app's token. An admin" in said
        other_key = Fernet.generate_key().decode()
        code, said = await check(tmp_path, **settings | {"security__encryption_keys": other_key})
        assert code == 1
        assert "Put the key it was stored with into security.encryption_keys again" in said


ONE = {"slack__enabled": "true", "slack__bot_token": "xoxb-1", "slack__app_token": APP_TOKEN}
MANY = many_workspaces("")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (ONE | {"slack__app_token": ""}, "needs slack.app_token (in the environment FASTAPI_QUIZ"),
        (ONE | {"slack__bot_token": ""}, "needs slack.bot_token (in the environment FASTAPI_QUIZ"),
        (ONE | {"slack__mode": "http"}, "needs slack.signing_secret (in the environment FASTAPI"),
        (MANY | {"web__enabled": "false"}, "needs the web server. Set enabled = true under [web]"),
        (MANY | {"web__public_url": ""}, "web.public_url is missing"),
        (MANY | {"security__encryption_keys": ""}, "security.encryption_keys is empty"),
    ],
)
async def test_where_settings_are_missing_nothing_is_asked(
    tmp_path: Path, settings: dict[str, str], said: str
) -> None:
    async with run_slack() as server:
        code, line = await check(tmp_path, **settings | {"slack__base_url": server.base_url})

    assert (code, line.split(":")[0]) == (1, "FAILED  slack")
    assert said in line
    assert server.state.calls == []


@pytest.mark.parametrize(
    ("settings", "code", "said"),
    [
        ({}, 0, "none is enabled, which demo and simulate don't need; for run, enable one"),
        ({"local__enabled": "true", "slack__bot_token": "xoxb-1"}, 0, "enabled: local"),
        (
            {"slack__bot_token": "xoxb-1"},
            1,
            "Set enabled = true under [slack] (in the environment FASTAPI_QUIZ_SLACK__ENABLED)",
        ),
    ],
)
async def test_check_says_which_platforms_are_enabled(
    tmp_path: Path, settings: dict[str, str], code: int, said: str
) -> None:
    ended, line = await check(tmp_path, "platforms", **settings)

    assert (ended, said in line) == (code, True), line
