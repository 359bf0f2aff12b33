"""The example that the docs show is a question that loads, passes the checks and runs."""

from __future__ import annotations

from pathlib import Path

from bot.domain.question import Question
from bot.questions.lint import lint_question
from bot.questions.markdown import find_code_blocks
from bot.questions.proofs import count_runs, run_proof
from bot.questions.question_file import FRONT_KEYS, SECTIONS, parse_question

DOCS = (Path(__file__).parents[3] / "docs" / "questions.md").read_text("utf-8")


def test_the_example_is_a_good_question() -> None:
    (example,) = [block.code for block in find_code_blocks(DOCS) if block.info == "markdown"]
    question = parse_question(example, "docs", "docs/questions.md")
    assert isinstance(question, Question), question
    assert list(lint_question(question)) == []
    assert count_runs(question) == 1
    assert run_proof(question) is None


def test_every_key_and_section_is_documented() -> None:
    missing = [key for key in FRONT_KEYS if f"| `{key}` |" not in DOCS]
    missing += [title for title in SECTIONS if f"`{title}`" not in DOCS]
    assert missing == []
