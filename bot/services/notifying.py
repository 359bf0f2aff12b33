"""Hands queued notices to the admins they are for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.domain.cards import NoticeCard
from bot.domain.people import Member, Workspace
from bot.errors import Rejected
from bot.ports import ChatPort, Clock, Notice, Storage
from bot.services.background import Background

BATCH = 100
log = structlog.get_logger(__name__)


@dataclass
class Notifying:
    """Hands queued notices to the platforms."""

    storage: Storage
    chats: Mapping[str, ChatPort]
    clock: Clock
    again_after: timedelta = timedelta(minutes=5)
    background: Background = field(default_factory=Background)

    async def begin_due(self) -> int:
        """Begin to send queued notices; return how many. Those that fail come again later."""
        now = self.clock.now()
        async with self.storage.writing() as work:
            notices = await work.notices.take_due(now, now + self.again_after, BATCH, self.chats)
            targets = [
                (
                    notice,
                    await work.workspaces.get(notice.workspace_id),
                    await work.members.get(notice.workspace_id, notice.member_id),
                )
                for notice in notices
            ]
        if targets:
            self.background.begin(self._send(targets))
        return len(targets)

    async def _send(self, targets: Sequence[tuple[Notice, Workspace, Member | None]]) -> None:
        sent = []
        for notice, workspace, member in targets:
            chat = self.chats.get(workspace.platform)
            if chat is None or member is None:
                continue
            card = NoticeCard(notice.text)
            try:
                await chat.tell(workspace.external_id, member.external_id, notice.channel, card)
            except Rejected as error:
                log.warning("notice_rejected", notice=notice.id, problem=str(error))
            except Exception as error:  # whatever it is, it keeps no other notice back
                log.warning("notice_waits", notice=notice.id, problem=repr(error))
                continue
            sent.append(notice)
        if sent:
            async with self.storage.writing() as work:
                await work.notices.done(sent)
