"""Markdown from packs, as Discord has to get it to show what was meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from adapters.discord.text import follow_fence
from bot.domain.question import Markdown

_BLOCK = re.compile(r"[ \t]*(?:[-*+>#]|\d{1,9}[.)])")
_HARD_BREAK = ("  ", "\\")


@lru_cache(maxsize=256)
def join_lines(content: Markdown) -> str:
    """Join the lines of each paragraph: Discord breaks them where the file did, Markdown doesn't.

    What is quoted stays as it is. The same question goes to many channels in one minute.
    """
    if not _may_be_wrapped(content):
        return content
    from bot.questions.markdown import parse_blocks  # a service without such packs needs no parser

    lines, quotes = content.split("\n"), 0
    ends: set[int] = set()
    for token in parse_blocks(content):
        quotes += token.nesting if token.type.startswith("blockquote") else 0
        if token.type == "inline" and token.map and not quotes:
            ends.update(range(token.map[0], token.map[1] - 1))
    return "".join(_write_lines(lines, ends)).removesuffix("\n")


def _write_lines(lines: Sequence[str], ends: Collection[int]) -> Iterator[str]:
    """Yield the lines with what ends each: a blank where the text goes on without a break."""
    goes_on = False
    for number, line in enumerate(lines):
        text = line.lstrip() if goes_on else line
        goes_on = number in ends and not line.endswith(_HARD_BREAK)
        broken = number in ends and not goes_on
        text = text.removesuffix("\\") if broken else text
        yield f"{text.rstrip()} " if goes_on else f"{text}\n"


def _may_be_wrapped(content: str) -> bool:
    """Tell whether a line outside of code may go on in the next one."""
    fence = opening = before = ""
    for line in content.split("\n"):
        inside = fence
        fence, opening = follow_fence(line, fence, opening)
        is_text = not (inside or fence) and bool(line.strip())
        if is_text and before and not _BLOCK.match(line):
            return True
        before = line if is_text else ""
    return False
