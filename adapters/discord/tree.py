"""The `/fastapi-quiz` group for Discord, made from the one declaration of commands."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import discord
import structlog
from discord import app_commands

from adapters.discord import limits
from adapters.discord.desk import FAULT, say
from adapters.discord.text import shorten
from bot.commands import NAME, Command, Option, Type
from bot.domain.cards import ErrorCard

log = structlog.get_logger(__name__)

Dispatch = Callable[[discord.Interaction[Any], str, Mapping[str, str]], Awaitable[None]]
"""What a called command is handed to: its path and its options as text."""
Complete = Callable[[discord.Interaction[Any], Option, str], Awaitable[Sequence[tuple[str, str]]]]
"""Suggests (shown, value) for what was typed so far."""
COMPLETED = (Type.TOPIC, Type.ZONE, Type.SCHEDULE, Type.QUESTION, Type.PACK)


class _Channel(app_commands.Transformer):
    """A channel that can be posted to, taken as its id: it need not be in any cache."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return [discord.ChannelType.text, discord.ChannelType.news]

    async def transform(self, interaction: discord.Interaction[Any], value: Any, /) -> str:
        return str(value.id)


_ANNOTATIONS: Mapping[Type, Any] = {
    Type.NUMBER: app_commands.Range[int, 0, 999_999],
    Type.SCHEDULE: app_commands.Range[int, 1, 999_999],
    Type.YES_NO: bool,
    Type.MEMBER: discord.User,
    Type.MEMBER_OR_ROLE: discord.User | discord.Role,
    Type.FILE: discord.Attachment,
    Type.CHANNEL: app_commands.Transform[str, _Channel],
}


def make_group(
    commands: Sequence[Command], dispatch: Dispatch, complete: Complete
) -> app_commands.Group:
    """Return the whole tree. Discord hides top-level commands only, so admins' subcommands
    are seen by all and the core checks who calls.
    """
    root = app_commands.Group(
        name=NAME.removeprefix("/"),
        description="A FastAPI interview question each day",
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=True, private_channel=False
        ),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )
    groups: dict[str, app_commands.Group] = {}
    for command in commands:
        group_name, space, verb = command.path.partition(" ")
        made = _make_command(command, verb or group_name, dispatch, complete)
        if not space:
            root.add_command(made)
            continue
        if group_name not in groups:
            groups[group_name] = app_commands.Group(
                name=group_name, description=f"{NAME} {group_name} …", parent=root
            )
        groups[group_name].add_command(made)
    return root


def _make_command(
    command: Command, name: str, dispatch: Dispatch, complete: Complete
) -> app_commands.Command[Any, ..., None]:
    parameters = {option.name.replace("-", "_"): option for option in command.options}

    async def callback(interaction: discord.Interaction[Any], **given: Any) -> None:
        options = {
            parameters[parameter].name: _write(value)
            for parameter, value in given.items()
            if value is not None
        }
        await dispatch(interaction, command.path, options)

    callback.__signature__ = _make_signature(parameters)  # type: ignore[attr-defined]
    decorated: Any = callback
    for decorate in _decorators(parameters):
        decorated = decorate(decorated)
    made: app_commands.Command[Any, ..., None] = app_commands.Command(
        name=name,
        description=shorten(command.help, limits.COMMAND_DESCRIPTION),
        callback=decorated,
    )
    for parameter, option in parameters.items():
        if option.type in COMPLETED:
            made.autocomplete(parameter)(_make_completer(option, complete))
    return made


def _make_signature(parameters: Mapping[str, Option]) -> inspect.Signature:
    """Describe the options as the keyword parameters that discord.py reads them from."""
    first = inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    others = [
        inspect.Parameter(
            parameter,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=_ANNOTATIONS.get(option.type, str),
            default=inspect.Parameter.empty if option.required else None,
        )
        for parameter, option in parameters.items()
    ]
    return inspect.Signature([first, *others])


def _decorators(parameters: Mapping[str, Option]) -> list[Callable[[Any], Any]]:
    if not parameters:
        return []
    helps = {
        name: shorten(option.help, limits.COMMAND_DESCRIPTION)
        for name, option in parameters.items()
    }
    renames = {name: option.name for name, option in parameters.items() if option.name != name}
    choices = {
        name: [app_commands.Choice(name=word, value=word) for word in option.words]
        for name, option in parameters.items()
        if option.words
    }
    decorators: list[Callable[[Any], Any]] = [app_commands.describe(**helps)]
    if renames:
        decorators.append(app_commands.rename(**renames))
    if choices:
        decorators.append(app_commands.choices(**choices))
    return decorators


def _write(value: Any) -> str:
    """Return a typed value as the text that the core reads."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, discord.Role):
        return value.mention
    if isinstance(value, discord.Attachment):
        return value.filename
    return str(value.id) if isinstance(value, discord.User | discord.Member) else str(value)


def _make_completer(option: Option, complete: Complete) -> Any:
    async def suggest(
        interaction: discord.Interaction[Any], current: str
    ) -> list[app_commands.Choice[Any]]:
        found = await complete(interaction, option, str(current))
        as_value = int if option.type is Type.SCHEDULE else str
        return [
            app_commands.Choice(name=shorten(shown, limits.CHOICE_NAME), value=as_value(value))
            for shown, value in found[: limits.CHOICES]
        ]

    return suggest


class Tree(app_commands.CommandTree[Any]):
    """Answers what discord.py refuses with a sentence."""

    async def on_error(
        self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /
    ) -> None:
        """Tell a command that is out of date from a fault of ours."""
        stale = app_commands.CommandNotFound | app_commands.CommandSignatureMismatch
        if isinstance(error, stale | app_commands.TransformerError):
            log.warning("stale_command", problem=str(error))
            text = "That command has changed. Restart Discord to get its new form, then try again."
            await say(interaction, ErrorCard(text, "stale"))
            return
        log.error("command_failed", exc_info=error)
        await say(interaction, FAULT)
