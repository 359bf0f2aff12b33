"""In which order middleware sees requests and responses."""

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
from bot.questions.generator.templates.parts import PRINT_LOG, define_middleware, show_log
from bot.questions.generator.words import MIDDLEWARE, pick_resource


def build_middleware(random: Random) -> Variant:
    """Two or three middlewares, one of which may answer by itself."""
    resource = pick_resource(random)
    names = random.sample(MIDDLEWARE, random.choice([2, 3, 3]))
    stopper = random.choice([*names, "", "", ""])
    endpoint = f"list_{resource.plural}"

    def walk(order: list[str]) -> list[str]:
        if not order:
            return [endpoint]
        first, *rest = order
        inner = [] if first == stopper else [*walk(rest), f"{first} out"]
        return [f"{first} in", *inner]

    outer_first = names[::-1]
    entered = [f"{name} in" for name in outer_first]
    left = [f"{name} out" for name in outer_first]
    answer = f"return Response(status_code={random.choice([204, 401, 403, 429])})"
    return Variant(
        imports=import_lines("FastAPI, Request, Response"),
        code=join_code(
            "app = FastAPI()",
            "log = []",
            "",
            *[define_middleware(name, answer if name == stopper else "") + "\n" for name in names],
            f'@app.get("{resource.path}")',
            define_function(endpoint, [], f'log.append("{endpoint}")'),
        ),
        call=call_client(f'get("{resource.path}")', PRINT_LOG),
        ask=f"What does `log` hold, in order, after `GET {resource.path}`?",
        expected=show_log(*walk(outer_first)),
        explanation=(
            "Each middleware is put around all that was there before, so the one added last is "
            "the outermost: it sees the request first and the response last."
            + (
                f" `add_{stopper}` answers without `call_next`, and nothing further in is reached."
                if stopper
                else ""
            )
        ),
        misconceptions=(
            Misconception(
                "the first one added is the outermost",
                show_log(*walk(names)),
                "a middleware added later goes around the earlier ones.",
            ),
            Misconception(
                "requests and responses pass in the same order",
                show_log(*entered, endpoint, *left),
                "they are nested: the response passes in reverse.",
            ),
            Misconception(
                "as written on the way in, as written on the way out",
                show_log(*entered[::-1], endpoint, *left[::-1]),
                "the last one added comes first on the way in and last on the way out.",
            ),
            Misconception(
                "each middleware ends before the next begins",
                show_log(*[f"{name} {way}" for name in names for way in ("in", "out")], endpoint),
                "`call_next` returns only when all that is further in has answered.",
            ),
            Misconception(
                "the path function runs before any middleware",
                show_log(endpoint, *entered, *left[::-1]),
                "middleware wraps it on both sides.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "middleware-order",
        "The order of middleware",
        ("middleware",),
        Level.TWO_YEAR,
        build_middleware,
    ),
)
