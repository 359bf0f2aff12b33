"""A chat app's installation in a workspace."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Installation:
    """What the app may do in one workspace, and as whom.

    `workspace` is the platform's own id. Tokens that are rotated have `refresh_token` and
    `expires_at` (UTC); others have neither.
    """

    workspace: str
    name: str
    bot_user: str
    bot_id: str
    token: str = field(repr=False)
    scopes: frozenset[str] = frozenset()
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
