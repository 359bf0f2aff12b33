"""Pages and cards as HTML. Whatever is put into a template is escaped there."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, get_args
from zoneinfo import available_timezones

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from adapters.web.markdown import render_markdown
from bot.domain import bank_words, interview_words, wording
from bot.domain.cards import Attachment, Card
from bot.domain.formatting import percent, plural
from bot.domain.grading import Verdict
from bot.domain.question import Kind
from bot.domain.schedule import to_local
from bot.domain.streak import Outcome
from bot.domain.typed import drop_controls
from bot.pictures import Theme, collect_attachments

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")
_OUTCOMES = {
    Outcome.TOOK_PART: ("part", "took part"),
    Outcome.FREEZE: ("freeze", "freeze"),
    Outcome.MISSED: ("missed", "missed"),
    Outcome.AWAY: ("away", "away"),
    Outcome.OPEN: ("open", "still open"),
}
_VERDICTS = {
    Verdict.MET: "✓",
    Verdict.PARTIAL: "~",
    Verdict.MISSING: "·",
    Verdict.WRONG: "✗",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture for either colour scheme, or a file, as addresses that hold it whole."""

    name: str
    description: str
    light: str
    dark: str
    is_picture: bool


def render_page(template: str, /, **values: Any) -> str:
    """Return the page of a template."""
    return _environment().get_template(template).render(values)


async def show_card(card: Card, **values: Any) -> Markup:
    """Return a card without its buttons; pictures are drawn off the event loop."""
    light = await collect_attachments(card, Theme.LIGHT)
    dark = {file.name: file for file in await collect_attachments(card, Theme.DARK)}
    files = [_embed(file, dark.get(file.name, file)) for file in light]
    template = _environment().get_template(f"cards/{name_template(card)}.html")
    return Markup(template.render({**values, "card": card, "files": files}))  # noqa: S704


def name_template(card: Card) -> str:
    """Return what a card's template is called: `PastAnswerCard` is shown by `past_answer`.

    A notice of another kind is shown as a notice.
    """
    shown = next(kind for kind in type(card).__mro__ if kind in get_args(Card))
    return _CAPITAL.sub("_", shown.__name__.removesuffix("Card")).lower()


def _embed(light: Attachment, dark: Attachment) -> Drawn:
    return Drawn(light.name, light.description, _to_url(light), _to_url(dark), light.is_picture)


def _to_url(file: Attachment) -> str:
    return f"data:{file.media_type};base64,{base64.b64encode(file.content).decode()}"


def _clean(value: object) -> object:
    """Drop control characters out of all that is shown, but for what is HTML already."""
    return drop_controls(value) if type(value) is str else value


def write_time(instant: datetime, zone: str) -> str:
    """Write an instant on a zone's clock."""
    return f"{to_local(instant, zone):%Y-%m-%d %H:%M}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("adapters.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_clean,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["markdown"] = render_markdown
    environment.filters["at"] = write_time
    environment.filters["percent"] = percent
    environment.filters["plural"] = plural
    environment.globals |= _globals()
    return environment


def _globals() -> Mapping[str, Any]:
    return {
        "wording": wording,
        "bank_words": bank_words,
        "interview_words": interview_words,
        "CHOICE": Kind.CHOICE,
        "OUTCOMES": _OUTCOMES,
        "VERDICTS": _VERDICTS,
        "ZONES": sorted(available_timezones()),
    }
