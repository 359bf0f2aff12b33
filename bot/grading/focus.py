"""Is an answer about its question, or is it a good answer to another one?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.grading.matching import Vocabulary, is_content
from bot.grading.tables import rarity_of
from bot.grading.text import Token

ASTRAY = 0.25
FOCUSED = 0.45
"""Shares of its words that an answer to another question, and nearly every honest one, has in
common with the question. Measured over the bank: 95 % of the former stay below 0.28, the lowest
of the latter is 0.54."""
ROOM = 60
"""Distinct content words in question, points and reference from which these shares can be asked
for; nobody keeps to the words of one sentence."""
DOUBT = 2.0
"""Rare words that an answer is credited with before its own are looked at."""


@dataclass(frozen=True, slots=True)
class Topic:
    """All words that belong to a task, and how strictly an answer can be held to them (0..1)."""

    words: Vocabulary
    strictness: float


def make_topic(tokens: Iterable[Token]) -> Topic:
    """Make the topic of the tokens of question, reference and points."""
    held = tuple(tokens)
    room = len({token.stem for token in held if is_content(token)})
    return Topic(Vocabulary(held), min(1.0, room / ROOM))


def measure_focus(tokens: Iterable[Token], topic: Topic) -> float:
    """Give 0 for an answer to something else, 1 for one to this question, or between.

    What counts is the share of an answer's words, the rare ones most, that belong to the topic:
    an answer to another question shares the words of the trade and brings many others.
    """
    content = {token.stem: token for token in tokens if is_content(token)}.values()
    about = said = DOUBT
    for token in content:
        rarity = rarity_of(token)
        said += rarity
        about += rarity * topic.words.find_nearest(token)[0]
    if not topic.strictness:
        return 1.0
    share = about / said / topic.strictness
    return min(1.0, max(0.0, share - ASTRAY) / (FOCUSED - ASTRAY))
