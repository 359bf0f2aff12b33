"""Words that every platform shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.cards import Standing, StreakCard
from bot.domain.delivery import Delivery, DeliveryId, DeliveryState, Purpose
from bot.domain.formatting import plural
from bot.domain.people import WorkspaceId
from bot.domain.streak import Streak
from bot.domain.wording import (
    describe_fate,
    describe_standing,
    explain_streak,
    name_field,
    name_grader,
    write_name,
)


@pytest.mark.parametrize(
    ("grader", "said"),
    [
        ("lexical", "matching words (lexical)"),
        ("lexical, scored offline", "matching words (lexical, scored offline)"),
        ("semantic", "matching meaning (semantic)"),
        ("choice", "the choice"),
        ("openai:fake", "openai:fake"),
    ],
)
def test_a_grader_is_told_in_words_and_by_its_name(grader: str, said: str) -> None:
    assert name_grader(grader) == said


def test_one_word_is_no_words() -> None:
    assert [plural(count, "word") for count in (0, 1, 2, 1_000)] == [
        "0 words",
        "1 word",
        "2 words",
        "1,000 words",
    ]


def test_a_field_is_labelled_as_people_say() -> None:
    assert [name_field(name) for name in ("tz", "timezone", "away-until")] == [
        "Time zone",
        "Time zone",
        "Away until",
    ]


def test_no_freeze_is_promised_to_who_has_them_all() -> None:
    def explain(freezes: int) -> list[str]:
        return explain_streak(StreakCard("ana", Streak(20, 20, freezes)))

    assert explain(1) == ["Longest 20 · freezes 1 of 2 · next freeze in 1 question day"]
    assert explain(2) == ["Longest 20 · freezes 2 of 2"]


@pytest.mark.parametrize(
    ("late", "said"),
    [
        (timedelta(seconds=1), "question: confirmed, on time"),
        (timedelta(seconds=59), "question: confirmed, on time"),
        (timedelta(hours=2), "question: confirmed, 2h after it was due"),
    ],
)
def test_what_became_of_a_post_is_told_as_people_read_clocks(late: timedelta, said: str) -> None:
    due_at = datetime(2026, 3, 23, 8, tzinfo=UTC)
    delivery = Delivery(
        id=DeliveryId(1),
        workspace_id=WorkspaceId(1),
        channel="#general",
        slot=due_at.date(),
        key="key",
        purpose=Purpose.QUESTION,
        state=DeliveryState.CONFIRMED,
        due_at=due_at,
        expires_at=due_at + timedelta(hours=6),
        posted_at=due_at + late,
    )
    assert describe_fate(delivery) == said


def test_a_line_of_a_leaderboard_counts_as_people_do() -> None:
    assert describe_standing(Standing(1, "Ana", 1, 4)) == "Ana · 1 point · streak 4"
    assert describe_standing(Standing(2, "Ben", 0, 0)) == "Ben · 0 points · streak 0"


@pytest.mark.parametrize("name", ["מרים", "فاطمة 2", "Ana فاطمة"])
def test_a_name_from_right_to_left_ends_before_the_numbers_behind_it(name: str) -> None:
    said = describe_standing(Standing(1, name, 12, 3))
    assert said == f"\u200e{name}\u200e · 12 points · streak 3"


@pytest.mark.parametrize("name", ["Ana", "Ωμέγα", "田中", "👍🏽 1"])
def test_other_names_stay_as_they_are(name: str) -> None:
    assert write_name(name) == name
