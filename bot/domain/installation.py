"""A chat app's installation in a workspace."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Installation:
    """What the app may do in one workspace, and as whom.

    `workspace` is the platform's own id. Tokens that are rotated have `refresh_token` and
    `expires_at` (UTC); others have neither. What was said of the app before `installed_at` is
    not about this installation; None where that is not known.
    """

    workspace: str
    name: str
    bot_user: str
    bot_id: str
    token: str = field(repr=False)
    scopes: frozenset[str] = frozenset()
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    installed_at: datetime | None = None

    def is_made_since(self, time: datetime) -> bool:
        """Tell whether it was made at that time or later, for sure."""
        return self.installed_at is not None and self.installed_at >= time
