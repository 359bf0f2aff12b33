"""Prints what is said in the local channel: as a transcript for people, as JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.local.files import Keep, Written, keep_nothing
from adapters.local.platform import HOME, Message
from adapters.local.render import render_card
from bot.domain.events import Origin
from bot.domain.schedule import to_local
from bot.domain.typed import drop_controls


def print_line(line: str) -> None:
    """Print at once, also into a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@dataclass
class JsonLines:
    """One JSON object a line for each message of the bot.

    Files that `keep` wrote are in its `data`: `picture` is the path of the first picture,
    `files` describes them all.
    """

    write: Callable[[str], None]
    keep: Keep = keep_nothing

    def show(self, message: Message) -> None:
        """Write a message."""
        entry = {
            "at": message.at.isoformat().replace("+00:00", "Z"),
            "workspace": message.workspace,
            "channel": message.channel,
            "only": message.only,
            "kind": message.card.kind,
            "text": render_card(message.card),
            "data": message.card.data() | _describe_files(self.keep(message.card)),
        }
        self.write(json.dumps(entry, ensure_ascii=False))

    def hear(self, origin: Origin, text: str) -> None:
        """Members are not repeated."""


@dataclass
class Transcript:
    """`[2026-03-27 09:10 #general, only @ben] bot: …`, times in the script's zone."""

    write: Callable[[str], None]
    now: Callable[[], datetime]
    zone: Callable[[], str]
    keep: Keep = keep_nothing

    def show(self, message: Message) -> None:
        """Write a message of the bot; further lines of its text are indented."""
        text = render_card(message.card).replace("\n", "\n    ")
        only = f", only @{drop_controls(message.only)}" if message.only else ""
        place = self._place(message.workspace, message.channel)
        self.write(f"[{self._time(message.at)} {place}{only}] bot: {text}")
        for line in list_files(self.keep(message.card)):
            self.write(f"    {line}")

    def hear(self, origin: Origin, text: str) -> None:
        """Write what a member does."""
        place = self._place(origin.workspace, origin.channel)
        said = drop_controls(f"@{origin.member}: {text}").replace("\n", "\n    ")
        self.write(f"[{self._time(self.now())} {place}] {said}")

    def _place(self, workspace: str, channel: str) -> str:
        return drop_controls(channel if workspace == HOME else f"{workspace} {channel}")

    def _time(self, at: datetime) -> str:
        return f"{to_local(at, self.zone()):%Y-%m-%d %H:%M}"


def list_files(written: list[Written]) -> list[str]:
    """Say where each file is."""
    return [f"{'picture' if one.attachment.is_picture else 'file'}: {one.path}" for one in written]


def _describe_files(written: list[Written]) -> dict[str, Any]:
    if not written:
        return {}
    pictures = [str(one.path) for one in written if one.attachment.is_picture]
    files = [
        {
            "path": str(one.path),
            "media_type": one.attachment.media_type,
            "description": one.attachment.description,
        }
        for one in written
    ]
    return {"picture": pictures[0] if pictures else None, "files": files}
