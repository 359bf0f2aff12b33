"""What is asked again, and what is not: grades by a model, line by line of their contract."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from bot.domain.assessment import Assessment, Judged
from bot.domain.grading import Band, Grade, GradingTask, PointVerdict, Verdict
from bot.domain.question import KeyPoint
from bot.domain.writing import Asker
from bot.services.assessing import AssessingGrader
from storage.unit_of_work import SqlStorage

TASK = GradingTask(
    "What does Depends do?",
    "It is resolved before the call. Its result is cached.",
    (KeyPoint("Resolved before the call"), KeyPoint("Its result is cached")),
)
ANSWER = "It is resolved first and then cached."


@dataclass
class Model:
    """A fake at the port: gives each point the verdict that is set for its text."""

    name: str = "fake"
    digest: str = "fake-1"
    verdict: Verdict = Verdict.MET
    evidence: str = "resolved first"
    asked: list[GradingTask] = field(default_factory=list)

    async def assess(self, task: GradingTask, answer: str, asker: Asker | None) -> Assessment:
        self.asked.append(task)
        said = Judged(self.verdict, self.evidence)
        return Assessment(dict.fromkeys(range(len(task.key_points)), said), (), "Good.", "More.")

    async def ping(self) -> str:
        return "pong"

    async def close(self) -> None:
        pass


@dataclass
class Offline:
    """An embedded grader with a score of one's choice."""

    score: float
    gate: str | None = None
    name: str = "lexical"

    async def grade(self, task: GradingTask, answer: str, asker: Asker | None = None) -> Grade:
        points = tuple(PointVerdict(point.text, Verdict.MISSING) for point in task.key_points)
        return Grade(self.score, Band.PARTIAL, points, self.gate, self.name)


class Fixed:
    """A clock that stands still."""

    def now(self) -> datetime:
        return datetime(2026, 3, 27, 9, tzinfo=UTC)


def make_grader(
    model: Model, offline: Offline, storage: SqlStorage | None = None
) -> AssessingGrader:
    return AssessingGrader(model, offline, Fixed(), storage)


async def join(storage: SqlStorage) -> Asker:
    async with storage.writing() as work:
        workspace = await work.workspaces.ensure("local", "acme", "acme")
        member = await work.members.ensure(workspace.id, "ana", "ana")
    return Asker(workspace.id, member.id)


async def test_a_grade_is_kept_for_one_answer_question_rubric_and_model(
    storage: SqlStorage,
) -> None:
    asker, model = await join(storage), Model()
    grader = make_grader(model, Offline(1.0), storage)
    first = await grader.grade(TASK, ANSWER, asker)
    assert await grader.grade(TASK, ANSWER, asker) == first
    assert len(model.asked) == 1

    rubric = (*TASK.key_points[:1], replace(TASK.key_points[1], weight=2.0))
    others = (
        (TASK, f"{ANSWER} Perhaps."),
        (replace(TASK, question="What does Security do?"), ANSWER),
        (replace(TASK, reference="It is resolved late."), ANSWER),
        (replace(TASK, key_points=rubric), ANSWER),
    )
    for calls, (task, answer) in enumerate(others, start=2):
        await grader.grade(task, answer, asker)
        assert len(model.asked) == calls

    other = Model(digest="fake-2")
    await make_grader(other, Offline(1.0), storage).grade(TASK, ANSWER, asker)
    assert len(other.asked) == 1


@pytest.mark.parametrize(("expected", "calls"), [(0.49, 2), (0.5, 1), (0.51, 1), (1.0, 1)])
async def test_only_more_than_half_off_is_asked_again(expected: float, calls: int) -> None:
    model = Model()
    await make_grader(model, Offline(expected)).grade(TASK, ANSWER)
    assert len(model.asked) == calls
    assert model.asked[-1].key_points == (TASK.key_points[::-1] if calls == 2 else TASK.key_points)


@pytest.mark.parametrize("gate", ["empty", "no_attempt", "question_repeated", "injection"])
async def test_a_gate_costs_no_call(gate: str) -> None:
    model = Model()
    grade = await make_grader(model, Offline(0.0, gate)).grade(TASK, ANSWER)
    assert (grade.score, grade.gate, model.asked) == (0.0, gate, [])


@pytest.mark.parametrize("verdict", [Verdict.MET, Verdict.PARTIAL])
@pytest.mark.parametrize(
    ("evidence", "stands"),
    [("RESOLVED\n  First", True), ("resolved second", False), ("before the call", False)],
)
async def test_evidence_stands_in_the_answer_or_proves_nothing(
    verdict: Verdict, evidence: str, stands: bool
) -> None:
    """Case and white space are folded; words of the reference or rubric are no evidence."""
    grade = await make_grader(Model(verdict=verdict, evidence=evidence), Offline(0.5)).grade(
        TASK, ANSWER
    )
    assert {point.verdict for point in grade.points} == {verdict if stands else Verdict.MISSING}
    credit = {Verdict.MET: 1.0, Verdict.PARTIAL: 0.5}[verdict]
    assert grade.score == (credit if stands else 0.0)
