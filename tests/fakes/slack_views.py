"""Modals and Home tabs of the local Slack, and the triggers that let a modal open."""

from __future__ import annotations

import time
from typing import Any

from tests.fakes.slack_calls import Answer, Arguments, Refused, read_json
from tests.fakes.slack_files import find_file_faults
from tests.fakes.slack_limits import all_text, find_view_faults
from tests.fakes.slack_state import Message, State, Team

TRIGGER_SECONDS = 3.0


def make_trigger(state: State, team: Team, user: str) -> str:
    """Return a trigger id, good for three seconds and one view."""
    trigger = f"{state.next_number()}.trigger"
    state.triggers[trigger] = (team.id, user, time.monotonic())
    return trigger


def open_view(state: State, team: Team, arguments: Arguments) -> Answer:
    """Show a modal to whoever the trigger is for."""
    trigger = state.triggers.pop(str(arguments.get("trigger_id")), None)
    if trigger is None:
        raise Refused("exchanged_trigger_id")
    team_id, user, opened_at = trigger
    if time.monotonic() - opened_at > TRIGGER_SECONDS:
        raise Refused("expired_trigger_id")
    view = _require_view(state, team, arguments)
    state.views[team_id, user] = view
    state.heard.append(_as_message(state, team, user, view["blocks"], "form", "views.open"))
    return {"view": view}


def publish_view(state: State, team: Team, arguments: Arguments) -> Answer:
    """Show a Home tab."""
    view = _require_view(state, team, arguments)
    state.homes[team.id, str(arguments["user_id"])] = view
    return {"view": view}


def show_errors(state: State, team: Team, user: str, errors: dict[str, str]) -> None:
    """Keep what a modal shows beside its fields."""
    text = " ".join(errors.values())
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": text}}]
    state.heard.append(_as_message(state, team, user, blocks, "error", "errors"))


def _require_view(state: State, team: Team, arguments: Arguments) -> dict[str, Any]:
    """Return the view, which has to be within Slack's limits."""
    view: dict[str, Any] = read_json(arguments["view"])
    faults = [*find_view_faults(view), *find_file_faults(state, team, view["blocks"])]
    if faults:
        raise Refused("invalid_arguments", errors=faults)
    return view


def _as_message(
    state: State, team: Team, user: str, blocks: list[dict[str, Any]], kind: str, via: str
) -> Message:
    """Return what stands in a view as a message to its user."""
    named = [{**blocks[0], "block_id": kind}, *blocks[1:]]
    return Message(state.next_ts(), team.id, "", all_text(blocks), named, user, via=via)
