"""Which type of a union a value gets."""

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
    show_json,
    show_response,
)
from bot.questions.generator.words import TEXTS, pick_resource

UNIONS = {
    "int | str": (int, str),
    "str | int": (str, int),
    "float | str": (float, str),
    "int | bool": (int, bool),
    "bool | int": (bool, int),
    "bool | str": (bool, str),
    "int | float": (int, float),
}


def pick_union_value(random: Random, union: str) -> object:
    """Pick a value that is an exact instance of one of the union's types, tempting for another."""
    number = random.randint(2, 99)
    tempting: dict[type, list[object]] = {
        str: [f"{number}", "true", "1", f"{number}.0", "off", random.choice(TEXTS)],
        int: [number, 1, 0],
        float: [float(number), number + 0.5],
        bool: [True, False],
    }
    return random.choice(tempting[random.choice(UNIONS[union])])


def convert_to(kind: type, value: object) -> object:
    """Convert as one who thinks of Python's constructors; the value itself where they fail."""
    try:
        return kind(value)
    except ValueError:
        return value


def build_union(random: Random) -> Variant:
    """A field of a union type: the value keeps its type if the union has it."""
    resource, union = pick_resource(random), random.choice(list(UNIONS))
    value, number = pick_union_value(random, union), random.randint(2, 99)
    name, other = random.choice(resource.texts), random.choice(resource.numbers)
    left, right = UNIONS[union]

    def respond(value: object) -> str:
        return show_response({name: value, other: number})

    return Variant(
        imports=import_lines("FastAPI", "", "from pydantic import BaseModel"),
        code=join_code(
            f"class {resource.model}(BaseModel):",
            f"    {name}: {union}",
            f"    {other}: int",
            "",
            "app = FastAPI()",
            "",
            f'@app.post("{resource.path}")',
            define_function(f"add_{resource.name}", [f"data: {resource.model}"], "return data"),
        ),
        call=call_client(
            f'post("{resource.path}", json={{"{name}": {value!r}, "{other}": "{number}"}})',
            PRINT_SUCCESS,
        ),
        ask=(
            f"`POST {resource.path}` with "
            f"`{show_json({name: value, other: str(number)})}`: which status, and which body?"
        ),
        expected=respond(value),
        explanation=(
            "Pydantic's smart mode prefers the member of the union whose type the value already "
            "has; the order of the members decides only between conversions. So "
            f"`{show_json(value)}` stays as it is, while `{other}`, an `int` alone, is converted."
        ),
        misconceptions=(
            Misconception(
                "the first type of a union that can convert wins",
                respond(convert_to(left, value)),
                "an exact match with any member comes before every conversion.",
            ),
            Misconception(
                "the last type of a union wins",
                respond(convert_to(right, value)),
                "an exact match with any member wins.",
            ),
            Misconception(
                "a union turns conversion off for the whole model",
                show_response({name: value, other: str(number)}),
                "the other field is an `int` and text for it is converted.",
            ),
            Misconception(
                "unions are written as text",
                respond(str(value)),
                "the value goes out with the type that it was given.",
            ),
            Misconception(
                "a union needs a discriminator",
                "500",
                "simple types are told apart by themselves.",
            ),
            Misconception(
                "text for a number is refused",
                "422",
                "`int` accepts text that is a whole number, unless `strict=True`.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "union-type",
        "Which type of the union?",
        ("validation",),
        Level.TWO_YEAR,
        build_union,
    ),
)
