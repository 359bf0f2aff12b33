"""What a mock interview came to: read off its steps and their questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.grading import Grade, Verdict
from bot.domain.interview import UP_FROM, Ending, Interview, Step, list_scores, merge_grades, sum_up
from bot.domain.people import Level
from bot.domain.question import Question, QuestionKey

SHOWN_POINTS = 3
TO_READ = 3


@dataclass(frozen=True, slots=True)
class Item:
    """One question of the interview, with its follow-up if there was one, and its score."""

    question: Question
    steps: tuple[Step, ...]
    score: float

    @property
    def skipped(self) -> bool:
        """Whether the question itself was skipped."""
        return self.steps[0].skipped

    @property
    def grade(self) -> Grade | None:
        """The grade after the follow-up; None for a skipped question."""
        grades = [step.grade for step in self.steps if step.grade]
        return merge_grades(*grades) if len(grades) == 2 else next(iter(grades), None)


@dataclass(frozen=True, slots=True)
class Report:
    """Scores are 0..1. `reading` pairs a source with the question it belongs to.

    `before` is the score of the member's last interview.
    """

    began_at: datetime
    ended_at: datetime
    ending: Ending
    length: int
    level: Level | None
    topic: str | None
    items: tuple[Item, ...]
    score: float
    topics: tuple[tuple[str, float], ...]
    strongest: tuple[str, ...]
    weakest: tuple[str, ...]
    reading: tuple[tuple[str, Question], ...]
    before: float | None = None

    @property
    def to_practise(self) -> tuple[Item, ...]:
        """Questions that want to be met again soon, worst first."""
        weak = [item for item in self.items if item.score < UP_FROM]
        return tuple(sorted(weak, key=lambda item: item.score))


def make_report(
    interview: Interview,
    questions: Mapping[QuestionKey, Question],
    ending: Ending,
    ended_at: datetime,
    before: float | None = None,
) -> Report | None:
    """Return the report of an interview; None where nothing was answered or skipped."""
    items = _list_items(interview, questions)
    score = sum_up([item.score for item in items])
    if score is None:
        return None
    return Report(
        began_at=interview.began_at,
        ended_at=ended_at,
        ending=ending,
        length=interview.length,
        level=interview.level,
        topic=interview.topic,
        items=items,
        score=score,
        topics=_score_topics(items),
        strongest=_pick_points(items, met=True),
        weakest=_pick_points(items, met=False),
        reading=_pick_reading(items),
        before=before,
    )


def _list_items(
    interview: Interview, questions: Mapping[QuestionKey, Question]
) -> tuple[Item, ...]:
    done: dict[int, list[Step]] = defaultdict(list)
    for step in interview.steps:
        if step.answered_at is not None and step.question_key in questions:
            done[step.number].append(step)
    scores = list_scores(interview.steps)
    return tuple(
        Item(questions[steps[0].question_key], tuple(steps), scores[number])
        for number, steps in sorted(done.items())
    )


def _score_topics(items: Sequence[Item]) -> tuple[tuple[str, float], ...]:
    """Return the mean score of each topic, best first; a question counts for all of its own."""
    scores: dict[str, list[float]] = defaultdict(list)
    for item in items:
        for topic in item.question.topics:
            scores[topic].append(item.score)
    means = ((topic, sum(values) / len(values)) for topic, values in scores.items())
    return tuple(sorted(means, key=lambda pair: (-pair[1], pair[0])))


def _pick_points(items: Sequence[Item], *, met: bool) -> tuple[str, ...]:
    """Return the weightiest key points that were met, or were not, heaviest first.

    Weights are relative within a question, so they are compared as shares of it.
    """
    found: list[tuple[float, str]] = []
    for item in items:
        weights = {point.text: point.weight for point in item.question.key_points}
        whole = sum(weights.values()) or 1.0
        verdicts = {point.text: point.verdict for point in item.grade.points} if item.grade else {}
        for text, weight in weights.items():
            verdict = verdicts.get(text, Verdict.MISSING)
            if (verdict is Verdict.MET) is met and verdict is not Verdict.PARTIAL:
                found.append((weight / whole, text))
    found.sort(key=lambda pair: -pair[0])
    return tuple(text for _, text in found[:SHOWN_POINTS])


def _pick_reading(items: Sequence[Item]) -> tuple[tuple[str, Question], ...]:
    """Return sources of the worst questions, each once, one a question before a second."""
    worst_first = sorted(items, key=lambda item: item.score)
    depth = max((len(item.question.sources) for item in items), default=0)
    picked: dict[str, Question] = {}
    for nth in range(depth):
        for item in worst_first:
            for source in item.question.sources[nth : nth + 1]:
                picked.setdefault(source, item.question)
    return tuple(picked.items())[:TO_READ]
