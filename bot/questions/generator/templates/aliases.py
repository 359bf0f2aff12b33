"""Under which name a field is read and written."""

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
    show_json,
    show_response,
)
from bot.questions.generator.words import TEXTS, pick_resource

ALIAS_STYLES = {
    "alias": "`alias` is the name both for reading and, in responses, for writing.",
    "serialization_alias": "`serialization_alias` is the name for writing only.",
    "validation_alias": "`validation_alias` is the name for reading only.",
}


def show_camel(name: str) -> str:
    """Write a snake_case name in camelCase."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def build_alias(random: Random) -> Variant:
    """A field has an alias of one of three kinds; under which name does it go out?"""
    resource = pick_resource(random)
    style, by_alias = random.choice(list(ALIAS_STYLES)), random.random() < 0.65
    plain, number = random.choice(resource.texts), random.choice(resource.numbers)
    name = f"{random.choice(['total', 'last', 'first', 'max', 'min'])}_{number}"
    alias = random.choice([show_camel(name), name.replace("_", "-"), name.upper()])
    value, word = random.randint(2, 99), random.choice(TEXTS)
    read_by = name if style == "serialization_alias" else alias
    sent = random.choice([read_by, read_by, read_by, alias if read_by == name else name])
    found = sent == read_by
    written = alias if style != "validation_alias" and by_alias else name
    option = "" if by_alias else ", response_model_by_alias=False"

    def respond(key: str) -> str:
        return show_response({plain: word, key: value})

    return Variant(
        imports=import_lines("FastAPI", "", "from pydantic import BaseModel, Field"),
        code=join_code(
            f"class {resource.model}(BaseModel):",
            f"    {plain}: str",
            f'    {name}: int = Field({style}="{alias}")',
            "",
            "app = FastAPI()",
            "",
            f'@app.post("{resource.path}"{option})',
            f"def add_{resource.name}(data: {resource.model}) -> {resource.model}:",
            "    return data",
        ),
        call=call_client(
            f'post("{resource.path}", json={show_json({plain: word, sent: value})})',
            PRINT_SUCCESS,
        ),
        ask=(
            f"`POST {resource.path}` with `{show_json({plain: word, sent: value})}`: "
            "which status, and on success which body?"
        ),
        expected=respond(written) if found else "422",
        explanation=(
            f"{ALIAS_STYLES[style]} So the request must call the field `{read_by}`, and the "
            f"response calls it `{written}`: responses are written by alias unless "
            "`response_model_by_alias=False`."
        ),
        misconceptions=(
            Misconception(
                "responses use the names of the attributes",
                respond(name),
                "FastAPI writes by alias unless told otherwise.",
                fits=found,
            ),
            Misconception(
                "any alias is used for writing",
                respond(alias),
                "a `validation_alias` is for reading, and writing by alias can be turned off.",
                fits=found,
            ),
            Misconception(
                "a field is found under either name",
                respond(written),
                "which name is read depends on the kind of alias, and it is one only.",
                fits=not found,
            ),
            Misconception(
                "a field goes out under the name under which it came in",
                respond(sent),
                "it is looked for under one name, and how it is written is another matter.",
            ),
            Misconception(
                "the request must use the other name",
                "422",
                "which name is read depends on the kind of alias.",
            ),
            Misconception(
                "both names are written",
                show_response({plain: word, name: value, alias: value}),
                "a field is written once.",
            ),
            Misconception(
                "a field under another name is dropped",
                show_response({plain: word}),
                "a required field that isn't found is an error, and no field gets lost.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "field-alias",
        "The name of a field in JSON",
        ("responses", "validation"),
        Level.TWO_YEAR,
        build_alias,
    ),
)
