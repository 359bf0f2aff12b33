"""Is an answer about its question, or is it a good answer to another one?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.grading.matching import Vocabulary, list_content
from bot.grading.tables import rarity_of
from bot.grading.text import Token

ASTRAY = 0.25
FOCUSED = 0.45
"""Shares of an answer's words that belong to the topic. Over the bank half of the model answers
to other questions stay below 0.24 and 99 % below 0.42; of 38 honest answers in other words one
has 0.40 and the rest 0.53 or more."""
ROOM = 60
"""Distinct content words in question, points and reference from which these shares can be asked
for; nobody keeps to the words of one sentence."""
ECHO = 0.3
"""What a word of the question proves beside another one: anybody can paste it in front."""
DOUBT = 2.0
"""Rare words that an answer is credited with before its own are looked at."""


@dataclass(frozen=True, slots=True)
class Topic:
    """All words that belong to a task, and how strictly an answer can be held to them (0..1)."""

    asked: frozenset[str]
    words: Vocabulary
    strictness: float


def make_topic(question: Iterable[Token], expected: Iterable[Token]) -> Topic:
    """Make the topic of a question and of what is expected: the reference and its points."""
    asked = tuple(question)
    held = (*asked, *expected)
    room = len(list_content(held))
    return Topic(frozenset(token.stem for token in asked), Vocabulary(held), min(1.0, room / ROOM))


def measure_focus(content: Iterable[Token], topic: Topic) -> float:
    """Give 0 for an answer to something else, 1 for one to this question, or between.

    What counts is the share of an answer's words, the rare ones most, that belong to the topic:
    an answer to another question shares the words of the trade and brings many others.
    `content` are the words of the answer that count, each once.
    """
    about = said = DOUBT
    for token in content:
        rarity = rarity_of(token) * (ECHO if token.stem in topic.asked else 1.0)
        said += rarity
        about += rarity * topic.words.find_nearest(token)[0]
    if not topic.strictness:
        return 1.0
    share = about / said / topic.strictness
    return min(1.0, max(0.0, share - ASTRAY) / (FOCUSED - ASTRAY))
