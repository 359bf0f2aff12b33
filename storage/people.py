"""Workspaces and members."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import bindparam, func, or_
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.emoji import BULB
from bot.domain.people import AwayPeriod, Member, MemberId, Workspace, WorkspaceId
from bot.domain.schedule import Deed
from storage.arrays import is_among
from storage.bulk import fetch
from storage.drafts import erase_drafts_of
from storage.mapping import to_away, to_member, to_workspace
from storage.statements import connection_of, insert_new
from storage.tables import AwayRow, DeliveryRow, MemberRow, ScheduleRow, WorkspaceRow, table_of
from storage.tenancy import erase_words_of
from storage.totals import set_listed

SOMEBODY = "An admin"
"""Who did it, once they have had themselves erased."""
_IDENTIFY = (
    select(WorkspaceRow, MemberRow)
    .join(MemberRow, col(MemberRow.workspace_id) == col(WorkspaceRow.id))
    .where(
        col(WorkspaceRow.platform) == bindparam("platform"),
        col(WorkspaceRow.external_id) == bindparam("workspace"),
        col(MemberRow.external_id) == bindparam("member"),
    )
)
"""Built once: it is asked for every event."""

_FIND = select(WorkspaceRow).where(
    col(WorkspaceRow.platform) == bindparam("platform"),
    col(WorkspaceRow.external_id) == bindparam("workspace"),
)
_WORKSPACES = table_of(WorkspaceRow)
_THESE = _WORKSPACES.select().where(is_among(_WORKSPACES.c.id, "ids"))


@dataclass
class WorkspaceRepository:
    """Implements `bot.ports.Workspaces`."""

    session: AsyncSession
    random: random.Random

    async def ensure(self, platform: str, external_id: str, name: str) -> Workspace:
        workspace = await self.find(platform, external_id)
        if workspace is None:
            await insert_new(
                self.session,
                WorkspaceRow,
                [
                    {
                        "platform": platform,
                        "external_id": external_id,
                        "name": name or external_id,
                        "seed": self.random.getrandbits(31),
                        "emoji": BULB,
                    }
                ],
            )
            workspace = await self.find(platform, external_id)
        assert workspace is not None
        return workspace

    async def find(self, platform: str, external_id: str) -> Workspace | None:
        wanted = {"platform": platform, "workspace": external_id}
        row = (await self.session.exec(_FIND, params=wanted)).first()
        return to_workspace(row) if row else None

    async def get(self, workspace_id: WorkspaceId) -> Workspace:
        return (await self.get_many([workspace_id]))[workspace_id]

    async def set_emoji(self, workspace_id: WorkspaceId, emoji: str) -> None:
        chosen = update(WorkspaceRow).where(col(WorkspaceRow.id) == workspace_id)
        await self.session.exec(chosen.values(emoji=emoji))

    async def everyone(self) -> Sequence[Workspace]:
        rows = await self.session.exec(
            select(WorkspaceRow).order_by(col(WorkspaceRow.platform), col(WorkspaceRow.name))
        )
        return [to_workspace(row) for row in rows]

    async def get_many(self, ids: Sequence[WorkspaceId]) -> Mapping[WorkspaceId, Workspace]:
        rows = await fetch(connection_of(self.session), _THESE, {"ids": tuple(set(ids))})
        return {workspace.id: workspace for workspace in map(to_workspace, rows)}


@dataclass
class MemberRepository:
    """Implements `bot.ports.Members`."""

    session: AsyncSession

    async def identify(
        self, platform: str, workspace: str, member: str
    ) -> tuple[Workspace, Member] | None:
        wanted = {"platform": platform, "workspace": workspace, "member": member}
        rows = await self.session.exec(_IDENTIFY, params=wanted)
        found = rows.first()
        return (to_workspace(found[0]), to_member(found[1])) if found else None

    async def ensure(self, workspace_id: WorkspaceId, external_id: str, name: str) -> Member:
        wanted = select(MemberRow).where(
            MemberRow.workspace_id == workspace_id, MemberRow.external_id == external_id
        )
        row = (await self.session.exec(wanted)).first()
        member = to_member(row) if row else None
        if member is None:
            values = {
                "workspace_id": workspace_id,
                "external_id": external_id,
                "name": name or external_id,
                "on_leaderboard": True,
                "admin": False,
            }
            await insert_new(self.session, MemberRow, [values])
            return to_member((await self.session.exec(wanted)).one())
        if name in ("", member.name):
            return member
        if await self._update(member, name=name):
            return replace(member, name=name)
        return await self.ensure(workspace_id, external_id, name)  # erased meanwhile

    async def find(self, workspace_id: WorkspaceId, text: str) -> Member | None:
        found = await self.find_all(workspace_id, text)
        return found[0] if found else None

    async def find_all(self, workspace_id: WorkspaceId, text: str) -> Sequence[Member]:
        rows = await self.session.exec(
            select(MemberRow)
            .where(
                MemberRow.workspace_id == workspace_id,
                or_(
                    col(MemberRow.external_id) == text,
                    func.lower(MemberRow.name) == text.lower(),
                ),
            )
            .order_by(col(MemberRow.external_id) != text, col(MemberRow.id))
        )
        found = [to_member(row) for row in rows]
        return found[:1] if found and found[0].external_id == text else found

    async def get(self, workspace_id: WorkspaceId, member_id: MemberId) -> Member | None:
        rows = await self.session.exec(
            select(MemberRow).where(
                MemberRow.workspace_id == workspace_id, MemberRow.id == member_id
            )
        )
        row = rows.first()
        return to_member(row) if row else None

    async def hold(self, member: Member) -> Member | None:
        return await self._lock(member, rows_may_refer=True)

    async def _lock(self, member: Member, *, rows_may_refer: bool) -> Member | None:
        rows = await self.session.exec(
            select(MemberRow)
            .where(MemberRow.workspace_id == member.workspace_id, MemberRow.id == member.id)
            .with_for_update(key_share=rows_may_refer)
        )
        row = rows.first()
        return to_member(row) if row else None

    async def save(self, member: Member) -> None:
        await self._update(
            member,
            level=member.level,
            zone=member.zone,
            on_leaderboard=member.on_leaderboard,
        )
        await set_listed(self.session, member, listed=member.on_leaderboard)

    async def away(self, workspace_id: WorkspaceId, member_id: MemberId) -> Sequence[AwayPeriod]:
        rows = await self.session.exec(
            select(AwayRow).where(
                AwayRow.workspace_id == workspace_id, AwayRow.member_id == member_id
            )
        )
        return [to_away(row) for row in rows]

    async def announce_away(self, member: Member, since: datetime, until: date) -> None:
        self.session.add(
            AwayRow(workspace_id=member.workspace_id, member_id=member.id, since=since, until=until)
        )
        await self.session.flush()

    async def end_away(self, member: Member, at: datetime) -> None:
        await self.session.exec(
            update(AwayRow)
            .where(
                col(AwayRow.workspace_id) == member.workspace_id,
                col(AwayRow.member_id) == member.id,
                col(AwayRow.ended_at).is_(None),
            )
            .values(ended_at=at)
        )

    async def admins(self, workspace_id: WorkspaceId) -> Sequence[Member]:
        rows = await self.session.exec(
            select(MemberRow)
            .where(MemberRow.workspace_id == workspace_id, col(MemberRow.admin))
            .order_by(MemberRow.name)
        )
        return [to_member(row) for row in rows]

    async def set_admin(self, member: Member, admin: bool) -> None:
        await self._update(member, admin=admin)

    async def _update(self, member: Member, **values: object) -> bool:
        updated = await self.session.exec(
            update(MemberRow)
            .where(
                col(MemberRow.workspace_id) == member.workspace_id,
                col(MemberRow.id) == member.id,
            )
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        return bool(updated.rowcount)

    async def erase(self, member: Member) -> None:
        await erase_drafts_of(self.session, member)
        await erase_words_of(self.session, member)
        await self._erase_name(member)
        # from here on nobody is listed anew; all of the lock that the last statement takes, since
        # one that grows meets others' in a ring
        await self._lock(member, rows_may_refer=False)
        await set_listed(self.session, member, listed=False)
        await self.session.exec(
            delete(MemberRow).where(
                col(MemberRow.workspace_id) == member.workspace_id,
                col(MemberRow.id) == member.id,
            )
        )

    async def _erase_name(self, member: Member) -> None:
        """Take the name out of the reasons for what they did to schedules by hand."""
        for table, reason in ((ScheduleRow, "paused_because"), (DeliveryRow, "reason")):
            for deed in Deed:
                theirs = (
                    col(table.workspace_id) == member.workspace_id,
                    getattr(table, reason) == deed.tell(member.name),
                )
                changed = {reason: deed.tell(SOMEBODY)}
                await self.session.exec(update(table).where(*theirs).values(changed))
