"""Where the local channel puts pictures and files: a folder on this machine."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.domain.cards import Attachment, Card
from bot.pictures import Theme, draw_picture


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written."""

    path: Path
    attachment: Attachment


THEME = Theme.LIGHT
Keep = Callable[[Card], list[Written]]


@dataclass
class FileFolder:
    """Writes what cards bring along. Names come from the content: the same file, the same name.

    Without a folder it is the user's cache. Pictures are drawn at once: in a script or a
    terminal nobody else waits for the loop.
    """

    folder: Path | None = None

    def keep(self, card: Card) -> list[Written]:
        """Write the card's pictures and files; what can't be written is left out."""
        written = []
        for attachment in self._collect(card):
            try:
                written.append(Written(self._write(attachment), attachment))
            except OSError:
                continue
        return written

    def _collect(self, card: Card) -> Iterator[Attachment]:
        for picture in getattr(card, "pictures", ()):
            drawn = draw_picture(picture, THEME)
            if drawn:
                yield drawn
        yield from getattr(card, "attachments", ())

    def _write(self, attachment: Attachment) -> Path:
        digest = hashlib.blake2b(attachment.content, digest_size=5).hexdigest()
        self.folder = self.folder or find_cache()
        self.folder.mkdir(parents=True, exist_ok=True)
        name = Path(attachment.name)
        path = self.folder / f"{name.stem}-{digest}{name.suffix}"
        if not path.exists():
            path.write_bytes(attachment.content)
        return path


def find_cache() -> Path:
    """Return the user's own cache folder for pictures, or a new one where there is none."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(base, "fastapi-quiz", "pictures")
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return Path(tempfile.mkdtemp(prefix="fastapi-quiz-pictures-"))
    return folder


def keep_nothing(card: Card) -> list[Written]:
    """Write no files."""
    return []
