"""What people type: mistakes are answered with what was meant, and nothing does harm."""

from __future__ import annotations

import pytest

from tests.stage import START, Play

MISTYPED = [
    ("schedul add 09:00", '"schedule add"'),
    ("add 09:00", '"schedule add"'),
    ("schedule ad 09:00", '"schedule add"'),
    ("schedule add nine", "09:00"),
    ("schedule add 24:30", "09:00"),
    ("schedule add 09:00 tz:Europe/Berln", "Europe/Berlin"),
    ("schedule add 09:00 PST", "behind its name"),
    ("schedule add 09:00 mon", "days:mon"),
    ("ask frehser", '"fresher"'),
    ("leaderboard week no share", '"no" is one word too many'),
    ("leaderboard last week", '"last week" is none of these: week, month, all.'),
    ("mock histroy", '"history"'),
    ("mock skp", '"skip"'),
    ("settings reminders: at 9", '"at 9"'),
    ("settings timezone:GMT+2", "Europe/Berlin"),
    ("settings level:", "no value"),
    ("ask topic:Dependency injection", "topic dependency injection"),
    ("b", "/fastapi-quiz answer b"),
    ("skip", '"mock skip"'),
    ('anwser It\'s  the "order": of paths', 'type: /fastapi-quiz answer It\'s  the "order": of'),
    ("It is the order of paths", "type: /fastapi-quiz answer It is the order of paths"),
    ("ask topic:routng", 'Did you mean "routing"?'),
    ("mock topic:routng", 'Did you mean "routing"?'),
    ("schedule add 09:00 days:mon-fryday", '"friday"'),
    ("schedule add 09:00 level:freshr", "fresher"),
    ("schedule add 09:00 topic:routng", "routing"),
    ("schedule add 09:00 reveal:publc", "private"),
    ("schedule add 09:00 reveal-after:soon", "8h"),
    ("schedule add 09:00 reveal-after:0h", "none"),
    ("status page:2", "There is no page 2: the posts end before it."),
    ("questions bank words:zebra", "zebra"),
    ("schedule add 09:00 zone:UTC", "tz"),
    ("schedule add 09:00 10:00", "too many"),
    ("report raeson:it is wrong", '"reason"'),
    ("suggest What is ASGI?", "behind its name"),
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


@pytest.mark.parametrize("zone", ["CEST", "PST", "UTC+2"])
async def test_no_zone_is_offered_that_is_hours_away(play: Play, zone: str) -> None:
    played = await play(f"{START}\n@ana: /fastapi-quiz schedule add 09:00 tz:{zone}")
    assert "Did you mean" not in played.last("error").text
    assert "Europe/Berlin" in played.last("error").text


async def test_zones_without_summer_time_are_taken_with_a_hint(play: Play) -> None:
    played = await play(
        f"""{START}
        @ana: /fastapi-quiz schedule edit 1 tz:est
        @ana: /fastapi-quiz schedule edit 1 time:10:00
        @ana: /fastapi-quiz schedule add 09:30 tz:MST
        @ana: /fastapi-quiz settings timezone:GMT
        """
    )
    said = [card.text.splitlines()[0] for card in played.of("schedule")[1:]]
    assert said == [
        "Schedule 1 is changed. EST has no summer time; America/New_York has it.",
        "Schedule 1 is changed.",
        "Schedule 2 is set. MST has no summer time; America/Denver has it.",
    ]
    assert "Time zone: GMT (no summer time; Europe/London has it)" in played.last("notice").text


async def test_a_day_away_is_named_as_people_name_it(play: Play) -> None:
    """From today where the member is: in Auckland it is Saturday already."""
    played = await play(
        f"""{START}
        @ben: /fastapi-quiz settings tz:Auckland
        at 2026-03-27 20:00 Europe/Berlin
        @ben: /fastapi-quiz settings away until tomorrow
        @ben: /fastapi-quiz settings away until 5/6
        @ben: /fastapi-quiz streak
        """
    )
    assert played.last("notice").data["away_until"] == "2026-03-29"
    assert "5 June or 6 May" in played.last("error").text
    assert "Away until 2026-03-29" in played.last("streak").text


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
