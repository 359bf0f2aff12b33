"""What cards are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.domain.grading import Grade
from bot.domain.people import Level
from bot.domain.question import Question


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a card; it comes back as ButtonPressed with the same three values.

    The value of a `command` is what one would type, without its name.
    """

    label: str
    action: str
    key: str = ""
    value: str = ""


def offer_answers(question: Question, key: str) -> tuple[Button, ...]:
    """Return what a question is answered by: one button a choice, else the form."""
    letters = (Button(letter, "choose", key, letter) for letter in question.lettered)
    return tuple(letters) or (Button("Answer", "answer", key),)


def describe_points(grade: Grade) -> list[dict[str, Any]]:
    """Return the verdicts on key points as JSON values."""
    return [
        {"text": point.text, "verdict": point.verdict.value, "evidence": point.evidence}
        for point in grade.points
    ]


@dataclass(frozen=True, slots=True)
class FormField:
    """A field to fill in.

    `type` is a `bot.commands.Type` value, or `multiline` for a long text. `value` is what
    the field holds to begin with; one that a platform's field can't hold whole is left out.
    """

    name: str
    label: str
    type: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    value: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """What there is to choose from; nothing where it is typed freely."""
        return self.choices or _WORDS.get(self.type, ())


_WORDS = {"level": tuple(level.value for level in Level), "yes_no": ("yes", "no")}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes out with a card: a card has it in its attribute `attachments`.

    `name` is the file's own name with its ending and without a folder, `media_type` such as
    `image/png` or `text/markdown`. `description` says what it shows to whoever can't see it.
    """

    name: str
    media_type: str
    content: bytes = field(repr=False)
    description: str

    @property
    def is_picture(self) -> bool:
        """Whether a platform can show it in place."""
        return self.media_type.startswith("image/")
