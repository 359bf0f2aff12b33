"""Forms as modals. Limits: docs.slack.dev/reference/views/modal-views."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from adapters.slack.blocks import BLOCK_CHARACTERS, Block, rich, section, shorten, text
from adapters.slack.carried import Place
from adapters.slack.questions import show_asked
from bot.commands import Type
from bot.domain.cards import FormCard, FormField
from bot.domain.wording import name_field

TITLE_CHARACTERS = 24
INPUT_CHARACTERS = 3_000
ERROR_CHARACTERS = 2_000
LABEL_CHARACTERS = 150
ELEMENT = "value"
"""The action_id of every field's element; the field's name is the block_id."""
_TITLES = {
    "answer": "Your answer",
    "settings": "Your settings",
    "schedule add": "A daily question",
    "schedule edit": "Edit a schedule",
    "suggest": "Suggest a question",
    "report": "Report a question",
    "generate": "Draft questions",
    "questions edit": "Edit a draft",
    "questions reject": "Reject a draft",
    "questions import": "Import a pack",
}


def render_form(card: FormCard, place: Place) -> dict[str, Any]:
    """Return the modal of a form. `place` says where its answer goes."""
    title = _TITLES.get(card.form, card.form.capitalize())
    about = "" if card.title == title else shorten(card.title, BLOCK_CHARACTERS)
    fields = [_ask_for_channel(field) if place.is_home else field for field in card.fields]
    return {
        "type": "modal",
        "callback_id": "form",
        "title": {"type": "plain_text", "text": shorten(title, TITLE_CHARACTERS)},
        "submit": {"type": "plain_text", "text": "Send"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "private_metadata": place.pack(),
        "blocks": [
            *(rich(section(text(about, bold=True))) if about else []),
            *show_asked(card),
            *(_render_field(field, alone=len(fields) == 1) for field in fields),
        ],
    }


def _ask_for_channel(field: FormField) -> FormField:
    """The Home tab is no channel: nothing there is `here`."""
    if field.type != Type.CHANNEL:
        return field
    return replace(field, label="where to post", required=True)


def _render_field(field: FormField, *, alone: bool) -> Block:
    make = _ELEMENTS.get(field.type, _make_text)
    element = _make_select(field.words) if field.words else make()
    return {
        "type": "input",
        "block_id": field.name,
        "optional": not field.required,
        **_render_words(field, alone=alone),
        "element": {**_fill(element, field.value), "action_id": ELEMENT},
    }


def _render_words(field: FormField, *, alone: bool) -> Block:
    """Return a field's name with its help below; a form's only field needs no name."""
    said = field.label
    if len(field.value) > INPUT_CHARACTERS:
        said += f" (left out: {len(field.value):,} characters; a form takes {INPUT_CHARACTERS:,})"
    if alone:
        return {"label": _plain(said)}
    return {"label": _plain(name_field(field.name)), "hint": _plain(said)}


def _plain(content: str) -> Block:
    return {"type": "plain_text", "text": shorten(content, LABEL_CHARACTERS)}


_INITIAL = {
    "timepicker": "initial_time",
    "datepicker": "initial_date",
    "conversations_select": "initial_conversation",
    "users_select": "initial_user",
}


def _fill(element: Block, value: str) -> Block:
    """Return the element with the value in it; without, if it can't hold it."""
    kind = element["type"]
    if not value:
        return element
    if kind == "static_select":
        chosen = [option for option in element["options"] if option["value"] == value]
        return {**element, "initial_option": chosen[0]} if chosen else element
    if kind == "plain_text_input":
        fits = len(value) <= INPUT_CHARACTERS
        return {**element, "initial_value": value} if fits else element
    kept = {name: element[name] for name in element if name != "default_to_current_conversation"}
    if kind == "conversations_select" and value[:1] not in ("C", "G"):
        return kept  # the list shows no direct messages, so it can't begin with one
    return {**kept, _INITIAL[kind]: value}


def _make_text() -> Block:
    return {"type": "plain_text_input", "max_length": INPUT_CHARACTERS}


def _make_long_text() -> Block:
    return {**_make_text(), "multiline": True}


def _make_select(choices: tuple[str, ...]) -> Block:
    options = [
        {"text": {"type": "plain_text", "text": choice}, "value": choice} for choice in choices
    ]
    return {"type": "static_select", "options": options}


def _make_channels() -> Block:
    kinds = {"include": ["public", "private", "mpim"], "exclude_bot_users": True}
    return {
        "type": "conversations_select",
        "default_to_current_conversation": True,
        "filter": kinds,
    }


_ELEMENTS: Mapping[str, Callable[[], Block]] = {
    "multiline": _make_long_text,
    Type.TIME: lambda: {"type": "timepicker"},
    Type.DATE: lambda: {"type": "datepicker"},
    Type.CHANNEL: _make_channels,
    Type.MEMBER: lambda: {"type": "users_select"},
    Type.MEMBER_OR_ROLE: lambda: {"type": "users_select"},
    Type.FILE: lambda: {"type": "file_input", "max_files": 1},
}


def render_errors(text: str, field: str | None, fields: tuple[str, ...]) -> dict[str, str]:
    """Return a refusal beside the field at fault, or beside the first one."""
    beside = field if field in fields else fields[0]
    return {beside: shorten(text, ERROR_CHARACTERS)}
