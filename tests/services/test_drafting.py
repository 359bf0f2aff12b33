"""`generate`, with templates and with a writer that is scripted at its port."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from bot.commands import BY_PATH, Call, Caller
from bot.domain.cards import NoticeCard, QueueCard, Reply
from bot.domain.draft import MOST_WAITING
from bot.domain.people import Level
from bot.domain.question import Choice, KeyPoint, Kind, Question, QuestionFilter
from bot.domain.writing import Asker, WrittenQuestion
from bot.errors import CommandError, ModelError, NotFound
from bot.grading.lexical import LexicalGrader
from bot.questions.loader import load_pack
from bot.services.drafting import Drafting, _add
from bot.services.generating import Generating
from storage.unit_of_work import SqlStorage
from tests.stage import PACKS

NOW = datetime(2026, 3, 23, 9, tzinfo=UTC)
ANSWER = (
    "A yield dependency runs the code after its yield when the response has been sent, "
    "so a session can be closed there."
)
GOOD = WrittenQuestion(
    title="Clean-up after yield",
    level=Level.TWO_YEAR,
    topics=("Yield dependencies",),
    kind=Kind.OPEN,
    prompt="When does the code behind `yield` in a dependency run, and what is it good for?",
    answer=ANSWER,
    key_points=(KeyPoint("It runs after the response has been sent."),),
)
CHOICE = WrittenQuestion(
    title="Status of a missing header",
    level=Level.FRESHER,
    topics=("headers",),
    kind=Kind.CHOICE,
    prompt="A required header is missing. Which status does FastAPI answer with?",
    answer="FastAPI validates headers like any other parameter, so it answers 422.",
    choices=(
        Choice("400", False, "That is what other frameworks say."),
        Choice("422", True, "Validation errors have this status."),
    ),
)


@dataclass
class ScriptedWriter:
    """Writes what a test says, and answers blind by title."""

    drafts: Sequence[WrittenQuestion] = ()
    answers: dict[str, str] = field(default_factory=dict)
    fails: bool = False
    name: str = "scripted-1"
    asked: list[tuple[str, int, Sequence[str]]] = field(default_factory=list)

    async def write(
        self,
        topic: str,
        level: Level | None,
        count: int,
        avoid: Sequence[str],
        *,
        asker: Asker | None = None,
    ) -> Sequence[WrittenQuestion]:
        assert asker is not None
        self.asked.append((topic, count, avoid))
        if self.fails:
            raise ModelError("The model does not answer.")
        return self.drafts

    async def answer(
        self, question: Question | WrittenQuestion, *, asker: Asker | None = None
    ) -> str:
        return self.answers.get(question.title, "No idea at all.")


@dataclass
class Desk:
    """A workspace with the small pack, and `generate` in it."""

    storage: SqlStorage
    caller: Caller

    async def generate(self, topic: str, count: int, writer: ScriptedWriter | None = None) -> Reply:
        drafting = Drafting(self.storage, Generating(), LexicalGrader(), random.Random(3), writer)
        call = Call(BY_PATH["generate"], self.caller, {"topic": topic, "count": count})
        return await drafting.generate(call)

    async def waiting(self) -> list[Question]:
        async with self.storage.reading() as work:
            items = await work.drafts.waiting(self.caller.workspace.id)
        return [item.question for item in items]


@pytest.fixture
async def desk(storage: SqlStorage) -> Desk:
    async with storage.writing() as work:
        workspace = await work.workspaces.ensure("local", "acme", "Acme")
        ana = await work.members.ensure(workspace.id, "ana", "ana")
        await work.questions.store_pack("small", "1", load_pack(PACKS["small"]))
    return Desk(storage, Caller(workspace, ana, "#general", NOW, "UTC"))


def facts_of(reply: Reply) -> dict[str, object]:
    notice, queue = reply.cards
    assert isinstance(notice, NoticeCard)
    assert isinstance(queue, QueueCard)
    return notice.facts


async def test_templates_fill_the_queue_without_a_model(desk: Desk) -> None:
    reply = await desk.generate("validation", 3)
    assert facts_of(reply) == {"items": [1, 2, 3], "sources": {"templates": 3}, "dropped": {}}
    made = await desk.waiting()
    assert len({question.prompt for question in made}) == 3
    assert all(question.kind is Kind.CHOICE and not question.proof for question in made)
    async with desk.storage.reading() as work:
        assert all(
            key.pack == "small"
            for key in await work.questions.deck(desk.caller.workspace.id, QuestionFilter())
        )


async def test_a_topic_of_no_template_is_answered_with_those_there_are(desk: Desk) -> None:
    with pytest.raises(NotFound, match="validation"):
        await desk.generate("validatoin", 1)


async def test_half_is_left_to_the_model_and_its_own_doubt_is_heeded(desk: Desk) -> None:
    writer = ScriptedWriter(
        [GOOD, replace(GOOD, title="Another"), CHOICE], {GOOD.title: ANSWER, CHOICE.title: "b"}
    )
    reply = await desk.generate("validation", 6, writer)
    assert facts_of(reply) == {
        "items": [1, 2, 3, 4, 5, 6],
        "sources": {"templates": 4, "scripted-1": 2},
        "dropped": {"much like another": 1},
    }
    [(topic, count, _)] = writer.asked
    assert (topic, count) == ("validation", 3)
    written = [question for question in await desk.waiting() if question.id.startswith("own-")]
    assert [question.topics for question in written] == [("yield-dependencies",), ("headers",)]


@pytest.mark.parametrize(
    ("draft", "answers", "reason"),
    [
        (GOOD, {}, "answered differently when asked blind"),
        (CHOICE, {CHOICE.title: "A"}, "answered differently when asked blind"),
        (CHOICE, {CHOICE.title: ""}, "answered differently when asked blind"),
        (replace(CHOICE, choices=CHOICE.choices[:1]), {}, "not in the format"),
        (replace(GOOD, prompt="x" * 4000), {}, "not in the format"),
        (replace(GOOD, answer="a\x1b[2Jb"), {}, "not in the format"),
        (replace(GOOD, prompt="```python\ndef (:\n```"), {}, "not in the format"),
        (replace(GOOD, title="\u202e"), {}, "not in the format"),
    ],
)
async def test_what_fails_a_test_is_dropped(
    desk: Desk, draft: WrittenQuestion, answers: dict[str, str], reason: str
) -> None:
    with pytest.raises(CommandError, match=f"1 {reason}"):
        await desk.generate("astrology", 1, ScriptedWriter([draft], answers))
    assert await desk.waiting() == []


async def test_code_of_a_model_is_never_run(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    mark = tmp_path_factory.mktemp("run") / "mark"
    code = f"```python\nopen({str(mark)!r}, 'w').write('run')\n```"
    evil = replace(GOOD, answer=f"{ANSWER}\n\n{code}")
    await desk.generate("astrology", 1, ScriptedWriter([evil], {GOOD.title: ANSWER}))
    assert [question.proof for question in await desk.waiting()] == [""]
    assert not mark.exists()


async def test_templates_stand_in_for_a_model_that_does_not_answer(desk: Desk) -> None:
    reply = await desk.generate("validation", 3, ScriptedWriter(fails=True))
    assert facts_of(reply)["sources"] == {"templates": 3}
    assert "The model does not answer." in str(reply.cards[0])


async def test_the_queue_s_limit_holds_for_admins_too(desk: Desk) -> None:
    with pytest.raises(CommandError, match="1 to 10"):
        await desk.generate("validation", 11)
    async with desk.storage.writing() as work:
        [question, *_] = load_pack(PACKS["small"])
        for _ in range(MOST_WAITING - 1):
            await _add(work, desk.caller, question, "templates")
    with pytest.raises(CommandError, match="room for 1 more"):
        await desk.generate("validation", 2)
