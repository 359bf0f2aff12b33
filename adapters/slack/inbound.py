"""Slack's payloads as the core's events; pure.

Payloads come from outside: whatever shape they have, these functions return an event,
None, or raise Malformed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.events import ButtonPressed, FormSubmitted, Origin, ReactionAdded, TextCommand

NAME = "slack"
_MENTION = re.compile(r"<([@#])([A-Z0-9]+)(?:\|[^<>]*)?>")
_LINK = re.compile(r"<(?:mailto:)?([^<>|@#!][^<>|]*)(?:\|([^<>]*))?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


class Malformed(Exception):
    """A payload that Slack never sends. The text names the field and repeats no content."""


Payload = Mapping[str, Any]


def _text(payload: Payload, name: str) -> str:
    value = payload.get(name, "")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(f"{name} is no text")
    return _storable(value)


def _storable(value: str) -> str:
    """Drop what no database takes: NUL, and halves of characters, which JSON can hold."""
    return value.encode(errors="replace").decode().replace("\x00", "")


def _part(payload: Payload, name: str) -> Payload:
    value = payload.get(name) or {}
    if not isinstance(value, dict):
        raise Malformed(f"{name} is no object")
    return value


def read_team(body: Payload) -> str:
    """Return the workspace that the app was addressed in.

    An event from a channel shared between workspaces names the installation that it is
    meant for in `authorizations`.
    """
    authorizations = body.get("authorizations")
    if isinstance(authorizations, list) and authorizations:
        first = authorizations[0]
        if isinstance(first, dict) and isinstance(first.get("team_id"), str):
            return str(first["team_id"])
    return _text(body, "team_id") or _text(_part(body, "team"), "id") or _text(body, "user_team")


def read_command(body: Payload) -> TextCommand:
    """Read a slash command."""
    origin = Origin(
        platform=NAME,
        workspace=_require(read_team(body), "team_id"),
        channel=_text(body, "channel_id"),
        member=_require(_text(body, "user_id"), "user_id"),
        workspace_name=_text(body, "team_domain"),
        member_name=_text(body, "user_name"),
    )
    return TextCommand(origin, unescape(_text(body, "text")))


def unescape(text: str) -> str:
    """Return what somebody typed: Slack escapes & < > and decorates mentions and links.

    Mentions stay as `<@U1>` and `<#C1>`, without the name that Slack adds.
    """
    plain = _MENTION.sub(r"<\1\2>", text)
    plain = _LINK.sub(lambda match: match[2] or match[1], plain)
    for entity, character in _ENTITIES:
        plain = plain.replace(entity, character)
    return plain


def read_reaction(body: Payload) -> ReactionAdded | None:
    """Read a `reaction_added` event; None for reactions to files and the like."""
    event = _part(body, "event")
    item = _part(event, "item")
    if item.get("type") != "message":
        return None
    origin = Origin(
        platform=NAME,
        workspace=_require(read_team(body), "team_id"),
        channel=_require(_text(item, "channel"), "channel"),
        member=_require(_text(event, "user"), "user"),
    )
    emoji = _text(event, "reaction").partition("::")[0]
    return ReactionAdded(origin, _require(_text(item, "ts"), "ts"), emoji)


def read_item_author(body: Payload) -> str:
    """Return who wrote the message that somebody reacted to, where Slack says it."""
    return _text(_part(body, "event"), "item_user")


@dataclass(frozen=True, slots=True)
class Pressed:
    """A pressed button, with where its answer may go."""

    event: ButtonPressed
    trigger_id: str
    response_url: str
    thread: str
    in_home: bool


def read_action(body: Payload) -> Pressed | None:
    """Read `block_actions`; None for a control that is no button of ours."""
    actions = body.get("actions")
    if not isinstance(actions, list) or not actions or not isinstance(actions[0], dict):
        raise Malformed("actions is empty")
    button = read_button_value(_text(actions[0], "value"))
    if button is None:
        return None
    container, message = _part(body, "container"), _part(body, "message")
    action, key, value = button
    event = ButtonPressed(
        read_actor(body), action, key, value, _text(container, "message_ts") or _text(message, "ts")
    )
    thread = _text(container, "thread_ts") or _text(message, "thread_ts")
    in_home = container.get("type") == "view"
    return Pressed(event, _text(body, "trigger_id"), _text(body, "response_url"), thread, in_home)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A message that somebody used the app's shortcut on, and where its answer may go."""

    origin: Origin
    text: str
    trigger_id: str
    response_url: str


def read_shortcut(body: Payload) -> Chosen:
    """Read `message_action`."""
    return Chosen(
        read_actor(body),
        unescape(_text(_part(body, "message"), "text")).strip(),
        _text(body, "trigger_id"),
        _text(body, "response_url"),
    )


