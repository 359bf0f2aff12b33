"""Questions as JSON text in which only the key is missing: thousands of channels get the same.

Drawing a question's blocks and writing them as JSON takes about as long as half the call that
posts them. `chat.postMessage` takes blocks as JSON text, too (docs.slack.dev/reference/methods).
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from secrets import token_hex

from adapters.slack.blocks import Page
from adapters.slack.render import render_card
from bot.domain.cards import QuestionCard
from bot.domain.question import Question

MOST_KEPT = 512


@dataclass(frozen=True)
class Message:
    """One message as Slack takes it: blocks as JSON text, and the text for notifications."""

    blocks: str
    fallback: str


@dataclass(frozen=True)
class _Stencil:
    question: Question
    first: Message
    rest: list[Page]


@dataclass
class Stencils:
    """Keeps the questions that were posted last.

    They are found by the question object itself, which the store keeps for as long as its
    version is in use: comparing its texts would cost more than what is saved.
    """

    gap: str = field(default_factory=lambda: f"gap{token_hex(16)}")
    """Stands where the key belongs. Nobody can know it and write it into a question."""
    _kept: OrderedDict[Hashable, _Stencil] = field(default_factory=OrderedDict)

    def fill(self, card: QuestionCard) -> tuple[Message, list[Page]]:
        """Return the question's message with its key, and the pages that go on in the thread."""
        stencil = self._find(card)
        blocks = stencil.first.blocks.replace(self.gap, card.key)
        return Message(blocks, stencil.first.fallback), stencil.rest

    def _find(self, card: QuestionCard) -> _Stencil:
        scheduled = card.schedule_number is not None
        name = (id(card.question), scheduled, card.late, card.emoji, card.due)
        found = self._kept.get(name)
        if found is None or found.question is not card.question:
            found = self._kept[name] = self._cut(card)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return found

    def _cut(self, card: QuestionCard) -> _Stencil:
        first, *rest = render_card(replace(card, key=self.gap, workspace=""))
        return _Stencil(card.question, Message(json.dumps(first.blocks), first.fallback), rest)
