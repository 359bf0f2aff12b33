"""An answer, read once for all that is asked of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from bot.grading.matching import Spans, Trace, Vocabulary, list_content, list_spans
from bot.grading.text import Sentence, Token, group_sentences, read_tokens


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer holds.

    `spans` are the stems of sentences in a row, `content` the distinct words that carry meaning,
    `places` the numbers of the sentences that have a stem.
    """

    text: str
    tokens: tuple[Token, ...]
    words: Vocabulary
    sentences: tuple[Sentence, ...]
    spans: Spans
    content: tuple[Token, ...]
    places: dict[str, list[int]]

    def share_out(self, trace: Trace) -> list[float]:
        """Give the share of what is traced that each sentence holds."""
        held = [0.0] * len(self.sentences)
        for stem, share in trace.by_stem.items():
            for place in self.places.get(stem, ()):
                held[place] += share
        return held


def read_answer(text: str) -> Answer:
    """Read an answer."""
    tokens = read_tokens(text)
    sentences = group_sentences(text, tokens)
    spans, content = list_spans(sentences), list_content(tokens)
    places: dict[str, list[int]] = defaultdict(list)
    for place, each in enumerate(sentences):
        for stem in each.stems:
            places[stem].append(place)
    return Answer(text, tokens, Vocabulary(tokens), sentences, spans, content, places)
