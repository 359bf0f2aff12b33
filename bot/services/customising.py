"""What a workspace chooses for all its members."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands import Call, handles
from bot.domain.cards import NoticeCard, Reply
from bot.domain.emoji import read_emoji, show_emoji
from bot.ports import Storage


@dataclass
class Customising:
    """Answers `emoji`."""

    storage: Storage

    @handles("emoji")
    async def choose_emoji(self, call: Call) -> Reply:
        """Change, or just name, the reaction that shows the answer."""
        workspace, given = call.caller.workspace, call.options.get("name")
        emoji = read_emoji(given) if given else workspace.emoji
        if emoji != workspace.emoji:
            async with self.storage.writing() as work:
                await work.workspaces.set_emoji(workspace.id, emoji)
        text = f"Whoever reacts to a question with {show_emoji(emoji)} sees the answer."
        return Reply([NoticeCard(text, {"emoji": emoji})])
