"""In which order dependencies with `yield` are cleaned up, and whether at all."""

from __future__ import annotations

from collections.abc import Sequence
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
from bot.questions.generator.templates.parts import ANNOTATED, PRINT_LOG, show_parameters
from bot.questions.generator.words import DEPENDENCIES, pick_resource

Graph = dict[str, tuple[str, ...]]

"""Which dependencies each one needs, in the order of its parameters."""


def show_yielding(name: str, needs: Sequence[str], guarded: bool) -> str:
    """Write a dependency with clean-up, in a `finally` if guarded."""
    body = (
        ["try:", "    yield", "finally:", f'    log.append("close {name}")']
        if guarded
        else ["yield", f'log.append("close {name}")']
    )
    return define_function(
        f"get_{name}", show_parameters(needs), f'log.append("open {name}")', *body
    )


def build_cleanup(random: Random) -> Variant:
    """Three dependencies with clean-up, nested or side by side; the function may fail."""
    resource, names = pick_resource(random), random.sample(DEPENDENCIES, 3)
    first, second, third = names
    guarded = {name: random.random() < 0.5 for name in names}
    fails = random.random() < 0.6
    nested = random.random() < 0.5
    graph: Graph = {first: (), second: (first,) if nested else (), third: ()}
    needs = (second, third) if nested else (first, second, third)
    endpoint = f"read_{resource.plural}"
    last = f"raise HTTPException({random.choice([400, 403, 404, 409])})" if fails else 'return "ok"'
    opened = [f"open {name}" for name in names]
    closed = [f"close {name}" for name in names if guarded[name] or not fails]
    always = [f"close {name}" for name in names]

    def show(*events: str) -> str:
        return " > ".join(events)

    return Variant(
        imports=import_lines("Depends, FastAPI, HTTPException", *ANNOTATED),
        code=join_code(
            "app = FastAPI()",
            "log = []",
            "",
            *[show_yielding(name, graph[name], guarded[name]) + "\n" for name in names],
            f'@app.get("{resource.path}")',
            define_function(endpoint, show_parameters(needs), 'log.append("run")', last),
        ),
        call=call_client(f'get("{resource.path}")', PRINT_LOG),
        ask=f"What does `log` hold, in order, once `GET {resource.path}` is over?",
        expected=show(*opened, "run", *closed[::-1]),
        explanation=(
            "Clean-up runs in the reverse of the order in which the dependencies were opened, as "
            "with nested `with` blocks. "
            + (
                "The exception is raised at each `yield`: what comes after it runs only from a "
                "`finally`."
                if fails
                else "Nothing fails here, so it makes no difference whether there is a `finally`."
            )
        ),
        misconceptions=(
            Misconception(
                "clean-up in the order of opening",
                show(*opened, "run", *closed),
                "what was opened last is closed first.",
            ),
            Misconception(
                "code after `yield` always runs",
                show(*opened, "run", *always[::-1]),
                "an exception is raised at the `yield`; only a `finally` runs then.",
            ),
            Misconception(
                "an error skips all clean-up" if fails else "clean-up waits for the app to stop",
                show(*opened, "run"),
                "a `finally` runs whatever happened." if fails else "it belongs to the request.",
            ),
            Misconception(
                "each one closes before the next opens",
                show(*[f"{verb} {name}" for name in names for verb in ("open", "close")], "run"),
                "they stay open until the response is done.",
            ),
            Misconception(
                "the clean-up runs before the function",
                show(*opened, *closed[::-1], "run"),
                "a dependency waits at its `yield` while the function runs.",
            ),
            Misconception(
                "the last parameter is opened first",
                show(*opened[::-1], "run", *always),
                "parameters are resolved from left to right.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "yield-cleanup",
        "The order of clean-up",
        ("dependencies", "errors"),
        Level.FIVE_YEAR,
        build_cleanup,
    ),
)
