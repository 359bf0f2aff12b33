"""Questions from the few fields of a form, and back; pure, and nothing of it is executed.

Choices are written one a line (or with ` ; ` between them), the right one with a `*` in front,
why behind ` || `.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.people import Level
from bot.domain.question import Choice, Question
from bot.domain.reading import read_level
from bot.domain.writing import WrittenQuestion
from bot.errors import CommandError, PackFault
from bot.questions.pack_files import decode_text

if TYPE_CHECKING:
    from bot.questions.schema import Path

OWN_PACK = "own"
"""The pack of a workspace that takes in what its admins approve."""
LONGEST_TEXT = 3_000
"""Characters of a prompt or an answer: what the smallest form of a platform takes and shows."""
FIELDS = ("question", "answer", "level", "topic", "choices")
"""In the order of the form; five are the most that Discord's forms hold."""
_KEYS = {"question": "prompt", "topic": "topics"}
_LINES = {name: number for number, name in enumerate(FIELDS, start=1)}
_DIRECTION = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_WHY_RIGHT, _WHY_WRONG = "The answer says why.", "It is not so: see the answer."
_REMARKS_NOT_FOR_FORMS = (
    "source",
    "version",
    "follow-ups",
    "common mistake",
    "key points",
    "claims nothing",
)


_ONE_STAR = "Put a * before the right one, and before no other."
"""Packs mark the right choice in another way."""


def build_draft(values: Mapping[str, str], number: int = 0) -> Question:
    """Make a question of a form's fields, by the rules that hold for every pack.

    Raises:
        CommandError: the first field that does not fit, and how to mend it.
    """
    texts = {name: check_text(name, values.get(name, "")) for name in FIELDS}
    for name in ("question", "answer", "level", "topic"):
        if not texts[name]:
            raise CommandError(f"The {name} is missing. Fill it in.", field=name)
    choices = read_choices(texts["choices"])
    title = make_title(check_text("title", values.get("title", "")) or texts["question"])
    data: dict[str, object] = {
        "id": make_id(title, number),
        "title": title,
        "level": _read_level(texts["level"]).value,
        "topics": ["-".join(texts["topic"].lower().replace("_", " ").split())],
        "kind": "choice" if choices else "open",
        "prompt": texts["question"],
        "answer": texts["answer"],
        "choices": choices,
    }
    built = _judge(data, {(_KEYS.get(name, name),): at for name, at in _LINES.items()})
    if isinstance(built, list):
        raise _explain(built[0])
    return built


def check_text(name: str, text: str, longest: int = LONGEST_TEXT) -> str:
    """Return a field's text without the space around it; refuse what no question may hold.

    Raises:
        CommandError: too long, or with characters that move the cursor or turn the text.
    """
    if not text.strip():
        return ""
    if len(text) > longest:
        raise CommandError(
            f"The {name} has {len(text):,} characters; {longest:,} are the most. Shorten it.",
            field=name,
        )
    read = decode_text(text.encode(errors="replace"), name, 4 * longest)
    if isinstance(read, PackFault):
        raise CommandError(f"In the {name}: {read.problem} {read.mend}", field=name)
    turned = _DIRECTION.search(read)
    if turned:
        raise CommandError(
            f"In the {name} a character (U+{ord(turned[0]):04X}) turns the direction of the text. "
            "Delete it.",
            field=name,
        )
    return read.strip()


def _read_level(text: str) -> Level:
    try:
        return read_level(text)
    except CommandError as error:
        raise CommandError(str(error), field="level") from None


def _explain(fault: PackFault) -> CommandError:
    field = FIELDS[fault.line - 1]
    verb = "do" if field == "choices" else "does"
    mend = _ONE_STAR if "right: true" in fault.mend else fault.mend
    return CommandError(f"The {field} {verb} not fit: {fault.problem} {mend}", field=field)


def make_title(text: str) -> str:
    """Return the first line as a title of at most 80 characters, without marks of Markdown."""
    lines = [line.strip().strip("#*`>- ") for line in text.splitlines()]
    first = next((" ".join(line.split()) for line in lines if line), "A question")
    return first if len(first) <= 80 else f"{first[:79].rsplit(' ', 1)[0]}…"


