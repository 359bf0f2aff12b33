"""A local Slack: Web API, Socket Mode, signed HTTP requests, response URLs, OAuth.

The real SDK talks to it over real sockets. Tests act as members through `SlackActs`.
"""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web

from tests.fakes.slack_calls import Refused, read_json
from tests.fakes.slack_files import hand_out, take_content
from tests.fakes.slack_limits import find_argument_faults
from tests.fakes.slack_methods import METHODS
from tests.fakes.slack_oauth import exchange
from tests.fakes.slack_requests import SIGNING_SECRET, encode, sign
from tests.fakes.slack_responses import take_response
from tests.fakes.slack_state import Channel, Fault, State, Team, User

APP_TOKEN = "xapp-1-local"
ACK_SECONDS = 3.0


class NotAcknowledged(Exception):
    """The bot did not answer in time; Slack would show an error or send it again."""


class SlackServer:
    """Speaks for Slack on 127.0.0.1."""

    def __init__(self, state: State | None = None) -> None:
        self.state = state or State()
        self.shut = False
        """Whether no socket is let in."""
        self.tells_scopes = True
        """Whether answers say what a token may do; a proxy may keep it back."""
        self.sockets: list[web.WebSocketResponse] = []
        self.events_url: str | None = None
        self._acks: dict[str, asyncio.Future[dict[str, Any] | None]] = {}
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self._client: aiohttp.ClientSession | None = None
        self.url = ""

    async def start(self, port: int = 0) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._on_call)
        app.router.add_get("/socket", self._on_socket)
        app.router.add_post("/respond/{id}", self._on_response)
        app.router.add_post("/upload/v1/{id}", self._on_upload)
        app.router.add_get("/files-pri/{id}/download/{name}", self._on_download)
        app.router.add_get("/oauth/v2/authorize", self._on_authorize)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = self.state.url = f"http://{host}:{port}"
        self._client = aiohttp.ClientSession()

    async def stop(self) -> None:
        """Stop listening."""
        assert self._runner
        assert self._client
        await self._client.close()
        for socket in list(self.sockets):
            await socket.close()
        await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        """What goes into slack.base_url."""
        return f"{self.url}/api/"

    # What the world looks like

    def add_team(self, name: str = "acme") -> Team:
        """Make a workspace with the app installed in it."""
        number = self.state.next_number()
        team = Team(
            id=f"T{number:03}",
            name=name,
            bot_user=f"UBOT{number}",
            bot_id=f"B{number:03}",
            tokens={f"xoxb-{number}"},
        )
        team.users[team.bot_user] = User(team.bot_user, "fastapi-quiz", is_bot=True)
        self.state.teams[team.id] = team
        return team

    def add_user(self, team: Team, name: str, **more: Any) -> User:
        """Add a member."""
        user = User(f"U{self.state.next_number():03}{name.upper()[:3]}", name, **more)
        team.users[user.id] = user
        return user

    def add_channel(
        self, team: Team, name: str, *, bot: bool = True, kind: str = "channel"
    ) -> Channel:
        """Add a conversation with everybody in it."""
        letter = "D" if kind == "im" else "C"
        channel = Channel(f"{letter}{self.state.next_number():03}", name, set(team.users), kind)
        if not bot:
            channel.members.discard(team.bot_user)
        team.channels[channel.id] = channel
        return channel

    def inject(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method go wrong, in that order."""
        self.state.faults[method].extend(faults)

    # What the bot asks

    async def _on_call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _read_arguments(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        token = token or str(arguments.get("token", ""))
        self.state.calls.append((method, arguments))
        if self.state.is_out():
            return await _drop(request)
        fault = self.state.next_fault(method)
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.status or fault.error or (fault.drop and not fault.after):
            return await _go_wrong(request, fault)
        answer = self._call(method, token, arguments)
        if request.content_type == "application/json":
            faults_found = list(find_argument_faults(method, arguments))
            if faults_found:
                answer = {"ok": False, "error": "invalid_arguments", "errors": faults_found}
        await self._tell_change()
        if fault.drop:
            return await _drop(request)
        if answer.get("error") == "ratelimited":
            return web.json_response(answer, status=429, headers={"Retry-After": "1"})
        team = self.state.team_of_token(token)
        scopes = ",".join(sorted(team.scopes)) if team else ""
        return web.json_response(
            answer, headers={"x-oauth-scopes": scopes} if self.tells_scopes else {}
        )

    def _call(self, method: str, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"ok": True, **self._run(method, token, arguments)}
        except Refused as error:
            return error.answer

    def _run(self, method: str, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if method == "apps.connections.open":
            if token != APP_TOKEN:
                raise Refused("invalid_auth")
            return {"url": f"{self.url.replace('http', 'ws', 1)}/socket"}
        if method == "oauth.v2.access":
            return exchange(self.state, arguments)
        team = self.state.team_of_token(token)
        if team is None:
            raise Refused("invalid_auth" if token else "not_authed")
        if not team.installed:
            raise Refused("account_inactive")
        if method not in METHODS:
            raise Refused("unknown_method")
        return METHODS[method](self.state, team, arguments)

    async def _on_authorize(self, request: web.Request) -> web.StreamResponse:
        """The page where an admin allows the app; here the test is the admin."""
        raise web.HTTPOk(text=json.dumps(dict(request.query)))

    async def _on_response(self, request: web.Request) -> web.StreamResponse:
        """A message by response_url."""
        fault = self.state.next_fault("response_url")
        if self.state.is_out() or (fault.drop and not fault.after):
            return await _drop(request)
        body = await request.json()
        status, word = take_response(self.state, request.match_info["id"], body)
        if status != 200:
            return web.json_response({"ok": False, "error": word}, status=status)
        await self._tell_change()
        if fault.drop:
            return await _drop(request)
        return web.Response(text=word)

    async def _on_upload(self, request: web.Request) -> web.StreamResponse:
        """The content of a file, at the address that was given for it."""
        if self.state.is_out():
            return await _drop(request)
        status = take_content(self.state, request.match_info["id"], await request.read())
        return web.Response(text="OK" if status == 200 else "no such upload", status=status)

    async def _on_download(self, request: web.Request) -> web.StreamResponse:
        """A file that a member handed in, or the page that asks to sign in."""
        if self.state.is_out():
            return await _drop(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        content = hand_out(self.state, request.match_info["id"], token)
        if content is None:
            return web.Response(text="<html>Sign in</html>", content_type="text/html")
        return web.Response(body=content)

    # What Slack tells the bot

    async def _on_socket(self, request: web.Request) -> web.StreamResponse:
        if self.shut:
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self.sockets.append(socket)
        await self._tell_change()
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                answer = json.loads(message.data)
                future = self._acks.pop(answer.get("envelope_id", ""), None)
                if future and not future.done():
                    future.set_result(answer.get("payload"))
        self.sockets.remove(socket)
        await self._tell_change()
        return socket

    async def ask_to_reconnect(self) -> None:
        """Say on every connection that it will be closed, as Slack does every few hours."""
        for socket in list(self.sockets):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})

    async def deliver(self, kind: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        """Send a request to the bot and return what it acknowledged with.

        Raises:
            NotAcknowledged: it did not within three seconds.
        """
        if self.events_url:
            status, body = await self.post_signed(*encode(kind, payload))
            if status != 200:
                raise NotAcknowledged(f"status {status}")
            return json.loads(body) if body.startswith("{") else None
        return await self._send_envelope(kind, payload)

    async def _send_envelope(self, kind: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        envelope = f"env-{self.state.next_number()}"
        ack = asyncio.get_running_loop().create_future()
        self._acks[envelope] = ack
        open_sockets = [socket for socket in self.sockets if not socket.closed]
        if not open_sockets:
            raise NotAcknowledged("nobody is connected")
        await open_sockets[-1].send_json(
            {
                "type": kind,
                "envelope_id": envelope,
                "payload": payload,
                "accepts_response_payload": kind != "events_api",
            }
        )
        try:
            return await asyncio.wait_for(ack, ACK_SECONDS)
        except TimeoutError:
            raise NotAcknowledged(f"{kind} was not acknowledged") from None

    async def post_signed(
        self,
        body: str,
        content_type: str = "application/json",
        *,
        secret: str = SIGNING_SECRET,
        age: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, str]:
        """Send an HTTP request to the bot, signed as Slack does; return status and body.

        `headers` take the place of what Slack would send.
        """
        assert self._client
        assert self.events_url
        signed = {"Content-Type": content_type, **sign(body, secret, age), **(headers or {})}
        async with self._client.post(
            self.events_url, data=io.BytesIO(body.encode()), headers=signed
        ) as answer:
            return answer.status, await answer.text()

    # Waiting

    async def _tell_change(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, check: Callable[[], Any], seconds: float = 60.0) -> Any:
        """Wait until the check is true and return what it returned."""
        async with asyncio.timeout(seconds), self._changed:
            return await self._changed.wait_for(check)


async def _read_arguments(request: web.Request) -> dict[str, Any]:
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        arguments |= await request.json()
    else:
        arguments |= dict(await request.post())
    for name in ("blocks", "metadata", "view"):
        if name in arguments:
            arguments[name] = read_json(arguments[name])
    return arguments


async def _go_wrong(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.drop:
        return await _drop(request)
    if fault.error:
        return web.json_response({"ok": False, "error": fault.error})
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
    word = "ratelimited" if fault.status == 429 else "internal_error"
    return web.json_response(
        {"ok": False, "error": word}, status=fault.status or 500, headers=headers
    )


async def _drop(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer."""
    assert request.transport
    request.transport.close()
    return web.Response()


@asynccontextmanager
async def run_slack(state: State | None = None) -> AsyncIterator[SlackServer]:
    """Run a local Slack."""
    server = SlackServer(state)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
