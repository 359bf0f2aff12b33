"""What a question template is: parameters in, a program and its misread results out."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from bot.domain.people import Level

LINE_WIDTH = 72
"""So much code fits into a line of a chat window without being wrapped."""


@dataclass(frozen=True, slots=True)
class Misconception:
    """A named wrong belief, what it would have the program print, and why it is wrong.

    It is not offered unless it `fits`: a belief about middleware needs a program that has some.
    """

    name: str
    result: str
    why: str
    fits: bool = True


@dataclass(frozen=True, slots=True)
class Variant:
    """One program made from a template, before it was run.

    `code` is what the reader sees; `imports` go before it and `call` after it. The call
    prints one line, the answer. `expected` is the line that `explanation` explains: a run
    that prints another makes the explanation false, and the variant is dropped.
    Misconceptions may coincide with one another or with the truth; the generator picks.
    """

    imports: tuple[str, ...]
    code: str
    call: str
    ask: str
    expected: str
    explanation: str
    misconceptions: tuple[Misconception, ...]

    @property
    def program(self) -> str:
        """The whole program: runs by itself where FastAPI and its test client are installed."""
        return "\n".join([*self.imports, "", self.code, "", self.call, ""])

    @property
    def prompt(self) -> str:
        """The question as Markdown; the imports are left out, they say nothing new."""
        return f"Read this FastAPI code:\n\n```python\n{self.code}\n```\n\n{self.ask}"


@dataclass(frozen=True, slots=True)
class Template:
    """A family of variants. `build` depends on nothing but the random numbers it is given."""

    name: str
    title: str
    topics: tuple[str, ...]
    level: Level
    build: Callable[[Random], Variant]


def join_code(*lines: str) -> str:
    """Join lines and blocks of code; a block may span lines, an empty string is an empty line."""
    return "\n".join(lines)


def define_function(name: str, parameters: Sequence[str], *body: str, word: str = "def") -> str:
    """Write a function; the parameters get lines of their own when one line would be long."""
    head = f"{word} {name}({', '.join(parameters)}):"
    if len(head) > LINE_WIDTH:
        head = "\n".join([f"{word} {name}(", *[f"    {each}," for each in parameters], "):"])
    return "\n".join([head, *[f"    {line}" for line in body]])


def show_json(value: object) -> str:
    """Write a value the way the programs print it, with the order of keys kept."""
    return json.dumps(value, ensure_ascii=False)


def show_response(body: object) -> str:
    """Write a response of 200 the way `PRINT_RESPONSE` prints it."""
    return f"200 {show_json(body)}"


PRINT_RESPONSE = "print(response.status_code, json.dumps(response.json(), ensure_ascii=False))"
"""The usual last line of a call: status and body. Needs `import json` and a `response`."""

PRINT_SUCCESS = (
    'body = json.dumps(response.json(), ensure_ascii=False) if response.is_success else ""\n'
    "print(response.status_code, body)"
)
"""Likewise, but the body only of a success: for answers of 422, which are long."""


def import_lines(fastapi: str = "FastAPI", *more: str) -> tuple[str, ...]:
    """Give the import block of a program: `fastapi` names what comes from FastAPI itself."""
    return (
        "import json",
        *more,
        f"from fastapi import {fastapi}",
        "from fastapi.testclient import TestClient",
    )


def call_client(request: str, show: str = PRINT_RESPONSE, client: str = "TestClient(app)") -> str:
    """Give the code that sends a request, as in `get("/x")`, and prints what came back."""
    return f"client = {client}\nresponse = client.{request}\n{show}"