def make_id(title: str, number: int) -> str:
    """Return an id that no shipped question has and that says a little."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    slug = "-".join(words)[:40].strip("-")
    return f"own-{number}-{slug}" if slug else f"own-{number}"


def read_choices(text: str) -> list[dict[str, object]]:
    """Read choices as they are typed; an empty text or `none` has none."""
    if text.strip().lower() in ("", "none"):
        return []
    lines = text.split("\n") if "\n" in text.strip() else text.split(" ; ")
    return [_read_choice(line.strip()) for line in lines if line.strip()]


def _read_choice(line: str) -> dict[str, object]:
    right = line.startswith("*")
    said, _, why = line.removeprefix("*").rpartition(" || ")
    text, reason = (said, why) if said else (why, "")
    default = _WHY_RIGHT if right else _WHY_WRONG
    return {"text": text.strip(), "right": right, "why": reason.strip() or default}


def write_choices(choices: Sequence[Choice]) -> str:
    """Write choices so that `read_choices` reads the same."""
    return "\n".join(
        f"{'*' if choice.right else ''}{choice.text} || {choice.why}" for choice in choices
    )


def write_fields(question: Question) -> dict[str, str]:
    """Return a question as a form's values."""
    return {
        "question": question.prompt,
        "answer": question.answer,
        "level": question.level.value,
        "topic": question.topics[0],
        "choices": write_choices(question.choices),
    }


def edit_draft(question: Question, changed: Mapping[str, str]) -> Question:
    """Return the question with the given fields in place of its own, judged anew.

    What the form does not show is kept, but for what a changed answer makes wrong: its key
    points and the versions it was checked with. Raises CommandError as `build_draft` does.
    """
    before = write_fields(question)
    given = {name: text for name, text in changed.items() if text.strip()}
    if all(given[name].strip() == before[name].strip() for name in given if name in before):
        title = given.get("title")
        return replace(question, title=make_title(title)) if title else question
    title = given.get("title", question.title)
    built = build_draft({**before, **given, "title": title})
    topics = question.topics if built.topics == question.topics[:1] else built.topics
    kept = replace(question, topics=topics, title=built.title, level=built.level)
    if built.prompt == question.prompt and built.answer == question.answer:
        points = question.key_points if built.kind is question.kind else ()
        return replace(kept, kind=built.kind, choices=built.choices, key_points=points)
    return replace(
        kept,
        kind=built.kind,
        prompt=built.prompt,
        answer=built.answer,
        choices=built.choices,
        key_points=question.key_points if built.answer == question.answer else (),
        checked_with={},
    )


def _judge(data: Mapping[str, object], lines: Mapping[Path, int]) -> Question | list[PackFault]:
    # The rules take half a megabyte, and most services never get a draft.
    from bot.questions.schema import build_question

    return build_question(data, OWN_PACK, "draft", lines)


def list_remarks(question: Question) -> Iterator[str]:
    """Yield what an admin may want to mend, but for what a form can't hold."""
    from bot.questions.lint import lint_question

    for finding in lint_question(question):
        if not any(word in finding.problem for word in _REMARKS_NOT_FOR_FORMS):
            yield f"{finding.problem} {finding.mend}"


def judge_written(written: WrittenQuestion) -> Question | None:
    """Make a question of what a model wrote, by the rules for forms and packs; None if it fails.

    It carries no proof: code of a model is shown, and never run.
    """
    topics = ["-".join(topic.lower().replace("_", " ").split()) for topic in written.topics]
    title = make_title(written.title)
    data = written.data() | {"id": make_id(title, 0), "title": title, "topics": topics}
    texts = [written.title, written.prompt, written.answer]
    texts += [point.text for point in written.key_points]
    texts += [part for choice in written.choices for part in (choice.text, choice.why)]
    try:
        for text in texts:
            check_text("draft", text)
    except CommandError:
        return None
    built = _judge(data, {})
    if isinstance(built, list) or any("is not Python" in each for each in list_remarks(built)):
        return None
    return built
