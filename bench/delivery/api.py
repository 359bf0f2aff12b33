"""A Slack Web API that takes every post at once and counts them by their key.

    python -m bench.delivery.api --port N [--latency MS]

It refuses nothing, so that it is never what is measured; what Slack refuses is the business
of the server in `tests/fakes`. `/stats` tells what arrived, `/reset` forgets it.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import time
from collections import Counter
from dataclasses import dataclass, field

from aiohttp import web

_KEY = re.compile(rb'"event_payload": ?\{"key": ?"([a-z0-9-]+)"')


@dataclass
class Counted:
    """Posts by key, and when they came (epoch seconds)."""

    latency: float = 0.0
    keys: Counter[bytes] = field(default_factory=Counter)
    first: float = 0.0
    last: float = 0.0

    async def post(self, request: web.Request) -> web.Response:
        """Answer `chat.postMessage`."""
        body = await request.read()
        if self.latency:
            await asyncio.sleep(self.latency)
        now = time.time()
        found = _KEY.search(body)
        if found is None:
            raise web.HTTPBadRequest(text="no key in the metadata")
        self.keys[found[1]] += 1
        self.first = self.first or now
        self.last = now
        text = f'{{"ok":true,"ts":"{now:.0f}.{len(self.keys):06d}","channel":"C1"}}'
        return web.Response(text=text, content_type="application/json")

    async def stats(self, _request: web.Request) -> web.Response:
        """Tell what arrived."""
        return web.json_response(
            {
                "posts": sum(self.keys.values()),
                "doubled": sum(times > 1 for times in self.keys.values()),
                "first": self.first,
                "last": self.last,
            }
        )

    async def reset(self, request: web.Request) -> web.Response:
        """Forget what arrived, and answer so late from now on."""
        self.keys.clear()
        self.first = self.last = 0.0
        self.latency = float(request.query.get("latency", 0))
        return web.json_response({})


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    counted = Counted()
    app = web.Application()
    app.router.add_post("/api/chat.postMessage", counted.post)
    app.router.add_get("/stats", counted.stats)
    app.router.add_get("/reset", counted.reset)
    web.run_app(app, host="127.0.0.1", port=options.port, access_log=None, print=None)


if __name__ == "__main__":
    main()
