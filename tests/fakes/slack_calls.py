"""What all methods of the local Slack share: their arguments, and how and what they refuse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.fakes.slack_state import Channel, Team

Answer = dict[str, Any]
Arguments = Mapping[str, Any]


class Refused(Exception):
    """An answer with ok: false."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.answer: dict[str, Any] = {"ok": False, "error": error, **more}


def read_json(value: Any) -> Any:
    """Return an argument that may come as JSON text in a form."""
    return json.loads(value) if isinstance(value, str) else value


def require_scope(team: Team, *scopes: str) -> None:
    """Refuse a call for which the token has none of the scopes."""
    if not team.scopes & set(scopes):
        raise Refused("missing_scope", needed=scopes[0], provided=",".join(sorted(team.scopes)))


def find_channel(team: Team, channel_id: str, *, member: bool = True) -> Channel:
    """Return a channel that the bot sees; with `member` it must be in it."""
    channel = team.channels.get(channel_id)
    if channel is None or not (channel.is_open or team.bot_user in channel.members):
        raise Refused("channel_not_found")
    if channel.archived and member:
        raise Refused("is_archived")
    if member and team.bot_user not in channel.members:
        raise Refused("not_in_channel")
    return channel
