"""What the guide promises about permissions and intents is what the bot asks for."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import discord

from adapters.discord.client import make_intents
from adapters.discord.rights import NEEDED, make_invite_link, missing_names
from tests.fakes.discord.world import BOT_RIGHTS

GUIDE = (Path(__file__).parents[3] / "docs" / "discord.md").read_text(encoding="utf-8")


def read_table(after: str) -> list[str]:
    """Return the first column of the table that follows a sentence."""
    rows = GUIDE[GUIDE.index(after) :].split("\n\n")[1].splitlines()[2:]
    return [row.split("|")[1].strip() for row in rows]


def test_invite_link_asks_for_what_the_guide_lists() -> None:
    assert read_table("The link asks for these permissions") == list(NEEDED.values())
    link = parse_qs(urlsplit(make_invite_link("42")).query)
    assert link == {
        "client_id": ["42"],
        "permissions": [str(BOT_RIGHTS)],
        "scope": ["bot applications.commands"],
    }


def test_guide_shows_the_very_link() -> None:
    assert f"   {make_invite_link('YOUR_APPLICATION_ID')}\n" in GUIDE


def test_intents_are_the_three_that_the_guide_lists() -> None:
    names = {"`GUILDS`": 0, "`GUILD_MESSAGE_REACTIONS`": 10, "`DIRECT_MESSAGE_REACTIONS`": 13}
    assert read_table("Three intents are used") == list(names)
    assert make_intents().value == sum(1 << bit for bit in names.values()) == 9217


def test_missing_permissions_are_named_as_discord_shows_them() -> None:
    assert missing_names(discord.Permissions.all()) == []
    assert missing_names(discord.Permissions(view_channel=True)) == list(NEEDED.values())[1:]
