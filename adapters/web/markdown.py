"""Markdown from reviewed packs as HTML."""

from __future__ import annotations

from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from bot.domain.question import Markdown
from bot.domain.typed import drop_controls

_COLOURED = frozenset(
    {"python", "py", "pycon", "console", "bash", "sh", "json", "yaml", "toml", "dockerfile"}
)
"""What is about FastAPI. Of Pygments' other languages some take seconds for a run of blanks, and
whoever writes a question names any."""


@lru_cache(maxsize=512)
def render_markdown(content: Markdown) -> Markup:
    """Return HTML. HTML in the text is shown as it is written, and pictures are not loaded."""
    return Markup(_parser().render(drop_controls(content)))  # noqa: S704 - the parser escapes all it is given


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "highlight": _highlight})
    return parser.enable(["strikethrough", "table"]).disable("image")


def _highlight(code: str, language: str, _attributes: str) -> str:
    """Return code with classes for its colours; escaped as it is in another language."""
    if language not in _COLOURED:
        return str(escape(code))
    return str(highlight(code, get_lexer_by_name(language), HtmlFormatter(nowrap=True)))
