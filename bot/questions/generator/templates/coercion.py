"""What path and query values become on their way into a function."""

from __future__ import annotations

from random import Random

from bot.domain.people import Level
from bot.questions.generator.template import (
    PRINT_SUCCESS,
    Misconception,
    Template,
    Variant,
    call_client,
    import_lines,
    join_code,
    show_response,
)
from bot.questions.generator.templates.parts import ASK_RESPONSE
from bot.questions.generator.words import pick_resource

TRUE_WORDS = ("true", "on", "yes", "1", "t", "y", "True", "YES")
FALSE_WORDS = ("false", "off", "no", "0", "f", "n", "False", "OFF")
BAD_FLAGS = ("enabled", "2", "yep", "none", "disabled", "ok", "-1")


def convert_path_value(annotation: str, raw: str) -> int | float | str | None:
    """Convert as Pydantic's lax mode does for strings; None where it refuses."""
    if annotation == "str":
        return raw
    number = float(raw)
    if annotation == "float":
        return number
    return int(number) if "e" not in raw and number == int(number) else None


def explain_path_value(annotation: str, raw: str, value: int | float | str | None) -> str:
    """Say in one or two sentences why the value became what it is."""
    if annotation == "str":
        return (
            f"The annotation is `str`, so `{raw}` stays text, and multiplying a text repeats it "
            "that many times."
        )
    if value is None:
        return (
            f"Pydantic turns text into an `int` only if it is a whole number; `{raw}` is not "
            "written as one, so the request is answered with 422 and the function never runs."
        )
    return (
        f"FastAPI hands the text `{raw}` to Pydantic, which makes it the `{annotation}` "
        f"`{value!r}` before the function runs."
    )


def build_path_arithmetic(random: Random) -> Variant:
    """A path value is multiplied: as text, an int or a float, or it is refused."""
    resource, annotation = pick_resource(random), random.choice(["int", "int", "float", "str"])
    field, times = random.choice(resource.numbers), random.choice([2, 3])
    number = random.randint(2, 49)
    forms = [f"{number}", f"0{number}", f"{number}.0", f"{number}.5", f"{number}e1"]
    raw = random.choice(forms)
    value = convert_path_value(annotation, raw)

    def respond(value: int | float | str | None) -> str:
        return "422" if value is None else show_response({field: value * times})

    return Variant(
        imports=import_lines(),
        code=join_code(
            "app = FastAPI()",
            "",
            f'@app.get("{resource.path}/{{{field}}}")',
            f"def read_{resource.name}({field}: {annotation}):",
            f'    return {{"{field}": {field} * {times}}}',
        ),
        call=call_client(f'get("{resource.path}/{raw}")', PRINT_SUCCESS),
        ask=f"`GET {resource.path}/{raw}`: {ASK_RESPONSE}",
        expected=respond(value),
        explanation=explain_path_value(annotation, raw, value),
        misconceptions=(
            Misconception(
                "path values stay text",
                respond(raw),
                "the annotation decides what the function gets, and FastAPI converts to it.",
            ),
            Misconception(
                "only the exact notation passes",
                "422",
                "conversion is lax: text that means a value of the type is accepted.",
            ),
            Misconception(
                "numbers are cut to whole ones",
                respond(int(float(raw))),
                "nothing is ever rounded or cut; a value that would lose something is refused.",
            ),
            Misconception(
                "numbers from a URL are floats",
                respond(float(raw)),
                "the type of the value follows from the annotation, not from its look.",
            ),
            Misconception(
                "a wrong type means another route",
                "404",
                "types take no part in matching a plain path parameter; a mismatch gives 422.",
            ),
        ),
    )


def build_query_flag(random: Random) -> Variant:
    """A bool from the query string decides between two numbers."""
    resource, low = pick_resource(random), random.randint(0, 9)
    flag, number = random.choice(resource.flags), random.choice(resource.numbers)
    high = low + random.randint(1, 40)
    raw = random.choice(random.choice([TRUE_WORDS, FALSE_WORDS, FALSE_WORDS, BAD_FLAGS]))
    is_true, is_bad = raw in TRUE_WORDS, raw in BAD_FLAGS

    def respond(value: object) -> str:
        return show_response({flag: value, number: high if value else low})

    read = "is no word for either truth value" if is_bad else f"means {is_true}"
    return Variant(
        imports=import_lines(),
        code=join_code(
            "app = FastAPI()",
            "",
            f'@app.get("{resource.path}")',
            f"def list_{resource.plural}({flag}: bool = {random.choice([True, False])}):",
            f'    return {{"{flag}": {flag}, "{number}": {high} if {flag} else {low}}}',
        ),
        call=call_client(f'get("{resource.path}?{flag}={raw}")', PRINT_SUCCESS),
        ask=f"`GET {resource.path}?{flag}={raw}`: {ASK_RESPONSE}",
        expected="422" if is_bad else respond(is_true),
        explanation=(
            "For a `bool`, Pydantic reads 1, true, t, on, yes, y and 0, false, f, off, no, n, in "
            f"any case, and refuses all else with 422. `{raw}` {read}."
        ),
        misconceptions=(
            Misconception(
                "a text that isn't empty is true",
                respond(True),
                "that is `bool(text)` in Python; Pydantic reads the word instead.",
            ),
            Misconception(
                "all but `true` is false",
                respond(False),
                "several words mean true, and a word that means neither is refused.",
            ),
            Misconception(
                "only true and false are accepted",
                "422",
                "1, on, yes, 0, off, no and others are understood as well.",
            ),
            Misconception(
                "query values stay text",
                respond(raw),
                "the annotation `bool` makes FastAPI convert the value first.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "path-coercion",
        "What becomes of a path value?",
        ("routing", "validation"),
        Level.FRESHER,
        build_path_arithmetic,
    ),
    Template(
        "query-flag",
        "A flag in the query string",
        ("routing", "validation"),
        Level.FRESHER,
        build_query_flag,
    ),
)
