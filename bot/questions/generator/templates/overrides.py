"""What a dependency override replaces."""

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
    show_response,
)
from bot.questions.generator.templates.parts import ANNOTATED, show_parameters
from bot.questions.generator.words import DEPENDENCIES, pick_resource


def build_overrides(random: Random) -> Variant:
    """A chain of two; one is overridden, and the other calls it or depends on it."""
    resource, (base, scaled) = pick_resource(random), random.sample(DEPENDENCIES, 2)
    number, factor, fake = random.randint(2, 9), random.randint(3, 9), random.randint(20, 60)
    direct, replaced = random.random() < 0.4, random.choice([base, base, scaled])
    cleared = random.random() < 0.2
    parameters = [] if direct else show_parameters([base], "int")
    factor_of = f"get_{base}()" if direct else base

    def respond(base_value: int, scaled_value: int) -> str:
        return show_response({base: base_value, scaled: scaled_value})

    plain = (number, number * factor)
    through = (fake, fake * factor)
    override = (fake, number * factor) if direct else through
    if replaced == scaled:
        override = (number, fake)
    return Variant(
        imports=import_lines("Depends, FastAPI", *ANNOTATED),
        code=join_code(
            "app = FastAPI()",
            "",
            define_function(f"get_{base}", [], f"return {number}") + "\n",
            define_function(f"get_{scaled}", parameters, f"return {factor_of} * {factor}") + "\n",
            f'@app.get("{resource.path}")',
            define_function(
                f"read_{resource.plural}",
                show_parameters([base, scaled], "int"),
                f'return {{"{base}": {base}, "{scaled}": {scaled}}}',
            ),
            "",
            f"app.dependency_overrides[get_{replaced}] = lambda: {fake}",
            *(["app.dependency_overrides.clear()"] if cleared else []),
        ),
        call=call_client(f'get("{resource.path}")'),
        ask=f"What does `GET {resource.path}` give?",
        expected=respond(*(plain if cleared else override)),
        explanation=(
            "An override takes the place of a function wherever FastAPI would resolve it, at any "
            "depth, until it is taken out again. "
            + (
                "Here the overrides were cleared before the request."
                if cleared
                else f"A direct call, as `get_{base}()` here, goes past FastAPI and stays as it is."
                if direct and replaced == base
                else f"Here `get_{replaced}` is replaced, and whatever depends on it gets {fake}."
            )
        ),
        misconceptions=(
            Misconception(
                "an override reaches direct calls too",
                respond(*through),
                "it replaces what `Depends` resolves; the function itself stays as it is.",
                fits=direct and replaced == base and not cleared,
            ),
            Misconception(
                "overrides stay once they were set",
                respond(*override),
                "they are entries of a dictionary, and it was emptied.",
                fits=cleared,
            ),
            Misconception(
                "an override reaches only the path function's own parameters",
                respond(fake, number * factor),
                "dependencies of dependencies are replaced as well.",
                fits=replaced == base and not direct,
            ),
            Misconception(
                "overrides must be set before the routes are added",
                respond(*plain),
                "they are looked up at every request.",
            ),
            Misconception(
                "an override replaces the whole chain",
                respond(fake, fake),
                "only the named function is replaced, the others still run.",
            ),
            Misconception(
                "an override changes the last link alone",
                respond(number, fake),
                "it changes the function that was named as the key.",
            ),
            Misconception(
                "the original function gets the override's value",
                respond(number, fake * factor),
                "the original is not called at all.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "dependency-override",
        "What does an override reach?",
        ("dependencies", "testing"),
        Level.TWO_YEAR,
        build_overrides,
    ),
)
