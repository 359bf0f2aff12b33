"""Slack's payloads as the core's events; pure. Filled forms are in `submissions`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from adapters.slack.carried import read_button_value
from adapters.slack.payload import (
    NAME,
    Malformed,
    Payload,
    get_part,
    get_text,
    read_actor,
    read_team,
    require,
)
from adapters.slack.submissions import read_submission
from bot.domain.events import ButtonPressed, Origin, ReactionAdded, TextCommand

_MENTION = re.compile(r"<([@#])([A-Z0-9]+)(?:\|[^<>]*)?>")
_LINK = re.compile(r"<(?:mailto:)?([^<>|@#!][^<>|]*)(?:\|([^<>]*))?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def read_command(body: Payload) -> TextCommand:
    """Read a slash command."""
    origin = Origin(
        platform=NAME,
        workspace=require(read_team(body), "team_id"),
        channel=get_text(body, "channel_id"),
        member=require(get_text(body, "user_id"), "user_id"),
        workspace_name=get_text(body, "team_domain"),
        member_name=get_text(body, "user_name"),
    )
    return TextCommand(origin, unescape(get_text(body, "text")))


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
    event = get_part(body, "event")
    item = get_part(event, "item")
    if item.get("type") != "message":
        return None
    origin = Origin(
        platform=NAME,
        workspace=require(read_team(body), "team_id"),
        channel=require(get_text(item, "channel"), "channel"),
        member=require(get_text(event, "user"), "user"),
    )
    emoji = get_text(event, "reaction").partition("::")[0]
    return ReactionAdded(origin, require(get_text(item, "ts"), "ts"), emoji)


def read_item_author(body: Payload) -> str:
    """Return who wrote the message that somebody reacted to, where Slack says it."""
    return get_text(get_part(body, "event"), "item_user")


def may_be_shared(body: Payload) -> bool:
    """Tell whether the event may be of a channel that several workspaces have, of one organization
    or of several."""
    return bool(body.get("is_ext_shared_channel") or body.get("enterprise_id"))


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
    button = read_button_value(get_text(actions[0], "value"))
    if button is None:
        return None
    container, message = get_part(body, "container"), get_part(body, "message")
    action, key, value = button
    event = ButtonPressed(
        read_actor(body),
        action,
        key,
        value,
        get_text(container, "message_ts") or get_text(message, "ts"),
    )
    thread = get_text(container, "thread_ts") or get_text(message, "thread_ts")
    in_home = container.get("type") == "view"
    return Pressed(
        event, get_text(body, "trigger_id"), get_text(body, "response_url"), thread, in_home
    )


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
        unescape(get_text(get_part(body, "message"), "text")).strip(),
        get_text(body, "trigger_id"),
        get_text(body, "response_url"),
    )


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
    require(read_team(body), "team_id")
    if "command" in body:
        return  # Bolt passes it on as it is, and its listener reads it all
    if kind == "event_callback":
        require(get_text(get_part(body, "event"), "type"), "event.type")
        if body["event"]["type"] == "reaction_added":
            read_reaction(body)
    elif kind == "block_actions":
        read_action(body)
    elif kind == "view_submission":
        read_submission(body)
    elif kind == "message_action":
        read_shortcut(body)
    else:
        get_text(body, "type")
