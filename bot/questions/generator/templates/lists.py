"""What becomes of several values for one query parameter."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from bot.domain.people import Level
from bot.questions.generator.template import (
    PRINT_SUCCESS,
    Misconception,
    Template,
    Variant,
    call_client,
    define_function,
    import_lines,
    join_code,
    show_response,
)
from bot.questions.generator.templates.parts import ASK_RESPONSE
from bot.questions.generator.words import TEXTS, pick_resource


@dataclass(frozen=True, slots=True)
class ListCase:
    """A declaration of a query parameter, and how a request sends it."""

    kind: str
    shape: str
    alias: str
    sent_as: str
    values: tuple[str, ...]
    commas: bool

    def convert(self, text: str) -> int | str:
        """Convert one value to the declared type."""
        return int(text) if self.kind == "int" else text

    @property
    def everything(self) -> list[int | str]:
        """All the values that were sent, each of the declared type."""
        return [self.convert(value) for value in self.values]

    @property
    def default(self) -> object:
        """What the function gets if the parameter was not found."""
        return None if self.shape == "scalar" else []

    def declare(self, name: str) -> str:
        """Write the parameter of the function."""
        if self.shape == "scalar":
            return f"{name}: {self.kind} | None = None"
        if self.shape == "plain":
            return f"{name}: list[{self.kind}] = []"
        alias = f'alias="{self.alias}"' if self.alias else ""
        return f"{name}: Annotated[list[{self.kind}], Query({alias})] = []"

    def read(self, name: str) -> tuple[int, object]:
        """Give the status and the value that the function gets."""
        if self.shape == "plain" or self.sent_as != (self.alias or name):
            return 200, self.default
        if self.commas:
            joined = ",".join(self.values)
            return (422, None) if self.kind == "int" else (200, [joined])
        return 200, (self.everything if self.shape == "list" else self.everything[-1])


LIST_NAMES = (("tags", "tag"), ("ids", "id"), ("labels", "label"), ("sizes", "size"))


LIST_RULES = {
    "plain": (
        "A `list` without `Query()` is taken for the request body, so the query string is not "
        "looked at and the default is used."
    ),
    "scalar": (
        "A single-valued parameter that is sent several times takes the last value; only a `list` "
        "keeps them all."
    ),
    "list": (
        "A `list` with `Query()` collects the values of the repeated parameter. Commas separate "
        "nothing: they are part of one value."
    ),
    "alias": "With an alias, the parameter is known by the alias alone; another name is ignored.",
}


def pick_list_case(random: Random, name: str, alias: str) -> ListCase:
    """Pick a declaration and a way of sending it that go together."""
    kind = "int" if name in ("ids", "sizes") else "str"
    shape = random.choice(["list", "list", "scalar", "plain"])
    used = alias if shape == "list" and random.random() < 0.6 else ""
    values = (
        [f"{number}" for number in random.sample(range(2, 90), 3)]
        if kind == "int"
        else random.sample(TEXTS, 3)
    )
    return ListCase(
        kind=kind,
        shape=shape,
        alias=used,
        sent_as=random.choice([alias, name]) if used else name,
        values=tuple(values[: random.choice([2, 2, 3])]),
        commas=shape == "list" and random.random() < 0.3,
    )


def build_list_query(random: Random) -> Variant:
    """Several values for one query parameter: repeated, with commas, under an alias."""
    resource = pick_resource(random)
    name, alias = random.choice(LIST_NAMES)
    case = pick_list_case(random, name, alias)
    status, value = case.read(name)
    joined = ",".join(case.values)
    query = f"{case.sent_as}={joined}"
    if not case.commas:
        query = "&".join(f"{case.sent_as}={each}" for each in case.values)
    unknown = case.shape == "list" and case.sent_as != (case.alias or name)

    def respond(value: object) -> str:
        return show_response({name: value})

    return Variant(
        imports=import_lines("FastAPI, Query", "from typing import Annotated", ""),
        code=join_code(
            "app = FastAPI()",
            "",
            f'@app.get("{resource.path}")',
            define_function(
                f"list_{resource.plural}", [case.declare(name)], f'return {{"{name}": {name}}}'
            ),
        ),
        call=call_client(f'get("{resource.path}?{query}")', PRINT_SUCCESS),
        ask=f"`GET {resource.path}?{query}`: {ASK_RESPONSE}",
        expected=respond(value) if status == 200 else "422",
        explanation=LIST_RULES["alias" if unknown else case.shape],
        misconceptions=(
            Misconception(
                "all the values always arrive as a list",
                respond(case.everything),
                "it takes a `list` with `Query()`, the right name and a repeated parameter.",
            ),
            Misconception(
                "the first value wins",
                respond(case.everything[0]),
                "a list keeps all values, a single-valued parameter the last one.",
            ),
            Misconception(
                "the last value wins",
                respond(case.everything[-1]),
                "that holds for a single-valued parameter only.",
            ),
            Misconception(
                "the values arrive as one text with commas",
                respond(joined),
                "repeated parameters are never joined, and a list stays a list.",
            ),
            Misconception(
                "what doesn't fit falls back to the default",
                respond(case.default),
                "a value that was found but doesn't fit is an error, not a missing value.",
                fits=status == 422,
            ),
            Misconception(
                "repeated values are refused",
                "422",
                "a query string may repeat a name; nothing is wrong with that.",
                fits=not case.commas,
            ),
        ),
    )


TEMPLATES = (
    Template(
        "list-query",
        "Several values in the query string",
        ("routing", "validation"),
        Level.TWO_YEAR,
        build_list_query,
    ),
)
