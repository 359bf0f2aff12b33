"""Spaced practice, drills and reminders."""

from __future__ import annotations

import pytest

from tests.stage import START, Play

WRONG = "Bananas, apples and oranges are fruit that grows on trees."


async def test_what_was_not_known_comes_back_and_the_next_one_follows(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben answers: {WRONG}
        @ben: /fastapi-quiz ask
        @ben presses Reveal
        @ben presses Not yet
        @ben presses I knew it
        @ben: /fastapi-quiz practice
        advance 1d
        @ben: /fastapi-quiz practice
        @ben answers: {WRONG}
        @ben presses Reveal
        @ben presses Partly
        @ben: /fastapi-quiz leaderboard
        """
    )
    daily, asked = played.of("question")[0], played.of("question", only="ben")[0]
    rated, again, nothing = played.of("notice", only="ben")[:3]
    assert rated.text == "Noted. Your streak is 1 question day."
    assert again.text == "Your first word on this question stays. Your streak is 1 question day."
    assert nothing.data == {"due": 0, "next_due_at": "2026-03-24T03:00:00+00:00"}
    assert "Tuesday, 24 March at 04:00" in nothing.text
    assert "[Drill]" in nothing.text
    reviews = [said for said in played.of("question", only="ben") if "due" in said.data]
    assert [said.data["question_id"] for said in reviews] == [
        daily.data["question_id"],
        asked.data["question_id"],
    ]
    assert [said.data["due"] for said in reviews] == [2, 1]
    assert "Nothing is due" in played.of("notice", only="ben")[-1].text
    assert [said.data["earned"] for said in played.of("grade")] == [0, 0]


async def test_practice_never_counts_for_the_streak(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben answers: {WRONG}
        advance 1d
        @ben: /fastapi-quiz practice
        @ben answers: {WRONG}
        @ben presses Reveal
        @ben: /fastapi-quiz streak why
        """
    )
    days = played.last("ledger").data["days"]
    assert [(day["date"], day["took_part"]) for day in days] == [
        ("2026-03-23", True),
        ("2026-03-24", False),
    ]


async def test_practice_asked_twice_shows_the_same_review(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben answers: {WRONG}
        advance 1d
        @ben: /fastapi-quiz practice
        crash
        @ben: /fastapi-quiz practice
        @ben answers to 2: {WRONG}
        """
    )
    first, again = played.of("question", only="ben")
    assert first.data["question_id"] == again.data["question_id"]
    assert [said.data["due"] for said in (first, again)] == [1, 1]


async def test_the_answer_command_goes_to_the_review_that_was_shown_last(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben answers: {WRONG}
        advance 1d
        @ben: /fastapi-quiz practice
        @ben: /fastapi-quiz answer {WRONG}
        """
    )
    [review] = played.of("question", only="ben")
    assert played.last("grade").data["question_id"] == review.data["question_id"]


async def test_missed_days_and_mere_looks_join_the_queue_but_not_while_away(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben reacts :bulb:
        advance 2d
        @ben: /fastapi-quiz settings away-until:2026-03-27
        advance 4d
        @ben: /fastapi-quiz practice
        @zoe: /fastapi-quiz practice
        channel #other
        @ben: /fastapi-quiz practice
        """
    )
    [looked, missed, *_] = played.of("question", only=None)
    review, elsewhere = played.of("question", only="ben")
    assert review.data["due"] == 3  # the 23rd, the 24th, and the 28th: the 29th is open
    assert review.data["question_id"] == looked.data["question_id"]
    assert review.data["question_id"] != missed.data["question_id"]
    assert elsewhere.data["question_id"] == review.data["question_id"]
    assert "nothing to practise yet" in played.of("notice", only="zoe")[0].text


async def test_reminders_come_at_the_member_s_own_time_once_a_day_and_never_while_away(
    play: Play,
) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben: /fastapi-quiz settings reminders:18:30 timezone:Asia/Kolkata
        @cem: /fastapi-quiz settings reminders:yes
        @dora: /fastapi-quiz settings timezone:UTC
        @ben answers: {WRONG}
        @cem answers: {WRONG}
        @dora answers: {WRONG}
        advance 2d
        @ben: /fastapi-quiz settings away-until:2026-03-27
        @cem: /fastapi-quiz settings reminders:no
        advance 4d
        @ben: /fastapi-quiz practice
        """
    )
    told = [said for said in played.of("notice") if said.data.get("reminder")]
    assert [(said.only, said.at) for said in told] == [
        ("ben", "2026-03-24T13:00:00Z"),
        ("cem", "2026-03-24T17:00:00Z"),
        ("ben", "2026-03-28T13:00:00Z"),
    ]
    assert "[Practise]" in told[0].text


async def test_a_reminder_outlives_a_crash_and_an_outage_without_doubling(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben: /fastapi-quiz settings reminders:yes timezone:Europe/Berlin
        @ben answers: {WRONG}
        advance 1d
        at 2026-03-24 17:59 Europe/Berlin
        crash
        advance 2m
        crash
        advance 1h
        outage 23h
        advance 2d
        """
    )
    told = [said.at for said in played.of("notice") if said.data.get("reminder")]
    assert told == ["2026-03-24T17:00:00Z", "2026-03-26T17:00:00Z"]


async def test_the_new_zone_moves_the_reminder(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben: /fastapi-quiz settings reminders:yes timezone:Europe/Berlin
        @ben answers: {WRONG}
        @ben: /fastapi-quiz settings timezone:America/New_York
        advance 2d
        """
    )
    told = [said.at for said in played.of("notice") if said.data.get("reminder")]
    assert told == ["2026-03-24T22:00:00Z"]
    assert "18:00 (America/New_York)" in played.of("notice", only="ben")[1].text


async def test_drills_follow_one_another_and_are_not_reviewed(play: Play) -> None:
    played = await play(
        """
        @ben: /fastapi-quiz practice
        @ben presses Drill
        @ben presses A
        @ben presses Drill
        @ben presses B
        @ben: /fastapi-quiz practice drill:yes
        advance 9d
        @ben: /fastapi-quiz practice
        @cem: /fastapi-quiz topics
        """
    )
    drills = played.of("question")
    assert len({said.data["question_id"] for said in drills}) == 3
    assert [said.only for said in drills] == ["ben"] * 3
    assert [said.data["grader"] for said in played.of("grade")] == ["choice"] * 2
    assert "nothing to practise yet" in played.last("notice").text
    assert sum(played.last("topics").data["levels"].values()) == 8


@pytest.mark.parametrize("word", ["maybe", "25:00"])
async def test_a_reminder_that_can_t_be_read_is_refused(play: Play, word: str) -> None:
    played = await play(f"@ben: /fastapi-quiz settings reminders:{word}")
    assert "yes, no or 18:00" in played.last("error").text


async def test_forgetting_and_tenants(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben: /fastapi-quiz settings reminders:yes
        @ben answers: {WRONG}
        workspace globex
        @ben: /fastapi-quiz practice
        workspace local
        @ben: /fastapi-quiz forget-me confirm:yes
        advance 3d
        @ben: /fastapi-quiz practice
        """
    )
    assert all("nothing to practise yet" in said.text for said in played.of("notice")[-1:])
    assert not [said for said in played.of("notice") if said.data.get("reminder")]
    assert not [said for said in played.of("question") if said.workspace == "globex"]
