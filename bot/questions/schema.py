"""What a question must hold, whatever file it came from.

`build_question` is the one judge: Markdown, JSON and CSV all hand it plain data, with the
line that each value stands on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from bot.domain.people import Level
from bot.domain.question import Choice, KeyPoint, Kind, Markdown, Question
from bot.errors import PackFault
from bot.questions.markdown import read_list, split_sections
from bot.questions.pack_files import CONTROL

Path = tuple[str | int, ...]

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
MAX_PROMPT = 3_000
MAX_ANSWER = 6_000
MAX_SHOWN = 300
"""The longest sentence about a fault: a file of strangers may hold a word of megabytes."""

MOST_FAULTS = 1_000
"""Faults that are told of a file; nobody mends more at once, and a file may have millions."""


def _refuse_controls(text: str) -> str:
    """JSON can spell what no text file may hold."""
    found = CONTROL.search(text)
    if found:
        code = f"U+{ord(found[0]):04X}"
        raise PydanticCustomError("control", "a control character ({code})", {"code": code})
    return text


Text = Annotated[str, AfterValidator(_refuse_controls)]
Slug = Annotated[str, Field(min_length=2, max_length=60, pattern=ID_PATTERN)]
Line = Annotated[
    Text, Field(min_length=1, max_length=400), AfterValidator(lambda text: " ".join(text.split()))
]


class _Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, coerce_numbers_to_str=True, frozen=True
    )


class PointSchema(_Strict):
    """A key point as files hold it."""

    text: Line
    weight: Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)] = 1.0


class ChoiceSchema(_Strict):
    """A choice as files hold it."""

    text: Line
    right: bool = False
    why: Line


class QuestionSchema(_Strict):
    """A question as files hold it; the names are the keys of JSON and CSV."""

    id: Slug
    title: Annotated[Text, Field(min_length=1, max_length=120)]
    level: Level
    topics: Annotated[list[Slug], Field(min_length=1, max_length=8)]
    kind: Kind = Kind.OPEN
    key_points: Annotated[list[PointSchema], Field(max_length=12)] = []
    choices: Annotated[list[ChoiceSchema], Field(max_length=6)] = []
    sources: Annotated[list[Line], Field(max_length=20)] = []
    checked_with: Annotated[dict[Text, Text], Field(max_length=20)] = {}
    prompt: Annotated[Text, Field(min_length=1, max_length=MAX_PROMPT)]
    answer: Annotated[Text, Field(min_length=1, max_length=MAX_ANSWER)]
    follow_ups: Annotated[list[Line], Field(max_length=12)] = []
    mistakes: Annotated[list[Line], Field(max_length=12)] = []
    proof: Annotated[Text, Field(max_length=20_000)] = ""


KEYS = tuple(QuestionSchema.model_fields)
_MODELS_AT: dict[str, type[BaseModel]] = {"key_points": PointSchema, "choices": ChoiceSchema}


def build_question(
    data: Mapping[str, object], pack: str, file: str, lines: Mapping[Path, int]
) -> Question | list[PackFault]:
    """Judge plain data: a question, or every fault in it.

    `lines` maps a value's path to its line; a value without one takes its parent's.
    """
    try:
        read = QuestionSchema.model_validate(dict(data))
    except ValidationError as error:
        return [
            PackFault(file, find_line(lines, detail["loc"]), *map(shorten, describe_fault(detail)))
            for detail in islice(error.errors(include_url=False), MOST_FAULTS)
        ]
    faults = [
        PackFault(file, find_line(lines, path), shorten(problem), shorten(mend))
        for path, problem, mend in _check_rules(read)
    ]
    return faults or _to_domain(read, pack)


def shorten(text: str, most: int = MAX_SHOWN) -> str:
    """Return a text that may hold what a stranger's file held, fit to be shown anywhere."""
    safe = text.encode("utf-8", "replace").decode()
    return safe if len(safe) <= most else f"{safe[: most - 1]}…"


