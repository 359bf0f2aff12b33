"""Verified questions for services, made off the event loop."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from typing import Any

import pytest

from bot.domain.people import Level
from bot.domain.question import Kind, Question, QuestionFilter
from bot.errors import CommandError, NotFound
from bot.questions.generator import generate, sandbox
from bot.services import generated_pack
from bot.services.generated_pack import SEED, GeneratedPack
from bot.services.generating import GENERATED, Generating
from storage.unit_of_work import SqlStorage
from tests.services.conftest import Engine


async def test_drafts_fit_and_come_again_with_the_seed() -> None:
    first = await Generating().draft_questions("dependencies", Level.TWO_YEAR, 3, 5)
    again = await Generating().draft_questions("dependencies", Level.TWO_YEAR, 3, 5)
    assert first == again
    assert len({question.id for question in first}) == 3
    for question in first:
        assert "dependencies" in question.topics
        assert question.level is Level.TWO_YEAR
        assert sum(choice.right for choice in question.choices) == 1


async def test_the_event_loop_goes_on_meanwhile() -> None:
    drafting = asyncio.create_task(Generating().draft_questions(None, None, 2, 5))
    turns = 0
    while not drafting.done():
        turns += 1
        await asyncio.sleep(0)
    assert len(drafting.result()) == 2
    assert turns > 1000


async def test_whoever_wants_questions_takes_turns_at_one_generator(engine: Engine) -> None:
    def find_service(path: str) -> Any:
        return engine.app.conversing.handlers.commands[path].__self__  # type: ignore[attr-defined]

    generating = find_service("practice").generating
    assert find_service("generate").templates is generating
    assert find_service("schedule add").generated.generating is generating


async def test_what_no_template_covers_is_a_sentence() -> None:
    with pytest.raises(NotFound, match="Did you mean “dependencies”"):
        await Generating().draft_questions("dependancies", None, 1, 5)
    with pytest.raises(NotFound, match=r"of level fresher. There are some for: "):
        await Generating().draft_questions("depends-cache", Level.FRESHER, 1, 5)


async def test_a_missing_part_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "NEEDED", ("no_such_part",))
    with pytest.raises(CommandError, match=r"needs no_such_part\. .*pip install"):
        await Generating().draft_questions(None, None, 1, 5)


def test_nothing_of_the_generator_is_imported_before_it_is_needed() -> None:
    script = (
        "import sys, bot.app, bot.services.generating\n"
        "bank = ('bot.questions.generator', 'bot.questions.loader', 'yaml', 'markdown_it')\n"
        "print([n for n in sys.modules if n.startswith((*bank, 'fastapi.'))])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


class Counting(Generating):
    """Counts how often it is asked."""

    asked = 0

    async def draft_questions(
        self, topic: str | None, level: Level | None, count: int, seed: int
    ) -> list[Question]:
        self.asked += 1
        return await super().draft_questions(topic, level, count, seed)


def test_the_pack_has_one_name() -> None:
    assert generate.PACK == GENERATED


async def test_the_generated_pack_is_made_once_and_only_for_who_names_it(
    storage: SqlStorage,
) -> None:
    generating = Counting()
    pack = GeneratedPack(storage, generating, size=4)
    await pack.ensure()
    await pack.ensure()
    assert generating.asked == 1
    async with storage.writing() as work:
        acme = await work.workspaces.ensure("local", "acme", "Acme")
        assert await work.questions.deck(acme.id, QuestionFilter()) == ()
        deck = await work.questions.deck(acme.id, QuestionFilter(pack=GENERATED))
        stored = await work.questions.pack_questions(None, GENERATED)
    assert len(deck) == 4
    assert {question.kind for question in stored} == {Kind.CHOICE}
    again = await Generating().draft_questions(None, None, 4, SEED)
    assert sorted(again, key=lambda one: one.id) == list(stored)


async def test_another_fastapi_makes_the_pack_anew_and_none_keeps_what_there_is(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    generating = Counting()
    pack = GeneratedPack(storage, generating, size=2)
    await pack.ensure()
    monkeypatch.setattr(generated_pack, "version", lambda _: "99")
    await pack.ensure()
    assert generating.asked == 2

    def not_installed(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(generated_pack, "version", not_installed)
    await pack.ensure()
    assert generating.asked == 2
