"""A language model on a real socket: speaks OpenAI's and Anthropic's protocols, as told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Facts = dict[str, Any]
Behave = Callable[[web.Request, Facts], Awaitable[web.StreamResponse]]

TOKENS_IN, TOKENS_OUT = 700, 90


@dataclass
class ModelServer:
    """Answers every call as `behave` says, and remembers what it was shown.

    `asked` holds the JSON object of each call, `bodies` the whole calls.
    """

    behave: Behave | None = None
    asked: list[Facts] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """What goes into `ai.base_url` for OpenAI's protocol."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def anthropic_url(self) -> str:
        """The same for Anthropic's."""
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[ModelServer]:
        """Serve on a free loopback port."""
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_post("/v1/messages", self._complete)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        assert runner.addresses
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.bodies.append(body)
        asked = json.loads(_first_words(body))
        self.asked.append(asked)
        assert self.behave is not None
        return await self.behave(request, asked)


def _first_words(body: dict[str, Any]) -> str:
    said = next(one["content"] for one in body["messages"] if one["role"] == "user")
    return said if isinstance(said, str) else "".join(part["text"] for part in said)


def say(text: str) -> Callable[[web.Request], web.Response]:
    """Make a completion of a text, in the protocol that was spoken."""

    def respond(request: web.Request) -> web.Response:
        if request.path.endswith("/messages"):
            return web.json_response(
                {
                    "id": "msg_1",
                    "type": "message",
                    "role": "assistant",
                    "model": "fake",
                    "content": [{"type": "text", "text": text}],
                    "stop_reason": "end_turn",
                    "stop_sequence": None,
                    "usage": {"input_tokens": TOKENS_IN, "output_tokens": TOKENS_OUT},
                }
            )
        return web.json_response(
            {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1_790_000_000,
                "model": "fake",
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": "stop",
                        "message": {"role": "assistant", "content": text},
                    }
                ],
                "usage": {
                    "prompt_tokens": TOKENS_IN,
                    "completion_tokens": TOKENS_OUT,
                    "total_tokens": TOKENS_IN + TOKENS_OUT,
                },
            }
        )

    return respond


def always(text: str) -> Behave:
    """Say the same to everybody."""

    async def behave(request: web.Request, _asked: Facts) -> web.StreamResponse:
        return say(text)(request)

    return behave


def judging(judge: Callable[[Facts], dict[str, Any]]) -> Behave:
    """Say what a function makes of the JSON object."""

    async def behave(request: web.Request, asked: Facts) -> web.StreamResponse:
        return say(json.dumps(judge(asked)))(request)

    return behave


def judge_well(asked: Facts) -> dict[str, Any]:
    """Find every key point met whose first word the answer holds, with that word as evidence."""
    answer = asked["candidate_answer"]
    points = []
    for point in asked["key_points"]:
        word = point["text"].split()[0]
        met = word.lower() in answer.lower()
        verdict = "met" if met else "missing"
        points.append({"id": point["id"], "verdict": verdict, "evidence": word if met else ""})
    return {
        "points": points,
        "errors": [],
        "strongest": "You say the main thing.",
        "to_add": "Add the rest.",
    }


async def refuse_for_now(request: web.Request, _asked: Facts) -> web.StreamResponse:
    """Answer 429."""
    error = {"error": {"message": "Rate limit reached", "type": "rate_limit_error"}}
    return web.json_response(error, status=429, headers={"Retry-After": "30"})


async def break_down(request: web.Request, _asked: Facts) -> web.StreamResponse:
    """Answer 500."""
    return web.json_response({"error": {"message": "oops"}}, status=500)


async def hang_up(request: web.Request, _asked: Facts) -> web.StreamResponse:
    """Drop the connection without a word."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def keep_waiting(request: web.Request, _asked: Facts) -> web.StreamResponse:
    """Never answer."""
    await asyncio.Event().wait()
    return web.Response()
