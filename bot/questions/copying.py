"""Sentences that stand in the documentation of the libraries that questions are about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from bot.domain.question import Question
from bot.questions.lint import Finding

LIBRARIES = ("fastapi", "starlette", "pydantic", "sqlalchemy", "sqlmodel", "httpx", "uvicorn")
"""Looked through where they are installed; they are read, never imported."""
WORDS_IN_A_ROW = 9
"""So many may be a common turn of phrase, one more is somebody's sentence."""
_CODE = re.compile(r"```.*?```", re.DOTALL)
_DOCSTRING = re.compile(r'"""(.*?)"""', re.DOTALL)
_WORD = re.compile(r"[a-z0-9_']+")


def find_copied(questions: Sequence[Question]) -> Iterator[Finding]:
    """Name, for each question and library, the first words in a row that both have."""
    ours: dict[str, set[str]] = {}
    for question in questions:
        for run in _list_runs(" \n".join(_list_texts(question))):
            ours.setdefault(run, set()).add(question.id)
    told = set()
    for library in LIBRARIES:
        for run in _read_documentation(library):
            for question_id in sorted(ours.get(run, ())):
                if (question_id, library) not in told:
                    told.add((question_id, library))
                    problem = f"“{run}” stands in {library}'s documentation, too."
                    yield Finding(question_id, problem, "Say it in your own words.")


def _list_texts(question: Question) -> Iterator[str]:
    yield from (question.prompt, question.answer, *question.follow_ups, *question.mistakes)
    yield from (point.text for point in question.key_points)
    yield from (f"{choice.text} | {choice.why}" for choice in question.choices)


def _list_runs(text: str) -> Iterator[str]:
    """Yield each run of words, of lines and sentences alike; code is everybody's."""
    words = _WORD.findall(_CODE.sub(" ", text).lower())
    for at in range(len(words) - WORDS_IN_A_ROW):
        yield " ".join(words[at : at + WORDS_IN_A_ROW + 1])


def _read_documentation(library: str) -> Iterator[str]:
    spec = find_spec(library)
    if spec is None or spec.origin is None:
        return
    for path in sorted(Path(spec.origin).parent.rglob("*.py")):
        for docstring in _DOCSTRING.findall(path.read_text(encoding="utf-8", errors="ignore")):
            yield from _list_runs(docstring)
