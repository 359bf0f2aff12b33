"""What a query parameter is when the request lacks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
from bot.questions.generator.words import TEXTS, pick_resource


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter: `default` as source code, empty for none; `sent` None if missing."""

    name: str
    annotation: str
    default: str
    sent: str | None

    @property
    def declaration(self) -> str:
        """Write it as the parameter of a function."""
        return f"{self.name}: {self.annotation}" + (f" = {self.default}" if self.default else "")

    @property
    def value(self) -> object:
        """What the function gets; for a missing one without a default: None."""
        if self.sent is not None:
            return int(self.sent) if self.annotation.startswith("int") else self.sent
        if self.default in ("", "None"):
            return None
        return int(self.default) if self.annotation == "int" else self.default.strip('"')


def pick_parameter(random: Random, name: str, kind: str) -> Parameter:
    """Declare a parameter in one of four ways, and send it or leave it out."""
    made = f"{random.randint(1, 60)}" if kind == "int" else f'"{random.choice(TEXTS)}"'
    optional = [(kind, made), (f"{kind} | None", "None")]
    required = [(kind, ""), (f"{kind} | None", "")]
    annotation, default = random.choice([*required, *optional, *optional, *optional])
    value = f"{random.randint(1, 60)}" if kind == "int" else random.choice([*TEXTS[:8], ""])
    return Parameter(name, annotation, default, random.choice([value, None]))


def build_defaults(random: Random) -> Variant:
    """Three query parameters, some of them missing from the request."""
    resource = pick_resource(random)
    names = [(name, "int") for name in resource.numbers] + [(random.choice(resource.texts), "str")]
    first, *rest = [pick_parameter(random, *name) for name in names]
    first = Parameter(first.name, first.annotation, first.default, None)
    parameters = sorted([first, *rest], key=lambda each: bool(each.default))
    missing = [each for each in parameters if each.sent is None]
    required = [each.name for each in missing if not each.default]
    all_nullable = all("None" in each.annotation for each in missing if not each.default)
    query = "&".join(f"{each.name}={each.sent}" for each in parameters if each.sent is not None)
    target = f"{resource.path}?{query}" if query else resource.path

    def respond(changes: Mapping[str, object]) -> str:
        body = {each.name: each.value for each in parameters}
        return show_response({**body, **changes})

    present = {each.name: each.value for each in parameters if each not in missing}
    zeros = {each.name: 0 if "int" in each.annotation else "" for each in missing}
    body = ", ".join(f'"{each.name}": {each.name}' for each in parameters)
    return Variant(
        imports=import_lines(),
        code=join_code(
            "app = FastAPI()",
            "",
            f'@app.get("{resource.path}")',
            define_function(
                f"list_{resource.plural}",
                [each.declaration for each in parameters],
                f"return {{{body}}}",
            ),
        ),
        call=call_client(f'get("{target}")', PRINT_SUCCESS),
        ask=f"`GET {target}`: {ASK_RESPONSE}",
        expected="422" if required else respond({}),
        explanation=(
            "A query parameter is required exactly if it has no default. `| None` says only that "
            "None is an allowed value, it is not a default. "
            + (
                f"Without a default and missing: {', '.join(required)}."
                if required
                else "Each one that is missing here has a default, which is used."
            )
        ),
        misconceptions=(
            Misconception(
                "`| None` makes a parameter optional",
                respond({}),
                "only a default makes it optional; the annotation says what values are allowed.",
                fits=all_nullable,
            ),
            Misconception(
                "every declared parameter must be sent",
                "422",
                "one that has a default may be left out.",
            ),
            Misconception(
                "what is missing is None",
                respond({each.name: None for each in missing}),
                "what is missing takes its default, and without a default it is an error.",
            ),
            Misconception(
                "what is missing is left out of the response",
                show_response(present),
                "the function builds the body itself, with every key.",
            ),
            Misconception(
                "missing numbers are 0 and missing text is empty",
                respond(zeros),
                "FastAPI invents no values.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "query-defaults",
        "Missing query parameters",
        ("routing", "validation"),
        Level.FRESHER,
        build_defaults,
    ),
)
