"""One conversation, whatever the platform: what a stage has to play, and what is compared.

To add a platform: write a class with `play`, and name it in `test_parity.STAGES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Shown:
    """One message of the bot. `only` is the one member who sees it, None for all.

    `where` is the channel's name for what all see, and empty for what one sees: platforms
    may say that in another place. `words` is the first line, for the kinds that every
    platform words alike.
    """

    kind: str
    only: str | None
    where: str
    words: str = ""


SAME_WORDS = frozenset({"question", "mock", "reveal", "notice", "error", "streak", "preview"})


def describe_shown(kind: str, only: str | None, channel: str, text: str) -> Shown:
    """Return what is compared of a message."""
    plain = text.replace("\u200b", "").strip()
    words = " ".join(plain.splitlines()[0].split()) if plain and kind in SAME_WORDS else ""
    if kind == "notice":
        words = words.partition(": ")[0]  # behind it stands what the platform said
    return Shown(kind, only, "" if only else channel, words)


class Stage(Protocol):
    """Plays scripts in the simulation language on a platform."""

    async def play(self, script: str, folder: Path) -> list[Shown]:
        """Play a script with a new database in the folder; return what was said, in order."""
        ...
