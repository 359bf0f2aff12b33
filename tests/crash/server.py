"""A chat platform on a real socket: takes posts, loses replies, never forgets a post."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass
class ChatServer:
    """Counts posts by key. `dice` decide which connections break, and on which side."""

    dice: random.Random
    slowest: float = 0.1
    breaks: float = 0.05
    posts: Counter[str] = field(default_factory=Counter)
    times: dict[str, str] = field(default_factory=dict)
    port: int = 0

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[None]:
        """Serve on a free loopback port."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
            if line:
                await self._answer(json.loads(line), writer)
        except ConnectionError:
            pass  # the caller was killed
        finally:
            writer.close()

    async def _answer(self, call: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        key = call["key"]
        if call["verb"] == "find":
            found = {"id": key, "at": self.times[key]} if key in self.times else None
            writer.write(json.dumps({"found": found}).encode() + b"\n")
            await writer.drain()
            return
        chance = self.dice.random()
        await asyncio.sleep(self.dice.uniform(0, self.slowest))
        if chance < self.breaks:
            return
        self.posts[key] += 1
        self.times.setdefault(key, datetime.now(UTC).isoformat())
        if chance > 1 - self.breaks:
            return
        writer.write(json.dumps({"id": key}).encode() + b"\n")
        await writer.drain()
