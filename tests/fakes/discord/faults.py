"""Trouble on the way to the local Discord."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from aiohttp import web


@dataclass
class Fault:
    """What happens to the next `times` requests that fit `pattern` (method and path).

    `kind`: `status` answers so; `limited` and `limited_all` answer 429 for this route or
    for all; `blocked` answers 429 as Cloudflare does; `page` answers `status` in HTML;
    `dropped` loses the request,
    `reply_lost` does it and loses the answer; `silent` never answers; `slow` does after `wait`;
    `truncated` breaks off within its JSON.
    """

    pattern: str
    kind: str
    times: int = 1
    status: int = 500
    code: int = 0
    wait: float = 0.05

    def fits(self, request: web.Request) -> bool:
        """Tell whether the request is met."""
        return self.times > 0 and bool(re.search(self.pattern, f"{request.method} {request.path}"))


def answer_json(body: Any, status: int = 200, **headers: str) -> web.Response:
    """Answer as Discord does: discord.py reads JSON of exactly this type."""
    import json

    text = json.dumps(body)
    return web.Response(
        body=text.encode(), status=status, content_type="application/json", headers=headers
    )


def answer_error(status: int, code: int, message: str, **more: Any) -> web.Response:
    """Answer with one of Discord's errors."""
    return answer_json({"code": code, "message": message, **more}, status)


def answer_limited(wait: float, *, everywhere: bool) -> web.Response:
    """Answer 429 as Discord's own servers do."""
    body = {"message": "You are being rate limited.", "retry_after": wait, "global": everywhere}
    scope = "global" if everywhere else "user"
    return answer_json(body, 429, Via="1.1 google", **{"X-RateLimit-Scope": scope})


async def meet(fault: Fault, request: web.Request, handler: Any) -> web.StreamResponse:
    """Do to a request what the fault says."""
    fault.times -= 1
    if fault.kind == "limited":
        return answer_limited(fault.wait, everywhere=False)
    if fault.kind == "limited_all":
        return answer_limited(fault.wait, everywhere=True)
    if fault.kind == "blocked":
        return web.Response(status=429, text="error code: 1015", headers={"Retry-After": "120"})
    if fault.kind == "page":
        return web.Response(status=fault.status, text="<html>1020</html>", content_type="text/html")
    if fault.kind == "truncated":
        return web.Response(body=b'{"id": "12', content_type="application/json")
    if fault.kind == "status":
        return answer_error(fault.status, fault.code, "injected")
    if fault.kind == "slow":
        await asyncio.sleep(fault.wait)
        return await handler(request)
    if fault.kind == "silent":
        await asyncio.Event().wait()
    if fault.kind == "reply_lost":
        await handler(request)
    assert request.transport is not None
    request.transport.close()
    return web.Response()
