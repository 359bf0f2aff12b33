"""The weekly digest, as transcripts: once, with what the week was like, and nobody who hides."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stage import CHOICES, Played, play_script

BEGIN = """
at 2026-04-06 08:55 Europe/Berlin
@ana admin
@ana: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin days:mon-sun digest:mon
"""
WEEK = "".join(
    """
advance 10m
@ana answers: {ana}
@ben answers: {ben}
@cem reacts :bulb:
advance 23h50m
""".format(ana="A", ben="A" if day % 2 else "B")
    for day in range(7)
)
"""Seven days, to Monday 08:55; the questions have choices, A is right or B is."""


async def play(script: str, folder: Path) -> Played:
    return await play_script(script, folder, CHOICES)


async def test_monday_s_digest_tells_the_week(tmp_path: Path) -> None:
    played = await play(f"{BEGIN}{WEEK}advance 1h", tmp_path)
    [digest] = played.of("digest")

    assert (digest.at, digest.channel, digest.only) == (
        "2026-04-13T07:00:00Z",
        "#general",
        None,
    )
    assert digest.data["week"] == "2026-04-06"
    rows = digest.data["rows"]
    assert {row["member"] for row in rows} == {"ana", "ben"}
    assert [row["points"] for row in rows] == sorted((r["points"] for r in rows), reverse=True)
    assert digest.data["streaks"] == [
        {"member": name, "longest": 7} for name in ("ana", "ben", "cem")
    ]
    assert digest.data["hardest"]["answers"] >= 2
    assert digest.text.splitlines()[0] == "The week of 6 April 2026"
    assert "New longest streaks: ana (7 days), ben (7 days), cem (7 days)." in digest.text
    assert "Hardest question: " in digest.text


async def test_it_lists_nobody_without_points(tmp_path: Path) -> None:
    looked = "advance 10m\n@ana answers: A\n@ana answers: B\n@cem reacts :bulb:\nadvance 23h50m\n"
    [digest] = (await play(f"{BEGIN}{looked * 7}advance 1h", tmp_path)).of("digest")
    assert [row["member"] for row in digest.data["rows"]] == ["ana"]
    assert "cem (7 days)" in digest.text


async def test_a_week_without_points_says_so(tmp_path: Path) -> None:
    looked = "advance 10m\n@cem reacts :bulb:\nadvance 23h50m\nadvance 6d\nadvance 1h"
    [digest] = (await play(f"{BEGIN}{looked}", tmp_path)).of("digest")
    assert digest.text.startswith(
        "The week of 6 April 2026\nNobody earned points. Answers earn them."
    )


async def test_the_digest_s_buttons_lead_to_one_s_own_standing(tmp_path: Path) -> None:
    pressed = "advance 1h\n@ben presses My streak\n@ben presses Leaderboard"
    played = await play(f"{BEGIN}{WEEK}{pressed}", tmp_path)
    assert [card.data["member"] for card in played.of("streak")] == ["ben"]
    assert len(played.of("leaderboard")) == 1


async def test_the_week_after_has_a_digest_of_its_own(tmp_path: Path) -> None:
    played = await play(f"{BEGIN}{WEEK}{WEEK}advance 1h", tmp_path)
    weeks = [digest.data["week"] for digest in played.of("digest")]
    assert weeks == ["2026-04-06", "2026-04-13"]


async def test_crashes_and_outages_post_it_once(tmp_path: Path) -> None:
    script = f"{BEGIN}{WEEK}outage 2h\nadvance 10m\ncrash\nadvance 1h\ncrash\nadvance 3h\ncrash\n"
    played = await play(script, tmp_path)
    [digest] = played.of("digest")
    assert digest.at > "2026-04-13T08:55"


async def test_a_week_without_anybody_has_none(tmp_path: Path) -> None:
    played = await play(f"{BEGIN}advance 8d\n@ana: /fastapi-quiz status", tmp_path)
    assert played.of("digest") == []
    digests = [
        one for one in played.last("status").data["deliveries"] if one["purpose"] == "digest"
    ]
    assert [(one["slot"], one["state"], one["reason"]) for one in digests] == [
        (slot, "skipped", "Nobody took part in that week.") for slot in ("2026-04-13", "2026-04-06")
    ]


async def test_whoever_is_not_listed_is_in_no_part_of_it(tmp_path: Path) -> None:
    script = f"{BEGIN}@ben: /fastapi-quiz settings leaderboard:no\n{WEEK}advance 1h"
    [digest] = (await play(script, tmp_path)).of("digest")
    assert "ben" not in digest.text
    assert "ben" not in str(digest.data)
    assert digest.data["hardest"] is None, "what one member alone answered is not told"


async def test_whoever_was_forgotten_is_in_no_part_of_it(tmp_path: Path) -> None:
    script = f"{BEGIN}{WEEK}@ben: /fastapi-quiz forget-me confirm:yes\nadvance 1h"
    [digest] = (await play(script, tmp_path)).of("digest")
    assert "ben" not in digest.text


async def test_other_workspaces_have_none(tmp_path: Path) -> None:
    script = f"""{BEGIN}
workspace globex
@eva admin
@eva: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin days:mon-sun
workspace local
{WEEK}advance 1h
"""
    [digest] = (await play(script, tmp_path)).of("digest")
    assert digest.workspace == "local"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("schedule edit 1 digest:off", []),
        ("schedule edit 1 digest:tue", ["2026-04-14T07:00:00Z"]),
        ("schedule edit 1 time:10:00", ["2026-04-13T08:00:00Z"]),
        ("schedule pause 1", []),
        ("schedule remove 1", []),
    ],
)
async def test_it_follows_its_schedule(tmp_path: Path, change: str, expected: list[str]) -> None:
    script = f"{BEGIN}{WEEK}@ana: /fastapi-quiz {change}\nadvance 10m\n"
    script += "@ben answers: A\nadvance 2d"
    played = await play(script, tmp_path)
    assert [digest.at for digest in played.of("digest")] == expected


async def test_after_a_pause_it_comes_with_the_next_week(tmp_path: Path) -> None:
    script = f"""{BEGIN}{WEEK}@ana: /fastapi-quiz schedule pause 1
advance 3d
@ana: /fastapi-quiz schedule resume 1
advance 10m
@ben answers: A
advance 6d
"""
    played = await play(script, tmp_path)
    assert [digest.data["week"] for digest in played.of("digest")] == ["2026-04-13"]


async def test_a_schedule_says_that_it_has_one(tmp_path: Path) -> None:
    played = await play(f"{BEGIN}@ana: /fastapi-quiz schedule show 1", tmp_path)
    assert "digest on mon" in played.last("schedule").text
    assert played.last("schedule").data["digest"] == "mon"


async def test_a_paused_schedule_posts_no_digest(tmp_path: Path) -> None:
    paused = "@ana: /fastapi-quiz schedule pause 1\nadvance 1d\n"
    resumed = "@ana: /fastapi-quiz schedule resume 1\n"
    played = await play(f"{BEGIN}{WEEK}{paused}{resumed}{WEEK}advance 1h", tmp_path)
    assert [digest.data["week"] for digest in played.of("digest")] == ["2026-04-13"]
