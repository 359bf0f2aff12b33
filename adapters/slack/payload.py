"""Slack's payloads, taken apart with care; pure.

They come from outside: whatever shape they have, these functions return a value or raise
Malformed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.events import Origin
from bot.domain.typed import drop_unstorable

NAME = "slack"


class Malformed(Exception):
    """A payload that Slack never sends. The text names the field and repeats no content."""


Payload = Mapping[str, Any]


def get_text(payload: Payload, name: str) -> str:
    """Return a text; empty where there is none."""
    value = payload.get(name, "")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(f"{name} is no text")
    return drop_unstorable(value)


def get_part(payload: Payload, name: str) -> Payload:
    """Return an object; empty where there is none."""
    value = payload.get(name) or {}
    if not isinstance(value, dict):
        raise Malformed(f"{name} is no object")
    return value


def require(value: str, name: str) -> str:
    """Return what has to be there."""
    if not value:
        raise Malformed(f"{name} is missing")
    return value


def read_team(body: Payload) -> str:
    """Return the workspace that the app was addressed in.

    In a channel shared between workspaces an event names the installation that it is meant for
    in `authorizations`, or any of several that see it, and a filled form names it in its view. The
    Home tab's view may name another one of the same organization (bolt-python #1229).
    """
    view = get_part(body, "view")
    installed_in = get_text(view, "app_installed_team_id")
    if installed_in and view.get("type") != "home":
        return installed_in
    authorizations = body.get("authorizations")
    if isinstance(authorizations, list) and authorizations:
        first = authorizations[0]
        if isinstance(first, dict) and isinstance(first.get("team_id"), str):
            return str(first["team_id"])
    return (
        get_text(body, "team_id")
        or get_text(get_part(body, "team"), "id")
        or get_text(body, "user_team")
    )


def read_actor(body: Payload) -> Origin:
    """Return who acted in an interactive payload, and where."""
    user, channel = get_part(body, "user"), get_part(body, "channel")
    where = get_text(channel, "id") or get_text(get_part(body, "container"), "channel_id")
    return Origin(
        platform=NAME,
        workspace=require(read_team(body), "team.id"),
        channel=where,
        member=require(get_text(user, "id"), "user.id"),
        workspace_name=get_text(get_part(body, "team"), "domain"),
        member_name=get_text(user, "name") or get_text(user, "username"),
    )


def read_once_key(body: Payload) -> str:
    """Return what is the same when Slack sends the same thing again; empty if unknown."""
    key = body.get("event_id") or body.get("trigger_id")
    return key if isinstance(key, str) else ""
