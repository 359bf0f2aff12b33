"""What the `response_model_exclude_…` options leave out."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from bot.domain.people import Level
from bot.questions.generator.template import (
    Misconception,
    Template,
    Variant,
    import_lines,
    join_code,
    show_json,
)
from bot.questions.generator.templates.parts import show_literal
from bot.questions.generator.words import TEXTS, Resource, pick_resource

Body = dict[str, object]


FILTERS = {
    "": (
        "Without an option, every field of the response model is written, also what is None or "
        "was never passed."
    ),
    "exclude_unset": (
        "`exclude_unset` leaves out what was not passed when the object was made; what was passed "
        "stays, even where it equals the default."
    ),
    "exclude_defaults": (
        "`exclude_defaults` leaves out what equals its default, whether it was passed or not; all "
        "else stays."
    ),
    "exclude_none": (
        "`exclude_none` leaves out what is None, whether it was passed or not; other defaults stay."
    ),
}


@dataclass(frozen=True, slots=True)
class ModelField:
    """A field of a model with its default, and what was passed for it, if anything."""

    name: str
    annotation: str
    default: object
    passed: bool
    value: object

    @property
    def declaration(self) -> str:
        """Write it as a line of the class."""
        return f"{self.name}: {self.annotation} = {show_literal(self.default)}"


def pick_fields(random: Random, resource: Resource) -> list[ModelField]:
    """Pick four fields, one of them left out, one passed as None, one passed as its default."""
    number, other = resource.numbers
    text, flag = random.choice(resource.texts), random.choice(resource.flags)
    size, word, truth = random.randint(2, 60), random.choice(TEXTS), random.choice([True, False])
    fields = [
        ModelField(number, "int", size, True, random.choice([size, size + 1])),
        ModelField(other, "int | None", None, random.random() < 0.5, None),
        ModelField(text, "str | None", word, random.random() < 0.7, random.choice([None, word])),
        ModelField(flag, "bool", truth, random.random() < 0.5, random.choice([True, False])),
    ]
    random.shuffle(fields)
    return fields


def apply_filter(fields: list[ModelField], option: str) -> Body:
    """Give the body that a response filter leaves."""
    values = {each.name: each.value if each.passed else each.default for each in fields}
    kept = {
        "": fields,
        "exclude_unset": [each for each in fields if each.passed],
        "exclude_defaults": [each for each in fields if values[each.name] != each.default],
        "exclude_none": [each for each in fields if values[each.name] is not None],
    }[option]
    return {each.name: values[each.name] for each in kept}


def build_filter(random: Random) -> Variant:
    """A model instance goes out through one of the `response_model_exclude_…` options."""
    resource = pick_resource(random)
    fields = pick_fields(random, resource)
    option = random.choice(
        ["exclude_unset", "exclude_defaults", "exclude_none", "exclude_none", ""]
    )
    bodies = {each: show_json(apply_filter(fields, each)) for each in FILTERS}
    passed = ", ".join(f"{each.name}={show_literal(each.value)}" for each in fields if each.passed)
    truthy = {each.name: each.value for each in fields if each.passed and each.value}
    flag = f", response_model_{option}=True" if option else ""
    return Variant(
        imports=import_lines("FastAPI", "", "from pydantic import BaseModel"),
        code=join_code(
            f"class {resource.model}(BaseModel):",
            *[f"    {each.declaration}" for each in fields],
            "",
            "app = FastAPI()",
            "",
            f'@app.get("{resource.path}"{flag})',
            f"def read_{resource.name}() -> {resource.model}:",
            f"    return {resource.model}({passed})",
        ),
        call=f'client = TestClient(app)\nprint(json.dumps(client.get("{resource.path}").json()))',
        ask=f"What is the body of `GET {resource.path}`?",
        expected=bodies[option],
        explanation=FILTERS[option],
        misconceptions=(
            Misconception(
                "fields that were not passed are left out",
                bodies["exclude_unset"],
                "that is what `response_model_exclude_unset` does.",
            ),
            Misconception(
                "fields with their default are left out",
                bodies["exclude_defaults"],
                "that is what `response_model_exclude_defaults` does, even for values passed.",
            ),
            Misconception(
                "None is left out",
                bodies["exclude_none"],
                "that is what `response_model_exclude_none` does.",
            ),
            Misconception(
                "all fields are always written",
                bodies[""],
                "the option in the decorator leaves some of them out.",
            ),
            Misconception(
                "empty and false values are left out",
                show_json(truthy),
                "no option looks at whether a value is true or empty.",
            ),
            Misconception(
                "what is left out is written as null",
                show_json({each.name: each.value if each.passed else None for each in fields}),
                "a field is written with its value or not at all.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "response-filter",
        "What does the response model leave out?",
        ("responses", "validation"),
        Level.TWO_YEAR,
        build_filter,
    ),
)
