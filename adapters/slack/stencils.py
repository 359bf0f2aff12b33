"""Questions as the JSON of a call in which channel and key are missing: thousands get the same.

Drawing a question's blocks and writing them as JSON takes about as long as half the call that
posts them.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from secrets import token_hex

from adapters.slack.blocks import Page
from adapters.slack.messages import write_key, write_message
from adapters.slack.render import render_card
from bot.domain.cards import QuestionCard
from bot.domain.newest import Newest
from bot.domain.question import Question

MOST_KEPT = 512


@dataclass(frozen=True)
class _Stencil:
    question: Question
    parts: list[str]
    """The call but for its channel, taken apart where the key belongs."""
    rest: list[Page]


@dataclass
class Stencils:
    """Keeps the questions that were posted last.

    They are found by the question object itself, which the store keeps for as long as its
    version is in use: comparing its texts would cost more than what is saved.
    """

    gap: str = field(default_factory=lambda: f"gap{token_hex(16)}")
    """Stands where the key belongs. Nobody can know it and write it into a question."""
    _kept: Newest[Hashable, _Stencil] = field(default_factory=lambda: Newest(MOST_KEPT))

    def fill(self, card: QuestionCard, channel: str, key: str) -> tuple[bytes, list[Page]]:
        """Return the body of the call that posts the question, and the pages that go on in its
        thread. The key is hexadecimal: it stands in JSON as it is."""
        stencil = self._find(card)
        body = f'{{"channel": {json.dumps(channel)}, {key.join(stencil.parts)}'
        return body.encode(), stencil.rest

    def _find(self, card: QuestionCard) -> _Stencil:
        scheduled = card.schedule_number is not None
        name = (id(card.question), scheduled, card.late, card.emoji, card.due)
        found = self._kept.get(name)
        if found is None or found.question is not card.question:
            found = self._kept[name] = self._cut(card)
        return found

    def _cut(self, card: QuestionCard) -> _Stencil:
        first, *rest = render_card(replace(card, key=self.gap, workspace=""))
        body = json.dumps({**write_message(first), **write_key(self.gap)})
        return _Stencil(card.question, body.removeprefix("{").split(self.gap), rest)
