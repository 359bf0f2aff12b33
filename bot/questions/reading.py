"""Questions from whatever file somebody has: a folder, a Markdown file, JSON or CSV.

The result is always whole: all questions, or a PackError with every fault.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from bot.domain.question import Question
from bot.errors import PackError, PackFault
from bot.questions.loader import load_pack, load_question
from bot.questions.pack_files import MAX_FILE_BYTES, MAX_FILES, decode_text
from bot.questions.question_file import parse_question
from bot.questions.schema import KEYS, MOST_FAULTS, build_question, shorten, suggest_word

MAX_BYTES = 40 * 1024 * 1024
_MAX_CELL = 64 * 1024
_EXPORTED_ONLY = ("pack", "runs")
_NONE = "There is no such file or folder."

Row: TypeAlias = tuple[int, dict[str, object]]
"""A question's first line in its file, and its plain data."""

OnProgress: TypeAlias = Callable[[float], None]
"""Is told the share (0..1) that is done."""


class _Unreadable(Exception):
    """A file breaks off being JSON or CSV at a line."""

    def __init__(self, line: int, problem: str, mend: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem
        self.mend = mend


def read_questions(
    path: Path, pack: str, on_progress: OnProgress = lambda _: None
) -> tuple[Question, ...]:
    """Read a folder, `.md`, `.json` or `.csv` file as questions of the pack named.

    A folder's questions take its own name unless another is wanted. Raises PackError.
    """
    if not path.exists():
        raise PackError([PackFault(str(path), 1, _NONE, "Check the path.")])
    if path.is_dir():
        return load_pack(path, pack, on_progress)
    if path.suffix.lower() == ".md":
        return (load_question(path, pack),)
    _require_reader(path.name)
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        problem = f"The file can't be read: {error.strerror}."
        raise PackError([PackFault(str(path), 1, problem, "Check the path.")]) from error
    return read_bytes(raw, path.name, pack, on_progress)


def read_bytes(
    raw: bytes, name: str, pack: str, on_progress: OnProgress = lambda _: None
) -> tuple[Question, ...]:
    """Read an uploaded file by the ending of its name. Raises PackError."""
    reader = _require_reader(name)
    text = decode_text(raw, name, MAX_BYTES if reader else MAX_FILE_BYTES)
    if isinstance(text, PackFault):
        raise PackError([text])
    if reader is None:
        built = parse_question(text, pack, name)
        if isinstance(built, Question):
            return (built,)
        raise PackError(built)
    lines = text.count("\n") + 1
    return _build_all(reader(text), pack, name, lambda line: on_progress(line / lines))


def _require_reader(name: str) -> Callable[[str], Iterator[Row]] | None:
    """Return what reads a file of this name; None for a Markdown file with one question."""
    ending = Path(name).suffix.lower()
    if ending == ".md":
        return None
    if ending not in _READERS:
        problem = f"`{shorten(name)}` ends in none of {', '.join((*_READERS, '.md'))}."
        mend = "Save the questions as JSON or CSV; docs/questions.md shows the columns."
        raise PackError([PackFault(shorten(name), 1, problem, mend)])
    return _READERS[ending]


def _build_all(
    rows: Iterator[Row], pack: str, file: str, on_line: Callable[[int], None]
) -> tuple[Question, ...]:
    faults: list[PackFault] = []
    questions: dict[str, Question] = {}
    try:
        for count, (line, data) in enumerate(rows, 1):
            on_line(line)
            if len(faults) >= MOST_FAULTS:
                raise _Unreadable(line, "There are too many faults.", "Mend those before first.")
            if count > MAX_FILES:
                raise _Unreadable(line, "There are too many questions.", f"Split at {MAX_FILES}.")
            built = build_question(data, pack, file, {(): line})
            if isinstance(built, list):
                faults += [_say_which(fault, count) for fault in built]
            elif built.id in questions:
                problem = f"The id `{built.id}` stands in this file twice."
                faults.append(PackFault(file, line, problem, "Rename one of the two."))
            else:
                questions[built.id] = built
    except _Unreadable as error:
        faults.append(PackFault(file, error.line, error.problem, error.mend))
    if not faults and not questions:
        faults.append(PackFault(file, 1, "The file holds no question.", "Add one."))
    if faults:
        raise PackError(faults)
    return tuple(sorted(questions.values(), key=lambda one: one.id))


def _say_which(fault: PackFault, count: int) -> PackFault:
    """Count the questions of a file that is all one line, as programs write JSON."""
    if fault.line > 1:
        return fault
    return replace(fault, problem=f"Question {count}: {fault.problem}")


def read_json_rows(text: str) -> Iterator[Row]:
    """Yield the objects of a JSON list with the line that each begins on."""
    decoder = json.JSONDecoder(object_pairs_hook=_refuse_twins)
    at, line = _skip_space(text, 0), 1
    if text[at : at + 1] != "[":
        raise _Unreadable(1, "This is no JSON list.", "Write `[{…}, {…}]`.")
    at, counted = at + 1, 0
    while True:
        at = _skip_space(text, at)
        line, counted = line + text.count("\n", counted, at), at
        if text[at : at + 1] == "]":
            break
        try:
            item, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            mend = "Check quotes, commas and brackets there."
            raise _Unreadable(error.lineno, f"This is not JSON: {error.msg}.", mend) from error
        except ValueError as error:  # Python reads no integer of more than 4,300 digits
            raise _Unreadable(line, "A number is too long.", "Write a shorter one.") from error
        except RecursionError as error:
            raise _Unreadable(line, "Values are nested too deeply.", "Make it flat.") from error
        if not isinstance(item, dict):
            raise _Unreadable(line, "An object is expected here.", 'Write `{"id": …}`.')
        yield line, {key: value for key, value in item.items() if key not in _EXPORTED_ONLY}
        at = _skip_comma(text, end, line)
    if text[at + 1 :].strip():
        raise _Unreadable(line, "Text stands after the list.", "Delete it.")


def _skip_space(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\n", "\t"):
        at += 1
    return at


def _skip_comma(text: str, at: int, line: int) -> int:
    at = _skip_space(text, at)
    if text[at : at + 1] == ",":
        return at + 1
    if text[at : at + 1] != "]":
        raise _Unreadable(line, "No comma follows this object.", "Put `,` between objects.")
    return at


def _refuse_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    data = dict(pairs)
    if len(data) != len(pairs):
        data["a key that stands here twice"] = None
    return data


def read_csv_rows(text: str) -> Iterator[Row]:
    """Yield the rows of a CSV file with a header; the delimiter may be `,`, `;` or a tab."""
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    csv.field_size_limit(_MAX_CELL)
    names: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            if names is None:
                names = _check_header(cells)
            elif any(cell.strip() for cell in cells):
                yield line, _read_row(names, cells, line)
            line = reader.line_num + 1
    except csv.Error as error:
        mend = "Put cells with line breaks or quotes in double quotes."
        raise _Unreadable(line, f"This is not CSV: {error}.", mend) from error


def _check_header(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    for name in names:
        if name not in (*KEYS, *_EXPORTED_ONLY):
            problem = f"The column `{shorten(name)}` is not known."
            raise _Unreadable(1, problem, suggest_word(name, KEYS))
        if names.count(name) > 1:
            problem = f"The column `{name}` stands in the header twice."
            raise _Unreadable(1, problem, "Delete or rename one of the two.")
    return names


def _read_row(names: list[str], cells: list[str], line: int) -> dict[str, object]:
    if len(cells) > len(names):
        mend = "Put cells with commas in double quotes."
        raise _Unreadable(line, "The row has more cells than the header.", mend)
    data: dict[str, object] = {}
    for name, cell in zip(names, cells, strict=False):
        text = cell[1:] if cell.startswith("'") else cell
        if text.strip() and name not in _EXPORTED_ONLY:
            data[name] = _CELLS[name](text.strip()) if name in _CELLS else text
    return data


def _read_cell(text: str, read_line: Callable[[str], object]) -> object:
    if text.startswith(("[", "{")):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):  # no JSON, or an integer that Python reads no more
            return text  # the schema says that this is no list
    return [read_line(line.strip()) for line in text.split("\n") if line.strip()]


def _read_topics(text: str) -> object:
    return _read_cell("\n".join(text.replace(";", ",").split(",")), str)


def _read_point(line: str) -> object:
    text, bar, weight = line.rpartition("|")
    return {"text": text, "weight": weight.strip()} if bar else {"text": line}


def _read_choice(line: str) -> object:
    parts = [part.strip() for part in line.split("|", 2)]
    if len(parts) < 3 or parts[0].lower() not in ("right", "wrong"):
        return line  # the schema says that this is no choice
    return {"right": parts[0].lower() == "right", "text": parts[1], "why": parts[2]}


def _read_versions(text: str) -> object:
    read = _read_cell(text, str)
    if not isinstance(read, list):
        return read
    return {line.partition(" ")[0]: line.partition(" ")[2].strip() for line in read}


_CELLS: dict[str, Callable[[str], object]] = {
    "topics": _read_topics,
    "key_points": lambda text: _read_cell(text, _read_point),
    "choices": lambda text: _read_cell(text, _read_choice),
    "sources": lambda text: _read_cell(text, str),
    "follow_ups": lambda text: _read_cell(text, str),
    "mistakes": lambda text: _read_cell(text, str),
    "checked_with": _read_versions,
}
_READERS: dict[str, Callable[[str], Iterator[Row]]] = {
    ".json": read_json_rows,
    ".csv": read_csv_rows,
}
