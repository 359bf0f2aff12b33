"""Grades an answer: by the choice that it names, or by its words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bot.domain.grading import Grade, GradingTask, PointVerdict, Verdict, band_of
from bot.domain.question import KeyPoint, Kind, Question
from bot.domain.writing import Asker
from bot.errors import CommandError
from bot.ports import Grader

_ANNOUNCING = (
    "the|my|final|best|correct|right|option|choice|answer|letter|it|it's|its|that's|is|must|should|be"
    "|i|i'd|i'll|i'm|would|will|think|believe|guess|suppose|say|choose|pick|take|go|going|with|for"
    "|probably|definitely|maybe|clearly|surely|both|either"
)
"""Words that say nothing before a letter but that it comes."""
_LEAD = rf"[\W_]*(?:(?:{_ANNOUNCING})(?:[^\w']|_)[\W_]*)*"
_REASON = r"[^\w+#]*\s(?:because|since|as|is)\b"
_LETTER = re.compile(rf"{_LEAD}([a-h])(?=[\W_]*$|\s*[).:,;]|\s+[–—-]|[–—-]\s|{_REASON})")
_SEVERAL = re.compile(
    rf"{_LEAD}[a-h](?:\W{{0,5}}(?:[,/&+]|\b(?:and|or)\b)\W{{0,5}}[a-h])+(?=[\W_]*$|{_REASON})"
)
"""With any number of marks in between, forty thousand commas would take minutes."""
_WORD = re.compile(r"[^\W_]+")
_WORDS_OF_A_CHOICE = 4
_WEIGHT_OF_THE_CHOICE = 2.0
_SHORTEST = 3
"""Characters: what is shorter and no letter of a choice is a slip, not an answer."""


async def mark_answer(
    grader: Grader,
    question: Question,
    text: str,
    asker: Asker,
    *,
    prompt: str = "",
    points: Sequence[KeyPoint] = (),
) -> Grade:
    """Grade an answer; `prompt` and `points` take the place of the question's own.

    A choice question is scored by the choice. Who answers it in own words, naming none, is
    graded by the model answer like any other.

    Raises:
        CommandError: a letter that is none of the choices, or several choices at once.
    """
    asked, points = prompt or str(question.prompt), tuple(points or question.key_points)
    if question.kind is Kind.CHOICE:
        letter = _find_letter(question, text)
        if letter:
            return _grade_letter(question, letter)
        from bot.grading.points import draw_key_points

        asked = "\n".join([asked, *(choice.text for choice in question.choices)])
        points = (*_draw_right_choice(question), *draw_key_points(question.answer))
    grade = await grader.grade(GradingTask(asked, question.answer, points), text, asker)
    if question.kind is Kind.CHOICE and not grade.is_answer:
        return replace(grade, points=())  # drawn for lack of better, they only repeat the answer
    return grade


def _find_letter(question: Question, text: str) -> str:
    """Return the letter of the choice that the text names or repeats, or nothing."""
    letters = question.lettered
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    if _SEVERAL.match(plain):
        raise _ask_for_one(letters)
    match = _LETTER.match(plain)
    if match and match[1].upper() in letters:
        return match[1].upper()
    said = _fold(text)
    folded = {letter: _fold(choice.text) for letter, choice in letters.items()}
    repeated = [letter for letter, choice in folded.items() if _repeats(said, choice)]
    whole = [one for one in repeated if not _is_within_another(folded, one, repeated)]
    if len(whole) > 1 or (not whole and len(text.strip()) < _SHORTEST):
        raise _ask_for_one(letters)
    return "".join(whole)


def _ask_for_one(letters: Iterable[str]) -> CommandError:
    return CommandError(f"This question has choices. Answer with one of {', '.join(letters)}.")


def _repeats(said: str, choice: str) -> bool:
    """Tell whether a choice is repeated: alone, or within a sentence if it is no mere word."""
    return said == choice or (len(choice.split()) >= _WORDS_OF_A_CHOICE and choice in said)


def _is_within_another(folded: Mapping[str, str], letter: str, repeated: Sequence[str]) -> bool:
    return any(other != letter and folded[letter] in folded[other] for other in repeated)


def _fold(text: str) -> str:
    words = " ".join(_WORD.findall(text.casefold()))
    return f" {words} "


def _draw_right_choice(question: Question) -> Iterator[KeyPoint]:
    """Return what the right choice says, and why: the first thing to be said in own words."""
    for choice in question.choices:
        if choice.right:
            yield KeyPoint(choice.text, _WEIGHT_OF_THE_CHOICE)
            yield KeyPoint(choice.why)


def _grade_letter(question: Question, letter: str) -> Grade:
    """Score the chosen letter: 1 for the right one, 0 for any other."""
    choice = question.lettered[letter]
    verdict = Verdict.MET if choice.right else Verdict.WRONG
    score = 1.0 if choice.right else 0.0
    point = PointVerdict(f"{letter}: {choice.text}", verdict, letter)
    return Grade(score, band_of(score), (point,), None, "choice", choice.why)
