"""What members do in the local Slack, as the payloads that Slack sends for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.fakes.slack_files import describe_file
from tests.fakes.slack_responses import make_response_url
from tests.fakes.slack_server import SlackServer
from tests.fakes.slack_state import Message, Team, User
from tests.fakes.slack_views import make_trigger, show_errors


@dataclass
class SlackActs:
    """A team's members at work. Each act returns what the bot acknowledged with."""

    server: SlackServer
    team: Team

    async def type(self, user: User, channel: str, text: str) -> Any:
        """Type a slash command, without its name."""
        return await self.server.deliver("slash_commands", self.slash_payload(user, channel, text))

    def slash_payload(self, user: User, channel: str, text: str) -> dict[str, Any]:
        """Return what Slack sends for a slash command."""
        return {
            "token": "verification",
            "team_id": self.team.id,
            "team_domain": self.team.name,
            "channel_id": channel,
            "channel_name": "general",
            "user_id": user.id,
            "user_name": user.name,
            "command": "/fastapi-quiz",
            "text": text,
            "api_app_id": "A001",
            "is_enterprise_install": "false",
            "response_url": make_response_url(self.server.state, self.team, channel, user.id),
            "trigger_id": make_trigger(self.server.state, self.team, user.id),
        }

    async def react(
        self,
        user: User,
        message: Message,
        emoji: str = "bulb",
        *,
        event_id: str = "",
        author: str = "",
        shared: bool = False,
    ) -> Any:
        """Put a reaction under a message, of the bot's if no author is given."""
        event = {
            "type": "reaction_added",
            "user": user.id,
            "reaction": emoji,
            "item_user": author or self.team.bot_user,
            "item": {"type": "message", "channel": message.channel, "ts": message.ts},
            "event_ts": self.server.state.next_ts(),
        }
        return await self.send_event(event, event_id, shared=shared)

    async def send_event(
        self,
        event: dict[str, Any],
        event_id: str = "",
        *,
        happened_at: float | None = None,
        shared: bool = False,
    ) -> Any:
        """Send an event; one that comes late happened before, and one of a channel that is shared
        between workspaces names whichever of the installations that see it."""
        happened_at = self.server.state.now() if happened_at is None else happened_at
        payload = {
            "token": "verification",
            "team_id": self.team.id,
            "api_app_id": "A001",
            "type": "event_callback",
            "event": event,
            "event_id": event_id or f"Ev{self.server.state.next_number():06}",
            "event_time": int(happened_at),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self.team.id,
                    "user_id": self.team.bot_user,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": shared,
        }
        return await self.server.deliver("events_api", payload)

    async def press(self, user: User, message: Message, label: str) -> Any:
        """Press a button under a message."""
        return await self.server.deliver(
            "interactive", self.press_payload(user, message, message.button(label))
        )

    def press_payload(self, user: User, message: Message, button: dict[str, Any]) -> dict[str, Any]:
        """Return what Slack sends for a pressed button."""
        return {
            "type": "block_actions",
            **self._actor(user),
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": message.channel,
                "is_ephemeral": message.only is not None,
                **({"thread_ts": message.thread} if message.thread else {}),
            },
            "trigger_id": make_trigger(self.server.state, self.team, user.id),
            "channel": {"id": message.channel, "name": "general"},
            "message": {"type": "message", "ts": message.ts, "text": message.text},
            "response_url": make_response_url(
                self.server.state, self.team, message.channel, user.id
            ),
            "actions": [{**button, "action_ts": self.server.state.next_ts(), "block_id": "b"}],
        }

    async def suggest_message(self, user: User, channel: str, words: str) -> Any:
        """Use the shortcut on somebody's message."""
        return await self.server.deliver("interactive", self.shortcut_payload(user, channel, words))

    def shortcut_payload(self, user: User, channel: str, words: str) -> dict[str, Any]:
        """Return what Slack sends for it."""
        return {
            "type": "message_action",
            **self._actor(user),
            "callback_id": "suggest",
            "trigger_id": make_trigger(self.server.state, self.team, user.id),
            "response_url": make_response_url(self.server.state, self.team, channel, user.id),
            "action_ts": self.server.state.next_ts(),
            "message_ts": self.server.state.next_ts(),
            "channel": {"id": channel, "name": "general"},
            "message": {"type": "message", "user": user.id, "text": words, "ts": "1.0"},
        }

    def _actor(self, user: User) -> dict[str, Any]:
        return {
            "user": {
                "id": user.id,
                "username": user.name,
                "name": user.name,
                "team_id": self.team.id,
            },
            "api_app_id": "A001",
            "token": "verification",
            "team": {"id": self.team.id, "domain": self.team.name},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def open_view(self, user: User) -> dict[str, Any] | None:
        """Return the modal that the member has open."""
        return self.server.state.views.get((self.team.id, user.id))

    async def submit(self, user: User, values: dict[str, str]) -> Any:
        """Fill in the open modal and send it; it closes unless errors come back."""
        view = self.server.state.views[self.team.id, user.id]
        answer = await self.server.deliver("interactive", self.submit_payload(user, view, values))
        if answer and answer.get("response_action") == "errors":
            show_errors(self.server.state, self.team, user.id, answer["errors"])
        else:
            del self.server.state.views[self.team.id, user.id]
        return answer

    def _fill(self, block: dict[str, Any], value: str | None) -> dict[str, Any]:
        if block["element"]["type"] != "file_input":
            return _fill(block, value)
        files = [describe_file(self.server.state, value)] if value else []
        return {"type": "file_input", "files": files}

    def submit_payload(
        self, user: User, view: dict[str, Any], values: dict[str, str]
    ) -> dict[str, Any]:
        """Return what Slack sends for a filled modal."""
        inputs = [block for block in view["blocks"] if block["type"] == "input"]
        filled = {
            block["block_id"]: {
                block["element"]["action_id"]: self._fill(block, values.get(block["block_id"]))
            }
            for block in inputs
        }
        return {
            "type": "view_submission",
            **self._actor(user),
            "trigger_id": make_trigger(self.server.state, self.team, user.id),
            "view": {
                "id": "V001",
                "team_id": self.team.id,
                "type": "modal",
                "callback_id": view["callback_id"],
                "private_metadata": view["private_metadata"],
                "title": view["title"],
                "blocks": view["blocks"],
                "state": {"values": filled},
                "hash": "h",
                "bot_id": self.team.bot_id,
                "app_id": "A001",
            },
            "response_urls": [],
        }


_NAMES = {
    "plain_text_input": "value",
    "timepicker": "selected_time",
    "datepicker": "selected_date",
    "conversations_select": "selected_conversation",
    "users_select": "selected_user",
}


_INITIAL = {
    "plain_text_input": "initial_value",
    "timepicker": "initial_time",
    "datepicker": "initial_date",
    "conversations_select": "initial_conversation",
    "users_select": "initial_user",
}


def _fill(block: dict[str, Any], value: str | None) -> dict[str, Any]:
    """Return what an element holds; a file is given by its id."""
    kind = block["element"]["type"]
    value = block["element"].get(_INITIAL.get(kind, "")) if value is None else value
    if kind == "static_select":
        if value is None:
            return {"type": kind, "selected_option": block["element"].get("initial_option")}
        option = {"text": {"type": "plain_text", "text": value}, "value": value} if value else None
        return {"type": kind, "selected_option": option}
    return {"type": kind, _NAMES[kind]: value}
