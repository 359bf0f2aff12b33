"""Where a platform's app is installed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.installation import Installation


class Installations(Protocol):
    """Where a platform's app is installed. Tokens are encrypted at rest."""

    async def find(self, workspace: str) -> Installation | None:
        """Return the installation in the workspace."""
        ...

    async def find_by_bot(self, bot_user: str) -> Installation | None:
        """Return the installation whose bot is this user of the platform."""
        ...

    async def save(self, installation: Installation) -> None:
        """Store it; one that is there already is replaced."""
        ...

    async def remove(self, workspace: str, before: datetime) -> None:
        """Forget the installation with its tokens, unless it was made at `before` or later."""
        ...

    async def unannounced(self) -> Sequence[Installation]:
        """Return installations in workspaces that the core still holds for left: whoever
        installed the app there was killed before the core knew of it."""
        ...

    async def claim_rotation(self, workspace: str, now: datetime, until: datetime) -> bool:
        """Lock the installation's row until then, for whoever renews its tokens.

        False while somebody else has it; `save` and the time unlock it.
        """
        ...


class OneTimeTokens(Protocol):
    """Tokens that are good once, such as the state of an installation under way."""

    async def add(self, token: str, now: datetime, expires_at: datetime) -> None:
        """Make the token good once until then."""
        ...

    async def use(self, token: str, now: datetime) -> bool:
        """Use the token up; False if it is not good, or not any more."""
        ...
