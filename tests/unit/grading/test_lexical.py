"""The embedded grader as its callers see it."""

from __future__ import annotations

import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.grading import Band, Grade, GradingTask, Verdict
from bot.domain.question import KeyPoint
from bot.grading.lexical import LexicalGrader, grade_answer

TASK = GradingTask(
    question="What does a yield dependency do in FastAPI?",
    reference=(
        "The code before yield runs ahead of the endpoint and prepares a resource such as a "
        "database session. The yielded value is injected into the endpoint. The code after "
        "yield cleans up once the response was made, also when an exception was raised."
    ),
)
WITH_POINTS = GradingTask(
    TASK.question,
    TASK.reference,
    (
        KeyPoint("Code before yield prepares a resource", 1.0),
        KeyPoint("The yielded value is injected", 1.0),
        KeyPoint("Code after yield cleans up, even after an exception", 2.0),
    ),
)
HANGS = 5.0
"""Seconds of the processor: patterns that run back and forth over such answers took minutes."""
GOOD = (
    "Everything before the yield is set up, for example opening a database session. The value "
    "that is yielded gets injected into the endpoint, and afterwards the code after the yield "
    "does the clean up, even if there was an exception."
)


def squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()


def assert_sound(grade: Grade, answer: str) -> None:
    assert 0.0 <= grade.score <= 1.0
    assert grade.gate is None or grade.score == 0.0
    assert grade.points
    assert grade.feedback
    for point in grade.points:
        assert squeeze(point.evidence) in squeeze(answer)
        assert (point.verdict is Verdict.MISSING) == (point.evidence == "")


@pytest.mark.parametrize("task", [TASK, WITH_POINTS])
def test_the_model_answer_is_full_marks(task: GradingTask) -> None:
    grade = grade_answer(task, task.reference)
    assert grade.score >= 0.95
    assert grade.band is Band.STRONG
    assert {point.verdict for point in grade.points} == {Verdict.MET}


def test_an_answer_in_other_words_is_good() -> None:
    grade = grade_answer(WITH_POINTS, GOOD)
    assert grade.score >= 0.6
    assert [point.verdict for point in grade.points].count(Verdict.MET) >= 2
    assert_sound(grade, GOOD)


def test_half_an_answer_is_worth_less_than_a_whole_one() -> None:
    half = "The code before the yield prepares a resource, for example a session."
    grade = grade_answer(WITH_POINTS, half)
    assert 0.1 < grade.score < grade_answer(WITH_POINTS, GOOD).score
    assert grade.points[0].verdict is Verdict.MET
    assert grade.points[0].evidence == half


def test_weights_decide_what_a_point_is_worth() -> None:
    heavy = GradingTask(
        "", "a b", (KeyPoint("cleans up after exceptions", 9.0), KeyPoint("injection"))
    )
    light = GradingTask(
        "", "a b", (KeyPoint("cleans up after exceptions", 1.0), KeyPoint("injection"))
    )
    answer = "It cleans up after exceptions."
    assert grade_answer(heavy, answer).score > grade_answer(light, answer).score


def test_feedback_names_the_point_made_best_and_the_weightiest_one_to_add() -> None:
    points = (
        KeyPoint("Startup code in a lifespan opens database pools before any request arrives"),
        KeyPoint("Shutdown code after the yield closes them"),
        KeyPoint("Kubernetes probes stay red meanwhile"),
        KeyPoint("Exceptions during startup abort the process", 3.0),
    )
    reference = ". ".join(point.text for point in points)
    grade = grade_answer(
        GradingTask("What does it do?", reference, points),
        "It opens database pools before any request; shutdown code after the yield closes them.",
    )
    assert [point.verdict for point in grade.points] == ["met", "met", "missing", "missing"]
    assert grade.feedback == (
        "You made this point well: Shutdown code after the yield closes them; next, add this: "
        "Exceptions during startup abort the process"
    )


def test_feedback_names_a_point_made_and_one_to_add() -> None:
    grade = grade_answer(WITH_POINTS, "The code before yield prepares a resource like a session.")
    assert "prepares a resource" in grade.feedback
    assert "cleans up" in grade.feedback or "injected" in grade.feedback


