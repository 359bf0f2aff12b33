"""Block Kit's pieces, and Slack's limits on them. Nothing is cut: what is too long goes on.

Limits: docs.slack.dev/reference/block-kit/blocks. Text that people typed goes into
`rich_text` and `plain_text` only, where Slack follows no mention or link in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from adapters.slack.carried import write_button_value
from bot.domain.cards import Button
from bot.domain.typed import break_pings, drop_controls

Block = dict[str, Any]
Element = dict[str, Any]

PAGE_BLOCKS = 45
"""Blocks in one message; Slack takes 50, and notes are added later."""
PAGE_CHARACTERS = 9_000
"""Characters in one message's blocks; mixed messages failed near 13,200 (bolt-js #2509)."""
BLOCK_CHARACTERS = 2_900
"""Characters in one block; a section takes 3,000, for rich_text no limit is documented."""
FALLBACK_CHARACTERS = 600
HEADER_CHARACTERS = 150
BUTTON_CHARACTERS = 75
BUTTONS_A_ROW = 5

_CHANNEL = re.compile(r"&lt;(#[CG][A-Z0-9]+)&gt;")


def defuse(text: str) -> str:
    """Make typed text harmless also for whoever copies it out of the message."""
    return break_pings(drop_controls(text))


def one_line(text: str) -> str:
    """Defuse, and fold all white space, so that the text can't pose as another line."""
    return " ".join(defuse(text).split())


def escape(text: str) -> str:
    """Escape for mrkdwn, where Slack would follow `<!channel>` and `<@U1>`."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shorten(text: str, limit: int) -> str:
    """Cut at a word; only for what stands elsewhere in full."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0] + "…"


def text(content: str, **style: bool) -> Element:
    """Return a run of literal text; styles are bold, italic, code, strike."""
    run: Element = {"type": "text", "text": content or " "}
    return {**run, "style": style} if style else run


def section(*runs: Element) -> Element:
    """Return a paragraph for a rich_text block."""
    return {"type": "rich_text_section", "elements": list(runs)}


def preformatted(content: str) -> Element:
    """Return a code block for a rich_text block."""
    return {"type": "rich_text_preformatted", "elements": [text(content)]}


def lines(content: str) -> list[Element]:
    """Return plain text, line by line as it was written; nothing for no text."""
    return [section(text(content))] if content else []


def header(content: str) -> list[Block]:
    """Return a heading; one that is too long for Slack's own becomes bold text."""
    if len(content) <= HEADER_CHARACTERS:
        return [{"type": "header", "text": {"type": "plain_text", "text": content}}]
    return rich(section(text(content, bold=True)))


def context(content: str) -> list[Block]:
    """Return a line of small print."""
    if len(content) > BLOCK_CHARACTERS // 2:
        return rich(*lines(content))
    return [{"type": "context", "elements": [{"type": "plain_text", "text": content or " "}]}]


def buttons(wanted: Sequence[Button], about: str = "") -> list[Block]:
    """Return rows of buttons.

    Where the same ones come more than once, `about` tells them apart for whoever hears them.
    """
    elements = [_button(button, number) for number, button in enumerate(wanted)]
    if about:
        for element, button in zip(elements, wanted, strict=True):
            element["accessibility_label"] = shorten(f"{button.label}: {about}", BUTTON_CHARACTERS)
    rows = range(0, len(elements), BUTTONS_A_ROW)
    return [{"type": "actions", "elements": elements[at : at + BUTTONS_A_ROW]} for at in rows]


def _button(button: Button, number: int) -> Block:
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": _make_label(button.label)},
        "action_id": f"{button.action}.{number}",
        "value": write_button_value(button.action, button.key, button.value),
    }


@lru_cache(maxsize=256)
def _make_label(text: str) -> str:
    """The same few labels stand under every post."""
    return shorten(one_line(text), BUTTON_CHARACTERS) or "…"


def rich(*elements: Element) -> list[Block]:
    """Return rich_text blocks that hold the elements, as many as the limit makes it take."""
    blocks: list[Block] = []
    size = BLOCK_CHARACTERS
    for element in elements:
        for piece in split_element(element):
            length = len(read_text(piece))
            if size + length > BLOCK_CHARACTERS:
                blocks.append({"type": "rich_text", "elements": []})
                size = 0
            blocks[-1]["elements"].append(piece)
            size += length
    return blocks


def split_element(element: Element) -> Iterator[Element]:
    """Yield the element in pieces that fit into a block each, cut at lines or words."""
    if len(read_text(element)) <= BLOCK_CHARACTERS:
        yield element
    elif element["type"] == "rich_text_list":
        for item in element["elements"]:
            if len(read_text(item)) <= BLOCK_CHARACTERS:
                yield {**element, "elements": [item]}
            else:
                yield from split_element(item)
    else:
        for runs in _fill(element["elements"]):
            yield {**element, "elements": runs}


def _fill(runs: Iterable[Element]) -> Iterator[list[Element]]:
    """Yield the runs in groups that fit into a block each."""
    group: list[Element] = []
    size = 0
    for run in runs:
        for piece in _cut_run(run):
            length = len(read_text(piece))
            if group and size + length > BLOCK_CHARACTERS:
                yield group
                group, size = [], 0
            group.append(piece)
            size += length
    if group:
        yield group


def _cut_run(run: Element) -> Iterator[Element]:
    if run["type"] != "text":
        yield run
        return
    for piece in cut_text(run["text"], BLOCK_CHARACTERS):
        yield {**run, "text": piece}


def cut_text(content: str, limit: int) -> Iterator[str]:
    """Yield the text in pieces, cut after a line or a word where one ends in time."""
    while len(content) > limit:
        at = content.rfind("\n", limit // 2, limit) + 1
        at = at or content.rfind(" ", limit // 2, limit) + 1 or limit
        yield content[:at]
        content = content[at:]
    yield content


def read_text(part: Any) -> str:
    """Return all text in a block or element, a line for each paragraph."""
    if isinstance(part, list):
        return "".join(map(read_text, part))
    if not isinstance(part, dict):
        return ""
    if part.get("type") == "emoji":
        return f":{part['name']}:"
    if part.get("type") == "channel":
        return f"<#{part['channel_id']}>"
    own = part.get("text", part.get("url", ""))
    words = own if isinstance(own, str) else read_text(own)
    ends_line = part.get("type") in _PARAGRAPHS
    return words + read_text(part.get("elements")) + ("\n" if ends_line else "")


_PARAGRAPHS = {
    "rich_text_section",
    "rich_text_preformatted",
    "rich_text_quote",
    "header",
    "context",
    "button",
}


@dataclass(frozen=True, slots=True)
class Page:
    """What fits into one message: blocks, and the same as text for notifications."""

    blocks: list[Block]
    fallback: str


def make_page(blocks: list[Block]) -> Page:
    """Return a message with the text that notifications and screen readers use.

    It is escaped, but for channels, of which Slack shows the name.
    """
    content = [block for block in blocks if block["type"] != "actions"]
    words = escape(shorten(read_text(content).strip(), FALLBACK_CHARACTERS)) or "…"
    return Page(blocks, _CHANNEL.sub(r"<\1>", words))


def paginate(blocks: Sequence[Block]) -> list[list[Block]]:
    """Spread blocks over messages within Slack's limits; at least one, in order."""
    pages: list[list[Block]] = [[]]
    size = 0
    for block in blocks:
        length = len(read_text(block))
        full = len(pages[-1]) >= PAGE_BLOCKS or size + length > PAGE_CHARACTERS
        if full and pages[-1]:
            pages.append([])
            size = 0
        pages[-1].append(block)
        size += length
    return pages
