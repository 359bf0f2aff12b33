"""How often a dependency runs."""

from __future__ import annotations

from collections.abc import Sequence
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
from bot.questions.generator.templates.parts import ANNOTATED, show_parameters
from bot.questions.generator.words import DEPENDENCIES, pick_resource


def count_calls(cached: Sequence[bool]) -> int:
    """Count the calls within one request: an uncached use leaves its result to later ones."""
    calls = 0
    for use_cache in cached:
        if not use_cache or calls == 0:
            calls += 1
    return calls


def build_cache(random: Random) -> Variant:
    """Several uses of one dependency, some of them without the cache, over some requests."""
    resource, requests = pick_resource(random), random.randint(1, 4)
    shared, *users = random.sample(DEPENDENCIES, random.choice([3, 4, 4]))
    cached = [random.random() < 0.5 for _ in users]
    if all(cached):
        cached[random.randrange(len(users))] = False
    calls, uncached = count_calls(cached), cached.count(False)

    def use(position: int) -> str:
        option = "" if cached[position] else ", use_cache=False"
        return f"{shared}: Annotated[None, Depends(get_{shared}{option})]"

    functions = [
        define_function(f"get_{name}", [use(position)], f"return {shared}") + "\n"
        for position, name in enumerate(users)
    ]
    times = "one request" if requests == 1 else f"{requests} requests"
    return Variant(
        imports=import_lines("Depends, FastAPI", *ANNOTATED),
        code=join_code(
            "app = FastAPI()",
            "calls = []",
            "",
            define_function(f"get_{shared}", [], f'calls.append("{shared}")') + "\n",
            *functions,
            f'@app.get("{resource.path}")',
            define_function(f"read_{resource.plural}", show_parameters(users), 'return "ok"'),
        ),
        call=join_code(
            "client = TestClient(app)",
            f"for _ in range({requests}):",
            f'    client.get("{resource.path}")',
            "print(len(calls))",
        ),
        ask=f"How long is `calls` after {times} of `GET {resource.path}`?",
        expected=str(requests * calls),
        explanation=(
            f"The cache lives as long as one request. `use_cache=False` calls `get_{shared}` in "
            f"any case, and its result is there for later uses; a cached use calls it only if "
            f"there is no result yet. Here that makes {calls} a request."
        ),
        misconceptions=(
            Misconception(
                "each use is a call",
                str(requests * len(users)),
                "within a request, cached uses share one result.",
            ),
            Misconception(
                "once a request, whatever the option",
                str(requests),
                "`use_cache=False` asks for a call of its own.",
            ),
            Misconception(
                "once in the life of the app",
                "1",
                "the cache ends with the request.",
            ),
            Misconception(
                "the cache outlives the request",
                str(calls + (requests - 1) * uncached),
                "every request begins with an empty cache.",
            ),
            Misconception(
                "cached uses never share what an uncached one got",
                str(requests * (uncached + (1 if any(cached) else 0))),
                "a cached use takes any result that this request already has.",
            ),
            Misconception(
                "only the uncached uses are calls",
                str(requests * uncached),
                "the first use has nothing to take from the cache.",
            ),
            Misconception(
                "the dependencies are resolved twice",
                str(2 * requests * calls),
                "the tree is walked once a request.",
            ),
            Misconception(
                "the path function is one more use",
                str(requests * (calls + 1)),
                "it uses the others' results and does not depend on this one itself.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "depends-cache",
        "How often does the dependency run?",
        ("dependencies", "performance"),
        Level.FIVE_YEAR,
        build_cache,
    ),
)
