"""Discord's gateway, version 10: sessions that can be resumed, and trouble on request."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord.world import World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME = 0, 1, 2, 6
RECONNECT, INVALID_SESSION, HELLO, ACK = 7, 9, 10, 11
PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)
EVENTS_A_MINUTE = 120


@dataclass
class Session:
    """What one shard was sent since its IDENTIFY, so that it can be sent again."""

    id: str
    shard: int
    shards: int
    intents: int
    sequence: int = 0
    sent: list[dict[str, Any]] = field(default_factory=list)
    line: Line | None = None


class Line:
    """One connection, compressed as the client asked."""

    def __init__(self, socket: web.WebSocketResponse, compressed: bool) -> None:
        self.socket = socket
        self._zlib = zlib.compressobj() if compressed else None
        self.events: deque[float] = deque()

    async def send(self, op: int, data: Any = None, **more: Any) -> None:
        """Send a payload."""
        text = json.dumps({"op": op, "d": data, "s": None, "t": None, **more})
        await self.send_raw(text)

    async def send_raw(self, text: str) -> None:
        """Send any text."""
        if self.socket.closed:
            return
        if self._zlib is None:
            await self.socket.send_str(text)
            return
        packed = self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
        await self.socket.send_bytes(packed)


@dataclass
class Gateway:
    """Accepts shards. `deaf`: takes heartbeats and answers none; `shut`: lets nobody in.
    `hasty`: how many of the next IDENTIFYs come too soon after another, so that their sessions are
    invalid.
    """

    world: World
    token: str
    url: Callable[[], str]
    heartbeat_ms: int = 41_250
    deaf: bool = False
    shut: bool = False
    refuse_code: int | None = None
    hasty: int = 0
    sessions: dict[str, Session] = field(default_factory=dict)
    lines: set[Line] = field(default_factory=set)
    identified: int = 0
    resumed: int = 0
    problems: list[str] = field(default_factory=list)
    _names: count[int] = field(default_factory=lambda: count(1))

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends."""
        if self.shut:
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        line = Line(socket, request.query.get("compress") == "zlib-stream")
        self.lines.add(line)
        try:
            await line.send(HELLO, {"heartbeat_interval": self.heartbeat_ms})
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._take(line, json.loads(message.data))
        except ConnectionError:
            pass
        finally:
            self.lines.discard(line)
            for session in self.sessions.values():
                if session.line is line:
                    session.line = None
            self.world.touch()
        return socket

    async def _take(self, line: Line, payload: dict[str, Any]) -> None:
        now = asyncio.get_running_loop().time()
        line.events.append(now)
        while line.events and line.events[0] < now - 60:
            line.events.popleft()
        if len(line.events) > EVENTS_A_MINUTE:
            self.problems.append("more than 120 events a minute")
            await line.socket.close(code=4008)
        elif payload["op"] == HEARTBEAT:
            if not self.deaf:
                await line.send(ACK)
        elif payload["op"] == IDENTIFY:
            await self._identify(line, payload["d"])
        elif payload["op"] == RESUME:
            await self._resume(line, payload["d"])
        else:
            self.problems.append(f"unexpected op {payload['op']}")

    async def _identify(self, line: Line, data: dict[str, Any]) -> None:
        shard, shards = data.get("shard") or (0, 1)
        if self.refuse_code is not None:
            await line.socket.close(code=self.refuse_code)
        elif data["token"] != self.token:
            await line.socket.close(code=4004)
        elif data["intents"] & PRIVILEGED:
            await line.socket.close(code=4014)
        elif shard >= shards:
            await line.socket.close(code=4010)
        elif len(self.world.guilds) > 2500 * shards:
            await line.socket.close(code=4011)
        elif self.hasty:
            self.hasty -= 1
            await line.send(INVALID_SESSION, False)
        else:
            self.identified += 1
            session = Session(f"s{next(self._names)}", shard, shards, data["intents"], line=line)
            self.sessions[session.id] = session
            await self._greet(session)

    async def _greet(self, session: Session) -> None:
        bot = self.world.bot
        guilds = [g for g in self.world.guilds.values() if self._is_on(g.id, session)]
        ready = {
            "v": 10,
            "user": bot.to_json(),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url(),
            "shard": [session.shard, session.shards],
            "application": {"id": str(bot.id), "flags": 0},
        }
        await self._send(session, "READY", ready)
        for guild in guilds:
            await self._send(session, "GUILD_CREATE", guild.to_json(bot))
        self.world.touch()

    async def _resume(self, line: Line, data: dict[str, Any]) -> None:
        session = self.sessions.get(str(data["session_id"]))
        if session is None or data["token"] != self.token:
            await line.send(INVALID_SESSION, False)
            return
        self.resumed += 1
        session.line = line
        for payload in [sent for sent in session.sent if sent["s"] > (data["seq"] or 0)]:
            await line.send_raw(json.dumps(payload))
        session.sequence += 1
        await line.send(DISPATCH, {}, s=session.sequence, t="RESUMED")
        self.world.touch()

    @staticmethod
    def _is_on(guild_id: int, session: Session) -> bool:
        return (guild_id >> 22) % session.shards == session.shard

    async def dispatch(self, event: str, data: Any, guild_id: int | None) -> None:
        """Send an event to the newest session of its shard, now or when it resumes."""
        newest: dict[tuple[int, int], Session] = {}
        for session in self.sessions.values():
            newest[session.shard, session.shards] = session
        for session in newest.values():
            here = session.shard == 0 if guild_id is None else self._is_on(guild_id, session)
            if here:
                await self._send(session, event, data)

    async def _send(self, session: Session, event: str, data: Any) -> None:
        session.sequence += 1
        payload = {"op": DISPATCH, "d": data, "s": session.sequence, "t": event}
        session.sent.append(payload)
        if session.line:
            try:
                await session.line.send_raw(json.dumps(payload))
            except ConnectionError:
                session.line = None

    async def drop(self, code: int = 4000) -> None:
        """Close all connections."""
        for line in list(self.lines):
            await line.socket.close(code=code)

    async def ask_to_reconnect(self) -> None:
        """Tell all clients to connect again and resume."""
        for line in list(self.lines):
            await line.send(RECONNECT)

    async def invalidate(self) -> None:
        """Forget all sessions, and tell so."""
        self.sessions.clear()
        for line in list(self.lines):
            await line.send(INVALID_SESSION, False)

    async def send_raw(self, text: str) -> None:
        """Send any text to all clients."""
        for line in list(self.lines):
            await line.send_raw(text)
