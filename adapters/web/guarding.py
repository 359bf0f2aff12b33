"""What protects pages in a browser: headers on every answer, and who may send forms."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import Forbidden

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src {scripts}; "
    "connect-src {scripts}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""`no-referrer` because a link's secret stands in its path; it also makes browsers send
`Origin: null`, so forms are told apart by Sec-Fetch-Site and by their stamp. A page whose form has
no stamp says `strict-origin` instead, in its head: that sends the origin, and no path either."""


class GuardHeaders:
    """Sets the headers. Scripts may come from this server alone, and only if it has any."""

    def __init__(self, app: ASGIApp, *, scripts: bool) -> None:
        self._app = app
        policy = _POLICY.format(scripts="'self'" if scripts else "'none'")
        headers = {**_HEADERS, "content-security-policy": policy}
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]
        self._names = {name for name, _ in self._headers}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message["headers"] if pair[0] not in self._names]
                message = {**message, "headers": [*kept, *self._headers]}
            await send(message)

        await self._app(scope, receive, send_guarded)


class LimitBody:
    """Takes in no more of a request than `most` bytes: files are written to the disk as they
    come. The application meets an HTTPException where it reads on."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        left = self._most

        async def receive_some() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413)
            return message

        await self._app(scope, receive_some, send)


def stamp_forms(secret: str) -> str:
    """Return what every form of a visit carries, so that no other site can send one."""
    return hmac.new(secret.encode(), b"forms", hashlib.sha256).hexdigest()


def require_own_page(request: Request) -> None:
    """Check that a request comes from one of our own pages, as far as the browser tells.

    Raises:
        Forbidden: it comes from elsewhere.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden(_ELSEWHERE)


def require_own_origin(request: Request, public_url: str) -> None:
    """Check that a form without a stamp comes from one of our own pages.

    Browsers tell Sec-Fetch-Site by HTTPS and to this machine alone. By plain HTTP elsewhere the
    origin says it: its host is the one that was asked, or that of `public_url` where a proxy asks.

    Raises:
        Forbidden: it comes from elsewhere, or nothing says from where.
    """
    require_own_page(request)
    if "sec-fetch-site" in request.headers:
        return
    asked = {request.headers.get("host", ""), urlsplit(public_url).netloc} - {""}
    if urlsplit(request.headers.get("origin", "")).netloc not in asked:
        raise Forbidden(_ELSEWHERE)


def require_own_form(request: Request, stamp: str, expected: str) -> None:
    """Check that a form was sent from one of our own pages, of this visit.

    Raises:
        Forbidden: it was not.
    """
    require_own_page(request)
    if not hmac.compare_digest(stamp.encode(), expected.encode()):
        raise Forbidden(_ELSEWHERE)


_ELSEWHERE = "This form is from another page. Open the page again, and send it there."
