"""Response URLs of the local Slack, and what is posted to them."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack_limits import find_faults
from tests.fakes.slack_state import Message, ResponseUrl, State, Team

USES = 5


def make_response_url(state: State, team: Team, channel: str, user: str) -> str:
    """Return a response URL, good for five messages."""
    name = f"r{state.next_number()}"
    state.response_urls[name] = ResponseUrl(team.id, channel, user, USES)
    return f"{state.url}/respond/{name}"


def take_response(state: State, name: str, body: dict[str, Any]) -> tuple[int, str]:
    """Show a message that was posted to a response URL; return the status and the word for it."""
    place = state.response_urls.get(name)
    blocks = body.get("blocks", [])
    if place is None or place.uses_left <= 0:
        return 404, "used_url"
    if list(find_faults(blocks)):
        return 400, "invalid_blocks"
    if any("slack_file" in block for block in blocks):
        return 404, "invalid_blocks"
    place.uses_left -= 1
    message = Message(
        ts=state.next_ts(),
        team=place.team,
        channel=place.channel,
        text=body.get("text", ""),
        blocks=blocks,
        only=None if body.get("response_type") == "in_channel" else place.user,
        thread=body.get("thread_ts"),
        via="response_url",
    )
    state.show(state.teams[place.team], message)
    return 200, "ok"
