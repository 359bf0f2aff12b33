"""How Slack writes the HTTP requests that it sends to the bot."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


def encode(kind: str, payload: dict[str, Any]) -> tuple[str, str]:
    """Return a request's body and its content type; `kind` is what Socket Mode calls it."""
    form = "application/x-www-form-urlencoded"
    if kind == "slash_commands":
        return urlencode(payload), form
    if kind == "interactive":
        return urlencode({"payload": json.dumps(payload)}), form
    return json.dumps(payload), "application/json"


def sign(body: str, secret: str = SIGNING_SECRET, age: int = 0) -> dict[str, str]:
    """Return the headers that prove who sent the body, so many seconds ago."""
    stamp = str(int(time.time()) - age)
    base = f"v0:{stamp}:{body}".encode()
    signature = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
