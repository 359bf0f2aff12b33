"""An answer, read once for all that is asked of it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.grading.matching import Spans, Vocabulary, list_content, list_spans
from bot.grading.text import Sentence, Token, group_sentences, read_tokens


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer holds.

    `spans` are the stems of sentences in a row, `content` the distinct words that carry meaning.
    """

    text: str
    tokens: tuple[Token, ...]
    words: Vocabulary
    sentences: tuple[Sentence, ...]
    spans: Spans
    content: tuple[Token, ...]


def read_answer(text: str) -> Answer:
    """Read an answer."""
    tokens = read_tokens(text)
    sentences = group_sentences(text, tokens)
    spans, content = list_spans(sentences), list_content(tokens)
    return Answer(text, tokens, Vocabulary(tokens), sentences, spans, content)
