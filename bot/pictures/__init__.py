"""Draws what `bot.domain.pictures` describes. Pillow is imported when the first one is drawn."""

from __future__ import annotations

import asyncio
from enum import StrEnum

import structlog

from bot.domain.cards import Attachment, Card
from bot.domain.pictures import Picture

log = structlog.get_logger(__name__)


class Theme(StrEnum):
    """What a picture stands on: the colour of the chat around it."""

    LIGHT = "light"
    DARK = "dark"


async def collect_attachments(card: Card, theme: Theme) -> tuple[Attachment, ...]:
    """Return the card's pictures, drawn off the event loop, and the files it brings along."""
    pictures: tuple[Picture, ...] = getattr(card, "pictures", ())
    drawn = [await asyncio.to_thread(draw_picture, picture, theme) for picture in pictures]
    return (*(one for one in drawn if one), *getattr(card, "attachments", ()))


def draw_picture(picture: Picture, theme: Theme) -> Attachment | None:
    """Draw one picture as PNG; None, and a line in the log, where that fails.

    The card says the same as text, so that no answer is lost with its picture.
    """
    from bot.pictures.drawing import draw_png

    try:
        content = draw_png(picture, theme)
    except Exception:
        log.exception("picture_not_drawn", picture=picture.name)
        return None
    return Attachment(f"{picture.name}.png", "image/png", content, picture.describe())
