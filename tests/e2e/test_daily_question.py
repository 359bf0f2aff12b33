"""The main job: a question a day, revealed, counted."""

from __future__ import annotations

from tests.stage import START, Play


async def test_complaint_4_a_question_arrives_at_nine_across_the_change_of_the_clocks(
    play: Play,
) -> None:
    played = await play(
        """
        at 2026-03-27 08:55 Europe/Berlin
        @ana admin
        @ana: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin days:mon-sun
        advance 3d
        @ben reacts :bulb:
        @ben: /fastapi-quiz streak
        """
    )
    questions = played.of("question")
    assert [said.at for said in questions] == [
        "2026-03-27T08:00:00Z",
        "2026-03-28T08:00:00Z",
        "2026-03-29T07:00:00Z",
        "2026-03-30T07:00:00Z",
    ]
    assert [said.data["slot"] for said in questions] == [
        "2026-03-27",
        "2026-03-28",
        "2026-03-29",
        "2026-03-30",
    ]
    assert len({said.data["question_id"] for said in questions}) == 4
    assert all(said.only is None and not said.data["late"] for said in questions)
    [reveal] = played.of("reveal")
    assert (reveal.only, reveal.data["question_id"]) == ("ben", questions[-1].data["question_id"])
    assert played.last("streak").data == {
        "member": "ben",
        "current": 1,
        "longest": 1,
        "freezes": 0,
    }


async def test_days_without_a_question_are_none(play: Play) -> None:
    played = await play(
        """
        at 2026-03-26 08:55 Europe/Berlin
        @ana admin
        @ana: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin days:mon-fri
        advance 10m
        @ben reacts :bulb:
        advance 1d
        @ben reacts :bulb:
        advance 3d
        @ben reacts :bulb:
        @ben: /fastapi-quiz streak why
        """
    )
    days = played.last("ledger").data["days"]
    assert [(day["date"], day["streak"]) for day in days] == [
        ("2026-03-26", 1),
        ("2026-03-27", 2),
        ("2026-03-30", 3),
    ]


async def test_complaint_10_no_question_repeats_before_all_were_posted(play: Play) -> None:
    played = await play(
        f"""{START}
        @ben: /fastapi-quiz topics
        advance 30d
        """
    )
    size = sum(played.last("topics").data["levels"].values())
    posted = [said.data["question_id"] for said in played.of("question")]
    for start in range(0, len(posted) - size, size):
        assert len(set(posted[start : start + size])) == size
    warnings = [said for said in played.of("notice", only="ana") if "left" in said.text]
    assert len(warnings) <= 1


async def test_complaint_11_toggling_a_reaction_and_bots_change_nothing(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @robo bot
        @robo reacts :bulb:
        @robo: /fastapi-quiz leaderboard
        @ben reacts :eyes:
        @ben reacts :bulb:
        @ben reacts :bulb:
        @ben removes :bulb:
        @ben: /fastapi-quiz streak
        @ben: /fastapi-quiz leaderboard
        """
    )
    assert [said.only for said in played.of("reveal")] == ["ben"]
    assert played.last("streak").data["current"] == 1
    assert [row["member"] for row in played.last("leaderboard").data["rows"]] == ["ben"]


async def test_a_late_reveal_says_nothing_of_a_streak_that_it_no_longer_saves(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben reacts :bulb:
        advance 1d
        @cleo reacts :bulb: to 2
        """
    )
    early, late = played.of("reveal")
    assert "your streak is safe" in early.text
    assert "no longer counts for your streak" in late.text
    assert "no points" in late.text
    assert "safe" not in late.text


async def test_reveal_thread_answers_once_for_all(play: Play) -> None:
    played = await play(
        """
        at 2026-03-23 08:55 Europe/Berlin
        @ana admin
        @ana: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin reveal:thread
        advance 10m
        @ben reacts :bulb:
        @cleo reacts :bulb:
        @cleo: /fastapi-quiz streak
        @dora answers: I read it above
        """
    )
    assert [said.only for said in played.of("reveal")] == [None]
    assert played.last("streak").data["current"] == 1
    assert played.last("grade").data["earned"] == 0


async def test_reveal_after_posts_the_answer_with_counts_once(play: Play) -> None:
    played = await play(
        """
        at 2026-03-23 08:55 Europe/Berlin
        @ana admin
        @ana: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin reveal-after:8h
        advance 10m
        @ben reacts :bulb:
        @cleo answers: Depends
        advance 9h
        crash
        advance 1h
        """
    )
    public = played.of("reveal", only=None)
    assert [said.at for said in public] == ["2026-03-23T16:00:00Z"]
    assert "1 answered, 1 looked" in public[0].text


async def test_a_question_of_one_s_own_is_private_and_no_question_day(play: Play) -> None:
    played = await play(
        f"""{START}
        @ben: /fastapi-quiz ask level:fresher
        @ben answers: a path parameter is required
        @ben: /fastapi-quiz streak
        @cleo: /fastapi-quiz today
        """
    )
    [question] = played.of("question")
    assert (question.only, question.data["schedule_id"]) == ("ben", None)
    assert played.last("grade").data["earned"] == 0
    assert played.last("streak").data["current"] == 0
    assert played.last("error").only == "cleo"


async def test_today_is_the_channel_s_question_whatever_one_asked_for_since(play: Play) -> None:
    played = await play(
        f"""{START}
        @ben: /fastapi-quiz ask
        @ben: /fastapi-quiz today
        advance 10m
        @ben: /fastapi-quiz ask
        @ben: /fastapi-quiz today
        """
    )
    assert "no question in this channel" in played.last("error").text
    [posted] = played.of("question", only=None)
    first, second, today = played.of("question", only="ben")
    assert first.data["schedule_id"] is second.data["schedule_id"] is None
    assert today.data["question_id"] == posted.data["question_id"]
    assert today.data["schedule_id"] == 1


async def test_workspaces_are_apart(play: Play) -> None:
    played = await play(
        f"""{START}
        workspace globex
        @ana: /fastapi-quiz schedule list
        @gus admin
        @gus: /fastapi-quiz schedule add 10:00 tz:UTC days:mon-sun
        workspace local
        advance 1d
        @ben reacts :bulb:
        workspace globex
        @ben reacts :bulb:
        @ben: /fastapi-quiz leaderboard
        @gus: /fastapi-quiz schedule remove 1
        workspace local
        @ana: /fastapi-quiz schedule list
        """
    )
    assert played.of("error")[0].only == "ana"
    assert {said.workspace for said in played.of("question")} == {"local", "globex"}
    assert [said.workspace for said in played.of("reveal")] == ["local", "globex"]
    assert [row["member"] for row in played.last("leaderboard").data["rows"]] == ["ben"]
    assert [one["schedule_id"] for one in played.last("schedule").data["schedules"]] == [1]
