"""The `/fastapi-quiz` command tree, declared once for every platform."""

from bot.commands.declaring import (
    NAME,
    Call,
    Caller,
    Command,
    Filled,
    Option,
    Press,
    Rights,
    Type,
    handles,
    handles_button,
    handles_form,
    suggests_values,
)
from bot.commands.parsing import find_commands, parse, read_options
from bot.commands.tree import BY_PATH, COMMANDS, LEVEL, PACK, SCHEDULE_ID, SCHEDULE_OPTIONS, TOPIC

__all__ = [
    "BY_PATH",
    "COMMANDS",
    "LEVEL",
    "NAME",
    "PACK",
    "SCHEDULE_ID",
    "SCHEDULE_OPTIONS",
    "TOPIC",
    "Call",
    "Caller",
    "Command",
    "Filled",
    "Option",
    "Press",
    "Rights",
    "Type",
    "find_commands",
    "handles",
    "handles_button",
    "handles_form",
    "parse",
    "read_options",
    "suggests_values",
]
