"""Rules that give an answer 0 before any point is looked at."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from bot.domain.grading import EMPTY, NO_ATTEMPT, QUESTION_REPEATED
from bot.grading.answer import Answer
from bot.grading.focus import Topic, measure_focus
from bot.grading.matching import Vocabulary
from bot.grading.phrases import addresses_grader, says_nothing
from bot.grading.tables import COMMONEST, rarity_of
from bot.grading.text import Token, looks_like_code, looks_like_notes
from bot.grading.words import FUNCTION_WORDS

INJECTION = "injection"
OFF_TOPIC = "off_topic"
WORD_LIST = "word_list"

SENTENCES = {
    EMPTY: "There is no answer here yet: write a sentence or two in your own words.",
    NO_ATTEMPT: "No attempt yet: even half an idea earns something, so say what you do know.",
    QUESTION_REPEATED: "This repeats the question: say what you would answer to it.",
    INJECTION: "This speaks to the grader and not to the question: answer the question.",
    OFF_TOPIC: "This is about something else, or not in English: read the question again and "
    "answer that one.",
    WORD_LIST: "This is a list of words: write sentences that say how they belong together.",
}

WORDS_ALONE_TELL = frozenset({OFF_TOPIC})
"""Gates that look at nothing but which words are there: whoever knows other languages, or other
words for the same, may judge otherwise."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff\u202a-\u202e]")
_SPELT_OUT = re.compile(r"\b(?:\w[ .\-_]){4,}\w\b")
_READ = 50_000
"""Characters that are searched: all that a platform lets a member send."""
_FRAME = frozenset({"question", "answer"})
"""Stems of words that announce what is pasted."""
_LONGEST_EXCUSE = 200
"""Characters of an answer that may say no more than that there is none."""
_ECHOED_FROM = 0.7
_ECHO_ADDS = 0.15
"""Share of the question that its echo has, and of the echo that may be added."""
_PASTED_FROM = 0.8
_SHORTEST_RUN = 3
_PASTE_ADDS = 6
_PASTE_TELLS = 2
"""Share of the question that is pasted in one run, its fewest words, and how many words, and words
with content, may stand around it. All set by hand; no answer that people graded above 0 falls under
a gate."""
_LIST_FROM = 5
_LISTED_FROM = 0.5
"""Share of a list's words that the task has: with fewer they are no keywords, and may well be a
sentence in another language."""
_SHARED_FROM = 0.7
_OFF_TOPIC_FROM = 12
"""Content words without which an answer is too short to be called off topic."""


def find_gate(
    answer: Answer,
    question: tuple[Token, ...],
    topic: Topic,
    reference: Vocabulary,
) -> str | None:
    """Name the first rule that the answer falls under, or None."""
    text, tokens = answer.text, answer.tokens
    checks: tuple[tuple[str, Callable[[], bool]], ...] = (
        (EMPTY, lambda: is_empty(tokens)),
        (NO_ATTEMPT, lambda: is_no_attempt(text, tokens, reference)),
        (INJECTION, lambda: speaks_to_grader(text)),
        (QUESTION_REPEATED, lambda: repeats_question(answer, question, reference)),
        (WORD_LIST, lambda: is_word_list(text, tokens, reference, topic)),
        (OFF_TOPIC, lambda: is_off_topic(answer.content, topic)),
        (EMPTY, lambda: not tokens),
    )
    return next((name for name, holds in checks if holds()), None)


def is_empty(tokens: tuple[Token, ...]) -> bool:
    """Tell whether there is no word, but one sign at most: the letter of a choice, by mistake."""
    return sum(len(token.word) for token in tokens) < 2


def is_no_attempt(answer: str, tokens: tuple[Token, ...], reference: Vocabulary) -> bool:
    """Tell whether the whole answer says no more than that there is none."""
    if len(tokens) == 1 and tokens[0].word in reference.words:
        return False
    return len(answer) <= _LONGEST_EXCUSE and says_nothing(answer.replace("’", "'"))


def speaks_to_grader(answer: str) -> bool:
    """Tell whether the answer, also when disguised, addresses whoever grades it."""
    seen = _INVISIBLE.sub("", unicodedata.normalize("NFKC", answer[:_READ])).replace("’", "'")
    joined = _SPELT_OUT.sub(lambda spelt: re.sub(r"[ .\-_]", "", spelt.group()), seen)
    texts = (seen,) if joined == seen else (seen, joined)
    return any(map(addresses_grader, texts))


def repeats_question(answer: Answer, question: tuple[Token, ...], reference: Vocabulary) -> bool:
    """Tell whether the answer is the question, perhaps with a few words around it.

    A content word of the reference that the question lacks makes it an answer, unless it only
    announces the question.
    """
    asked = {token.stem for token in question}
    content = {token.stem for token in answer.content}
    if not asked or (content - asked - _FRAME) & reference.stems:
        return False
    added = sum(token.stem not in asked for token in answer.tokens)
    echoed = len(answer.words.stems & asked)
    if added <= _ECHO_ADDS * len(answer.tokens) and echoed >= _ECHOED_FROM * len(asked):
        return True
    if added > _PASTE_ADDS or len(content - asked) > _PASTE_TELLS:
        return False
    return _holds_run(answer.tokens, question)


def _holds_run(tokens: tuple[Token, ...], question: tuple[Token, ...]) -> bool:
    length = max(_SHORTEST_RUN, round(_PASTED_FROM * len(question)))
    given, asked = (" ".join(token.stem for token in side) for side in (tokens, question))
    words = asked.split()
    return any(
        f" {' '.join(words[first : first + length])} " in f" {given} "
        for first in range(len(words) - length + 1)
    )


def is_word_list(
    answer: str, tokens: tuple[Token, ...], reference: Vocabulary, topic: Topic
) -> bool:
    """Tell whether not one small word holds the others together, as the reference's do.

    Code needs none either, and notes do with phrases.
    """
    if len(tokens) < _LIST_FROM or any(token.word in FUNCTION_WORDS for token in tokens):
        return False
    if sum(token.stem in topic.words.stems for token in tokens) < _LISTED_FROM * len(tokens):
        return False
    return (
        not reference.words.isdisjoint(FUNCTION_WORDS)
        and not looks_like_code(answer)
        and not looks_like_notes(answer, tokens)
    )


def is_off_topic(content: Sequence[Token], topic: Topic) -> bool:
    """Tell whether a longer answer is about something else or shares no telling word."""
    if len(content) < _OFF_TOPIC_FROM:
        return False
    return not measure_focus(content, topic) or not any(
        rarity_of(token) > COMMONEST and topic.words.find_nearest(token)[0] >= _SHARED_FROM
        for token in content
    )
