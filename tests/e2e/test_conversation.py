"""The terminal of `demo`: what one types is an instruction, or something one does."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from adapters.local.console import YOU, Conversation
from adapters.local.script import Advance, Answer, Instruction, Press, React, Say
from adapters.local.simulation import VirtualClock
from bot.cli.local import open_simulation
from bot.errors import ScriptError
from tests.stage import PACKS

TYPED = {
    "/fastapi-quiz mock 3": Say(YOU, "/fastapi-quiz mock 3"),
    "mock 3": Say(YOU, "/fastapi-quiz mock 3"),
    "Streak why": Say(YOU, "/fastapi-quiz Streak why"),
    "answer: It depends": Answer(YOU, "It depends", 1),
    "Answer It depends": Answer(YOU, "It depends", 1),
    "react": React(YOU, "bulb", removes=False, nth=1),
    "press Reveal": Press(YOU, "Reveal", 1),
    "@ben answers: so": Answer("ben", "so", 1),
}


async def understand(folder: Path, *lines: str) -> list[Instruction]:
    url = f"sqlite+aiosqlite:///{folder}/demo.db"
    shown: list[object] = []
    async with open_simulation(
        url, VirtualClock(), shown.append, lambda *_: None, PACKS
    ) as simulation:
        conversation = Conversation(simulation, Console(quiet=True))
        return [conversation.understand(line) for line in lines]


async def test_what_one_types_is_understood(tmp_path: Path) -> None:
    assert await understand(tmp_path, *TYPED) == list(TYPED.values())
    [advance] = await understand(tmp_path, "advance 1d")
    assert isinstance(advance, Advance)


async def test_what_is_no_instruction_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match='"hello" is not an instruction'):
        await understand(tmp_path, "hello")
