"""In which order validators run."""

from __future__ import annotations

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
from bot.questions.generator.words import pick_resource

Step = tuple[str, str, int]

"""A validator: its kind (before or after), its sign (+ or *) and its number."""


def apply_steps(steps: list[Step], value: int) -> int:
    """Apply the validators in this order."""
    for _, sign, number in steps:
        value = value + number if sign == "+" else value * number
    return value


def build_validator_order(random: Random) -> Variant:
    """Before and after validators in one `Annotated`, each of which changes the number."""
    resource = pick_resource(random)
    name, start = random.choice(resource.numbers), random.randint(2, 9)
    kinds = random.choice(
        [("Before", "Before", "After"), ("Before", "After", "After"), ("Before", "Before")]
    )
    signs = random.choice([("+", "*", "+"), ("*", "+", "*")])
    steps: list[Step] = [
        (kind, sign, random.randint(2, 9)) for kind, sign in zip(kinds, signs, strict=False)
    ]
    random.shuffle(steps)
    before = [step for step in steps if step[0] == "Before"]
    after = [step for step in steps if step[0] == "After"]
    names = {"+": "add", "*": "times"}

    def show(kind: str, sign: str, number: int) -> str:
        return f"{kind}Validator(lambda value: int(value) {sign} {number}),"

    def respond(order: list[Step]) -> str:
        return show_json({name: apply_steps(order, start)})

    right = [*before[::-1], *after]
    told = ", ".join(f"{kind.lower()} {names[sign]} {number}" for kind, sign, number in right)
    return Variant(
        imports=import_lines(
            "FastAPI",
            "from typing import Annotated",
            "",
            "from pydantic import AfterValidator, BaseModel, BeforeValidator",
        ),
        code=join_code(
            "Number = Annotated[",
            "    int,",
            *[f"    {show(*step)}" for step in steps],
            "]",
            "",
            f"class {resource.model}(BaseModel):",
            f"    {name}: Number",
            "",
            "app = FastAPI()",
            "",
            f'@app.post("{resource.path}")',
            define_function(f"add_{resource.name}", [f"data: {resource.model}"], "return data"),
        ),
        call=join_code(
            "client = TestClient(app)",
            f'response = client.post("{resource.path}", json={{"{name}": "{start}"}})',
            "print(json.dumps(response.json()))",
        ),
        ask=f'`POST {resource.path}` with `{{"{name}": "{start}"}}`: what is the body?',
        expected=respond(right),
        explanation=(
            "Before validators run from right to left (here from the last line to the first), "
            "then the value is validated as an `int`, then the after validators run from left to "
            f"right. Here: {told}."
        ),
        misconceptions=(
            Misconception(
                "validators run as they are written",
                respond(steps),
                "before validators come first, and among themselves in reverse.",
            ),
            Misconception(
                "before validators run as they are written",
                respond([*before, *after]),
                "each one wraps what stands to its left, so the last one sees the value first.",
            ),
            Misconception(
                "after validators run in reverse",
                respond([*before[::-1], *after[::-1]]),
                "the after validators run as they are written.",
            ),
            Misconception(
                "all validators run in reverse",
                respond(steps[::-1]),
                "only the before validators do.",
            ),
            Misconception(
                "after validators run first",
                respond([*after, *before[::-1]]),
                "they run after the validation, hence the name.",
            ),
            Misconception(
                "only the last validator counts",
                respond(steps[-1:]),
                "all of them run, each on the result of the one before.",
            ),
            Misconception(
                "validators may only check, not change",
                show_json({name: start}),
                "what a validator returns is the new value.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "validator-order",
        "The order of validators",
        ("validation",),
        Level.FIVE_YEAR,
        build_validator_order,
    ),
)
