"""Which errors validation reports, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from bot.domain.people import Level
from bot.questions.generator.template import (
    Misconception,
    Template,
    Variant,
    define_function,
    import_lines,
    join_code,
    show_json,
)
from bot.questions.generator.words import TEXTS, pick_resource

BASE_MODEL = ("", "from pydantic import BaseModel, Field")


PRINT_ERRORS = (
    'errors = response.json()["detail"] if response.status_code == 422 else []\n'
    'print(", ".join(f"{each[\'loc\'][-1]}: {each[\'type\']}" for each in errors) or "no error")'
)


@dataclass(frozen=True, slots=True)
class Constrained:
    """A field with a constraint, what was sent for it, and the errors of right and wrong beliefs.

    `error` is the type that Pydantic reports, empty for none; `strict` what it would be if
    limits were read the other way (a `gt` as a `ge`); `sent` is source code, empty if missing.
    """

    name: str
    declaration: str
    sent: str
    error: str
    swapped: str


def pick_number(random: Random, name: str) -> Constrained:
    """Constrain a number by one limit and send the limit itself, or a value beside it."""
    rule, limit = random.choice(["gt", "ge", "lt", "le"]), random.randint(2, 90)
    error = {
        "gt": "greater_than",
        "ge": "greater_than_equal",
        "lt": "less_than",
        "le": "less_than_equal",
    }[rule]
    difference = random.choice([-1, 0, 0, 1])
    other_side = difference < 0 if rule[0] == "g" else difference > 0
    wrong = other_side or (difference == 0 and rule[1] == "t")
    wrong_if_swapped = other_side or (difference == 0 and rule[1] == "e")
    return Constrained(
        name,
        f"{name}: int = Field({rule}={limit})",
        f"{limit + difference}",
        error if wrong else "",
        error if wrong_if_swapped else "",
    )


def pick_text(random: Random, name: str) -> Constrained:
    """Constrain the length of a text and send one of that length, or a letter beside it."""
    rule, word = random.choice(["min_length", "max_length"]), random.choice(TEXTS)
    difference = random.choice([-1, 0, 0, 1])  # of the word's length to the limit
    wrong = difference < 0 if rule[1] == "i" else difference > 0
    error = "string_too_short" if rule[1] == "i" else "string_too_long"
    return Constrained(
        name,
        f"{name}: str = Field({rule}={len(word) - difference})",
        show_json(word),
        error if wrong else "",
        error if wrong or difference == 0 else "",
    )


def pick_kind(random: Random, name: str) -> Constrained:
    """Send another JSON type than declared, one that fits by conversion, or nothing."""
    number, word = random.randint(2, 99), random.choice(TEXTS)
    sent, error, swapped = random.choice(
        [
            (f'"{number}"', "", "int_type"),
            (f"{number}.0", "", "int_type"),
            (f"{number}.5", "int_from_float", ""),
            (f'"{word}"', "int_parsing", "int_type"),
            ("null", "int_type", ""),
            ("", "missing", ""),
        ]
    )
    return Constrained(name, f"{name}: int", sent, error, swapped)


def show_errors(fields: list[Constrained], attribute: str = "error") -> str:
    """Write the errors as the program prints them."""
    found = [(each.name, getattr(each, attribute)) for each in fields]
    return ", ".join(f"{name}: {error}" for name, error in found if error) or "no error"


def build_constraints(random: Random) -> Variant:
    """Three fields, some of which break their constraint."""
    resource = pick_resource(random)
    number, other = resource.numbers
    fields = [
        pick_number(random, number),
        pick_text(random, random.choice(resource.texts)),
        pick_kind(random, other),
    ]
    random.shuffle(fields)
    body = "{" + ", ".join(f'"{each.name}": {each.sent}' for each in fields if each.sent) + "}"
    wrong = [each for each in fields if each.error]
    return Variant(
        imports=import_lines("FastAPI", *BASE_MODEL),
        code=join_code(
            f"class {resource.model}(BaseModel):",
            *[f"    {each.declaration}" for each in fields],
            "",
            "app = FastAPI()",
            "",
            f'@app.post("{resource.path}")',
            define_function(f"add_{resource.name}", [f"data: {resource.model}"], "return data"),
        ),
        call=join_code(
            "client = TestClient(app)",
            'headers = {"content-type": "application/json"}',
            f"response = client.post(\"{resource.path}\", content='{body}', headers=headers)",
            PRINT_ERRORS,
        ),
        ask=f"`POST {resource.path}` with the JSON `{body}`: which errors, as field and type?",
        expected=show_errors(fields),
        explanation=(
            "All fields are checked and all errors are reported together, in the order of the "
            "fields. `gt` and `lt` exclude the limit, `ge`, `le` and the lengths include it; text "
            "that reads as a whole number, and a float without a fraction, pass as an `int`."
        ),
        misconceptions=(
            Misconception(
                "validation stops at the first error",
                show_errors(wrong[:1]),
                "every field is checked, and all errors come back at once.",
            ),
            Misconception(
                "limits are read the other way round",
                show_errors(fields, "swapped"),
                "`gt` and `lt` exclude the limit, `ge`, `le` and lengths include it; and "
                "conversion is lax.",
            ),
            Misconception(
                "only the last error is kept",
                show_errors(wrong[-1:]),
                "errors are collected in a list.",
            ),
            Misconception(
                "every constraint reports a value error",
                ", ".join(f"{each.name}: value_error" for each in wrong) or "no error",
                "each kind of constraint has a type of its own.",
            ),
            Misconception(
                "values are made to fit",
                "no error",
                "nothing is clamped or cut to fit a constraint.",
            ),
            Misconception(
                "types are compared strictly",
                ", ".join(
                    f"{each.name}: {each.error or 'int_type'}"
                    for each in fields
                    if each.error or (each.sent[:1] == '"' and "int" in each.declaration)
                )
                or "no error",
                "JSON text is converted where an `int` is declared, unless `strict=True`.",
            ),
            Misconception(
                "missing and null are the same error",
                ", ".join(
                    f"{each.name}: {'missing' if each.sent in ('', 'null') else each.error}"
                    for each in wrong
                )
                or "no error",
                "`missing` is for a key that isn't there; null is a value of the wrong type.",
            ),
            Misconception(
                "numbers are checked as one range",
                ", ".join(
                    f"{each.name}: {'out_of_range' if 'than' in each.error else each.error}"
                    for each in wrong
                )
                or f"{fields[0].name}: missing",
                "each limit reports itself.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "field-constraints",
        "Which errors does validation report?",
        ("validation",),
        Level.TWO_YEAR,
        build_constraints,
    ),
)
