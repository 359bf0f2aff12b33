"""Markdown from reviewed packs as Slack's rich_text elements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from adapters.slack.blocks import Element, preformatted, section, text
from bot.domain.question import Markdown
from bot.domain.typed import drop_controls

_DEEPEST_INDENT = 8
_DEEPEST_EMPHASIS = 20
_LANGUAGES = {
    "console": "Shell",
    "http": "HTTP",
    "json": "JSON",
    "output": "Output",
    "py": "Python",
    "python": "Python",
    "sql": "SQL",
    "toml": "TOML",
    "yaml": "YAML",
}
_PLAIN = ("text", "txt", "plain")
_STYLES = {"strong": "bold", "em": "italic", "s": "strike"}


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("strikethrough")


@lru_cache(maxsize=256)
def render_markdown(content: Markdown) -> Sequence[Element]:
    """Return rich_text elements; HTML in the text is shown as it is written.

    They are kept: the same question goes to many channels in one minute. Nobody changes
    them.
    """
    root = SyntaxTreeNode(_parse(drop_controls(content)))
    return tuple(_end_paragraphs(list(_render_blocks(root.children, 0))))


def _parse(content: str) -> Sequence[Token]:
    tokens = _parser().parse(content)
    for token in tokens:
        token.children = list(_flatten(token.children or ()))
    return tokens


def _flatten(tokens: Iterable[Token]) -> Iterator[Token]:
    """Leave out emphasis in emphasis beyond a depth that nobody writes: Markdown has no limit
    for it, and a tree of it is walked by functions that call themselves."""
    depth = 0
    for token in tokens:
        depth += token.nesting
        if max(depth, depth - token.nesting) <= _DEEPEST_EMPHASIS or not token.nesting:
            yield token


def _end_paragraphs(elements: list[Element]) -> list[Element]:
    """Leave a blank line behind a paragraph that another paragraph or list follows."""
    for element, following in pairwise(elements):
        spaced = following["type"] != "rich_text_preformatted"
        if element["type"] == "rich_text_section" and spaced:
            element["elements"].append(text("\n"))
    return elements


def _render_blocks(nodes: Sequence[SyntaxTreeNode], depth: int) -> Iterator[Element]:
    for node in nodes:
        if node.type in ("fence", "code_block"):
            yield from _name_language(node)
            yield preformatted(node.content.rstrip("\n") or " ")
        elif node.type in ("bullet_list", "ordered_list"):
            yield from _render_list(node, depth)
        elif node.type == "blockquote":
            yield {"type": "rich_text_quote", "elements": _quote_runs(node, depth)}
        elif node.type == "heading":
            yield section(*_runs(node, {"bold": True}))
        elif node.type == "hr":
            yield section(text("———"))
        elif node.type == "html_block":
            yield section(text(node.content.rstrip("\n")))
        else:
            yield section(*_runs(node, {}))


def _name_language(node: SyntaxTreeNode) -> Iterator[Element]:
    """Say above a code block what language it is in, where every client shows it.

    Slack's reference of rich_text_preformatted has a `language` for colours, which
    @slack/types 3.2 and slack_sdk 3.47 do not know. Where a Slack refuses it, the whole
    question would not be posted: colours are not worth that.
    """
    words = node.info.split() if node.type == "fence" else []
    if words and words[0] not in _PLAIN:
        yield section(text(_LANGUAGES.get(words[0], words[0]), italic=True))


def _quote_runs(node: SyntaxTreeNode, depth: int) -> list[Element]:
    """Slack's quotes hold runs only, so paragraphs in them become lines."""
    runs: list[Element] = []
    for element in _render_blocks(node.children, depth):
        for part in element["elements"]:
            inner = part["elements"] if part["type"] == "rich_text_section" else [part]
            runs += inner
        runs.append(text("\n"))
    return runs[:-1] or [text(" ")]


def _render_list(node: SyntaxTreeNode, depth: int) -> Iterator[Element]:
    """Slack's items hold one paragraph: what else is in one goes between two lists.

    Its numbers always begin at 1, so a list that is interrupted is numbered by hand.
    """
    items = [_render_item(item, depth) for item in node.children]
    ordered = node.type == "ordered_list"
    if ordered and (any(rest for _, rest in items) or node.attrs.get("start", 1) != 1):
        for number, (first, rest) in enumerate(items, start=int(node.attrs.get("start", 1))):
            yield section(text(f"{number}. "), *first["elements"])
            yield from rest
        return
    shown = {
        "type": "rich_text_list",
        "style": "ordered" if ordered else "bullet",
        "indent": min(depth, _DEEPEST_INDENT),
    }
    together: list[Element] = []
    for first, rest in items:
        together.append(first)
        if rest:
            yield {**shown, "elements": together}
            yield from rest
            together = []
    if together:
        yield {**shown, "elements": together}


def _render_item(item: SyntaxTreeNode, depth: int) -> tuple[Element, list[Element]]:
    """Return an item's first paragraph and what comes behind it."""
    first, *rest = list(_render_blocks(item.children, depth + 1)) or [section(text(" "))]
    if first["type"] != "rich_text_section":
        return section(text(" ")), [first, *rest]
    return first, rest


def _runs(node: SyntaxTreeNode, style: dict[str, bool]) -> list[Element]:
    return list(_render_inline(node.children, style)) or [text(" ")]


def _render_inline(nodes: Sequence[SyntaxTreeNode], style: dict[str, bool]) -> Iterator[Element]:
    for node in nodes:
        if node.type == "code_inline":
            yield text(node.content, **{**style, "code": True})
        elif node.type == "softbreak":
            yield text(" ")
        elif node.type == "hardbreak":
            yield text("\n")
        elif node.type == "link":
            yield from _render_link(node, style)
        elif node.type in _STYLES:
            yield from _render_inline(node.children, {**style, _STYLES[node.type]: True})
        elif node.children:
            yield from _render_inline(node.children, style)
        elif node.content:
            yield text(node.content, **style)


def _render_link(node: SyntaxTreeNode, style: dict[str, bool]) -> Iterator[Element]:
    url = str(node.attrs.get("href", ""))
    runs = list(_render_inline(node.children, style))
    if not url.startswith(("https://", "http://")):
        yield from runs
        return
    label = "".join(run["text"] for run in runs if "text" in run) or url
    yield {"type": "link", "url": url, "text": label}
