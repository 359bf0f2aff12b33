"""When the lifespan runs."""

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
)
from bot.questions.generator.templates.parts import PRINT_LOG, show_log
from bot.questions.generator.words import DEPENDENCIES, pick_resource


def build_lifespan(random: Random) -> Variant:
    """A lifespan with start and end, and a client that enters it or not."""
    resource = pick_resource(random)
    first, second = random.sample(DEPENDENCIES, 2)
    entered, requests = random.random() < 0.65, random.randint(1, 2)
    later = entered and random.random() < 0.4
    run = ["get"] * requests
    starts, ends = [f"open {first}", f"open {second}"], [f"close {second}", f"close {first}"]
    after = run[:1] if later else []
    request = f'client.get("{resource.path}")'
    sent = [request] * requests
    inside = [
        "with TestClient(app) as client:",
        *[f"    {each}" for each in sent],
        *([request] if later else []),
    ]
    bare = ["client = TestClient(app)", *sent]
    client = join_code(*(inside if entered else bare))
    return Variant(
        imports=import_lines("FastAPI", "from contextlib import asynccontextmanager", ""),
        code=join_code(
            "log = []",
            "",
            "@asynccontextmanager",
            define_function(
                "lifespan",
                ["app: FastAPI"],
                *[f'log.append("{event}")' for event in starts],
                "yield",
                *[f'log.append("{event}")' for event in ends],
                word="async def",
            ),
            "",
            "app = FastAPI(lifespan=lifespan)",
            "",
            f'@app.get("{resource.path}")',
            define_function(f"list_{resource.plural}", [], 'log.append("get")'),
            "",
            client,
        ),
        call=PRINT_LOG,
        ask="What does `log` hold at the end, in order?",
        expected=show_log(*starts, *run, *ends, *after) if entered else show_log(*run),
        explanation=(
            (
                "Entering the test client's `with` block runs the lifespan up to its `yield`, "
                "leaving it runs the rest, once and not for each request."
                if entered
                else "The test client runs the lifespan only when it is used in a `with` block, as "
                "a server does at start and stop; requests alone don't start it."
            )
            + (" A request after the block is served without another start." if later else "")
        ),
        misconceptions=(
            Misconception(
                "the lifespan runs around every request",
                show_log(*[event for each in run for event in (*starts, each, *ends)], *after),
                "it runs once in the life of the app.",
            ),
            Misconception(
                "the test client always runs the lifespan",
                show_log(*starts, *run, *after, *ends),
                "it does so on entering and leaving its `with` block, and only there.",
            ),
            Misconception(
                "the first request starts the app",
                show_log(*run[:1], *starts, *run[1:], *after, *ends),
                "the start is done before any request is served.",
            ),
            Misconception(
                "tests never run the lifespan",
                show_log(*run, *after),
                "a `with` block around the client does.",
            ),
            Misconception(
                "the part after `yield` runs only when a server stops",
                show_log(*starts, *run, *after),
                "leaving the `with` block is the stop.",
            ),
            Misconception(
                "the lifespan is over before the requests",
                show_log(*starts, *ends, *run, *after),
                "it waits at its `yield` while the app serves.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "lifespan-order",
        "What does the lifespan run, and when?",
        ("testing", "structure"),
        Level.TWO_YEAR,
        build_lifespan,
    ),
)
