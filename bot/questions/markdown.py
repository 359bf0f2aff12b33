"""The Markdown half of a question file: sections, lists and code blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

RUN = "python"
"""Blocks with this word after the backticks are run by the test suite."""

OUTPUT = "output"
"""Blocks with this word are what the blocks before them printed."""


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one `## ` heading. Lines count from 1: the heading's, the text's first."""

    title: str
    line: int
    text: str
    text_line: int


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A fenced block: the words after its backticks, its code and the line that code begins on."""

    info: str
    code: str
    line: int


@cache
def _block_parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def parse_blocks(text: str) -> list[Token]:
    """Parse the block structure only; inline text stays as it was written."""
    return _block_parser().parse(text)


def split_sections(text: str, first_line: int = 1) -> tuple[Section, ...]:
    """Split at `## ` headings. Text before the first one becomes a section without a title."""
    lines = text.split("\n")
    tokens = parse_blocks(text)
    starts = [
        (token.map[0], token.map[1], tokens[at + 1].content.strip())
        for at, token in enumerate(tokens)
        if token.type == "heading_open" and token.markup == "##" and token.level == 0 and token.map
    ]
    ends = [start for start, _, _ in starts] + [len(lines)]
    preamble = _cut_section("", lines, 0, 0, ends[0], first_line)
    sections = [
        _cut_section(title, lines, start, body, end, first_line)
        for (start, body, title), end in zip(starts, ends[1:], strict=True)
    ]
    return tuple([preamble] if preamble.text else []) + tuple(sections)


def _cut_section(
    title: str, lines: list[str], start: int, body: int, end: int, first_line: int
) -> Section:
    while body < end and not lines[body].strip():
        body += 1
    text = "\n".join(lines[body:end]).rstrip()
    return Section(title, first_line + (start if title else body), text, first_line + body)


def find_code_blocks(text: str, first_line: int = 1) -> tuple[CodeBlock, ...]:
    """Return every fenced block in order, also those inside lists."""
    if "```" not in text and "~~~" not in text:
        return ()
    return tuple(
        CodeBlock(token.info.strip(), token.content, first_line + token.map[0] + 1)
        for token in parse_blocks(text)
        if token.type == "fence" and token.map
    )


@lru_cache(maxsize=64)
def read_list(text: str) -> tuple[str, ...] | None:
    """Return the items of a plain bullet list, each on one line; None if it is anything else."""
    tokens = parse_blocks(text)
    allowed = {"bullet_list", "list_item", "paragraph", "inline"}
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in tokens}
    items = sum(token.type == "list_item_open" for token in tokens)
    texts = tuple(" ".join(token.content.split()) for token in tokens if token.type == "inline")
    lists = sum(token.type == "bullet_list_open" for token in tokens)
    if not kinds <= allowed or lists != 1 or len(texts) != items or not all(texts):
        return None
    return texts


_LINK = re.compile(r"\[([^\]]+)\]\([^)\s]+\)")


def strip_markup(text: str) -> str:
    """Return the prose as plain words: no code blocks, backticks, emphasis or link targets."""
    lines = text.split("\n")
    for token in parse_blocks(text):
        if token.type in ("fence", "code_block") and token.map:
            lines[token.map[0] : token.map[1]] = [""] * (token.map[1] - token.map[0])
    return _LINK.sub(r"\1", "\n".join(lines)).replace("`", "").replace("**", "").strip()
