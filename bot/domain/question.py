"""Questions as packs hold them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from string import ascii_uppercase
from typing import NewType

from bot.domain.people import Level

Markdown = NewType("Markdown", str)
"""Text from a reviewed pack, to be rendered. Any other `str` is plain and gets escaped."""

QuestionKey = NewType("QuestionKey", int)
"""The stored version of a question: an edited question gets another."""


class Kind(StrEnum):
    """How a question is answered."""

    OPEN = "open"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class KeyPoint:
    """One thing that a good answer says. Weights are relative to one another."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a choice question, with a sentence on why it is right or wrong."""

    text: str
    right: bool
    why: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question, its model answer and what grading needs.

    `checked_with` maps a library to the version that the answer was checked with. `proof`
    is code for the test suite that backs the answer up; members never see it.
    """

    id: str
    pack: str
    title: str
    level: Level
    topics: tuple[str, ...]
    kind: Kind
    prompt: Markdown
    answer: Markdown
    key_points: tuple[KeyPoint, ...] = ()
    choices: tuple[Choice, ...] = ()
    sources: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()
    checked_with: dict[str, str] = field(default_factory=dict, hash=False)
    proof: Markdown = Markdown("")

    @property
    def lettered(self) -> dict[str, Choice]:
        """The choices by their letters; none for an open question."""
        return letter_choices(self.choices)

    @property
    def version(self) -> str:
        """A hash of the whole content: any edit makes another version."""
        return hash_content(asdict(self))


def letter_choices(choices: Iterable[Choice]) -> dict[str, Choice]:
    """Give choices the letters that members know them by, from A on."""
    return dict(zip(ascii_uppercase, choices, strict=False))


def hash_content(content: Mapping[str, object]) -> str:
    """Return the version of a question from what `asdict` makes of it."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def digest_versions(versions: Iterable[str]) -> str:
    """Return what tells a pack with these versions of its questions from any other."""
    content = "/".join(sorted(versions))
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class QuestionSummary:
    """What picking needs of a question, and no more: a deck of thousands stays small.

    One `on_request` fits only a filter that names its pack.
    """

    key: QuestionKey
    id: str
    pack: str
    level: Level
    topics: tuple[str, ...]
    on_request: bool = False


@dataclass(frozen=True, slots=True)
class QuestionFilter:
    """Which questions a schedule or a member wants; None takes all."""

    level: Level | None = None
    topic: str | None = None
    pack: str | None = None

    def matches(self, question: QuestionSummary) -> bool:
        """Tell whether the question is wanted."""
        return (
            self.level in (None, question.level)
            and self.takes_pack(question)
            and (self.topic is None or self.topic in question.topics)
        )

    def takes_pack(self, question: QuestionSummary) -> bool:
        """Tell whether the question's pack is wanted."""
        return question.pack == self.pack if self.pack else not question.on_request

    def __str__(self) -> str:
        named = [("level", self.level), ("topic", self.topic), ("pack", self.pack)]
        return ", ".join(f"{name} {value}" for name, value in named if value) or "all questions"
