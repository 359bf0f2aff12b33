"""Questions as files: Markdown, JSON and CSV, each of which reads back as the same question."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from bot.domain.question import Kind, Question
from bot.errors import PackError, PackFault, QuizError
from bot.questions.proofs import count_runs
from bot.questions.question_file import FRONT_KEYS, SECTIONS, parse_question
from bot.questions.schema import KEYS

_DANGEROUS_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")
"""A spreadsheet takes such a cell for a formula, so it gets an apostrophe in front."""


def describe_question(question: Question) -> dict[str, object]:
    """Return a question as the plain object that JSON holds."""
    return {
        "id": question.id,
        "pack": question.pack,
        "title": question.title,
        "level": question.level.value,
        "topics": list(question.topics),
        "kind": question.kind.value,
        "prompt": question.prompt,
        "answer": question.answer,
        "key_points": [{"text": one.text, "weight": one.weight} for one in question.key_points],
        "choices": [
            {"text": one.text, "right": one.right, "why": one.why} for one in question.choices
        ],
        "sources": list(question.sources),
        "checked_with": dict(question.checked_with),
        "follow_ups": list(question.follow_ups),
        "mistakes": list(question.mistakes),
        "proof": question.proof,
        "runs": count_runs(question),
    }


def write_json(questions: Iterable[Question]) -> str:
    """Write a list of objects."""
    objects = [describe_question(question) for question in questions]
    return json.dumps(objects, ensure_ascii=False, indent=2) + "\n"


def write_csv(questions: Iterable[Question]) -> str:
    """Write one row a question; cells with several values hold one a line, or JSON."""
    text = io.StringIO()
    writer = csv.DictWriter(text, KEYS, lineterminator="\r\n")
    writer.writeheader()
    for question in questions:
        described = describe_question(question)
        writer.writerow({key: _protect(_write_cell(key, described[key])) for key in KEYS})
    return text.getvalue()


def _protect(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_DANGEROUS_STARTS) else cell


def _write_cell(key: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        lines = [f"{name} {version}" for name, version in value.items()]
        simple = not any(" " in name for name in value)
    else:
        assert isinstance(value, list)
        lines = [_write_line(key, item) for item in value]
        simple = not any(_needs_json(key, item) for item in value)
    return "\n".join(lines) if simple else json.dumps(value, ensure_ascii=False)


def _write_line(key: str, item: object) -> str:
    if not isinstance(item, Mapping):
        return str(item)
    if key == "key_points":
        return f"{item['text']} | {item['weight']:g}"
    return f"{'right' if item['right'] else 'wrong'} | {item['text']} | {item['why']}"


def _needs_json(key: str, item: object) -> bool:
    texts = [item] if not isinstance(item, Mapping) else list(item.values())
    breaks = ("\n", "|") if isinstance(item, Mapping) else ("\n",)
    return any(
        isinstance(text, str) and (text.startswith(("[", "{")) or any(b in text for b in breaks))
        for text in texts
    )


def write_markdown(question: Question) -> str:
    """Write one question file.

    Raises PackError if a text can't stand in such a file, so that nothing is lost unseen.
    """
    described = describe_question(question)
    front = {key: described[key] for key in FRONT_KEYS}
    front["key_points" if question.kind is Kind.OPEN else "choices"] = _plain_items(question)
    head = yaml.safe_dump(
        {key: value for key, value in front.items() if value},
        sort_keys=False,
        allow_unicode=True,
        width=10_000,
    )
    sections = [
        f"## {title}\n\n{_write_section(described[key])}\n"
        for title, key in SECTIONS.items()
        if described[key]
    ]
    text = f"---\n{head}---\n\n" + "\n".join(sections)
    if parse_question(text, question.pack, question.id) != question:
        problem = f"`{question.id}` holds text that Markdown can't hold as it is."
        mend = "Look for control characters and for text that begins with spaces."
        raise PackError([PackFault(question.id, 1, problem, mend)])
    return text


def _plain_items(question: Question) -> list[dict[str, object]]:
    if question.kind is Kind.OPEN:
        return [
            {"text": one.text, "weight": int(one.weight) if one.weight % 1 == 0 else one.weight}
            for one in question.key_points
        ]
    return [
        {"text": one.text, **({"right": True} if one.right else {}), "why": one.why}
        for one in question.choices
    ]


def _write_section(value: object) -> str:
    return "\n".join(f"- {item}" for item in value) if isinstance(value, list) else str(value)


def write_folder(questions: Iterable[Question], folder: Path) -> int:
    """Write a pack as `<topic>/<id>.md` below a new or empty folder; return the number of files.

    Every text is made before the first file is, so that a fault leaves nothing behind.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        problem, mend = "There is something here already.", "Name a new or an empty folder."
        raise PackError([PackFault(str(folder), 1, problem, mend)])
    texts = {folder / one.topics[0] / f"{one.id}.md": write_markdown(one) for one in questions}
    for path, text in texts.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            problem = f"{path} can't be written: {error.strerror}. Name another folder."
            raise QuizError(problem) from error
    return len(texts)


def write_sheet(question: Question) -> str:
    """Write everything about a question as Markdown for a person to read."""
    points = [f"- {one.text} (weight {one.weight:g})" for one in question.key_points]
    choices = [
        f"- {'**right**' if one.right else 'wrong'}: {one.text} — {one.why}"
        for one in question.choices
    ]
    parts = {
        "Question": question.prompt,
        "Choices": "\n".join(choices),
        "Answer": question.answer,
        "Key points": "\n".join(points),
        "Follow-ups": _write_section(list(question.follow_ups)),
        "Common mistakes": _write_section(list(question.mistakes)),
        "Sources": _write_section(list(question.sources)),
        "Checked with": ", ".join(f"{name} {one}" for name, one in question.checked_with.items()),
    }
    about = f"{question.id} · {question.level} · {', '.join(question.topics)} · {question.kind}"
    body = "\n\n".join(f"## {title}\n\n{text}" for title, text in parts.items() if text)
    return f"# {question.title}\n\n{about}\n\n{body}\n"
