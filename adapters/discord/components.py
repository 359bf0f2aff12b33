"""Buttons and forms whose whole state is in their `custom_id`, so that they outlive the process."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import discord
from discord import ui

from adapters.discord import limits
from adapters.discord.markdown import join_lines
from adapters.discord.tables import list_choices
from adapters.discord.text import escape, shorten, split_markdown
from bot.commands import Type
from bot.domain.cards import Button, FormCard, FormField
from bot.domain.wording import name_field

_GUILD = r"(?:@(?P<guild>\d{1,20}))?"
_BUTTON = re.compile(rf"fq:(?P<action>[a-z]+):(?P<key>[a-z0-9-]*):(?P<value>[^:@]*){_GUILD}")
_FORM = re.compile(rf"fqform:(?P<form>[a-z -]+):(?P<key>[a-z0-9-]*){_GUILD}")
CHANNEL_LINK = "where to post: right-click the channel there, choose Copy Link, and paste it here"
_PRIMARY = {"answer", "choose", "form", "approve"}


def button_id(button: Button, guild: str = "") -> str:
    """Return the `custom_id` that carries a button.

    In a direct message it carries the server too: nothing else there tells which one.
    """
    carried = f"fq:{button.action}:{button.key}:{button.value}"
    return f"{carried}@{guild}" if guild else carried


def read_button_id(custom_id: str) -> Button | None:
    """Return the button that a `custom_id` carries, or None if it is none of ours."""
    match = _BUTTON.fullmatch(custom_id)
    return Button("", match["action"], match["key"], match["value"]) if match else None


def read_guild(custom_id: str) -> int | None:
    """Return the server that a button or a form in a direct message carries."""
    match = _BUTTON.fullmatch(custom_id) or _FORM.fullmatch(custom_id)
    return int(match["guild"]) if match and match["guild"] else None


def carries_key(components: Iterable[Any], key: str) -> bool:
    """Tell whether any button among a message's components carries the key."""
    for component in components:
        button = read_button_id(getattr(component, "custom_id", None) or "")
        if button and button.key == key:
            return True
        if carries_key(getattr(component, "children", ()), key):
            return True
    return False


class QuizButton(ui.DynamicItem[ui.Button[Any]], template=_BUTTON):
    """A button made again from its `custom_id` when it is pressed."""

    def __init__(self, button: Button, guild: str = "") -> None:
        style = discord.ButtonStyle
        super().__init__(
            ui.Button(
                label=shorten(button.label, limits.BUTTON_LABEL) or None,
                style=style.primary if button.action in _PRIMARY else style.secondary,
                custom_id=button_id(button, guild),
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str]
    ) -> QuizButton:
        """Make the button that was pressed."""
        label = str(getattr(item, "label", ""))
        button = Button(label, match["action"], match["key"], match["value"])
        return cls(button, match["guild"] or "")

    async def callback(self, interaction: discord.Interaction[Any]) -> Any:
        """Hand the press on to whoever the client belongs to."""
        button = read_button_id(self.custom_id)
        assert button is not None
        await interaction.client.desk.press(interaction, button)


def make_view(buttons: Sequence[Button], guild: str = "") -> ui.View | None:
    """Return the buttons as rows. It is stopped: discord.py need not remember it."""
    if not buttons:
        return None
    view = ui.View(timeout=None)
    for button in islice(buttons, limits.BUTTONS_A_ROW * limits.ROWS):
        view.add_item(QuizButton(button, guild))
    view.stop()
    return view


def make_row(buttons: Sequence[Button]) -> ui.ActionRow[Any]:
    """Return the buttons as one row of a layout."""
    return ui.ActionRow(*map(QuizButton, buttons))


