"""`console`, and who may come in by the link."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.commands import Call, handles
from bot.domain.cards import LinkCard, Reply
from bot.domain.visit import LINK_LASTS, VISIT_LASTS, Pass, Visit
from bot.errors import ChatError, CommandError, Forbidden
from bot.ports import ChatPort, Clock, Storage

ENTRANCE = "/console/enter/"
"""The path of a link, before its secret."""
_SILENT = (
    "The platform does not say just now whether you are in this workspace. Try again in a minute."
)
OFF = (
    "The web console is off. Whoever runs the bot can set enabled = true under [web] in "
    "config.toml, and start it again. Without a bot of your own: fastapi-quiz demo --web"
)


@dataclass
class Visiting:
    """Makes links that are good once, and keeps visits. Secrets are stored as digests.

    `address` says where the console is to be reached, None where it is not. What an admin may
    is none of its business: that is asked at each of their commands.
    """

    storage: Storage
    chats: Mapping[str, ChatPort]
    clock: Clock
    address: Callable[[], str | None]

    @handles("console")
    async def invite(self, call: Call) -> Reply:
        """Give the caller a link."""
        address, caller = self.address(), call.caller
        if address is None:
            raise CommandError(OFF)
        visit = Visit(caller.workspace, caller.member, caller.channel, caller.platform_zone)
        secret = await self._admit(visit, Pass.LINK, LINK_LASTS)
        minutes = int(LINK_LASTS.total_seconds() // 60)
        text = (
            f"The console of {caller.workspace.name}. The link is yours alone: good once, "
            f"within {minutes} minutes."
        )
        url = f"{address.rstrip('/')}{ENTRANCE}{secret}"
        return Reply([LinkCard(text, url, caller.now + LINK_LASTS)])

    async def look(self, link: str) -> Visit | None:
        """Return whom a link would let in, without using it up."""
        async with self.storage.reading() as work:
            return await work.visits.find(_digest(link), Pass.LINK, self.clock.now())

    async def enter(self, link: str) -> str | None:
        """Use a link up and return the secret of the visit; None if it is not good any more."""
        async with self.storage.writing() as work:
            visit = await work.visits.take(_digest(link), Pass.LINK, self.clock.now())
        return await self._admit(visit, Pass.VISIT, VISIT_LASTS) if visit else None

    async def recognise(self, secret: str) -> Visit | None:
        """Return who visits."""
        async with self.storage.reading() as work:
            return await work.visits.find(_digest(secret), Pass.VISIT, self.clock.now())

    async def require_member(self, visit: Visit) -> None:
        """Ask the platform whether the visitor still belongs to the workspace: a visit lasts
        longer than some memberships.

        Raises:
            Forbidden: they do not.
            CommandError: the platform does not say.
        """
        workspace = visit.workspace
        chat = self.chats.get(workspace.platform)
        if chat is None:
            raise CommandError(_SILENT)
        try:
            belongs = await chat.is_member(workspace.external_id, visit.member.external_id)
        except ChatError as error:
            raise CommandError(_SILENT) from error
        if not belongs:
            raise Forbidden(
                f"You are not in {workspace.name} any more. Join it again, or open the console "
                "from a workspace that you are in."
            )

    async def leave(self, secret: str) -> None:
        """End a visit."""
        async with self.storage.writing() as work:
            await work.visits.take(_digest(secret), Pass.VISIT, self.clock.now())

    async def _admit(self, visit: Visit, kind: Pass, lasts: timedelta) -> str:
        secret, now = secrets.token_urlsafe(32), self.clock.now()
        async with self.storage.writing() as work:
            await work.visits.add(_digest(secret), kind, visit, now, now + lasts)
        return secret


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
