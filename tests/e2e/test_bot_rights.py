"""Where the bot may not post any more: what stops, who is told, and how it goes on."""

from __future__ import annotations

from tests.stage import START, Play


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
