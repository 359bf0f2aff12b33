"""Schedules: made, changed, skipped, paused, and listed with what became of their posts."""

from __future__ import annotations

from tests.stage import START, Play


async def test_an_admin_walks_through_every_verb(play: Play) -> None:
    played = await play(
        f"""{START}
        @ana: /fastapi-quiz schedule add 17:00 channel:#backend days:sat,sun level:5-year
        @ana: /fastapi-quiz schedule list
        @ana: /fastapi-quiz schedule show 2
        @ana: /fastapi-quiz schedule edit 2 time:16:30 days:sun-thu level:any
        @ana: /fastapi-quiz schedule preview 2
        @ana: /fastapi-quiz schedule skip 2
        @ana: /fastapi-quiz schedule pause 1
        @ana: /fastapi-quiz schedule resume 1
        @ana: /fastapi-quiz schedule remove 2
        @ana: /fastapi-quiz schedule list
        """
    )
    assert not played.of("error")
    added, listed, shown = played.of("schedule")[1:4]
    assert added.data["schedule_id"] == 2
    assert [one["schedule_id"] for one in listed.data["schedules"]] == [1, 2]
    assert shown.data["channel"] == "#backend"
    assert "sat,sun" in shown.data["rhythm"]
    assert "5-year" in shown.data["questions"]
    [preview] = played.of("preview")
    assert preview.data["slots"][:3] == [
        "2026-03-23T16:30:00+01:00",
        "2026-03-24T16:30:00+01:00",
        "2026-03-25T16:30:00+01:00",
    ]
    assert preview.data["slots"][5] == "2026-03-30T16:30:00+02:00"
    assert len(preview.data["slots"]) == 10
    assert [one["schedule_id"] for one in played.last("schedule").data["schedules"]] == [1]


async def test_run_posts_another_question_each_time(play: Play) -> None:
    played = await play(
        f"""{START}
        @ana: /fastapi-quiz schedule run 1
        @ana: /fastapi-quiz schedule run 1
        advance 10m
        """
    )
    questions = played.of("question")
    assert len({said.data["question_id"] for said in questions}) == 3
    assert {said.data["slot"] for said in questions} == {"2026-03-23"}


async def test_a_skipped_or_paused_day_is_no_question_day(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben reacts :bulb:
        @ana: /fastapi-quiz schedule skip 1
        advance 2d
        @ben reacts :bulb:
        @ana: /fastapi-quiz schedule pause 1
        advance 2d
        @ana: /fastapi-quiz schedule resume 1
        advance 1d
        @ben reacts :bulb:
        @ben: /fastapi-quiz streak why
        """
    )
    days = played.last("ledger").data["days"]
    assert [(day["date"], day["streak"]) for day in days] == [
        ("2026-03-23", 1),
        ("2026-03-25", 2),
        ("2026-03-28", 3),
    ]


async def test_complaint_1_editing_the_time_posts_no_second_question_that_day(
    play: Play,
) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ana: /fastapi-quiz schedule edit 1 time:12:00
        @ana: /fastapi-quiz schedule preview 1
        advance 30h
        """
    )
    assert "it is paused" not in played.last("preview").text
    assert [said.data["slot"] for said in played.of("question")] == ["2026-03-23", "2026-03-24"]
    assert played.last("preview").data["slots"][0] == "2026-03-24T12:00:00+01:00"


async def test_complaint_12_an_admin_is_told_once_that_no_question_fits_any_more(
    play: Play,
) -> None:
    played = await play(
        """
        at 2026-03-23 08:55
        @ana admin
        @ana: /fastapi-quiz schedule add 09:00 days:mon-sun level:5-year
        advance 1d
        @ana: /fastapi-quiz questions retire secret-in-token
        advance 3d
        @ana: /fastapi-quiz questions restore secret-in-token
        advance 1d
        @ana: /fastapi-quiz questions retire secret-in-token
        advance 2d
        """
    )
    told = [said.text for said in played.of("notice", only="ana") if "No question" in said.text]
    assert len(told) == 2
    assert "Schedule 1" in told[0]
    assert "/fastapi-quiz schedule edit 1" in told[0]


async def test_a_thread_for_discussion_is_a_matter_of_the_schedule(play: Play) -> None:
    played = await play(
        f"""{START}
        @ana: /fastapi-quiz schedule edit 1 discussion:yes
        crash
        @ana: /fastapi-quiz schedule show 1
        @ana: /fastapi-quiz schedule edit 1 discussion:no
        """
    )
    said = [
        (card.data["discussion"], "thread to discuss" in card.text)
        for card in played.of("schedule")
    ]
    assert said == [(False, False), (True, True), (True, True), (False, False)]


async def test_status_lists_posts_by_state_and_page(play: Play) -> None:
    played = await play(
        START
        + """
        @ana: /fastapi-quiz schedule skip 1
        advance 24d
        @ana: /fastapi-quiz status
        @ana: /fastapi-quiz status page:2
        @ana: /fastapi-quiz status state:skipped
        @ana: /fastapi-quiz status state:posted
        """
    )
    newest, older, skipped = played.of("status")
    assert (len(newest.data["deliveries"]), newest.data["more"]) == (20, True)
    assert "Older ones: /fastapi-quiz status page:2" in newest.text
    assert (len(older.data["deliveries"]), older.data["more"]) == (5, False)
    assert "Newest posts, page 2" in older.text
    assert [one["state"] for one in skipped.data["deliveries"]] == ["skipped"]
    assert "Posts that are skipped" in skipped.text
    assert "confirmed" in played.last("error").text


async def test_the_preview_of_a_paused_schedule_says_so(play: Play) -> None:
    played = await play(
        f"""{START}
        @ana: /fastapi-quiz schedule pause 1
        @ana: /fastapi-quiz schedule preview 1
        """
    )
    preview = played.last("preview")
    assert preview.data["paused"]
    assert "once it is resumed: it is paused" in preview.text.splitlines()[0]


async def test_who_adds_a_schedule_twice_is_told_of_the_first(play: Play) -> None:
    played = await play(
        f"""{START}
        @ana: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin days:mon-fri
        @ana: /fastapi-quiz schedule add 10:00 tz:Europe/Berlin
        @ana: /fastapi-quiz schedule pause 3
        @ana: /fastapi-quiz schedule add 10:00 tz:Europe/Berlin
        @ana: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin channel:#backend
        """
    )
    first, twin, *others = (card.text.splitlines()[0] for card in played.of("schedule"))
    assert first == "Schedule 1 is set."
    assert twin == "Schedule 2 is set, beside schedule 1, which posts at the same time."
    assert not [text for text in others if "beside" in text]
