"""Hands queued notices to the admins they are for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.domain.cards import NoticeCard
from bot.errors import ChatError, Rejected
from bot.ports import ChatPort, Clock, Storage

BATCH = 100
log = structlog.get_logger(__name__)


@dataclass
class Notifying:
    """Hands queued notices to the platforms."""

    storage: Storage
    chats: Mapping[str, ChatPort]
    clock: Clock
    again_after: timedelta = timedelta(minutes=5)

    async def send_due(self) -> int:
        """Send queued notices and return how many arrived; the others come again later."""
        now = self.clock.now()
        async with self.storage.writing() as work:
            notices = await work.notices.take_due(now, now + self.again_after, BATCH)
            targets = [
                (
                    notice,
                    await work.workspaces.get(notice.workspace_id),
                    await work.members.get(notice.workspace_id, notice.member_id),
                )
                for notice in notices
            ]
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
            except ChatError as error:
                log.warning("notice_waits", notice=notice.id, problem=str(error))
                continue
            sent.append(notice)
        if sent:
            async with self.storage.writing() as work:
                await work.notices.done(sent)
        return len(sent)
