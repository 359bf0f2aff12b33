"""Files that came with a form."""

from __future__ import annotations

from starlette.datastructures import FormData, UploadFile

from bot.domain.events import MOST_UPLOADED, Upload


async def read_file(filled: FormData) -> Upload | None:
    """Return the file that was chosen, if any; a larger one than the bot takes is not read."""
    for value in filled.values():
        if isinstance(value, UploadFile) and value.filename:
            if (value.size or 0) > MOST_UPLOADED:
                return Upload.too_large(value.filename)
            return Upload(value.filename, await value.read())
    return None


def read_texts(filled: FormData) -> dict[str, str]:
    """Return what was typed, by field."""
    return {name: value for name, value in filled.items() if isinstance(value, str)}
