"""Emoji as people type them."""

from __future__ import annotations

import pytest

from bot.domain.emoji import is_same_emoji, name_emoji, read_emoji, show_emoji
from bot.errors import CommandError

TYPED = {
    ":bulb:": "bulb",
    "💡": "bulb",
    ":Eyes:": "eyes",
    "+1": "+1",
    ":wave::skin-tone-3:": "wave",
    "<:quiz:123456>": "quiz",
    "👀": "👀",
    "❤️": "❤️",
    ":確認:": "確認",
    ":thumbsup:": "thumbsup",
}


@pytest.mark.parametrize(("typed", "name"), TYPED.items())
def test_an_emoji_is_read_by_its_name_or_character(typed: str, name: str) -> None:
    assert read_emoji(typed) == name


@pytest.mark.parametrize("typed", ["two words", "<!channel>", "*", "ä", "👀" * 20, "x" * 200])
def test_what_is_no_emoji_is_refused(typed: str) -> None:
    with pytest.raises(CommandError, match="is no emoji"):
        read_emoji(typed)


def test_an_emoji_is_shown_as_members_see_it() -> None:
    assert [show_emoji(name) for name in ("bulb", "eyes", "👀", "確認")] == [
        *("💡", ":eyes:", "👀", ":確認:")
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [("❤️", "❤"), ("👍🏽", "👍"), ("👍🏽", "👍🏿"), ("Quiz", "quiz"), ("+1", "thumbsup")],
)
def test_an_emoji_is_the_same_in_any_style_and_skin(one: str, other: str) -> None:
    assert is_same_emoji(one, other)


def test_other_emoji_are_others() -> None:
    assert not is_same_emoji("👍🏽", "👎🏽")
    assert [name_emoji(shown) for shown in ("💡", "💡️", "👀")] == ["bulb", "bulb", "👀"]
