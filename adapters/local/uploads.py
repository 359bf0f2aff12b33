"""Files that a command names: whoever writes the script or types here owns this machine."""

from __future__ import annotations

from pathlib import Path

from bot.commands import Type, parse
from bot.domain.events import Upload
from bot.errors import CommandError

MOST_BYTES = 50 * 1024 * 1024


def read_upload(text: str) -> Upload | None:
    """Return the file whose path a typed command gives for its file option, if it does."""
    try:
        command, raw = parse(text)
    except CommandError:
        return None  # the core says what is wrong with it
    name = next((option.name for option in command.options if option.type is Type.FILE), "")
    if not raw.get(name):
        return None
    path = Path(raw[name])
    if not path.is_file():
        return Upload(path.name, problem=f'There is no file "{path}". Check the path.')
    try:
        with path.open("rb") as file:
            return Upload(path.name, file.read(MOST_BYTES))
    except OSError as error:
        return Upload(path.name, problem=f'"{path}" can\'t be read: {error.strerror}.')
