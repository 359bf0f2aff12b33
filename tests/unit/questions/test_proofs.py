"""Proofs run what stands in the file and compare what was printed."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from bot.domain.people import Level
from bot.domain.question import Kind, Markdown, Question
from bot.questions import proofs
from bot.questions.proofs import count_runs, run_proof


def make_question(prompt: str = "?", proof: str = "") -> Question:
    return Question(
        id="one",
        pack="mine",
        title="One",
        level=Level.FRESHER,
        topics=("testing",),
        kind=Kind.OPEN,
        prompt=Markdown(prompt),
        answer=Markdown("!"),
        proof=Markdown(proof),
    )


def test_blocks_share_names_and_output_is_compared() -> None:
    prompt = "Look:\n\n```python\nx = 2\n```\n\n```py\nnot run\n```\n"
    question = make_question(prompt, "```python\nprint(x + 1)\n```\n\n```output\n3\n```")
    assert run_proof(question) is None
    assert count_runs(question) == 2


def test_another_output_fails_with_its_place() -> None:
    failure = run_proof(make_question(proof="```python\nprint(4)\n```\n\n```output\n3\n```"))
    assert str(failure) == "proof, line 6: claimed\n3\nbut printed\n4"


def test_unclaimed_output_fails() -> None:
    failure = run_proof(make_question(proof="```python\nprint(4)\n```"))
    assert failure is not None
    assert "claimed nowhere" in failure.problem


def test_errors_and_warnings_fail() -> None:
    broken = run_proof(make_question(proof="```python\n1 / 0\n```"))
    warned = "import warnings\nwarnings.warn('old', DeprecationWarning)"
    noisy = run_proof(make_question(proof=f"```python\n{warned}\n```"))
    assert broken is not None
    assert noisy is not None
    assert "ZeroDivisionError" in broken.problem
    assert "DeprecationWarning: old" in noisy.problem


def test_a_block_that_ends_the_program_fails_and_the_next_one_runs() -> None:
    ended = run_proof(make_question(proof="```python\nimport sys\nsys.exit(0)\n```"))
    assert str(ended) == "proof, line 2: SystemExit: 0"


def test_a_block_can_t_catch_its_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "TIME_LIMIT_SECONDS", 0.05)
    code = "while True:\n    try:\n        sum(range(1000))\n    except Exception:\n        pass"
    endless = run_proof(make_question(proof=f"```python\n{code}\n```"))
    assert endless is not None
    assert endless.problem == "still running after 0.05 s"


def test_files_are_written_elsewhere() -> None:
    before = sorted(Path.cwd().iterdir())
    question = make_question(proof="```python\nopen('x', 'w').close()\n```")
    assert run_proof(question) is None
    assert sorted(Path.cwd().iterdir()) == before


def test_the_version_follows_the_proof() -> None:
    question = make_question()
    assert dataclasses.replace(question, proof=Markdown("x")).version != question.version


def test_blocks_run_as_if_they_stood_alone() -> None:
    code = "def f(x: int) -> None: ...\nprint(f.__annotations__['x'])"
    proof = f"```python\n{code}\n```\n\n```output\n<class 'int'>\n```"
    assert run_proof(make_question(proof=proof)) is None