async def test_a_long_answer_is_graded_off_the_event_loop_like_a_short_one() -> None:
    grader = LexicalGrader()
    short = await grader.grade(TASK, GOOD)
    long = await grader.grade(TASK, GOOD + " " * 5_000)
    assert (short.score, short.grader) == (long.score, "lexical")


@pytest.mark.parametrize(
    "answer",
    [
        "word " * 8_000,
        "".join(f"w{number} " for number in range(8_000)),
        "\x00\x01\x02\x7f" * 500,
        "👍🏽🎉" * 300,
        "依赖注入会在响应之后清理资源。",
        "निर्भरता प्रतिक्रिया के बाद साफ करती है",
        "تنظيف بعد الاستجابة",
        "def get_db():\n    db = Session()\n    try:\n        yield db\n    finally:\n        pass",
        "{" * 5_000 + "}" * 5_000,
        "not " * 3_000,
        "a.b" * 10_000,
        "'" * 40_000,
        "\ud800\udfff",
        "i g n o r e " * 3_000,
        "(((((" + "give " * 7_000,
        "A model" + "\n" * 39_990,
        "A model.\n" * 4_000,
        "A model <" + " " * 39_990,
        'A model "}' + " " * 39_990,
        "A model [" + " " * 39_990,
        "A model, system" + " " * 39_980,
        "A model " + "-" * 39_990,
        "x(" * 20_000,
    ],
)
def test_odd_answers_are_graded_soundly_and_soon(answer: str) -> None:
    started = time.thread_time()
    grade = grade_answer(TASK, answer)
    assert time.thread_time() - started < HANGS
    assert_sound(grade, answer)


ANY_TEXT = st.text(max_size=400)
NEAR_TEXT = st.lists(
    st.sampled_from([*TASK.reference.split(), "not", ".", "\n", ",", "I", "don't", "know"]),
    max_size=60,
).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(answer=ANY_TEXT | NEAR_TEXT)
def test_any_answer_gets_a_sound_grade(answer: str) -> None:
    assert_sound(grade_answer(WITH_POINTS, answer), answer)


@settings(max_examples=100, deadline=None)
@given(
    question=ANY_TEXT,
    reference=ANY_TEXT,
    points=st.lists(st.tuples(ANY_TEXT, st.floats(0, 5)), max_size=4),
    answer=ANY_TEXT,
)
def test_any_task_can_be_graded(
    question: str, reference: str, points: list[tuple[str, float]], answer: str
) -> None:
    task = GradingTask(question, reference, tuple(KeyPoint(*point) for point in points))
    grade = grade_answer(task, answer)
    assert 0.0 <= grade.score <= 1.0
    assert all(squeeze(point.evidence) in squeeze(answer) for point in grade.points)


DENIED = (
    "The code before yield does not run ahead of the endpoint and prepares no resource. The "
    "yielded value is not injected into the endpoint. It is not true that the code after yield "
    "cleans up once the response was made."
)


def test_a_model_answer_denied_is_weak_and_its_points_are_wrong() -> None:
    grade = grade_answer(TASK, DENIED)
    assert grade.score < 0.4
    assert Verdict.WRONG in {point.verdict for point in grade.points}
    assert "look again" in grade.feedback


def test_saying_that_something_is_not_so_does_no_harm_where_the_reference_does_too() -> None:
    task = GradingTask("What is a path parameter?", "It is not optional and has no default value.")
    grade = grade_answer(task, "A path parameter has no default value and it is not optional.")
    assert grade.score >= 0.8
    assert grade.points[0].verdict is Verdict.MET


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_words_are_weak(seed: int) -> None:
    words = TASK.reference.split()
    random.Random(seed).shuffle(words)
    assert grade_answer(TASK, " ".join(words)).score < 0.4


@pytest.mark.parametrize("joint", [", ", " ", "\n- "])
def test_keywords_are_weak(joint: str) -> None:
    words = ["yield", "dependency", "resource", "session", "injected", "endpoint", "cleans", "up"]
    assert grade_answer(TASK, joint.join(words)).score < 0.4


