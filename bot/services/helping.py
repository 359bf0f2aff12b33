"""What one can do here, and what there is to learn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.commands import COMMANDS, NAME, Call, Command, Rights, find_commands, handles
from bot.domain.cards import Button, HelpCard, Reply, TopicsCard, UsageCard
from bot.domain.people import Level
from bot.domain.question import QuestionFilter
from bot.ports import Storage
from bot.services.admitting import Admitting

_BUTTONS = (
    Button("Today's question", "command", value="today"),
    Button("Practise", "command", value="practice"),
    Button("Mock interview", "command", value="mock"),
    Button("My streak", "command", value="streak"),
    Button("Leaderboard", "command", value="leaderboard"),
    Button("Settings", "form", value="settings"),
)


@dataclass
class Helping:
    """Answers `help`, made from the command tree, and `topics`."""

    storage: Storage
    admitting: Admitting

    @handles("help")
    async def show_help(self, call: Call) -> Reply:
        """List what the caller may call, or explain one command, or a group of them."""
        if call.options.get("command"):
            return Reply([_explain(find_commands(call.options["command"]))])
        everybody = [command for command in COMMANDS if command.rights is Rights.ALL]
        admins = [command for command in COMMANDS if command.rights is Rights.ADMIN]
        card = HelpCard(_lines(everybody), buttons=_BUTTONS, emoji=call.caller.workspace.emoji)
        if await self.admitting.is_admin(call.caller, fresh=False):
            buttons = (*_BUTTONS, Button("Schedule", "form", value="schedule add"))
            return Reply([replace(card, admin_lines=_lines(admins), buttons=buttons)])
        words = dict.fromkeys(command.path.split(" ")[0] for command in admins)
        return Reply([replace(card, admin_words=tuple(words))])

    @handles("topics")
    async def show_topics(self, call: Call) -> Reply:
        """Count the questions of each topic and level."""
        async with self.storage.reading() as work:
            deck = await work.questions.deck(call.caller.workspace.id, QuestionFilter())
        topics = Counter(topic for question in deck for topic in question.topics)
        levels = Counter(question.level for question in deck)
        return Reply(
            [
                TopicsCard(
                    tuple(sorted(topics.items())),
                    tuple((level.value, levels[level]) for level in Level),
                )
            ]
        )


def _explain(commands: Sequence[Command]) -> UsageCard:
    lines = [_introduce(command) for command in commands]
    usages = [command.usage for command in commands]
    if len(commands) > 1:
        lines.append(f"In full: {NAME} help {commands[0].path}")
        return UsageCard("\n".join(lines), {"commands": usages})
    [command] = commands
    lines += [f"    {option.name}: {option.help}" for option in command.options]
    if command.example:
        lines.append(f"For example: {command.example}")
    return UsageCard("\n".join(lines), {"commands": usages})


def _introduce(command: Command) -> str:
    admins = " (for admins)" if command.rights is Rights.ADMIN else ""
    return f"{command.usage}\n    {command.help}{admins}"


def _lines(commands: list[Command]) -> tuple[tuple[str, str], ...]:
    return tuple((command.usage, command.help) for command in commands)
