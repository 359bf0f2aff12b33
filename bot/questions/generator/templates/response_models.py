"""What happens when more or less is returned than the response model declares."""

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
from bot.questions.generator.templates.parts import ASK_RESPONSE, show_literal
from bot.questions.generator.words import TEXTS, pick_resource

Body = dict[str, object]


SECRETS = ("password", "token", "api_key", "pin", "internal_id", "hash")


def build_return_type(random: Random) -> Variant:
    """What is returned has more fields than the declared type, or lacks one."""
    resource, secret = pick_resource(random), random.choice(SECRETS)
    number, text = random.choice(resource.numbers), random.choice(resource.texts)
    size, word, hidden = random.randint(2, 99), random.choice(TEXTS), random.choice(TEXTS)
    model, how = resource.model, random.choice(["dict", "subclass", "response"])
    lacks = how == "dict" and random.random() < 0.35
    declared = random.choice(["model", "model", "none"]) if how != "response" else "model"
    values: Body = {number: size, text: word, secret: hidden}
    if lacks:
        del values[number]
    arguments = ", ".join(f"{key}={show_literal(value)}" for key, value in values.items())
    literal = (
        "{" + ", ".join(f'"{key}": {show_literal(each)}' for key, each in values.items()) + "}"
    )
    returned = {
        "dict": literal,
        "subclass": f"{model}Record({arguments})",
        "response": f"JSONResponse({literal})",
    }[how]
    public = {key: values[key] for key in (number, text) if key in values}
    record = [f"class {model}Record({model}):", f"    {secret}: str", ""]
    filtered = how != "response" and declared == "model"
    everything = show_response(values)
    right = everything
    if filtered:
        right = "500" if lacks else show_response(public)
    option = f", response_model={model}" if declared == "model" else ""
    return Variant(
        imports=import_lines(
            "FastAPI",
            "",
            "from fastapi.responses import JSONResponse",
            "from pydantic import BaseModel",
        ),
        code=join_code(
            f"class {model}(BaseModel):",
            f"    {number}: int",
            f"    {text}: str",
            "",
            *(record if how == "subclass" else []),
            "app = FastAPI()",
            "",
            f'@app.get("{resource.path}"{option})',
            define_function(f"read_{resource.name}", [], f"return {returned}"),
        ),
        call=call_client(
            f'get("{resource.path}")',
            PRINT_SUCCESS,
            client="TestClient(app, raise_server_exceptions=False)",
        ),
        ask=f"`GET {resource.path}`: {ASK_RESPONSE}",
        expected=right,
        explanation=(
            "A returned `Response` is sent as it is: nothing is validated or left out, whatever "
            "`response_model` says."
            if how == "response"
            else "Without `response_model` and return annotation nothing is validated or left out: "
            "all that was returned is sent."
            if not filtered
            else f"The response model is `{model}`: what was returned is validated against it and "
            "cut down to its fields. What doesn't fit is the server's fault, hence a 500."
        ),
        misconceptions=(
            Misconception(
                "all that was returned is sent",
                everything,
                "a response model cuts the body down to its own fields.",
            ),
            Misconception(
                "the body always follows the nearest model",
                show_response(public),
                "it follows the declared response model, and a `Response` goes past it.",
                fits=not lacks,
            ),
            Misconception(
                "missing fields are left out",
                show_response(public),
                "a required field that is missing makes the response invalid.",
                fits=lacks and filtered,
            ),
            Misconception(
                "fields beyond the model are an error",
                "500",
                "additional fields are dropped, and without a model nothing is checked.",
            ),
            Misconception(
                "a result that doesn't fit is a 422",
                "422",
                "422 is for what the client sent; a wrong result is a server error.",
            ),
            Misconception(
                "hidden fields become null",
                show_response({**public, secret: None}),
                "a value is written or left out, and nothing is written in its place.",
                fits=not lacks,
            ),
            Misconception(
                "missing fields become null",
                show_response({number: None, text: word}),
                "FastAPI invents no values.",
                fits=lacks,
            ),
        ),
    )


TEMPLATES = (
    Template(
        "response-model",
        "More returned than declared",
        ("responses", "security"),
        Level.TWO_YEAR,
        build_return_type,
    ),
)
