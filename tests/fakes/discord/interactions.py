"""Discord's side of interactions: tokens, first answers, follow-ups."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp import web

from tests.fakes.discord import checks
from tests.fakes.discord.faults import answer_json
from tests.fakes.discord.rest import BASE, Refused, Rest
from tests.fakes.discord.uploads import read_payload
from tests.fakes.discord.world import Interaction, Said

FIRST_ANSWER = timedelta(seconds=3)
TOKEN_LIFE = timedelta(minutes=15)
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9


class Callbacks:
    """Takes what the bot answers to interactions."""

    def __init__(self, rest: Rest) -> None:
        self.rest = rest
        self.world = rest.world

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        add = app.router.add_route
        add("POST", f"{BASE}/interactions/{{id}}/{{token}}/callback", self._first)
        hook = f"{BASE}/webhooks/{{app}}/{{token}}"
        add("POST", hook, self._follow_up)
        add("PATCH", f"{hook}/messages/@original", self._edit_original)
        add("GET", f"{hook}/messages/@original", self._get_original)
        add("DELETE", f"{hook}/messages/@original", self._delete_original)

    async def _first(self, request: web.Request) -> web.StreamResponse:
        interaction = self.world.interactions.get(request.match_info["token"])
        if interaction is None or self.world.is_stale(interaction, FIRST_ANSWER):
            raise Refused(404, 10062, "Unknown interaction")
        if interaction.callback is not None:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        callback = await request.json()
        self._check(interaction, callback)
        interaction.callback = callback
        if callback["type"] == MESSAGE:
            interaction.original = self._make(interaction, callback["data"])
            self._log(interaction, interaction.original)
        if callback["type"] == MODAL:
            self._log(interaction, None)
        self.world.touch()
        resource = {"type": callback["type"]}
        if interaction.original:
            resource["message"] = interaction.original
        shown = {"id": str(interaction.id), "type": interaction.payload["type"]}
        return answer_json({"interaction": shown, "resource": resource})

    def _check(self, interaction: Interaction, callback: dict[str, Any]) -> None:
        kind, data = callback["type"], callback.get("data") or {}
        problems: list[str] = []
        if kind == MODAL:
            problems = checks.check_modal(data)
            if interaction.payload["type"] == 5:
                problems.append("type: A form can't be answered with a form.")
        elif kind in (MESSAGE, UPDATE):
            problems = checks.check_message(data)
        elif kind == CHOICES and len(data.get("choices", ())) > 25:
            problems = ["choices: Must be 25 or fewer."]
        if (kind == CHOICES) != (interaction.payload["type"] == 4):
            problems.append("type: That answer does not fit this interaction.")
        if problems:
            self.rest.problems += problems
            raise Refused(400, 50035, "; ".join(problems))

    def _make(self, interaction: Interaction, payload: dict[str, Any]) -> dict[str, Any]:
        return self.world.make_message(
            interaction.channel,
            payload,
            self.world.bot,
            webhook_id=str(self.world.bot.id),
            private=bool(payload.get("flags", 0) & 64),
        )

    def _log(self, interaction: Interaction, message: dict[str, Any] | None) -> None:
        public = message is not None and not message["private"]
        only = None if public else interaction.user
        self.world.said.append(Said(interaction.channel, only, message and dict(message)))

    def _alive(self, request: web.Request) -> Interaction:
        interaction = self.world.interactions.get(request.match_info["token"])
        if interaction is None:
            raise Refused(404, 10015, "Unknown Webhook")
        if self.world.is_stale(interaction, TOKEN_LIFE):
            raise Refused(401, 50027, "Invalid Webhook Token")
        if interaction.callback is None:
            raise Refused(404, 10015, "Unknown Webhook")
        return interaction

    async def _follow_up(self, request: web.Request) -> web.StreamResponse:
        interaction = self._alive(request)
        payload = await read_payload(request)
        problems = checks.check_message(payload)
        if problems:
            self.rest.problems += problems
            raise Refused(400, 50035, "; ".join(problems))
        message = self._make(interaction, payload)
        if interaction.is_deferred and interaction.original is None:
            message["private"] = interaction.private
            interaction.original = message
        else:
            interaction.followups.append(message)
        self._log(interaction, message)
        if not message["private"]:
            interaction.channel.messages[int(message["id"])] = message
        self.world.touch()
        return answer_json(message)

    async def _edit_original(self, request: web.Request) -> web.StreamResponse:
        interaction = self._alive(request)
        payload = await request.json()
        interaction.original = interaction.original or self._make(interaction, payload)
        interaction.original.update(payload)
        self.world.touch()
        return answer_json(interaction.original)

    async def _get_original(self, request: web.Request) -> web.StreamResponse:
        interaction = self._alive(request)
        if interaction.original is None:
            raise Refused(404, 10008, "Unknown Message")
        return answer_json(interaction.original)

    async def _delete_original(self, request: web.Request) -> web.StreamResponse:
        interaction = self._alive(request)
        interaction.original, interaction.deleted = None, True
        self.world.touch()
        return web.Response(status=204)
