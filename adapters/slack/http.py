"""Slack's requests by HTTP: one path for all of them, and the installation pages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.slack.install import INSTALL_PATH, REDIRECT_PATH

EVENTS_PATH = "/slack/events"
MOST_BYTES = 1_000_000
PATIENCE = 10.0
"""Seconds that a body may take, whose sender nobody knows before it is whole. Slack itself waits
for an answer no longer than three."""
_LONGEST_STAMP = 20
"""Digits; Python reads no number of thousands of them."""
_LONGEST_WAY = 60 * 5
"""Seconds: docs.slack.dev/authentication/verifying-requests-from-slack."""
_UNSIGNED = "It is not signed."
_WRONG_SIGNATURE = "Its signature is wrong. If it is Slack's, look at slack.signing_secret."
_WRONG_TIME = "It was signed {:+} s from now. If it is Slack's, set this machine's clock."
log = structlog.get_logger(__name__)

Dispatch = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]


class SlackRoutes:
    """Checks the signature before anything is parsed; what is malformed behind a right one
    gets 400."""

    def __init__(
        self, signing_secret: str, dispatch: Dispatch, flow: Callable[[], AsyncOAuthFlow | None]
    ) -> None:
        self._verifier = SignatureVerifier(signing_secret)
        self._dispatch = dispatch
        self._flow = flow

    def routes(self) -> list[Route]:
        """Return the routes, for whatever application serves them."""
        return [
            Route(EVENTS_PATH, self.receive, methods=["POST"]),
            Route(INSTALL_PATH, self.install, methods=["GET"]),
            Route(REDIRECT_PATH, self.finish, methods=["GET"]),
        ]

    async def receive(self, request: Request) -> Response:
        """Answer a request of Slack's."""
        try:
            async with asyncio.timeout(PATIENCE):
                body = await _read_body(request)
        except TimeoutError:
            return Response(status_code=408)
        if body is None:
            return Response(status_code=413)
        problem = self._find_forgery(body, request.headers)
        if problem:
            log.warning("slack_request_refused", status=401, problem=problem)
            return Response(status_code=401)
        try:
            bolt_request = AsyncBoltRequest(
                body=body.decode(),
                headers={"content-type": request.headers.get("content-type", "")},
            )
        except (ValueError, TypeError, AttributeError, LookupError):
            log.warning("slack_request_malformed", problem="it can't be parsed")
            return Response(status_code=400)
        return to_response(await self._dispatch(bolt_request))

    def _find_forgery(self, body: bytes, headers: Mapping[str, str]) -> str | None:
        """Say what keeps a request from being Slack's; None if it is."""
        stamp = headers.get("x-slack-request-timestamp", "")
        signature = headers.get("x-slack-signature", "")
        is_number = stamp.isascii() and stamp.isdigit() and len(stamp) <= _LONGEST_STAMP
        if not (is_number and signature.isascii()):
            return _UNSIGNED
        if self._verifier.is_valid(body, stamp, signature):
            return None
        seconds = int(stamp) - int(self._verifier.clock.now())
        return _WRONG_SIGNATURE if abs(seconds) <= _LONGEST_WAY else _WRONG_TIME.format(seconds)

    async def install(self, request: Request) -> Response:
        """Show the button that leads to Slack's consent page."""
        flow = self._flow()
        if flow is None:
            return Response("This bot serves one workspace only.", status_code=404)
        return to_response(await flow.handle_installation(_without_body(request)))

    async def finish(self, request: Request) -> Response:
        """Take the code that Slack sends people back with."""
        flow = self._flow()
        if flow is None:
            return Response("This bot serves one workspace only.", status_code=404)
        return to_response(await flow.handle_callback(_without_body(request)))


async def _read_body(request: Request) -> bytes | None:
    """Return the body, or None for one that is larger than Slack ever sends."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size <= MOST_BYTES:
            parts.append(part)
    return b"".join(parts) if size <= MOST_BYTES else None


def _without_body(request: Request) -> AsyncBoltRequest:
    return AsyncBoltRequest(
        body="", query=dict(request.query_params), headers=dict(request.headers)
    )


def to_response(answer: BoltResponse) -> Response:
    """Return Bolt's answer as Starlette's."""
    response = Response(
        content=answer.body,
        status_code=answer.status,
        headers=answer.first_headers_without_set_cookie(),
    )
    for cookies in answer.cookies():
        for name, cookie in cookies.items():
            response.set_cookie(
                name,
                cookie.value,
                max_age=int(cookie["max-age"]) if cookie["max-age"] else None,
                secure=True,
                httponly=True,
                samesite="lax",
            )
    return response