def make_modal(card: FormCard, guild: str = "") -> ui.Modal:
    """Return a form; fields beyond Discord's five stay with the slash command.

    `guild` is given in a direct message, where Discord offers no channels to choose from: there
    the channel's link is asked for. The form is stopped: what comes back is read from the
    interaction, also after a restart.
    """
    custom_id = f"fqform:{card.form}:{card.key}{f'@{guild}' if guild else ''}"
    modal = ui.Modal(title=shorten(card.title, limits.MODAL_TITLE), custom_id=custom_id)
    fields = sorted(card.fields, key=lambda field: not field.required)
    asked, *more = split_markdown(_write_asked(card), limits.LAYOUT_TEXT - 1) or [""]
    if asked:
        modal.add_item(ui.TextDisplay(f"{asked}{'…' if more else ''}"))
    for field in fields[: limits.MODAL_FIELDS]:
        shown = _ask_for_link(field) if guild else field
        modal.add_item(_make_label(shown, alone=len(fields) == 1))
    modal.stop()
    return modal


def _write_asked(card: FormCard) -> str:
    """Write what an open form covers: the question, or what is asked further on it."""
    if card.follow_up:
        return escape(card.follow_up)
    if card.question is None:
        return ""
    return f"{join_lines(card.question.prompt)}\n\n{list_choices(card.question)}"


def _ask_for_link(field: FormField) -> FormField:
    if field.type != Type.CHANNEL:
        return field
    return replace(field, label=CHANNEL_LINK, type=Type.TEXT, required=True)


def _make_label(field: FormField, *, alone: bool) -> ui.Label[Any]:
    """Return a field under its name and its help; a form's only field needs no name."""
    component = _make_input(field)
    if alone:
        return ui.Label(text=shorten(field.label, limits.FIELD_LABEL), component=component)
    return ui.Label(
        text=shorten(name_field(field.name), limits.FIELD_LABEL),
        description=shorten(field.label, limits.FIELD_DESCRIPTION),
        component=component,
    )


def _make_input(field: FormField) -> ui.Item[Any]:
    least = 1 if field.required else 0
    if field.words:
        options = [
            discord.SelectOption(label=word, value=word, default=word == field.value)
            for word in field.words
        ]
        return ui.Select(
            custom_id=field.name, options=options, required=field.required, min_values=least
        )
    if field.type == Type.CHANNEL:
        return ui.ChannelSelect(
            custom_id=field.name,
            channel_types=[discord.ChannelType.text, discord.ChannelType.news],
            required=field.required,
            min_values=least,
        )
    if field.type == Type.MEMBER:
        return ui.UserSelect(custom_id=field.name, required=field.required, min_values=least)
    if field.type == Type.FILE:
        return ui.FileUpload(custom_id=field.name, required=field.required, min_values=least)
    if field.type == Type.MEMBER_OR_ROLE:
        return ui.MentionableSelect(custom_id=field.name, required=field.required, min_values=least)
    long = field.type == "multiline"
    room = limits.FIELD_TEXT if long else 200
    return ui.TextInput(
        custom_id=field.name,
        style=discord.TextStyle.long if long else discord.TextStyle.short,
        required=field.required,
        max_length=room,
        default=field.value if limits.measure(field.value) <= room else None,
    )


def read_form_id(custom_id: str) -> tuple[str, str] | None:
    """Return the form and the key that a modal's `custom_id` carries, if it is one of ours."""
    match = _FORM.fullmatch(custom_id)
    return (match["form"], match["key"]) if match else None


def read_form_values(components: object) -> dict[str, str]:
    """Return what was filled in, by field; anything of another shape is left out."""
    values: dict[str, str] = {}
    if not isinstance(components, list):
        return values
    for component in components:
        if not isinstance(component, Mapping):
            continue
        inner = component.get("component")
        values |= read_form_values(component.get("components"))
        values |= read_form_values([inner] if inner else [])
        name, chosen = component.get("custom_id"), component.get("values")
        if isinstance(name, str) and isinstance(component.get("value"), str):
            values[name] = component["value"]
        elif isinstance(name, str) and isinstance(chosen, list) and chosen:
            values[name] = str(chosen[0])
    return values
