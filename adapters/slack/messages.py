"""What `chat.postMessage` takes of a page, and where a delivery's key travels.

docs.slack.dev/reference/methods/chat.postMessage and docs.slack.dev/messaging/message-metadata.
"""

from __future__ import annotations

from typing import Any

from adapters.slack.blocks import Page

METADATA = "fastapi_quiz_delivery"


NO_UNFURLS: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}


def write_content(page: Page) -> dict[str, Any]:
    """Write a page as what any message takes, ephemeral ones included."""
    return {"text": page.fallback, "blocks": page.blocks}


def write_message(page: Page) -> dict[str, Any]:
    """Write a page as the call's words."""
    return {**write_content(page), **NO_UNFURLS}


def write_key(key: str) -> dict[str, Any]:
    """Write the key as the call's words; only apps see it."""
    return {"metadata": {"event_type": METADATA, "event_payload": {"key": key}}}


def read_key(message: dict[str, Any]) -> str | None:
    """Return the key of a message that this program posted for a delivery."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != METADATA:
        return None
    payload = metadata.get("event_payload") or {}
    return payload.get("key")