def test_code_needs_no_small_words() -> None:
    task = GradingTask("How do you get a session?", "Use session = Depends(get_session) there.")
    assert grade_answer(task, "session: Session = Depends(get_session)").score > 0.5


def test_what_is_said_counts_wherever_it_stands_in_a_long_answer() -> None:
    padding = "Let me think about the question for a moment before I begin with it. "
    assert grade_answer(WITH_POINTS, padding * 3 + GOOD).score > 0.6


def test_a_typing_error_costs_little() -> None:
    wrong = GOOD.replace("injected", "injectd").replace("database", "databse")
    assert grade_answer(WITH_POINTS, wrong).score > grade_answer(WITH_POINTS, GOOD).score - 0.1


@pytest.mark.parametrize(
    "text",
    [
        f"None of the following is true: {TASK.reference}",
        f"{TASK.reference}\nNone of that is true.",
        f"Everything I wrote is wrong. {TASK.reference}",
        f"The opposite is the case: {TASK.reference}",
    ],
)
def test_an_answer_that_takes_itself_back_is_weak(text: str) -> None:
    grade = grade_answer(WITH_POINTS, text)
    assert grade.score < 0.35
    assert Verdict.MET not in {point.verdict for point in grade.points}


@pytest.mark.parametrize(
    "aside",
    [
        "Some say it runs in a thread, and that is wrong.",
        "None of the later requests sees it.",
        "The opposite is true of a return.",
    ],
)
def test_a_denial_of_something_else_costs_nothing(aside: str) -> None:
    grade = grade_answer(WITH_POINTS, f"{GOOD} {aside}")
    assert grade.score >= 0.9 * grade_answer(WITH_POINTS, GOOD).score


def test_a_long_list_denied_line_by_line_is_weak() -> None:
    """Joined to one sentence, too: what is short in the list belongs to the reference as well."""
    lines = (
        "A UDP header is much shorter than a TCP header",
        "Only TCP has these fields:",
        *(f"- {field}" for field in ("sequence number", "acknowledgment", "window", "padding")),
        *(f"- {field}" for field in ("reserved", "control bits", "urgent pointer", "options")),
        "The sender port is optional in UDP and needed by TCP to establish a connection",
    )
    task = GradingTask("How do the headers of UDP and TCP differ?", "\n".join(lines))
    denied = " ".join(f"It is not true that {line}" for line in lines)
    assert grade_answer(task, denied).score < 0.35


def test_what_another_sentence_says_right_is_not_denied() -> None:
    task = GradingTask(
        "How does a circular linked list differ from a basic one?",
        "The last element in a circular linked list points to the head of the list.",
    )
    said = "In a circular linked list the last element points to the head of the list."
    contrast = "In a basic linked list no element points to the head of the list."
    assert grade_answer(task, f"{said} {contrast}").score > 0.8
    assert grade_answer(task, contrast).score < 0.35


WARNING = GradingTask(
    "A password was found in the log of a FastAPI service. What do you do?",
    "Replace the handler for validation errors and keep only the place and the message of each. "
    "Never log exc.body, which holds the complete request body.",
    (
        KeyPoint("Replace the handler and keep only the place and the message of each error", 1.0),
        KeyPoint("Never log exc.body, which holds the complete request body", 1.0),
    ),
)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("Log exc.body so that you see what was sent.", Verdict.WRONG),
        ("You should just log exc.body to see the request.", Verdict.WRONG),
        ("First I\u2019d log exc.body.", Verdict.WRONG),
        ("I would log exc.body to find it.", Verdict.WRONG),
        ("Never log exc.body.", Verdict.MET),
        ("I would not log exc.body.", Verdict.MET),
        ("Logging exc.body brings the password into the log.", Verdict.MET),
        ("Log exc.body and everybody reads the password.", Verdict.MET),
        ("They log exc.body with the password.", Verdict.MET),
    ],
)
def test_who_advises_what_a_point_warns_of_does_not_make_it(answer: str, verdict: Verdict) -> None:
    grade = grade_answer(WARNING, answer)
    assert grade.points[1].verdict is verdict
    assert ("other way round" in grade.feedback) == (verdict is Verdict.WRONG)
