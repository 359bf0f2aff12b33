"""`admins …` and `status`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.commands import Call, Caller, handles
from bot.domain.assessment import GraderFacts, GradingStatus
from bot.domain.cards import NoticeCard, Reply, StatusCard
from bot.domain.people import Member
from bot.errors import NotFound
from bot.ports import ChatPort, Storage, UnitOfWork

SHOWN_DELIVERIES = 20
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
            return _say_admins(await work.members.admins(call.caller.workspace.id))

    @handles("admins add")
    async def add_admin(self, call: Call) -> Reply:
        """Let a member configure the bot."""
        return await self._set_admin(call, admin=True)

    @handles("admins remove")
    async def remove_admin(self, call: Call) -> Reply:
        """Take the right to configure back; the platform's own admins keep it."""
        return await self._set_admin(call, admin=False)

    async def _set_admin(self, call: Call, *, admin: bool) -> Reply:
        async with self.storage.writing() as work:
            member = await self._find_member(work, call.caller, call.options["member"])
            await work.members.set_admin(member, admin)
            return _say_admins(await work.members.admins(call.caller.workspace.id))

    async def _find_member(self, work: UnitOfWork, caller: Caller, text: str) -> Member:
        name = self.chats[caller.workspace.platform].member_id(text)
        member = await work.members.find(caller.workspace.id, name)
        if member is None:
            raise NotFound(
                f'Nobody called "{text}" has used the bot here yet. '
                "Let them type /fastapi-quiz help once, then try again."
            )
        return member

    @handles("status")
    async def show_status(self, call: Call) -> Reply:
        """Show schedules, newest deliveries, and why any was missed."""
        caller = call.caller
        async with self.storage.reading() as work:
            schedules = await work.schedules.of_workspace(caller.workspace.id)
            newest = await work.deliveries.newest_of_workspace(
                caller.workspace.id, SHOWN_DELIVERIES
            )
            grading = await self._load_grading(work, caller)
        return Reply([StatusCard(tuple(schedules), tuple(newest), caller.zone, grading)])

    async def _load_grading(self, work: UnitOfWork, caller: Caller) -> GradingStatus:
        today = caller.now.date()
        used = await work.model_book.use_since(caller.workspace.id, today)
        month = await work.model_book.use_since(caller.workspace.id, today - MONTH)
        return GradingStatus(self.describe_graders(), used, month)


def _say_admins(admins: Sequence[Member]) -> Reply:
    names = [member.name for member in admins]
    listed = ", ".join(names) if names else "nobody"
    text = f"Beside the platform's own admins, {listed} may configure this bot."
    return Reply([NoticeCard(text, {"admins": names})])
