"""Commands in a member's own language, within Discord's limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import discord
import pytest

from adapters.discord.translating import Words
from adapters.discord.tree import make_group
from bot.commands import COMMANDS
from bot.commands.localising import Language, load_languages
from tests.adapters.discord.conftest import Stage
from tests.fakes.discord.checks import LOCALES, check_commands


async def make_payload(languages: Mapping[str, Language]) -> dict[str, Any]:
    """Return the commands as discord.py registers them."""

    async def nothing(*_: Any) -> Any:
        return ()

    group = make_group(COMMANDS, nothing, nothing)
    client = discord.Client(intents=discord.Intents.none())
    tree = discord.app_commands.CommandTree(client)
    return await group.get_translated_payload(tree, Words(languages))


def walk_options(option: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a command and all below it."""
    yield option
    for inner in option.get("options") or ():
        yield from walk_options(inner)


@pytest.mark.parametrize("tag", load_languages())
async def test_language_is_complete_and_within_the_limits(tag: str) -> None:
    payload = await make_payload(load_languages())
    assert check_commands([payload]) == []
    for option in walk_options(payload):
        assert tag in option["description_localizations"], option["description"]
        if option is not payload:
            assert tag in option["name_localizations"], option["name"]
        for choice in option.get("choices") or ():
            assert tag in choice["name_localizations"], choice["name"]


def test_languages_are_such_as_discord_has() -> None:
    assert load_languages().keys() <= LOCALES


async def test_check_finds_what_discord_refuses() -> None:
    twice = {"streak": "x", "topics": "x", "help": "Zwei Worte"}
    texts = {"show you the answer": "x" * 300}
    payload = await make_payload({"de": Language("de", twice, texts)})
    problems = check_commands([payload])
    assert "fastapi-quiz: Two options have one name in de." in problems
    assert "help.name_localizations: 'Zwei Worte' is no name." in problems
    assert len(problems) == 2  # a description that is too long was shortened


async def test_commands_are_registered_in_german(stage: Stage) -> None:
    (command,) = stage.server.world.commands[None]
    shown = {
        option["name_localizations"].get("de"): option["description_localizations"].get("de")
        for option in command["options"]
    }
    assert shown["hilfe"] == "was du hier tun kannst"
    assert command["name_localizations"] == {}
