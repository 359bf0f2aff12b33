"""Discord's REST API, version 10, as far as the bot uses it."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.discord import checks
from tests.fakes.discord.faults import Fault, answer_error, answer_json, answer_limited, meet
from tests.fakes.discord.openapi import find_violations
from tests.fakes.discord.uploads import read_payload
from tests.fakes.discord.world import (
    ATTACH,
    DIRECT,
    EMBED,
    HISTORY,
    REACT,
    SEND,
    SEND_IN_THREADS,
    THREAD,
    THREADS,
    VIEW,
    Channel,
    World,
)

BASE = "/api/v10"


@dataclass(frozen=True)
class Call:
    """A request that arrived, with its body and the status it was answered with."""

    method: str
    path: str
    body: Any
    status: int
    at: float


class Refused(Exception):
    """Ends a request with an error of Discord."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.answer = answer_error(status, code, message)


async def _tell_nobody(_channel: Channel, _message: dict[str, Any], _emoji: str) -> None:
    return None


@dataclass
class Rest:
    """Handles requests on a world. `limit`: requests a second before 429, 0 for none.
    `starts_left`: sessions that the gateway says it will still begin today.
    """

    world: World
    token: str
    gateway_url: Callable[[], str]
    shards: int = 1
    limit: int = 0
    starts_left: int = 1000
    faults: list[Fault] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    window: deque[float] = field(default_factory=deque)
    is_out: Callable[[], bool] = lambda: False
    tell_reaction: Callable[[Channel, dict[str, Any], str], Awaitable[None]] = _tell_nobody

    def make_app(self) -> web.Application:
        """Return the routes behind the checks that all requests go through."""
        app = web.Application(middlewares=[self._guard], client_max_size=2**26)
        channel, message = "/channels/{channel}", "/channels/{channel}/messages/{message}"
        routes: list[tuple[str, str, Callable[[web.Request], Awaitable[web.StreamResponse]]]] = [
            ("GET", "/users/@me", self._me),
            ("POST", "/users/@me/channels", self._open_direct),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/applications/@me", self._application),
            ("GET", "/gateway/bot", self._gateway),
            ("PUT", "/applications/{app}/commands", self._put_commands),
            ("PUT", "/applications/{app}/guilds/{guild}/commands", self._put_commands),
            ("GET", "/guilds/{guild}", self._guild),
            ("GET", "/guilds/{guild}/members/{user}", self._member),
            ("GET", "/guilds/{guild}/threads/active", self._active_threads),
            ("GET", channel, self._get_channel),
            ("GET", f"{channel}/messages", self._history),
            ("POST", f"{channel}/messages", self._post),
            ("GET", message, self._get_message),
            ("PATCH", message, self._edit),
            ("POST", f"{message}/threads", self._start_thread),
            ("PUT", f"{message}/reactions/{{emoji}}/@me", self._react),
        ]
        app.router.add_get("/cdn/{file}", self._file)
        for method, path, handler in routes:
            app.router.add_route(method, BASE + path, handler)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        import asyncio

        at = asyncio.get_running_loop().time()
        body = await read_payload(request) if request.can_read_body else None
        answer = await self._answer(request, handler, body, at)
        self.calls.append(Call(request.method, request.path, body, answer.status, at))
        self.world.touch()
        return answer

    async def _answer(
        self, request: web.Request, handler: Any, body: Any, at: float
    ) -> web.StreamResponse:
        if self.is_out():
            assert request.transport is not None
            request.transport.close()
            return web.Response(status=500)
        by_token = "/interactions/" in request.path or "/webhooks/" in request.path
        counts = request.path.startswith(BASE) and not by_token
        if counts and request.headers.get("Authorization") != f"Bot {self.token}":
            return answer_error(401, 0, "401: Unauthorized")
        if self.limit and counts:
            while self.window and self.window[0] <= at - 1:
                self.window.popleft()
            if len(self.window) >= self.limit:
                return answer_limited(1 - (at - self.window[0]), everywhere=True)
            self.window.append(at)
        for fault in self.faults:
            if fault.fits(request):
                return await meet(fault, request, handler)
        if request.path.startswith(BASE):
            self.problems += find_violations(request.method, request.path, body)
        try:
            answer: web.StreamResponse = await handler(request)
        except Refused as error:
            answer = error.answer
        return answer

    async def _file(self, request: web.Request) -> web.StreamResponse:
        kept = self.world.files.get(request.match_info["file"])
        return web.Response(body=kept[1]) if kept else web.Response(status=404)

    async def _me(self, _request: web.Request) -> web.StreamResponse:
        return answer_json(self.world.bot.to_json())

    async def _application(self, _request: web.Request) -> web.StreamResponse:
        shown = {"id": str(self.world.bot.id), "name": "quiz", "description": "", "icon": None}
        flags = {"flags": 0, "bot_public": True, "bot_require_code_grant": False, "verify_key": ""}
        return answer_json({**shown, **flags, "owner": self.world.bot.to_json(), "team": None})

    async def _gateway(self, _request: web.Request) -> web.StreamResponse:
        starts = {"total": 1000, "remaining": self.starts_left, "max_concurrency": 1}
        starts["reset_after"] = 7_200_000
        body = {"url": self.gateway_url(), "shards": self.shards, "session_start_limit": starts}
        return answer_json(body)

    async def _put_commands(self, request: web.Request) -> web.StreamResponse:
        commands = await request.json()
        problems = checks.check_commands(commands)
        if problems:
            raise Refused(400, 50035, "; ".join(problems))
        guild = int(request.match_info["guild"]) if "guild" in request.match_info else None
        if guild and guild not in self.world.guilds:
            raise Refused(403, 50001, "Missing Access")
        made = [
            {
                **command,
                "id": str(self.world.new_id()),
                "application_id": str(self.world.bot.id),
                "version": "1",
                **({"guild_id": str(guild)} if guild else {}),
            }
            for command in commands
        ]
        self.world.commands[guild] = made
        self.world.touch()
        return answer_json(made)

    async def _guild(self, request: web.Request) -> web.StreamResponse:
        guild = self.world.guilds.get(int(request.match_info["guild"]))
        if guild is None:
            raise Refused(404, 10004, "Unknown Guild")
        return answer_json(guild.to_json(self.world.bot))

    async def _member(self, request: web.Request) -> web.StreamResponse:
        guild = self.world.guilds.get(int(request.match_info["guild"]))
        members = {**guild.members, self.world.bot.id: self.world.bot} if guild else {}
        user = members.get(int(request.match_info["user"]))
        if guild is None or user is None:
            raise Refused(404, 10007, "Unknown Member")
        return answer_json(guild.member_json(user))

    async def _active_threads(self, request: web.Request) -> web.StreamResponse:
        guild = self.world.guilds.get(int(request.match_info["guild"]))
        if guild is None:
            raise Refused(404, 10004, "Unknown Guild")
        threads = [c.to_json(self.world.bot.id) for c in guild.channels.values()]
        return answer_json({"threads": [t for t in threads if t["type"] == THREAD], "members": []})

    async def _open_direct(self, request: web.Request) -> web.StreamResponse:
        wanted = int((await request.json())["recipient_id"])
        for user in self.world.users.values():
            if user.id == wanted:
                return answer_json(self.world.direct(user).to_json(self.world.bot.id))
        raise Refused(404, 10013, "Unknown User")

    def _channel(self, request: web.Request, *rights: int) -> Channel:
        channel = self.world.channels.get(int(request.match_info["channel"]))
        if channel is None:
            raise Refused(404, 10003, "Unknown Channel")
        granted = self.world.rights_in(channel)
        if not granted & VIEW:
            raise Refused(403, 50001, "Missing Access")
        if not all(granted & right for right in rights):
            raise Refused(403, 50013, "Missing Permissions")
        return channel

    async def _get_channel(self, request: web.Request) -> web.StreamResponse:
        return answer_json(self._channel(request).to_json(self.world.bot.id))

    async def _history(self, request: web.Request) -> web.StreamResponse:
        channel = self._channel(request, HISTORY)
        limit = int(request.query.get("limit", "50"))
        after, before = int(request.query.get("after", "0")), request.query.get("before")
        ids = [i for i in channel.messages if i > after and (not before or i < int(before))]
        ids = sorted(ids)[:limit] if "after" in request.query else sorted(ids)[-limit:]
        return answer_json([channel.messages[i] for i in reversed(ids)])

    async def _post(self, request: web.Request) -> web.StreamResponse:
        channel = self._channel(request)
        payload = await read_payload(request)
        needed = [SEND_IN_THREADS if channel.type == THREAD else SEND]
        needed += [EMBED] if payload.get("embeds") else []
        needed += [ATTACH] if payload.get("attachments") else []
        self._channel(request, *needed)
        if channel.type == DIRECT and channel.recipient and not channel.recipient.takes_messages:
            raise Refused(403, 50007, "Cannot send messages to this user")
        problems = checks.check_message(payload)
        if problems:
            self.problems += problems
            raise Refused(400, 50035, "; ".join(problems))
        self._look_for_pings(payload)
        return answer_json(self.world.put_message(channel, payload, self.world.bot))

    def _look_for_pings(self, payload: dict[str, Any]) -> None:
        allowed = payload.get("allowed_mentions")
        if allowed is None or allowed.get("parse"):
            self.problems.append("allowed_mentions: mentions are let through")

    def _message(self, request: web.Request) -> tuple[Channel, dict[str, Any]]:
        channel = self._channel(request)
        message = channel.messages.get(int(request.match_info["message"]))
        if message is None:
            raise Refused(404, 10008, "Unknown Message")
        return channel, message

    async def _get_message(self, request: web.Request) -> web.StreamResponse:
        self._channel(request, HISTORY)
        return answer_json(self._message(request)[1])

    async def _edit(self, request: web.Request) -> web.StreamResponse:
        _, message = self._message(request)
        changed = await request.json()
        problems = checks.check_message({**message, **changed})
        if problems:
            raise Refused(400, 50035, "; ".join(problems))
        message.update(changed)
        self.world.touch()
        return answer_json(message)

    async def _react(self, request: web.Request) -> web.StreamResponse:
        channel, message = self._message(request)
        self._channel(request, HISTORY, REACT)
        emoji = request.match_info["emoji"]
        shown = {"emoji": {"id": None, "name": emoji}, "count": 1, "me": True, "me_burst": False}
        counts = {"count_details": {"normal": 1, "burst": 0}, "burst_colors": []}
        message.setdefault("reactions", []).append({**shown, **counts})
        self.world.touch()
        await self.tell_reaction(channel, message, emoji)
        return web.Response(status=204)

    async def _start_thread(self, request: web.Request) -> web.StreamResponse:
        channel, message = self._message(request)
        self._channel(request, THREADS)
        thread_id = int(message["id"])
        if thread_id in self.world.channels:
            raise Refused(400, 160004, "A thread has already been created for this message")
        name = (await request.json())["name"]
        if not 1 <= len(name) <= 100:
            raise Refused(400, 50035, "name: Must be between 1 and 100 in length.")
        thread = Channel(
            thread_id, name, THREAD, channel.guild_id, channel.id, owner_id=self.world.bot.id
        )
        assert channel.guild_id is not None
        self.world.channels[thread_id] = thread
        self.world.guilds[channel.guild_id].channels[thread_id] = thread
        self.world.touch()
        return answer_json(thread.to_json(self.world.bot.id), 201)
