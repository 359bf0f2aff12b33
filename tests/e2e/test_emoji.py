"""A workspace chooses which reaction shows the answer."""

from __future__ import annotations

from tests.stage import START, Play


async def test_the_chosen_reaction_shows_the_answer_and_the_former_does_not(play: Play) -> None:
    played = await play(
        f"""{START}
        @ana: /fastapi-quiz emoji :eyes:
        advance 10m
        @ben reacts :bulb:
        @cleo reacts :eyes:
        @cleo: /fastapi-quiz help
        workspace other
        @ana admin
        @ana: /fastapi-quiz emoji
        """
    )

    assert [reveal.only for reveal in played.of("reveal")] == ["cleo"]
    assert [notice.data["emoji"] for notice in played.of("notice")] == ["eyes", "bulb"]
    assert "React with :eyes:" in played.last("help").text


async def test_only_admins_choose_it_and_only_an_emoji(play: Play) -> None:
    played = await play(
        f"""{START}
        @ben: /fastapi-quiz emoji :eyes:
        @ana: /fastapi-quiz emoji "two words"
        """
    )

    assert [error.data["reason"] for error in played.of("error")] == ["forbidden", "command"]
