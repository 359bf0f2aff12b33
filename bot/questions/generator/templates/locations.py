"""Where an error of validation says it is."""

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
from bot.questions.generator.words import TEXTS, Resource, pick_resource

PLACES = ("list", "nested", "two bodies", "embed", "path", "query", "header")


@dataclass(frozen=True, slots=True)
class Place:
    """A parameter that fails, the request that makes it fail, and the `loc` of the error."""

    parameters: tuple[str, ...]
    path: str
    request: str
    loc: tuple[str | int, ...]


def make_place(random: Random, kind: str, resource: Resource, number: str) -> Place:
    """Put a text where an int is declared, in one of several places."""
    bad = random.choice([*TEXTS, f"{random.randint(2, 99)}.5"])
    model, path, index = resource.model, resource.path, random.randint(1, 3)
    item = {number: bad}
    good = [{number: random.randint(1, 9)} for _ in range(index)]
    header = f"x_{number}"

    def post(json: object) -> str:
        return f'post("{path}", json={show_json(json)})'

    body = "body"
    return {
        "list": Place((f"data: list[{model}]",), path, post([*good, item]), (body, index, number)),
        "nested": Place(
            (f"data: dict[str, {model}]",), path, post({bad: item}), (body, bad, number)
        ),
        "two bodies": Place(
            (f"data: {model}", "extra: dict"),
            path,
            post({"data": item, "extra": {}}),
            (body, "data", number),
        ),
        "embed": Place(
            (f"{resource.name}: Annotated[{model}, Body(embed=True)]",),
            path,
            post({resource.name: item}),
            (body, resource.name, number),
        ),
        "path": Place(
            (f"{number}: int",), f"{path}/{{{number}}}", f'post("{path}/{bad}")', ("path", number)
        ),
        "query": Place(
            (f"{number}: int",), path, f'post("{path}?{number}={bad}")', ("query", number)
        ),
        "header": Place(
            (f"{header}: Annotated[int, Header()]",),
            path,
            f'post("{path}", headers={{"{header.replace("_", "-")}": "{bad}"}})',
            ("header", header.replace("_", "-")),
        ),
    }[kind]


def build_location(random: Random) -> Variant:
    """One value is wrong; what does the error's `loc` say?"""
    resource = pick_resource(random)
    kind = random.choice([*PLACES, "list", "nested"])
    number = random.choice(resource.numbers)
    place = make_place(random, kind, resource, number)
    loc = list(place.loc)
    source, *rest = loc
    last = str(loc[-1])
    shifted = [each + 1 if isinstance(each, int) else each for each in loc]
    in_body = source == "body"
    model = [f"class {resource.model}(BaseModel):", f"    {number}: int", ""]
    deeper = [source, "data", *rest]
    underscored = [str(each).replace("-", "_") for each in loc]
    return Variant(
        imports=import_lines(
            "Body, FastAPI, Header",
            "from typing import Annotated",
            "",
            "from pydantic import BaseModel",
        ),
        code=join_code(
            *(model if in_body else []),
            "app = FastAPI()",
            "",
            f'@app.post("{place.path}")',
            define_function(f"add_{resource.name}", place.parameters, 'return "ok"'),
        ),
        call=join_code(
            "client = TestClient(app)",
            f"response = client.{place.request}",
            'print(json.dumps(response.json()["detail"][0]["loc"]))',
        ),
        ask=f"`client.{place.request}` gets a 422. What is the `loc` of its error?",
        expected=show_json(loc),
        explanation=(
            "`loc` begins with the part of the request (path, query, header, cookie or body) and "
            "goes on with the way to the value: keys as the client wrote them, list positions from "
            "0. The name of a body parameter is part of it only if the body has such a key: with "
            "several body parameters, or with `embed=True`."
        ),
        misconceptions=(
            Misconception(
                "`loc` begins with the field",
                show_json(rest),
                "the first element names the part of the request.",
            ),
            Misconception(
                "list positions count from 1",
                show_json(shifted),
                "they are indexes and count from 0.",
            ),
            Misconception(
                "the parameter's name always stands in `loc`",
                show_json(deeper),
                "only what the request itself contains stands in it.",
                fits=kind in ("list", "nested"),
            ),
            Misconception(
                "`loc` is one text with dots",
                show_json(".".join(str(each) for each in loc)),
                "it is a list, so that keys with dots stay unambiguous.",
            ),
            Misconception(
                "only the field is named",
                show_json([source, last]),
                "the whole way to the value is given.",
            ),
            Misconception(
                "`loc` uses the names of Python",
                show_json(underscored),
                "it names a header as the client writes it.",
                fits=source == "header",
            ),
            Misconception(
                "all that is sent counts as the body",
                show_json(["body", *rest]),
                "path, query and headers are places of their own.",
            ),
            Misconception(
                "the model is named",
                show_json([source, resource.model, last]),
                "the client knows nothing of the classes.",
                fits=in_body,
            ),
        ),
    )


TEMPLATES = (
    Template(
        "error-location",
        "Where is the error?",
        ("validation", "errors"),
        Level.TWO_YEAR,
        build_location,
    ),
)
