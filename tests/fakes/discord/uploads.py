"""Requests that carry files: `payload_json` beside `files[n]`, as Discord's reference has it."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

_KEPT = web.RequestKey("payload", object)


async def read_payload(request: web.Request) -> Any:
    """Return the body as JSON, its attachments with the size and content of their files.

    An attachment names its file by the number in the field's name.
    """
    if request.content_type != "multipart/form-data":
        return await request.json()
    if _KEPT not in request:
        form = await request.post()
        payload = json.loads(str(form["payload_json"]))
        payload["attachments"] = [_take(form, each) for each in payload.get("attachments", [])]
        request[_KEPT] = payload
    return request[_KEPT]


def _take(form: Any, attachment: dict[str, Any]) -> dict[str, Any]:
    file = form[f"files[{attachment['id']}]"]
    content = file.file.read()
    return {
        **attachment,
        "id": str(attachment["id"]),
        "filename": file.filename,
        "size": len(content),
        "url": f"https://cdn.example.com/{file.filename}",
        "proxy_url": f"https://cdn.example.com/{file.filename}",
        "content_type": file.content_type,
        "content_base16": content.hex(),
    }
