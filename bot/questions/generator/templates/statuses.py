"""Who sets the status of a response."""

from __future__ import annotations

from random import Random

from bot.domain.people import Level
from bot.questions.generator.template import (
    Misconception,
    Template,
    Variant,
    call_client,
    define_function,
    import_lines,
    join_code,
)
from bot.questions.generator.words import pick_resource

CODES = {"good": (200, 201, 202, 203), "bad": (400, 402, 403, 404, 409, 410, 418, 451)}


def build_status(random: Random) -> Variant:
    """Decorator, parameter, returned response and exception name different statuses."""
    resource = pick_resource(random)
    decorated, set_to, returned = random.sample(CODES["good"], 3)
    raised, limit = random.choice(CODES["bad"]), random.randint(10, 60)
    number, key = random.randint(2, 99), random.choice(resource.numbers)
    ends = random.choice(["value", "response", "raise", "raise", "value"])
    sets = random.random() < 0.7
    big = number > limit
    last = {
        "value": "",
        "response": f"return JSONResponse({key}, status_code={returned})",
        "raise": f"raise HTTPException({raised})",
    }[ends]
    lines = [f"if {key} > {limit}:", f"    {last}", f"return {key}"] if last else [f"return {key}"]
    if sets:
        lines.insert(0, f"response.status_code = {set_to}")
    plain = set_to if sets else decorated
    by_end = {"value": plain, "response": returned, "raise": raised}
    right = by_end[ends] if big else plain
    compared = f" {number} is {'' if big else 'not '}above {limit}, so it is {right}."
    return Variant(
        imports=import_lines(
            "FastAPI, HTTPException, Response", "", "from fastapi.responses import JSONResponse"
        ),
        code=join_code(
            "app = FastAPI()",
            "",
            f'@app.put("{resource.path}/{{{key}}}", status_code={decorated})',
            define_function(f"put_{resource.name}", [f"{key}: int", "response: Response"], *lines),
        ),
        call=call_client(f'put("{resource.path}/{number}")', "print(response.status_code)"),
        ask=f"Which status does `PUT {resource.path}/{number}` get?",
        expected=str(right),
        explanation=(
            "The decorator's status is only the default for values that are returned. One set on "
            "the `Response` parameter replaces it; a response that is returned, or an exception "
            f"that is raised, brings its own.{compared if last else ''}"
        ),
        misconceptions=(
            Misconception(
                "the decorator has the last word",
                str(decorated),
                "it gives a default, which the function may replace.",
            ),
            Misconception(
                "the parameter's status always applies",
                str(set_to),
                "it is used only when a plain value is returned.",
                fits=sets,
            ),
            Misconception(
                "a `JSONResponse` or an exception always decides",
                str(by_end[ends]),
                "only if the function gets to that line.",
                fits=bool(last),
            ),
            Misconception(
                "success is 200",
                "200",
                "200 is only the default of the decorator.",
            ),
            Misconception(
                "an error in the function is 500",
                "500",
                "an `HTTPException` is an answer, and nothing else fails here.",
            ),
            Misconception(
                "a successful PUT is 204",
                "204",
                "FastAPI derives no status from the method.",
            ),
            Misconception(
                "a value that isn't wanted is invalid",
                "422",
                "422 comes from validation; a condition in the function takes no part in it.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "status-code",
        "Who sets the status?",
        ("responses", "errors"),
        Level.FRESHER,
        build_status,
    ),
)
