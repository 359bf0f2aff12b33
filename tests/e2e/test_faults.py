"""Crashes, outages and downtime, as a channel sees them."""

from __future__ import annotations

from tests.stage import START, Play


async def test_an_outage_delays_the_question_and_marks_it_late(play: Play) -> None:
    played = await play(
        f"""{START}
        outage 2h
        advance 4h
        """
    )
    [question] = played.of("question")
    assert question.data["late"] is True
    assert "2026-03-23T09:55:00Z" <= question.at <= "2026-03-23T10:00:00Z"


async def test_an_outage_past_the_grace_skips_the_question_with_a_reason(play: Play) -> None:
    played = await play(
        f"""{START}
        outage 8h
        advance 12h
        @ana: /fastapi-quiz status
        """
    )
    assert not played.of("question")
    [delivery] = played.last("status").data["deliveries"]
    assert delivery["state"] == "skipped"
    assert delivery["reason"]


async def test_complaint_5_6_7_everything_survives_a_crash(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        crash
        @ben reacts :bulb:
        @cleo presses Answer
        @cleo answers: dependencies
        crash
        advance 1d
        @ben presses Reveal to 2
        """
    )
    assert len(played.of("question")) == 2
    assert [said.only for said in played.of("reveal")] == ["ben", "ben"]
    assert played.of("grade")[0].only == "cleo"


async def test_replies_are_lost_in_an_outage_but_what_was_done_counts(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        outage 1h
        @ben reacts :bulb:
        advance 2h
        @ben: /fastapi-quiz streak
        """
    )
    assert not played.of("reveal")
    assert played.last("streak").data["current"] == 1


async def test_what_there_is_nothing_to_do_with_is_said(play: Play) -> None:
    played = await play(
        """
        @ben reacts :bulb:
        @ben removes :bulb:
        @ben fills in reason:"It is wrong"
        """
    )
    assert [(said.only, said.data["reason"]) for said in played.of("error")] == [
        ("ben", "not_found"),
        ("ben", "not_found"),
        ("ben", "not_found"),
    ]
