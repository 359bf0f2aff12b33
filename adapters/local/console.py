"""The demo in a terminal: a conversation with the bot, and a clock that can be moved."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import HTML
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console, RenderableType
from rich.syntax import Syntax
from rich.table import Column, Table
from rich.text import Text

from adapters.local.files import Keep, keep_nothing
from adapters.local.platform import Message
from adapters.local.render import render_card
from adapters.local.script import Answer, Instruction, Say, parse_line, strip_comment
from adapters.local.simulation import Simulation
from adapters.local.text import escape
from adapters.local.transcript import list_files
from bot.commands import COMMANDS, Command
from bot.commands import NAME as COMMAND
from bot.domain.cards import FormCard
from bot.domain.events import Origin
from bot.domain.formatting import format_date, format_duration
from bot.domain.schedule import to_local
from bot.errors import QuizError, ScriptError

YOU = "you"
_ANSWER = re.compile(r"answer(?::|\s)\s*(.+)", re.IGNORECASE)
_WORDS = ("react", "press Answer", "press Reveal", "answer: ", "advance 1d", "help", "quit")
_FIRST_WORDS = frozenset(command.path.split(" ")[0] for command in COMMANDS)
_HELP = (
    ("react", "react with :bulb: to the newest question"),
    ("press Answer", "press a button; then type your answer"),
    ("answer: TEXT", "answer the newest question"),
    (f"{COMMAND} …", "any command; Tab completes it"),
    ("advance 1d", "let a day pass (10m, 8h … too)"),
    ("@ben reacts :bulb:", "do something as somebody else"),
    ("crash, outage 2h", "make trouble"),
    ("quit", ""),
)


@dataclass
class ColouredTranscript:
    """Messages for a terminal: the bot's words stand out, private ones are marked."""

    console: Console
    zone: Callable[[], str]
    keep: Keep = keep_nothing

    def show(self, message: Message) -> None:
        """Print a message of the bot."""
        at = to_local(message.at, self.zone())
        line = Text(f"{at:%a} {at.day} {at:%b %H:%M} {message.channel} ", style="dim")
        line.append("bot", style="bold cyan")
        if message.only:
            line.append(f" → only @{message.only}", style="yellow")
        self.console.print(line)
        for part in _paint(render_card(message.card)):
            self.console.print(part)
        for path in list_files(self.keep(message.card)):
            self.console.print(Text(path, style="dim"), soft_wrap=True)
        self.console.print()

    def hear(self, origin: Origin, text: str) -> None:
        """Print what somebody else does; what you type is on the screen already."""
        if origin.member != YOU:
            self.console.print(Text(f"@{origin.member} {escape(text)}", style="green"))


def _paint(text: str) -> Iterator[RenderableType]:
    """Split a card's text into prose and highlighted code blocks."""
    for part in re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL):
        if part.startswith("```"):
            language, _, code = part.strip("`").partition("\n")
            yield Syntax(
                code.rstrip(), language.split(" ")[0] or "text", background_color="default"
            )
        elif part.strip():
            yield Text(part.strip("\n"))


class CommandCompleter(Completer):
    """Completes instructions, commands and their options."""

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Yield what may follow the text before the cursor."""
        typed = document.text_before_cursor
        if not typed.startswith("/"):
            candidates = [*_WORDS, COMMAND]
            yield from (_complete(word, typed) for word in candidates if word.startswith(typed))
            return
        for command in COMMANDS:
            whole = f"{COMMAND} {command.path}"
            if whole.startswith(typed):
                yield _complete(whole, typed, command.help)
            elif typed.startswith(f"{whole} "):
                yield from _complete_option(command, typed.rsplit(" ", 1)[-1])


def _complete_option(command: Command, word: str) -> Iterator[Completion]:
    for option in command.options:
        name = f"{option.name}:"
        if not option.positional and name.startswith(word):
            yield _complete(name, word, option.help)


def _complete(whole: str, typed: str, meaning: str = "") -> Completion:
    return Completion(whole, start_position=-len(typed), display_meta=meaning)


@dataclass
class Conversation:
    """Reads lines until the end, while time goes on."""

    simulation: Simulation
    console: Console
    _next: datetime | None = None
    """When the next thing is due."""

    async def run(self) -> None:
        """Greet, then read, until `quit` or the end of input."""
        self._help()
        self.console.print()
        session: PromptSession[str] = PromptSession(
            history=InMemoryHistory(),
            completer=CommandCompleter(),
            complete_while_typing=False,
            bottom_toolbar=self._toolbar,
            refresh_interval=1.0,
        )
        await self._look_ahead()
        ticker = asyncio.create_task(self._tick())
        try:
            with patch_stdout(raw=True):
                await self._read_lines(session)
        finally:
            ticker.cancel()

    async def _read_lines(self, session: PromptSession[str]) -> None:
        while True:
            try:
                line = strip_comment(await session.prompt_async("> "))
            except (EOFError, KeyboardInterrupt):
                return
            if line in ("quit", "exit"):
                return
            if line == "help":
                self._help()
            elif line:
                await self._play(line)

    def _help(self) -> None:
        self.console.print(Text("You are @you, an admin of this workspace. Type:"))
        table = Table.grid(Column(no_wrap=True), Column(), padding=(0, 2), pad_edge=True)
        for typed, meaning in _HELP:
            table.add_row(Text(typed), Text(meaning))
        self.console.print(table)

    async def _play(self, line: str) -> None:
        try:
            await self.simulation.play(self.understand(line))
        except ScriptError as error:
            problem = str(error).removeprefix("Line 1: ")
            self.console.print(Text(f"{problem} For the usual ones type: help", style="red"))
        except QuizError as error:
            self.console.print(Text(str(error), style="red"))
        await self._look_ahead()

    def understand(self, line: str) -> Instruction:
        """Read a line as an instruction, as something you do, or as the answer to a form."""
        if line.startswith("/"):
            return Say(YOU, line)
        mine = {"react": "reacts :bulb:"}.get(line, line)
        for verb in ("press ", "react ", "remove "):
            if line.startswith(verb):
                mine = line.replace(verb, f"{verb.strip()}{'es' if verb == 'press ' else 's'} ", 1)
        if line.startswith("fill in "):
            mine = line.replace("fill in", "fills in", 1)
        answered = _ANSWER.match(line)
        if answered:
            return Answer(YOU, answered[1], 1)
        form_is_open = isinstance(self._newest_card(), FormCard)
        for candidate in (f"@{YOU} {mine}", line):
            try:
                return parse_line(candidate, 1)
            except ScriptError as error:
                problem = error
        if form_is_open:
            return Answer(YOU, line, 1)
        if line.split()[0].lower() in _FIRST_WORDS:
            return Say(YOU, f"{COMMAND} {line}")
        raise problem

    def _newest_card(self) -> object:
        messages = self.simulation.platform.messages
        return messages[-1].card if messages else None

    async def _tick(self) -> None:
        """Do what comes due while nobody types."""
        while True:
            await asyncio.sleep(1)
            await self.simulation.program.run_due()
            await self._look_ahead()

    async def _look_ahead(self) -> None:
        self._next = await self.simulation.program.next_wake_at()

    def _toolbar(self) -> HTML:
        now = self.simulation.clock.now()
        local = to_local(now, self.simulation.zone)
        shown = f"{format_date(local)}, {local:%H:%M:%S}"
        if self._next is None:
            return HTML("{} · no question comes, no schedule is active · help, quit").format(shown)
        wait = format_duration(self._next - now)
        return HTML("{} · next question in <b>{}</b> · help, quit").format(shown, wait)
