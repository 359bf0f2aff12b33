"""What is said where no question fits."""

from __future__ import annotations

from bot.domain.people import WorkspaceId
from bot.domain.question import QuestionFilter
from bot.domain.reading import did_you_mean
from bot.errors import NotFound
from bot.ports import UnitOfWork


async def explain_misfit(
    work: UnitOfWork, workspace_id: WorkspaceId, wanted: QuestionFilter
) -> NotFound:
    """Return the error; of a topic that isn't known it names the nearest."""
    everything = await work.questions.deck(workspace_id, QuestionFilter())
    topics = {topic for question in everything for topic in question.topics}
    hint = did_you_mean(wanted.topic, topics) if wanted.topic and wanted.topic not in topics else ""
    return NotFound(
        f"No question fits: {wanted}.{hint} Type /fastapi-quiz topics to see what there is."
    )
