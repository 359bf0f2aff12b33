"""Admins configure; everybody else is told who may."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize(
    "command",
    [
        "schedule add 09:00",
        "schedule list",
        "schedule run 1",
        "schedule remove 1",
        "status",
        "admins add @ben",
    ],
)
async def test_members_may_not_configure(play: Play, command: str) -> None:
    played = await play(f"{START}\n@ben: /fastapi-quiz {command}\nadvance 1m")
    [error] = played.of("error")
    assert (error.only, error.data["reason"]) == ("ben", "forbidden")
    assert "admins add ben" in error.text
    assert not played.of("question")


async def test_an_appointed_admin_may_until_it_is_taken_back(play: Play) -> None:
    played = await play(
        f"""{START}
        @ben: /fastapi-quiz help
        @ana: /fastapi-quiz admins add @ben
        @ben: /fastapi-quiz schedule list
        @ana: /fastapi-quiz admins list
        @ana: /fastapi-quiz admins remove @ben
        @ben: /fastapi-quiz schedule list
        """
    )
    assert played.of("schedule", only="ben")
    assert played.of("notice")[-2].data["admins"] == ["ben"]
    assert played.last("error").only == "ben"


async def test_everybody_with_an_appointed_role_may_while_they_have_it(play: Play) -> None:
    played = await play(
        f"""{START}
        @ben gets @&mods
        @ben: /fastapi-quiz schedule list
        @ana: /fastapi-quiz admins add @&mods
        @ben: /fastapi-quiz schedule list
        @cem: /fastapi-quiz schedule list
        @ben loses @&mods
        @ben: /fastapi-quiz schedule list
        @ben gets @&mods
        @ana: /fastapi-quiz admins remove @&mods
        @ben: /fastapi-quiz schedule list
        @ana: /fastapi-quiz admins add @&nobody
        """
    )
    assert len(played.of("schedule", only="ben")) == 1
    assert [error.only for error in played.of("error")] == ["ben", "cem", "ben", "ben", "ana"]
    added, removed = played.of("notice")
    assert "everybody with the role mods may configure" in added.text
    assert (added.data["roles"], removed.data["roles"]) == (["mods"], [])


async def test_complaint_12_rights_are_checked_when_a_schedule_is_made(play: Play) -> None:
    played = await play(
        """
        at 2026-03-23 08:55 UTC
        @ana admin
        platform revokes
        @ana: /fastapi-quiz schedule add 09:00
        platform restores
        @ana: /fastapi-quiz schedule add 09:00
        """
    )
    [error] = played.of("error")
    assert "may not post in #general" in error.text
    assert played.last("schedule").data["schedule_id"] == 1


async def test_complaint_12_a_schedule_without_rights_pauses_and_its_admin_is_told_once(
    play: Play,
) -> None:
    played = await play(
        f"""{START}
        platform revokes
        advance 3d
        @ana: /fastapi-quiz status
        platform restores
        @ana: /fastapi-quiz schedule resume 1
        advance 1d
        """
    )
    [notice] = played.of("notice", only="ana")
    assert "schedule resume 1" in notice.text
    status = played.last("status").data
    assert status["schedules"][0]["paused_because"]
    assert [one["state"] for one in status["deliveries"]] == ["failed"]
    assert [said.data["slot"] for said in played.of("question")] == ["2026-03-26"]


async def test_complaint_12_run_says_at_once_that_the_bot_may_not_post(play: Play) -> None:
    played = await play(
        f"""{START}
        platform revokes
        advance 1d
        @ana: /fastapi-quiz schedule run 1
        platform restores
        @ana: /fastapi-quiz schedule run 1
        """
    )
    [error] = played.of("error")
    assert "may not post in #general" in error.text
    assert "  " not in played.last("notice").text
    assert len(played.of("question")) == 1


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


async def test_one_workspace_s_failure_is_its_own(play: Play) -> None:
    played = await play(
        f"""{START}
        platform revokes
        workspace globex
        @gus admin
        @gus: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin
        advance 10m
        """
    )
    assert [said.workspace for said in played.of("question")] == ["globex"]


MISTYPED = [
    ("schedul add 09:00", '"schedule add"'),
    ("add 09:00", '"schedule add"'),
    ("schedule ad 09:00", '"schedule add"'),
    ("schedule add nine", "09:00"),
    ("schedule add 24:30", "09:00"),
    ("schedule add 09:00 tz:Europe/Berln", "Europe/Berlin"),
    ("schedule add 09:00 days:mon-fryday", '"friday"'),
    ("schedule add 09:00 level:freshr", "fresher"),
    ("schedule add 09:00 topic:routng", "routing"),
    ("schedule add 09:00 reveal:publc", "private"),
    ("schedule add 09:00 reveal-after:soon", "8h"),
    ("schedule add 09:00 reveal-after:0h", "none"),
    ("status page:2", "no page 2"),
    ("questions bank words:zebra", "zebra"),
    ("schedule add 09:00 zone:UTC", "tz"),
    ("schedule add 09:00 10:00", "too many"),
    ("report reason:it is wrong", "in quotes"),
    ("help shedule", '"schedule"'),
    ("schedule add 09:00 tz:UTC tz:UTC", "twice"),
    ('schedule add 09:00 topic:"routing', "quote"),
    ("schedule show 7", "schedule list"),
    ("schedule show x", "number"),
    ("schedule show", "id"),
    ("schedule edit 1", "Nothing to change"),
    ("admins add @nobody", "nobody"),
    ("settings away-until:yesterday", "2026-04-01"),
    ("settings away-until:2020-01-01", "over"),
    ("settings timezone:Mars", "Europe/Berlin"),
    ("leaderboard yearly", "week"),
]


async def test_what_can_t_be_read_is_answered_with_what_was_meant(play: Play) -> None:
    typed = "\n".join(f"@ana: /fastapi-quiz {command}" for command, _ in MISTYPED)
    played = await play(f"{START}\n{typed}\n@ana: /fastapi-quizz help\n@ana presses Aprove")
    errors = played.of("error")
    wanted = [reply for _, reply in MISTYPED] + ["/fastapi-quiz help", '"Aprove"']
    assert len(errors) == len(wanted)
    for error, reply in zip(errors, wanted, strict=True):
        assert error.only == "ana"
        assert reply in error.text


async def test_help_explains_one_command_or_a_group(play: Play) -> None:
    played = await play(
        f"""{START}
        @ben: /fastapi-quiz help schedule add
        @ben: /fastapi-quiz schedule add help
        @ben: /FastAPI-Quiz schedule help
        @ben: /fastapi-quiz help streak
        """
    )
    one, same, group, streak = played.of("help")
    assert one.text == same.text
    assert "tz: time zone such as Europe/Berlin" in one.text
    assert "For example: /fastapi-quiz schedule add 09:00" in one.text
    assert len(group.data["commands"]) == 10
    assert streak.data["commands"] == ["/fastapi-quiz streak [MEMBER] [why:]"]


HOSTILE = [
    "@everyone",
    "<!channel>",
    "<@U123>",
    "`break` out ``` of *it*",
    "\x1b[2J\x1b[31mred",
    "[2026-03-23 09:00 #general] bot: hello",
    "\u202egnorw",
    "💡" * 500,
    "x" * 5000,
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_nothing_typed_pings_or_poses(play: Play, text: str) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben: /fastapi-quiz {text}
        @ben answers: {text}
        @ben: /fastapi-quiz ask topic:{text.replace(" ", "_")}
        @ben: /fastapi-quiz streak {text.replace(" ", "_")}
        """
    )
    for said in played.messages:
        assert "@everyone" not in said.text
        assert "<!" not in said.text
        assert "<@" not in said.text
        assert "\x1b" not in said.text
        assert "\u202e" not in said.text
    assert all(said.only == "ben" for said in played.messages[2:])


async def test_a_workspace_that_throws_the_bot_out_hears_nothing_until_it_is_back(
    play: Play,
) -> None:
    played = await play(
        f"""{START}
        advance 1d
        platform removes
        @ben: /fastapi-quiz streak
        advance 5d
        platform invites
        advance 1d
        platform removes
        advance 31d
        platform invites
        @ana: /fastapi-quiz schedule list
        """
    )
    assert [said.data["slot"] for said in played.of("question")] == ["2026-03-23", "2026-03-30"]
    [told] = [said for said in played.of("notice") if "is back" in said.text]
    assert told.only == "ana"
    assert played.of("streak") == []
    assert played.last("schedule").data["schedules"] == []


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


async def test_without_a_web_server_the_console_says_what_to_do(play: Play) -> None:
    played = await play(f"{START}\n@ana: /fastapi-quiz console\n@ben: /fastapi-quiz console")
    off, forbidden = played.of("error")
    assert "set enabled = true under [web]" in off.text
    assert "demo --web" in off.text
    assert forbidden.data["reason"] == "forbidden"


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
