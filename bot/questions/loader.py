"""Packs as folders of Markdown files: loading them whole, or saying all that is wrong.

Nothing here is imported by commands that need no question.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bot.domain.question import Question
from bot.errors import PackError, PackFault
from bot.questions.pack_files import PACK_FILE, find_question_files, read_text
from bot.questions.question_file import parse_question
from bot.questions.schema import suggest_word

_PACK_KEYS = ("title", "topics")


@dataclass(frozen=True, slots=True)
class PackInfo:
    """A pack's name (its folder's) and the ids of its topics; without any, all may be used."""

    name: str
    topics: tuple[str, ...] = ()


def load_pack(
    folder: Path, name: str | None = None, on_progress: Callable[[float], None] = lambda _: None
) -> tuple[Question, ...]:
    """Load every question of a folder, in the order of their ids; `name` renames the pack.

    `on_progress` is told the share (0..1) of the files that are read. Raises PackError with
    all faults of all files; a pack is whole or it is none.
    """
    paths = find_question_files(folder)
    faults: list[PackFault] = []
    info = _read_pack_info(folder, faults)
    info = replace(info, name=name) if name else info
    loaded: list[tuple[Path, Question]] = []
    for at, path in enumerate(paths, 1):
        result = _load_file(path, info)
        on_progress(at / len(paths))
        if isinstance(result, Question):
            loaded.append((path, result))
        else:
            faults += result
    faults += _find_twins(loaded)
    if faults:
        raise PackError(sorted(faults, key=lambda fault: (fault.file, fault.line)))
    return tuple(sorted((question for _, question in loaded), key=lambda one: one.id))


def load_question(path: Path, pack: str = "draft") -> Question:
    """Load one file by itself; raises PackError with all its faults."""
    result = _load_file(path, PackInfo(pack))
    if isinstance(result, Question):
        return result
    raise PackError(result)


def _load_file(path: Path, info: PackInfo) -> Question | list[PackFault]:
    text = read_text(path)
    if isinstance(text, PackFault):
        return [text]
    result = parse_question(text, info.name, str(path))
    if isinstance(result, Question):
        faults = list(_check_place(result, path, info, text))
        return faults or result
    return result


def _check_place(question: Question, path: Path, info: PackInfo, text: str) -> Iterator[PackFault]:
    if path.stem != question.id:
        problem = f"The id is `{question.id}`, the file is called `{path.name}`."
        yield PackFault(str(path), _find_key(text, "id"), problem, "Make the two the same.")
    for topic in question.topics:
        if info.topics and topic not in info.topics:
            problem = f"The topic `{topic}` is not in {PACK_FILE}."
            mend = suggest_word(topic, info.topics)
            yield PackFault(str(path), _find_key(text, "topics"), problem, mend)


def _find_key(text: str, key: str) -> int:
    lines = text.split("\n")
    return next((at for at, line in enumerate(lines, 1) if line.startswith(f"{key}:")), 1)


def _find_twins(loaded: Iterable[tuple[Path, Question]]) -> Iterator[PackFault]:
    first: dict[str, Path] = {}
    for path, question in loaded:
        other = first.setdefault(question.id, path)
        if other != path:
            problem = f"The id `{question.id}` is already taken by {other}."
            yield PackFault(str(path), 2, problem, "Rename this question and its file.")


def _read_pack_info(folder: Path, faults: list[PackFault]) -> PackInfo:
    path = folder / PACK_FILE
    name = folder.resolve().name
    if not path.exists():
        return PackInfo(name)
    text = read_text(path)
    if isinstance(text, PackFault):
        faults.append(text)
        return PackInfo(name)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem = f"This is not TOML: {error}."
        faults.append(PackFault(str(path), 1, problem, "Mend the line named."))
        return PackInfo(name)
    faults += _check_pack_info(data, str(path), text)
    topics = data.get("topics")
    return PackInfo(name, tuple(topics) if isinstance(topics, dict) else ())


def _check_pack_info(data: dict[str, object], file: str, text: str) -> Iterator[PackFault]:
    def line_of(key: str) -> int:
        lines = text.split("\n")
        return next((at for at, line in enumerate(lines, 1) if key in line), 1)

    for key in data.keys() - set(_PACK_KEYS):
        problem = f"`{key}` is no key known here."
        yield PackFault(file, line_of(key), problem, suggest_word(key, _PACK_KEYS))
    if not isinstance(data.get("title", ""), str):
        yield PackFault(file, line_of("title"), "`title` is not a text.", 'Write `title = "…"`.')
    topics = data.get("topics", {})
    if not isinstance(topics, dict) or not all(isinstance(one, str) for one in topics.values()):
        mend = 'Write `[topics]` and below it lines as `routing = "Routing"`.'
        yield PackFault(file, line_of("topics"), "`topics` is not a table of texts.", mend)
