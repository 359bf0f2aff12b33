"""Pages as Discord's messages: an embed with buttons and files, or a layout behind a spoiler."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from adapters.discord import limits
from adapters.discord.components import make_row, make_view
from adapters.discord.text import shorten
from bot.domain.cards import Attachment, Button

BLUE, GREEN, AMBER, RED = 0x2F6FDE, 0x2E9E5B, 0xC98A1B, 0xC0392B


@dataclass(frozen=True, slots=True)
class Page:
    """One message: Markdown under a title, with buttons. `hidden`: behind a spoiler.

    `files` go with it; its pictures are shown below the text.
    """

    text: str
    title: str = ""
    footer: str = ""
    colour: int = BLUE
    buttons: tuple[Button, ...] = ()
    hidden: bool = False
    files: tuple[Attachment, ...] = ()


def make_message(page: Page, guild: str = "", server: str = "") -> dict[str, Any]:
    """Return what `send` takes for a page: an embed and buttons, or a layout.

    `guild` is given for direct messages: see `components.button_id`. `server` is its name, shown
    where nothing else tells which one it is about.
    """
    if page.hidden:
        return {"view": _make_layout(page)}
    embed = discord.Embed(title=page.title or None, description=page.text, colour=page.colour)
    if page.footer:
        embed.set_footer(text=page.footer)
    if server:
        embed.set_author(name=server)
    message: dict[str, Any] = {"embed": embed}
    if page.files:
        message = {"embeds": _show_pictures(embed, page), "files": make_files(page.files)}
    view = make_view(page.buttons, guild)
    return {**message, "view": view} if view else message


def _show_pictures(embed: discord.Embed, page: Page) -> list[discord.Embed]:
    """Show the first picture in the embed and each further one in an embed of its own."""
    embeds = [embed]
    for number, picture in enumerate(one for one in page.files if one.is_picture):
        if number:
            embeds.append(discord.Embed(colour=page.colour))
        embeds[-1].set_image(url=f"attachment://{picture.name}")
    return embeds


def make_files(attachments: Sequence[Attachment]) -> list[discord.File]:
    """Return files to send once, with what they show said in words."""
    return [
        discord.File(
            io.BytesIO(attachment.content),
            attachment.name,
            description=shorten(attachment.description, limits.FILE_DESCRIPTION),
        )
        for attachment in attachments
    ]


def _make_layout(page: Page) -> ui.LayoutView:
    """An embed can't be hidden, a container can: with code blocks and pipes in it."""
    view = ui.LayoutView(timeout=None)
    if page.title:
        view.add_item(ui.TextDisplay(f"**{page.title}**"))
    view.add_item(ui.Container(ui.TextDisplay(page.text), accent_colour=page.colour, spoiler=True))
    if page.footer:
        view.add_item(ui.TextDisplay(f"-# {page.footer}"))
    if page.buttons:
        view.add_item(make_row(page.buttons))
    view.stop()
    return view
