"""`admins …` and `status`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.commands import Call, Caller, handles
from bot.domain.assessment import GraderFacts, GradingStatus
from bot.domain.cards import NoticeCard, Reply, StatusCard
from bot.domain.delivery import DeliveryState
from bot.domain.people import Member, Role
from bot.errors import ChatError, CommandError, NotFound
from bot.ports import ChatPort, Storage, UnitOfWork

SHOWN_DELIVERIES = 20
MOST_NAMED = 10
MONTH = timedelta(days=29)
"""With today these are 30 days."""


@dataclass
class Administering:
    """What admins of a workspace see and grant."""

    storage: Storage
    chats: Mapping[str, ChatPort]
    describe_graders: Callable[[], GraderFacts]

    @handles("admins list")
    async def list_admins(self, call: Call) -> Reply:
        """List who was made an admin of this bot."""
        async with self.storage.reading() as work:
            return await _say_admins(work, call.caller)

    @handles("admins add")
    async def add_admin(self, call: Call) -> Reply:
        """Let a member configure the bot, or all who have a role of the platform."""
        return await self._set_admin(call, admin=True)

    @handles("admins remove")
    async def remove_admin(self, call: Call) -> Reply:
        """Take the right to configure back; the platform's own admins keep it."""
        return await self._set_admin(call, admin=False)

    async def _set_admin(self, call: Call, *, admin: bool) -> Reply:
        caller, text = call.caller, call.options["member"]
        role = await self._find_role(caller, text)
        async with self.storage.writing() as work:
            if role:
                change = work.admin_roles.add if admin else work.admin_roles.remove
                await change(caller.workspace.id, role)
            else:
                member = await self._find_member(work, caller, text)
                await work.members.set_admin(member, admin)
            return await _say_admins(work, caller)

    async def _find_role(self, caller: Caller, text: str) -> Role | None:
        """Find a role on the platform; one that is gone there can still be taken back here."""
        workspace = caller.workspace
        try:
            found = await self.chats[workspace.platform].find_role(workspace.external_id, text)
        except ChatError as error:
            raise CommandError(
                "The platform does not say just now which roles there are. Try again in a minute."
            ) from error
        if found:
            return found
        async with self.storage.reading() as work:
            known = await work.admin_roles.of_workspace(workspace.id)
        wanted = text.strip()
        for role in known:
            if wanted in (role.external_id, role.name, f"@&{role.name}"):
                return role
        if wanted.startswith("<@&"):
            raise NotFound(
                "That role is gone, or is everybody's, as @everyone is. Name another role, or a "
                "member."
            )
        return None

    async def _find_member(self, work: UnitOfWork, caller: Caller, text: str) -> Member:
        name = self.chats[caller.workspace.platform].member_id(text)
        found = await work.members.find_all(caller.workspace.id, name)
        if len(found) > 1:
            ids = ", ".join(member.external_id for member in found[:MOST_NAMED])
            raise CommandError(
                f'Several here are called "{text}", and anybody can call themselves so. '
                f"Mention the one you mean, or give their id: {ids}.",
                field="member",
            )
        if not found:
            raise NotFound(
                f'Nobody called "{text}" has used the bot here yet. '
                "Let them type /fastapi-quiz help once, then try again."
            )
        return found[0]

    @handles("status")
    async def show_status(self, call: Call) -> Reply:
        """Show schedules, newest deliveries, and why any was missed."""
        caller, options = call.caller, call.options
        state = DeliveryState(options["state"]) if "state" in options else None
        page = max(1, options.get("page", 1))
        here, shown = caller.workspace.id, SHOWN_DELIVERIES
        async with self.storage.reading() as work:
            schedules = await work.schedules.of_workspace(here)
            found = await work.posts.newest(here, shown + 1, state=state, skip=(page - 1) * shown)
            missed = await work.posts.missed(here, caller.now - MONTH, shown)
            grading = await self._load_grading(work, caller)
        if page > 1 and not found:
            raise NotFound(f"There is no page {page}: the posts end before it.")
        card = StatusCard(
            tuple(schedules),
            tuple(found[:shown]),
            caller.zone,
            grading,
            state,
            page,
            more=len(found) > shown,
            missed=tuple(missed),
        )
        return Reply([card])

    async def _load_grading(self, work: UnitOfWork, caller: Caller) -> GradingStatus:
        today = caller.now.date()
        used = await work.model_book.use_since(caller.workspace.id, today)
        month = await work.model_book.use_since(caller.workspace.id, today - MONTH)
        return GradingStatus(self.describe_graders(), used, month)


async def _say_admins(work: UnitOfWork, caller: Caller) -> Reply:
    admins = await work.members.admins(caller.workspace.id)
    roles = await work.admin_roles.of_workspace(caller.workspace.id)
    named = [(admin.external_id, admin.name) for admin in admins]
    named += [(role.external_id, f"everybody with the role {role.name}") for role in roles]
    listed = ", ".join(name for _, name in named) or "nobody"
    text = f"Beside the platform's own admins, {listed} may configure this bot."
    facts = {
        "admins": [admin.name for admin in admins],
        "roles": [role.name for role in roles],
        "granted": [{"id": id_, "name": name} for id_, name in named],
    }
    return Reply([NoticeCard(text, facts)])
