"""Verified questions for services, made off the event loop."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from bot.domain.people import Level
from bot.errors import CommandError, NotFound
from bot.questions.generator import sandbox
from bot.services.generating import Generating


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
        "print([n for n in sys.modules if n.startswith(('bot.questions', 'fastapi'))])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")
