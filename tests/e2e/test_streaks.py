"""Streaks as members live them; the rules alone are tested in tests/unit/test_streak.py."""

from __future__ import annotations

from typing import Any

from tests.stage import START, Play, Played

DAILY = """
@ben reacts :bulb:
advance 1d
"""


def numbers(played: Played) -> tuple[int, int, int]:
    data = played.last("streak").data
    return data["current"], data["longest"], data["freezes"]


def check_ledger(played: Played) -> list[dict[str, Any]]:
    """The ledger's last line and its highest one are the numbers."""
    ledger = played.last("ledger").data
    days: list[dict[str, Any]] = ledger["days"]
    assert ledger["current"] == days[-1]["streak"]
    assert ledger["longest"] == max(day["streak"] for day in days)
    return days


async def test_seven_days_earn_a_freeze_and_a_missed_day_spends_it(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        {DAILY * 7}
        @ben: /fastapi-quiz streak
        advance 1d
        @ben: /fastapi-quiz streak
        @ben reacts :bulb:
        @ben: /fastapi-quiz streak why
        """
    )
    assert [said.data["freezes"] for said in played.of("streak")] == [1, 0]
    days = check_ledger(played)
    assert [day["freeze"] for day in days] == [False] * 7 + [True, False]
    assert days[-1]["streak"] == 8


async def test_a_missed_day_without_a_freeze_ends_the_streak_once_the_next_begins(
    play: Play,
) -> None:
    played = await play(
        f"""{START}
        advance 10m
        {DAILY * 3}
        @ben: /fastapi-quiz streak
        advance 23h
        @ben: /fastapi-quiz streak
        advance 1h
        @ben: /fastapi-quiz streak
        """
    )
    assert [said.data["current"] for said in played.of("streak")] == [3, 3, 0]
    assert numbers(played)[1] == 3


async def test_a_reveal_after_the_next_question_began_is_too_late(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        advance 1d
        @ben reacts :bulb: to 2
        @ben: /fastapi-quiz streak why
        """
    )
    assert played.last("reveal").data["late"] is True
    assert [day["took_part"] for day in check_ledger(played)] == [False, False]


async def test_complaint_9_away_keeps_the_streak_and_the_freezes(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        {DAILY * 7}
        @ben: /fastapi-quiz settings away-until:2026-04-05
        advance 6d
        @ben: /fastapi-quiz streak
        @ben reacts :bulb:
        @ben: /fastapi-quiz streak why
        """
    )
    assert numbers(played) == (7, 7, 1)
    days = check_ledger(played)
    assert [day["away"] for day in days[7:12]] == [True] * 5
    assert days[-1]["streak"] == 8


async def test_complaint_8_the_bot_s_faults_break_no_streak(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        {DAILY * 2}
        @ben reacts :bulb:
        outage 30h
        advance 1d
        crash
        advance 1d
        @ben: /fastapi-quiz streak
        @ben reacts :bulb:
        @ben: /fastapi-quiz streak why
        @ana: /fastapi-quiz status
        """
    )
    assert numbers(played)[0] == 3
    days = check_ledger(played)
    assert all(day["took_part"] for day in days)
    assert [day["date"] for day in days] == [
        "2026-03-23",
        "2026-03-24",
        "2026-03-25",
        "2026-03-27",
    ]
    missed = [one for one in played.last("status").data["deliveries"] if one["state"] == "skipped"]
    assert [(one["slot"], bool(one["reason"])) for one in missed] == [("2026-03-26", True)]


async def test_a_self_rating_and_an_answer_take_part_too(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben answers: some words about dependencies
        @cleo reacts :bulb:
        @cleo presses I knew it
        @cleo presses I knew it
        @ben: /fastapi-quiz streak
        @cleo: /fastapi-quiz streak member:@ben
        """
    )
    assert [(said.data["member"], said.data["current"]) for said in played.of("streak")] == [
        ("ben", 1),
        ("ben", 1),
    ]


async def test_forget_me_erases_after_a_confirmation(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben answers: some words about dependencies
        @ben: /fastapi-quiz forget-me
        @ben: /fastapi-quiz streak
        @ben: /fastapi-quiz forget-me confirm:yes
        @ben: /fastapi-quiz streak
        @ben: /fastapi-quiz leaderboard
        """
    )
    assert [said.data["current"] for said in played.of("streak")] == [1, 0]
    assert played.last("leaderboard").data["rows"] == []


async def test_leaving_the_leaderboard_hides_the_member_everywhere(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben answers: some words about dependencies
        @ben: /fastapi-quiz settings leaderboard:no
        @cleo: /fastapi-quiz leaderboard
        @cleo: /fastapi-quiz streak @ben
        @ben: /fastapi-quiz streak
        """
    )
    assert played.last("leaderboard").data["rows"] == []
    assert played.last("error").only == "cleo"
    assert played.last("streak").data == {
        "member": "ben",
        "current": 1,
        "longest": 1,
        "freezes": 0,
    }


async def test_complaint_8_a_channel_that_is_a_day_ahead_cuts_nobody_short(play: Play) -> None:
    """Tokyo's Tuesday begins while Monday's afternoon is still to come in Los Angeles."""
    afternoon = """
        @ben reacts :bulb:
        @cleo answers: bananas and apples and oranges
        @ben: /fastapi-quiz streak
        advance 1d
        """
    played = await play(
        f"""
        at 2026-03-02 16:00 UTC
        @ana admin
        @ana: /fastapi-quiz schedule add 09:00 tz:America/Los_Angeles days:mon-sun channel:#la
        @ana: /fastapi-quiz schedule add 09:00 tz:Asia/Tokyo days:mon-sun channel:#tokyo
        channel #la
        at 2026-03-03 01:30 UTC
        {afternoon * 3}
        at 2026-03-06 09:00 UTC
        @ben reacts :bulb:
        @ben: /fastapi-quiz streak why
        """
    )
    assert [said.data["current"] for said in played.of("streak")] == [1, 2, 3]
    assert [said.data["late"] for said in played.of("grade")] == [False] * 3
    assert [said.data["late"] for said in played.of("reveal")] == [False] * 3 + [True]
    assert [day["took_part"] for day in check_ledger(played)] == [True] * 3 + [False] * 2


async def test_who_comes_later_has_missed_nothing_before(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 3d
        @ben: /fastapi-quiz streak why
        @ben: /fastapi-quiz streak
        @ben reacts :bulb:
        advance 2d
        @ben: /fastapi-quiz streak why
        @ben: /fastapi-quiz streak
        """
    )
    before, after = [said.text.splitlines()[1:] for said in played.of("ledger")]
    assert before[0] == "2 question days before taking part, not counted"
    assert [line[:24] for line in before[1:]] == ["2026-03-25 Wed · open un"]
    assert after[0] == before[0]
    assert [line.split(" · ")[1][:9] for line in after[1:]] == ["took part", "missed", "open unti"]
    assert len(played.last("ledger").data["days"]) == 5
    assert [said.text.splitlines()[2][:4] for said in played.of("streak")] == ["?  (", "#.? "]
