"""Words, stems, sentences and trigrams of any text, in any script."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

MAX_TOKENS = 1500
"""Tokens of one text that are looked at; what follows is not read."""

LONGEST_WORD = 40
"""Signs of a word that has a stem; longer ones are no words, and nothing about them is kept."""

LONGEST_NOTE = 6.0
"""Words of a note on average; more without one small word is no phrase."""

_INVISIBLE = "\u00ad\u200b-\u200f\u2060-\u2064\ufeff"
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0981-\u0983\u09bc-\u09cd"
    "\u0a01-\u0a4d\u0b01-\u0dff\u0e31-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
)
_IDEOGRAPH = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LETTER = rf"[^\W_{_IDEOGRAPH}]"
_WORD = re.compile(
    rf"[{_IDEOGRAPH}]|{_LETTER}+(?:[{_MARKS}{_INVISIBLE}]+{_LETTER}*|['’]{_LETTER}+)*"
)
_SENTENCE_END = re.compile(r"(?<=[.!?;。！？؟।])\s+|[\r\n\u2028\u2029]+")
_CODE = re.compile(
    r"^(?>.*?\w\().*\)|[=!<>]=|[\w\])]\s?=\s?\S|\w\.\w+\(|[{}]"
    r"|^[^\S\n]*(?:def|class|import|from|@)\b",
    re.MULTILINE,
)
"""A call is looked for once a line: from its first parenthesis, or from none."""
_PAUSE = re.compile(r"[,;.!?()\r\n\u2013\u2014+=]|\s-+\s")
_UNSEEN = re.compile(f"[{_INVISIBLE}]")


class Token(NamedTuple):
    """A word where it stands: `text[start:end]` of its source, folded, and its stem."""

    word: str
    stem: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, list item or line, with the words it holds (at least one).

    `start` is where it begins in the text that its tokens were read from.
    """

    text: str
    start: int
    tokens: tuple[Token, ...]
    stems: frozenset[str]


def looks_like_code(text: str) -> bool:
    """Tell whether a text has calls, assignments or definitions in it."""
    return bool(_CODE.search(text))


def looks_like_notes(text: str, tokens: Sequence[Token]) -> bool:
    """Tell phrases of a few words each from single words, and from words without any pause."""
    starts = [token.start for token in tokens]
    ends = [bisect_left(starts, pause.start()) for pause in _PAUSE.finditer(text)]
    lengths = [last - first for first, last in pairwise([0, *ends, len(starts)]) if last > first]
    return bool(lengths) and 2.0 <= len(starts) / len(lengths) <= LONGEST_NOTE


def fold_word(surface: str) -> str:
    """Make one spelling of a word's many: NFKC, case, apostrophes, invisible signs."""
    if surface.isascii():
        return surface.lower()
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", surface))
    return plain.casefold().replace("’", "'")


def stem_word(word: str) -> str:
    """Cut a folded word to its stem by Porter's second English algorithm."""
    return _stem_short(word) if 4 <= len(word) <= LONGEST_WORD else word[:LONGEST_WORD]


@lru_cache(maxsize=20_000)
def _stem_short(word: str) -> str:
    from snowballstemmer.english_stemmer import EnglishStemmer  # slow to import: all languages

    stemmer = EnglishStemmer()  # keeps state between calls, so threads must not share one
    return str(stemmer.stemWord(word))


def read_tokens(text: str, limit: int = MAX_TOKENS) -> tuple[Token, ...]:
    """Find the first `limit` words of a text; each ideograph is a word."""
    found: list[Token] = []
    for match in _WORD.finditer(text):
        surface = match.group()
        word, stem = (_read_word if len(surface) <= LONGEST_WORD else _read_any)(surface)
        if word:
            found.append(Token(word, stem, *match.span()))
        if len(found) >= limit:
            break
    return tuple(found)


def _read_any(surface: str) -> tuple[str, str]:
    word = fold_word(surface)
    return word, stem_word(word)


_read_word = lru_cache(maxsize=20_000)(_read_any)


def read_sentences(text: str, limit: int = MAX_TOKENS) -> tuple[Sentence, ...]:
    """Cut a text at sentence ends, semicolons and line ends; parts without words are dropped."""
    return group_sentences(text, read_tokens(text, limit))


def group_sentences(text: str, tokens: tuple[Token, ...]) -> tuple[Sentence, ...]:
    """Share the tokens of a text out among its sentences."""
    ends = [match.start() for match in _SENTENCE_END.finditer(text)]
    sentences: list[Sentence] = []
    start, first = 0, 0
    for end in [*ends, len(text)]:
        last = first
        while last < len(tokens) and tokens[last].start < end:
            last += 1
        if last > first:
            sentences.append(_make_sentence(text[start:end], start, tokens[first:last]))
        start, first = end, last
    return tuple(sentences)


def _make_sentence(text: str, start: int, tokens: tuple[Token, ...]) -> Sentence:
    start += len(text) - len(text.lstrip())
    return Sentence(text.strip(), start, tokens, frozenset(token.stem for token in tokens))


def cut_sentence(sentence: Sentence, cuts: re.Pattern[str]) -> Iterator[tuple[Token, ...]]:
    """Yield the words between what is found in a sentence; there may be none between two."""
    starts = [token.start - sentence.start for token in sentence.tokens]
    first = 0
    for cut in cuts.finditer(sentence.text):
        yield sentence.tokens[first : bisect_left(starts, cut.start())]
        first = bisect_left(starts, cut.end())
    yield sentence.tokens[first:]


@lru_cache(maxsize=20_000)
def list_trigrams(stem: str) -> frozenset[str]:
    """List the character trigrams of a stem, its edges marked."""
    marked = f"^{stem}$"
    return frozenset(marked[i : i + 3] for i in range(len(marked) - 2))
