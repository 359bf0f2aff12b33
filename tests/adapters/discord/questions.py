"""Questions made for tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.domain.cards import QuestionCard
from bot.domain.people import Level
from bot.domain.question import Choice, KeyPoint, Kind, Markdown, Question

QUESTION = Question(
    id="dependency-injection",
    pack="fastapi",
    title="What does Depends() do?",
    level=Level.TWO_YEAR,
    topics=("dependencies",),
    kind=Kind.OPEN,
    prompt=Markdown("What happens in a request to `Depends(get_db)`?"),
    answer=Markdown("It is resolved once a request."),
    key_points=(KeyPoint("once a request"),),
)
CHOICE = Question(
    id="status",
    pack="fastapi",
    title="Which status?",
    level=Level.FRESHER,
    topics=("routing",),
    kind=Kind.CHOICE,
    prompt=Markdown("Which status does a bad body get?"),
    answer=Markdown("422."),
    choices=(Choice("*200*", False, "no"), Choice("422", True, "validation failed")),
)


def make_card(**changes: Any) -> QuestionCard:
    """Return a question as a schedule posts it."""
    fields: dict[str, Any] = {
        "question": QUESTION,
        "workspace": "1",
        "slot": date(2026, 1, 5),
        "key": "k",
        "schedule_number": 1,
    }
    return QuestionCard(**{**fields, **changes})
