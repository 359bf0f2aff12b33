"""How members of an Enum are found in a path and written in a response."""

from __future__ import annotations

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
from bot.questions.generator.words import pick_resource

ENUM_BASES = ("str, Enum", "Enum", "StrEnum")


ENUM_WORDS = {
    "Size": ("small", "medium", "large"),
    "Status": ("open", "closed", "merged"),
    "Colour": ("red", "green", "blue"),
    "Plan": ("free", "team", "business"),
    "Zone": ("north", "south", "east"),
    "Mode": ("fast", "safe", "dry"),
    "Unit": ("metre", "mile", "foot"),
}


def build_enum_path(random: Random) -> Variant:
    """A path parameter of an Enum type: by name or by value, and shown in several ways."""
    resource, kind = pick_resource(random), random.choice(list(ENUM_WORDS))
    base, word = random.choice(ENUM_BASES), random.choice(ENUM_WORDS[kind])
    values = {each: f"{each[0]}{random.randint(1, 9)}" for each in ENUM_WORDS[kind]}
    key, member = kind.lower(), word.upper()
    sent = random.choice([values[word], values[word], values[word], member, word])
    shown = random.choice(["", ".value", ".name", "str"])
    expression = f"str({key})" if shown == "str" else f"{key}{shown}"
    text = values[word] if base == "StrEnum" else f"{kind}.{member}"
    result = {"": values[word], ".value": values[word], ".name": member, "str": text}[shown]

    def respond(value: str) -> str:
        return show_response({key: value})

    found = sent == values[word]
    return Variant(
        imports=import_lines("FastAPI", "from enum import Enum, StrEnum", ""),
        code=join_code(
            f"class {kind}({base}):",
            *[f'    {each.upper()} = "{value}"' for each, value in values.items()],
            "",
            "app = FastAPI()",
            "",
            f'@app.get("{resource.path}/{{{key}}}")',
            define_function(
                f"list_{resource.plural}", [f"{key}: {kind}"], f'return {{"{key}": {expression}}}'
            ),
        ),
        call=call_client(f'get("{resource.path}/{sent}")', PRINT_SUCCESS),
        ask=f"`GET {resource.path}/{sent}`: {ASK_RESPONSE}",
        expected=respond(result) if found else "422",
        explanation=(
            (
                f"A member is found by its value, `{sent}` is that of `{kind}.{member}`. "
                if found
                else f"A member is found by its value, and `{sent}` is no value of `{kind}`. "
            )
            + "A member in a response is written as its value; `str()` of it gives "
            "`Class.MEMBER`, but of a `StrEnum` its value."
        ),
        misconceptions=(
            Misconception(
                "a member is shown by its name",
                respond(member),
                "JSON gets the value; the name takes `.name`.",
            ),
            Misconception(
                "a member is shown as Class.MEMBER",
                respond(f"{kind}.{member}"),
                "that is `str()` of a plain `Enum`; a response gets the value.",
            ),
            Misconception(
                "a member is always shown by its value",
                respond(values[word]),
                "`.name` and `str()` ask for something else, and a member must be found first.",
            ),
            Misconception(
                "members are found by name"
                if found or sent == member
                else "members are found by name, in any case",
                "422" if found else respond(result),
                "Pydantic looks members up by value, and exactly.",
            ),
            Misconception(
                "an Enum can't be a path parameter",
                "422",
                "any type that Pydantic can make of a text can be one.",
            ),
            Misconception(
                "an unknown value means another path",
                "404",
                "the path matches; a value that doesn't fit gives 422.",
                fits=not found,
            ),
        ),
    )


TEMPLATES = (
    Template(
        "enum-path",
        "An Enum in the path",
        ("routing", "validation"),
        Level.FRESHER,
        build_enum_path,
    ),
)
