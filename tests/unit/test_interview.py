"""The rules of a mock interview, and its report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.grading import Grade, PointVerdict, Verdict, band_of
from bot.domain.interview import (
    Ending,
    Interview,
    InterviewId,
    Step,
    climb,
    combine_scores,
    keep_level,
    list_scores,
    merge_grades,
    pick_follow_up,
    trend_of,
    wants_follow_up,
)
from bot.domain.interview_file import write_file
from bot.domain.interview_report import make_report
from bot.domain.people import Level, MemberId, WorkspaceId
from bot.domain.question import (
    KeyPoint,
    Kind,
    Markdown,
    Question,
    QuestionKey,
    QuestionSummary,
)

AT = datetime(2026, 3, 27, 17, tzinfo=UTC)
scores = st.lists(st.floats(0, 1), max_size=20)
levels = st.sampled_from(Level)
ORDER = list(Level)


@given(levels, scores)
def test_one_question_moves_by_one_level_at_most(start: Level, course: list[float]) -> None:
    rungs = [ORDER.index(climb(start, course[:count])) for count in range(len(course) + 1)]
    for score, before, after in zip(course, rungs, rungs[1:], strict=False):
        assert abs(after - before) <= 1
        assert after >= before or score < 0.3
        assert after <= before or score >= 0.6


@given(levels, scores, st.integers(0, 19))
def test_doing_better_once_never_leads_lower(start: Level, course: list[float], at: int) -> None:
    better = [1.0 if place == at else score for place, score in enumerate(course)]
    assert ORDER.index(climb(start, better)) >= ORDER.index(climb(start, course))


def test_from_easier_to_harder() -> None:
    assert climb(Level.FRESHER, []) is Level.FRESHER
    assert climb(Level.FRESHER, [0.9]) is Level.TWO_YEAR
    assert climb(Level.FRESHER, [0.9, 0.9, 0.9]) is Level.FIVE_YEAR
    assert climb(Level.FRESHER, [0.9, 0.1, 0.1]) is Level.FRESHER
    assert climb(Level.TWO_YEAR, [0.45]) is Level.TWO_YEAR


def summary(level: Level, number: int = 1) -> QuestionSummary:
    return QuestionSummary(QuestionKey(number), f"q{number}", "small", level, ("routing",))


@given(st.lists(levels, min_size=1), levels)
def test_a_level_without_questions_gives_the_nearest(have: list[Level], wanted: Level) -> None:
    deck = [summary(level, number) for number, level in enumerate(have)]
    kept = keep_level(deck, wanted)
    assert len({question.level for question in kept}) == 1
    nearest = min(abs(ORDER.index(level) - ORDER.index(wanted)) for level in have)
    assert abs(ORDER.index(kept[0].level) - ORDER.index(wanted)) == nearest
    if nearest == 0:
        assert len(kept) == have.count(wanted)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_follow_up_can_only_help_and_wins_back_half(first: float, then: float) -> None:
    both = combine_scores(first, then)
    assert first <= both <= first + (1 - first) / 2 + 1e-9


QUESTION = Question(
    id="depends",
    pack="small",
    title="What *Depends* does",
    level=Level.FRESHER,
    topics=("dependencies", "testing"),
    kind=Kind.OPEN,
    prompt=Markdown("What does `Depends` do?"),
    answer=Markdown("It resolves a tree."),
    key_points=(KeyPoint("It resolves a tree", 3), KeyPoint("Tests override it", 1)),
    sources=("FastAPI documentation: Dependencies", "Python documentation: typing"),
    follow_ups=("What about a cache?", "How do tests override one?"),
)


def grade(*verdicts: Verdict, gate: str | None = None) -> Grade:
    weights = [point.weight for point in QUESTION.key_points]
    met = sum(w for w, v in zip(weights, verdicts, strict=True) if v is Verdict.MET)
    score = 0.0 if gate else met / sum(weights)
    points = tuple(
        PointVerdict(point.text, verdict)
        for point, verdict in zip(QUESTION.key_points, verdicts, strict=True)
    )
    return Grade(score, band_of(score), points, gate, "lexical")


def step(number: int, graded: Grade | None, follow_up: str = "", question: int = 1) -> Step:
    return Step(
        number,
        f"mock-{number}{bool(follow_up)}",
        QuestionKey(question),
        "depends",
        AT,
        follow_up,
        answered_at=AT,
        skipped=graded is None,
        answer="# No *heading*\n<b>",
        grade=graded,
    )


HALF = grade(Verdict.MET, Verdict.MISSING)
FULL = grade(Verdict.MET, Verdict.MET)


def test_what_is_worth_asking_on() -> None:
    assert wants_follow_up(QUESTION, step(1, HALF))
    assert not wants_follow_up(QUESTION, step(1, FULL))
    assert not wants_follow_up(QUESTION, step(1, HALF, "again"))
    assert not wants_follow_up(QUESTION, step(1, None))
    no_attempt = grade(Verdict.MISSING, Verdict.MISSING, gate="no_attempt")
    assert not wants_follow_up(QUESTION, step(1, no_attempt))
    assert not wants_follow_up(replace(QUESTION, follow_ups=()), step(1, HALF))


def test_the_follow_up_is_the_one_nearest_to_what_lacked() -> None:
    assert pick_follow_up(QUESTION, QUESTION.key_points[1:]) == "How do tests override one?"


def test_scores_count_skips_and_follow_ups() -> None:
    steps = (step(1, HALF), step(1, FULL, "more"), step(2, None), step(3, FULL))
    assert list_scores(steps) == {1: 0.875, 2: 0.0, 3: 1.0}
    assert [p.verdict for p in merge_grades(HALF, FULL).points] == [Verdict.MET, Verdict.MET]


def make_interview(*steps: Step) -> Interview:
    return Interview(
        InterviewId(1),
        WorkspaceId(1),
        MemberId(1),
        "#general",
        5,
        Level.FRESHER,
        AT,
        AT + timedelta(days=1),
        steps=steps,
    )


def test_the_report_says_what_was_strong_weak_and_to_read() -> None:
    other = replace(QUESTION, id="yield", topics=("testing",), sources=("Other",))
    questions = {QuestionKey(1): QUESTION, QuestionKey(2): other}
    interview = make_interview(step(1, HALF), step(2, None, question=2))
    report = make_report(interview, questions, Ending.STOPPED, AT, before=0.1)
    assert report is not None
    assert report.score == 0.375
    assert report.topics == (("dependencies", 0.75), ("testing", 0.375))
    assert report.strongest == ("It resolves a tree",)
    assert report.weakest[:2] == ("It resolves a tree", "Tests override it")
    assert [source for source, _ in report.reading] == [
        "Other",
        "FastAPI documentation: Dependencies",
        "Python documentation: typing",
    ]
    assert [item.question.id for item in report.to_practise] == ["yield"]


def test_nothing_done_is_no_report() -> None:
    waiting = replace(step(1, None), answered_at=None, skipped=False)
    questions = {QuestionKey(1): QUESTION}
    assert make_report(make_interview(waiting), questions, Ending.STOPPED, AT) is None


def test_the_file_holds_everything_and_escapes_what_was_typed() -> None:
    interview = make_interview(step(1, HALF))
    report = make_report(interview, {QuestionKey(1): QUESTION}, Ending.FINISHED, AT)
    assert report is not None
    text = write_file(report)
    assert "# Mock interview, 2026-03-27" in text
    assert "It resolves a tree." in text
    assert "> \\# No \\*heading\\*\n> \\<b\\>" in text
    assert "What \\*Depends\\* does" in text
    assert "FastAPI documentation: Dependencies" in text


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_a_trend_is_a_difference_of_means(course: list[float]) -> None:
    trend = trend_of(course)
    assert trend is not None
    assert -1 <= trend <= 1
    assert trend_of(course[:1]) is None


def test_rising_scores_have_a_rising_trend() -> None:
    rising, falling = trend_of([0.2, 0.4, 0.6, 0.8]), trend_of([0.8, 0.2])
    assert rising is not None
    assert falling is not None
    assert rising > 0 > falling
