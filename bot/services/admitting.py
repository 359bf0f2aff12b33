"""Who may configure the bot in a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.commands import Caller
from bot.errors import ChatError, CommandError, Forbidden, Rejected
from bot.ports import ChatPort, Storage


@dataclass
class Admitting:
    """Tells admins from other members: the platform's own, and whom they let configure."""

    storage: Storage
    chats: Mapping[str, ChatPort]

    async def is_admin(self, caller: Caller, *, fresh: bool = True) -> bool:
        """Tell whether they may; where the platform does not say, they may not."""
        try:
            await self.require_admin(caller, fresh=fresh)
        except CommandError:
            return False
        return True

    async def require_admin(self, caller: Caller, *, fresh: bool = True) -> None:
        """Let an admin pass.

        Raises:
            Forbidden: they are none.
            CommandError: the platform does not say.
        """
        async with self.storage.reading() as work:
            appointed = await work.members.admins(caller.workspace.id)
            roles = await work.admin_roles.of_workspace(caller.workspace.id)
        is_appointed = any(admin.id == caller.member.id for admin in appointed)
        chat = self.chats[caller.workspace.platform]
        who = (caller.workspace.external_id, caller.member.external_id)
        try:
            if is_appointed and await chat.is_member(*who):
                return
            if await chat.is_admin(*who, fresh=fresh):
                return
            has = await chat.role_ids(*who) if roles else ()
        except Rejected as refusal:
            raise CommandError(f"Nobody can tell whether you are an admin. {refusal}") from refusal
        except ChatError as error:
            raise CommandError(
                "The platform does not say just now whether you are an admin. "
                "Try again in a minute."
            ) from error
        if any(role.external_id in has for role in roles):
            return
        raise Forbidden(
            "Only admins of this workspace may do that. Ask one of them, or let one type: "
            f"/fastapi-quiz admins add {caller.member.name}"
        )
