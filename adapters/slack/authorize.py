"""Who a request is for: what Bolt asks before it calls a listener."""

from __future__ import annotations

from typing import Any

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize

from adapters.slack.clients import Clients
from bot.errors import ChatError


class StoredAuthorize(AsyncAuthorize):
    """Answers from what is stored: asking Slack at each request would cost a round trip."""

    def __init__(self, clients: Clients) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._clients = clients

    async def __call__(
        self, *, team_id: str | None, user_id: str | None, **more: Any
    ) -> AuthorizeResult | None:
        """Return the workspace's installation, or None where there is none."""
        try:
            found = await self._clients.installation(team_id or "")
        except ChatError:
            found = None
        if found is None:
            return None
        return AuthorizeResult(
            enterprise_id=None,
            team_id=team_id,
            bot_user_id=found.bot_user,
            bot_id=found.bot_id,
            bot_token=found.token,
            bot_scopes=sorted(found.scopes),
            user_id=user_id,
        )