def read_actor(body: Payload) -> Origin:
    """Return who acted in an interactive payload, and where."""
    user, channel = _part(body, "user"), _part(body, "channel")
    where = _text(channel, "id") or _text(_part(body, "container"), "channel_id")
    return Origin(
        platform=NAME,
        workspace=_require(read_team(body), "team.id"),
        channel=where,
        member=_require(_text(user, "id"), "user.id"),
        workspace_name=_text(_part(body, "team"), "domain"),
        member_name=_text(user, "name") or _text(user, "username"),
    )


_COMPACT = json.JSONEncoder(separators=(",", ":"))


def write_button_value(action: str, key: str, value: str) -> str:
    """Pack a button's three values into the one that Slack carries."""
    return _COMPACT.encode([action, key, value])


def read_button_value(text: str) -> tuple[str, str, str] | None:
    """Unpack them; None for a value that is none of ours."""
    try:
        values = json.loads(text)
    except ValueError:
        return None
    if not isinstance(values, list) or len(values) != 3:
        return None
    if not all(isinstance(value, str) for value in values):
        return None
    action, key, value = map(_storable, values)
    return action, key, value


@dataclass(frozen=True, slots=True)
class Place:
    """Where a form was opened and where its answer goes; travels in `private_metadata`."""

    form: str
    key: str
    channel: str
    response_url: str = ""
    thread: str = ""

    @property
    def is_home(self) -> bool:
        """Whether it was opened on the Home tab, which is no channel."""
        return not self.channel and not self.response_url

    def pack(self) -> str:
        """Return the text that `read_submission` understands; Slack takes 3,000 characters."""
        return json.dumps([self.form, self.key, self.channel, self.response_url, self.thread])


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file that a form was given, still with Slack; `size` in bytes as Slack says."""

    name: str
    size: int
    url: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """A filled form, with where its answer goes and the fields that can show an error."""

    event: FormSubmitted
    place: Place
    fields: tuple[str, ...]
    file: SharedFile | None = None


def read_submission(body: Payload) -> Submitted:
    """Read `view_submission`."""
    view = _part(body, "view")
    place = _read_place(_text(view, "private_metadata"))
    values = _part(_part(view, "state"), "values")
    filled = {
        _storable(str(name)): _read_field(field)
        for name, field in values.items()
        if isinstance(field, dict)
    }
    actor = read_actor(body)
    origin = Origin(
        platform=NAME,
        workspace=actor.workspace,
        channel=place.channel,
        member=actor.member,
        workspace_name=actor.workspace_name,
        member_name=actor.member_name,
    )
    return Submitted(
        FormSubmitted(origin, place.form, place.key, filled),
        place,
        tuple(map(str, values)),
        _find_file(values),
    )


def _find_file(values: Payload) -> SharedFile | None:
    """Return the first file of a form's file field, if it has one and was given one."""
    for field in values.values():
        for element in field.values() if isinstance(field, dict) else ():
            files = element.get("files") if isinstance(element, dict) else None
            if isinstance(files, list) and files and isinstance(files[0], dict):
                return _read_file(files[0])
    return None


def _read_file(file: Payload) -> SharedFile:
    size = file.get("size", 0)
    if not isinstance(size, int):
        raise Malformed("size is no number")
    url = _text(file, "url_private_download") or _text(file, "url_private")
    return SharedFile(_text(file, "name"), size, url)


def _read_place(text: str) -> Place:
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, list) or len(values) != 5:
        raise Malformed("private_metadata is none of ours")
    if not all(isinstance(value, str) for value in values):
        raise Malformed("private_metadata is none of ours")
    return Place(*map(_storable, values))


_VALUES = (
    "value",
    "selected_time",
    "selected_date",
    "selected_conversation",
    "selected_channel",
    "selected_user",
)


def _read_field(field: Payload) -> str:
    """Return what a field's one element holds, as the text that somebody would have typed."""
    for element in field.values():
        if not isinstance(element, dict):
            continue
        option = element.get("selected_option")
        if isinstance(option, dict):
            return _text(option, "value")
        for name in _VALUES:
            if element.get(name):
                return _text(element, name)
    return ""


def _require(value: str, name: str) -> str:
    if not value:
        raise Malformed(f"{name} is missing")
    return value


def read_once_key(body: Payload) -> str:
    """Return what is the same when Slack sends the same thing again; empty if unknown."""
    key = body.get("event_id") or body.get("trigger_id")
    return key if isinstance(key, str) else ""


def require_shape(body: object) -> None:
    """Refuse what the listeners could not read, before Bolt looks at it.

    Raises:
        Malformed: names what is wrong.
    """
    if not isinstance(body, dict):
        raise Malformed("the body is no object")
    kind = body.get("type")
    if kind == "url_verification" or "ssl_check" in body:
        return
    _require(read_team(body), "team_id")
    if "command" in body:
        return  # Bolt passes it on as it is, and its listener reads it all
    if kind == "event_callback":
        _require(_text(_part(body, "event"), "type"), "event.type")
        if body["event"]["type"] == "reaction_added":
            read_reaction(body)
    elif kind == "block_actions":
        read_action(body)
    elif kind == "view_submission":
        read_submission(body)
    elif kind == "message_action":
        read_shortcut(body)
    else:
        _text(body, "type")