def find_line(lines: Mapping[Path, int], path: Path) -> int:
    """Return the line of the value at `path`, or of the nearest value around it."""
    for length in range(len(path), -1, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


def _check_rules(read: QuestionSchema) -> Iterator[tuple[Path, str, str]]:
    if read.kind is Kind.CHOICE:
        yield from _check_choices(read)
    elif read.choices:
        yield (("choices",), "An open question has `choices`.", "Write `kind: choice`.")
    for key, texts in (
        ("topics", read.topics),
        ("key_points", [point.text for point in read.key_points]),
        ("choices", [choice.text for choice in read.choices]),
    ):
        for at, text in enumerate(texts):
            if text in texts[:at]:
                yield ((key, at), f"`{text}` stands in `{key}` twice.", "Keep one of them.")
    yield from _check_markup(read)


def _check_markup(read: QuestionSchema) -> Iterator[tuple[Path, str, str]]:
    for part in ("prompt", "answer", "proof"):
        text = getattr(read, part)
        if "## " in text and any(section.title for section in split_sections(text)):
            problem = f"`{part}` has a heading of the second level (`## `)."
            yield ((part,), problem, "Use `### ` or bold text; `## ` begins a section.")
    for key in ("follow_ups", "mistakes"):
        for at, text in enumerate(getattr(read, key)):
            if not text[0].isalpha() and read_list(f"- {text}") != (text,):
                problem = f"`{text[:40]}` in `{key}` begins like a list or a heading."
                yield ((key, at), problem, "Write a plain sentence.")


def _check_choices(read: QuestionSchema) -> Iterator[tuple[Path, str, str]]:
    if read.key_points:
        yield (
            ("key_points",),
            "A choice question has `key_points`.",
            "Move them to the `why` of its choices, or write `kind: open`.",
        )
    if len(read.choices) < 2:
        yield (("choices",), "A choice question needs 2 to 6 `choices`.", "Add the missing ones.")
    right = sum(choice.right for choice in read.choices)
    if read.choices and right != 1:
        yield (
            ("choices",),
            f"{right} choices are right.",
            "Write `right: true` at exactly one of them.",
        )


def _to_domain(read: QuestionSchema, pack: str) -> Question:
    return Question(
        id=read.id,
        pack=pack,
        title=read.title,
        level=read.level,
        topics=tuple(read.topics),
        kind=read.kind,
        prompt=Markdown(read.prompt),
        answer=Markdown(read.answer),
        key_points=tuple(KeyPoint(point.text, point.weight) for point in read.key_points),
        choices=tuple(Choice(item.text, item.right, item.why) for item in read.choices),
        sources=tuple(read.sources),
        follow_ups=tuple(read.follow_ups),
        mistakes=tuple(read.mistakes),
        checked_with=dict(read.checked_with),
        proof=Markdown(read.proof),
    )


def suggest_word(word: str, known: tuple[str, ...]) -> str:
    """Return the mend for an unknown word: the nearest known one, or all of them."""
    near = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"Did you mean `{near[0]}`?" if near else f"Known are: {', '.join(known)}."


def describe_fault(detail: Any) -> tuple[str, str]:
    """Put one of pydantic's error details into a problem and its mend."""
    path: Path = detail["loc"]
    name = shorten(name_path(path), 60)
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return f"`{name}` is missing.", f"Add it: `{path[-1]}: …`."
        case "extra_forbidden":
            return f"`{name}` is no key known here.", suggest_word(str(path[-1]), _keys_at(path))
        case "enum":
            return (
                f"`{name}` is `{shorten(str(detail['input']), 60)}`.",
                f"Write {context['expected']}.",
            )
        case "control":
            return f"`{name}` holds {detail['msg']}.", "Delete it; a question is plain text."
        case "string_too_short" | "too_short":
            return f"`{name}` is empty or too short.", "Write it out."
        case "string_too_long" | "too_long":
            return f"`{name}` is too long.", f"{context['max_length']} is the most."
        case "string_pattern_mismatch":
            return (
                f"`{name}` is `{shorten(str(detail['input']), 60)}`.",
                "Use small letters, digits and single hyphens, as in `yield-clean-up`.",
            )
        case _:
            return _describe_type(detail["type"], name, detail["msg"])


_TYPE_MENDS = {
    "string_type": ("is not a text", "Write a text."),
    "list_type": ("is not a list", "Write it as `[one, two]` or with one `- ` a line."),
    "dict_type": ("is not a list of `key: value`", "Write it as `{fastapi: 0.165.0}`."),
    "model_type": ("is not a set of keys", "Write `- text: …` with its other keys below."),
    "float_parsing": ("is not a number", "Write a number above 0, as in `weight: 2`."),
    "float_type": ("is not a number", "Write a number above 0, as in `weight: 2`."),
    "greater_than": ("is not above 0", "Write a number above 0, as in `weight: 2`."),
    "less_than_equal": ("is above 10", "Write a number up to 10; weights are relative."),
    "finite_number": ("is not a finite number", "Write a number above 0, as in `weight: 2`."),
    "bool_parsing": ("is neither true nor false", "Write `right: true` or `right: false`."),
    "bool_type": ("is neither true nor false", "Write `right: true` or `right: false`."),
}


def _describe_type(kind: str, name: str, message: str) -> tuple[str, str]:
    problem, mend = _TYPE_MENDS.get(kind, (f"can't be used: {message}", "See docs/questions.md."))
    return f"`{name}` {problem}.", mend


def name_path(path: Path) -> str:
    """Write a path as people read it: `key_points[2].weight`, counted from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _keys_at(path: Path) -> tuple[str, ...]:
    model = _MODELS_AT.get(str(path[0]), QuestionSchema) if len(path) > 1 else QuestionSchema
    return tuple(model.model_fields)
