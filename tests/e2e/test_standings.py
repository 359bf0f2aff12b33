"""Leaderboards as transcripts: weeks, ties, who is listed, and pictures that say the same."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.stage import CHOICES, Played, play_script

BEGIN = """
at 2026-04-06 08:55 Europe/Berlin
@ana admin
@ana: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin days:mon-sun
advance 10m
"""


async def play(script: str, folder: Path) -> Played:
    return await play_script(BEGIN + script, folder, CHOICES)


def earned(played: Played) -> Counter[str]:
    """Add up what each member was told to have earned."""
    points: Counter[str] = Counter()
    for grade in played.of("grade"):
        points[str(grade.only)] += grade.data["earned"]
    return points


def points_of(played: Played) -> dict[str, int]:
    return {row["member"]: row["points"] for row in played.last("leaderboard").data["rows"]}


async def test_points_are_those_that_were_earned(tmp_path: Path) -> None:
    answers = "@ana answers: A\n@ben answers: B\n@ben answers: A\n"
    days = "".join(f"{answers}@cem answers: {'AB'[n % 2]}\nadvance 1d\n" for n in range(5))
    played = await play(f"{days}@ana: /fastapi-quiz leaderboard all", tmp_path)
    rows = played.last("leaderboard").data["rows"]

    assert points_of(played) == earned(played)
    assert [row["points"] for row in rows] == sorted((r["points"] for r in rows), reverse=True)
    assert max(row["points"] for row in rows) > 0
    assert {row["streak"] for row in rows} == {5}


async def test_the_question_s_date_says_which_week_counts(tmp_path: Path) -> None:
    """Sunday's question, answered on Monday and by somebody for whom it still is Sunday."""
    played = await play(
        """
advance 6d
@ana answers: A
@ana answers: B
@kim: /fastapi-quiz settings timezone:America/Los_Angeles
advance 15h30m
@kim reacts :bulb:
@kim: /fastapi-quiz leaderboard week
@ana: /fastapi-quiz leaderboard week
@ana: /fastapi-quiz leaderboard month
""",
        tmp_path,
    )
    for_kim, for_ana, month = [
        {row["member"] for row in board.data["rows"]} for board in played.of("leaderboard")
    ]
    assert for_kim == {"ana", "kim"}, "in Los Angeles it still is that Sunday"
    assert for_ana == set(), "in Berlin a new week has begun"
    assert month == {"ana", "kim"}


async def test_ties_share_a_rank_and_one_s_own_line_is_shown_below(tmp_path: Path) -> None:
    crowd = "".join(f"@m{number:02} reacts :bulb:\n" for number in range(14))
    played = await play(f"{crowd}@ana answers: A\n@m00: /fastapi-quiz leaderboard", tmp_path)
    card = played.last("leaderboard")
    ranks = {row["member"]: row["rank"] for row in card.data["rows"]}
    others = {rank for member, rank in ranks.items() if member != "ana"}
    above = earned(played)["ana"] > 0

    assert len(ranks) == 10
    assert "m00" not in ranks
    assert others == {2 if above else 1}
    *_, dots, own = card.text.splitlines()
    assert dots == "…"
    assert own.strip() == f"{others.pop()}. m00 · 0 points · streak 1"


async def test_whoever_comes_back_has_their_points_again(tmp_path: Path) -> None:
    played = await play(
        """
@ana answers: A
@ben answers: B
@ben: /fastapi-quiz settings leaderboard:no
@ana: /fastapi-quiz leaderboard
@ben: /fastapi-quiz leaderboard
@ben: /fastapi-quiz settings leaderboard:yes
@ana: /fastapi-quiz leaderboard
""",
        tmp_path,
    )
    hidden, own, back = played.of("leaderboard")
    assert [row["member"] for row in hidden.data["rows"]] == ["ana"]
    assert "ben" not in own.text
    assert {row["member"] for row in back.data["rows"]} == {"ana", "ben"}
    assert points_of(played) == earned(played)


async def test_forgotten_members_leave_nothing_behind(tmp_path: Path) -> None:
    played = await play(
        """
@ana answers: A
@ben answers: A
@ben: /fastapi-quiz forget-me confirm:yes
@ana: /fastapi-quiz leaderboard all
@ben: /fastapi-quiz leaderboard all
@ben: /fastapi-quiz streak
""",
        tmp_path,
    )
    for board in played.of("leaderboard"):
        assert [(row["member"], row["rank"]) for row in board.data["rows"]] == [("ana", 1)]
    assert played.last("streak").data["longest"] == 0


async def test_workspaces_are_apart(tmp_path: Path) -> None:
    played = await play(
        """
@ben answers: A
workspace globex
@eva admin
@eva: /fastapi-quiz schedule add 09:30 tz:Europe/Berlin
advance 1h
@ben reacts :bulb:
@ben: /fastapi-quiz leaderboard all
workspace local
@ben: /fastapi-quiz leaderboard all
""",
        tmp_path,
    )
    globex, local = played.of("leaderboard")
    assert [row["points"] for row in globex.data["rows"]] == [0]
    assert [row["points"] for row in local.data["rows"]] == [earned(played)["ben"]]


async def test_what_is_shared_lists_those_with_points_alone(tmp_path: Path) -> None:
    looks = "@cem reacts :bulb:\n@cem: /fastapi-quiz leaderboard share:yes\n"
    played = await play(f"{looks}@ana answers: A\n@ben answers: B\n{looks}", tmp_path)
    refused, shared = played.last("error"), played.last("leaderboard")
    assert refused.only == "cem"
    assert "Nobody has points yet" in refused.text
    assert shared.only is None
    assert len(shared.data["rows"]) == 1
    assert shared.data["rows"][0]["points"] > 0
    assert "cem" not in shared.text
