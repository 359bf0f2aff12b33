"""What one can do here, and what there is to learn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands import COMMANDS, NAME, Call, Command, Rights, find_commands, handles
from bot.domain.cards import Button, HelpCard, Reply, TopicsCard, UsageCard
from bot.domain.people import Level
from bot.domain.question import QuestionFilter
from bot.ports import Storage


@dataclass
class Helping:
    """Answers `help`, made from the command tree, and `topics`."""

    storage: Storage

    @handles("help")
    async def show_help(self, call: Call) -> Reply:
        """List every command, or explain one, or a group of them."""
        if call.options.get("command"):
            return Reply([_explain(find_commands(call.options["command"]))])
        everybody = [command for command in COMMANDS if command.rights is Rights.ALL]
        admins = [command for command in COMMANDS if command.rights is Rights.ADMIN]
        buttons = (
            Button("Today's question", "command", value="today"),
            Button("Practise", "command", value="practice"),
            Button("Mock interview", "command", value="mock"),
            Button("My streak", "command", value="streak"),
            Button("Leaderboard", "command", value="leaderboard"),
            Button("Settings", "form", value="settings"),
            Button("Schedule", "form", value="schedule add"),
        )
        emoji = call.caller.workspace.emoji
        return Reply([HelpCard(_lines(everybody), _lines(admins), buttons, emoji)])

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
    usages = [command.usage for command in commands]
    if len(commands) > 1:
        lines = [f"{command.usage}\n    {command.help}" for command in commands]
        lines.append(f"In full: {NAME} help {commands[0].path}")
        return UsageCard("\n".join(lines), {"commands": usages})
    [command] = commands
    admins = " (for admins)" if command.rights is Rights.ADMIN else ""
    lines = [f"{command.usage}\n    {command.help}{admins}"]
    lines += [f"    {option.name}: {option.help}" for option in command.options]
    if command.example:
        lines.append(f"For example: {command.example}")
    return UsageCard("\n".join(lines), {"commands": usages})


def _lines(commands: list[Command]) -> tuple[tuple[str, str], ...]:
    return tuple((command.usage, command.help) for command in commands)
