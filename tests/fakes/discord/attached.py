"""Files that members attach to a command, and the host that hands them out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Attached:
    """Keeps files; `size` may claim another length than the content has."""

    port: Callable[[], int]
    files: dict[str, tuple[str, bytes, int]] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)

    def add_to(self, app: web.Application) -> None:
        """Add the route."""
        app.router.add_get("/attachments/{id}/{name}", self._hand_out)

    def add(self, name: str, content: bytes, size: int | None = None) -> str:
        """Attach a file and return what the option's value is: its id."""
        number = str(700_000 + len(self.files))
        self.files[number] = (name, content, len(content) if size is None else size)
        return number

    def describe(self, number: str) -> dict[str, Any]:
        """Return the attachment as an interaction resolves it."""
        name, _, size = self.files[number]
        url = f"http://127.0.0.1:{self.port()}/attachments/{number}/{name}"
        return {"id": number, "filename": name, "size": size, "url": url, "proxy_url": url}

    async def _hand_out(self, request: web.Request) -> web.Response:
        number = request.match_info["id"]
        self.fetched.append(number)
        name, content, _ = self.files[number]
        if name.startswith("gone"):
            return web.Response(status=404)
        return web.Response(body=content)
