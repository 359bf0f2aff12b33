"""Running a question's code blocks: what its answer claims is what the code prints.

Blocks share one module and run in the order prompt, answer, proof. A block marked `output`
states exactly what was printed since the one before it. Only files that somebody chose to
check on their own machine are run, never what came in through chat.
"""

from __future__ import annotations

import contextlib
import io
import signal
import sys
import tempfile
import types
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.question import Question
from bot.questions.markdown import OUTPUT, RUN, CodeBlock, find_code_blocks

TIME_LIMIT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class ProofFailure:
    """Where a proof broke: a part of the question, a line in it, and what happened."""

    part: str
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.part}, line {self.line}: {self.problem}"


class _OutOfTime(BaseException):
    """A block that catches `Exception` must not catch its own time limit."""


def count_runs(question: Question) -> int:
    """Count the code blocks that are run for a question."""
    return sum(block.info == RUN for _, block in _list_blocks(question))


def asserts_something(question: Question) -> bool:
    """Tell whether running the blocks could fail for what they print or assert."""
    return any(
        block.info == OUTPUT or (block.info == RUN and "assert " in block.code)
        for _, block in _list_blocks(question)
    )


def run_proof(question: Question) -> ProofFailure | None:
    """Run all blocks in this process; return the first failure, or None if all is as claimed.

    Warnings are errors. The working folder is a temporary one, gone afterwards.
    """
    module = types.ModuleType(f"proof_of_{question.id.replace('-', '_')}")
    printed = io.StringIO()
    with _clean_room(module), contextlib.redirect_stdout(printed):
        for part, block in _list_blocks(question):
            problem = _run_block(block, part, module, printed)
            if problem:
                return ProofFailure(part, block.line, problem)
    if printed.getvalue():
        return ProofFailure("proof", 1, f"printed but claimed nowhere: {printed.getvalue()!r}")
    return None


def _list_blocks(question: Question) -> Iterator[tuple[str, CodeBlock]]:
    for part in ("prompt", "answer", "proof"):
        for block in find_code_blocks(getattr(question, part)):
            if block.info in (RUN, OUTPUT):
                yield part, block


def _run_block(
    block: CodeBlock, part: str, module: types.ModuleType, printed: io.StringIO
) -> str | None:
    if block.info == OUTPUT:
        return _compare_output(block.code, printed)
    padding = "\n" * (block.line - 1)  # so that a traceback names the line of the part
    try:
        code = compile(
            padding + block.code, f"<{module.__name__}: {part}>", "exec", dont_inherit=True
        )
        exec(code, module.__dict__)  # noqa: S102  the author's own file, on the author's machine
    except _OutOfTime:
        return f"still running after {TIME_LIMIT_SECONDS} s"
    except (Exception, SystemExit) as error:  # in whatever way it ends early, that is its failure
        return f"{type(error).__name__}: {error}"
    return None


def _compare_output(claimed: str, printed: io.StringIO) -> str | None:
    got = printed.getvalue()
    printed.seek(0)
    printed.truncate()
    if got.rstrip() == claimed.rstrip():
        return None
    return f"claimed\n{claimed.rstrip()}\nbut printed\n{got.rstrip()}"


@contextlib.contextmanager
def _clean_room(module: types.ModuleType) -> Iterator[None]:
    sys.modules[module.__name__] = module
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            contextlib.chdir(folder),
            warnings.catch_warnings(),
            _time_limit(),
        ):
            warnings.simplefilter("error")
            yield
    finally:
        del sys.modules[module.__name__]


@contextlib.contextmanager
def _time_limit() -> Iterator[None]:
    if not hasattr(signal, "setitimer"):  # Windows has no such timer
        yield
        return

    def give_up(*_: object) -> None:
        raise _OutOfTime

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, TIME_LIMIT_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
