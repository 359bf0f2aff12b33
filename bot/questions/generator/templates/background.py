"""When background tasks run, among clean-up and middleware."""

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
from bot.questions.generator.words import DEPENDENCIES, MIDDLEWARE, pick_names, pick_resource


def build_background(random: Random) -> Variant:
    """Middleware, a dependency with clean-up, and background tasks around one function."""
    resource = pick_resource(random)
    middleware = random.choice(MIDDLEWARE)
    dependency, first, second = pick_names(
        random, tuple(name for name in DEPENDENCIES if name != middleware), 3
    )
    endpoint, fails = f"add_{resource.name}", random.random() < 0.25
    middle = random.random() < 0.7
    around = (f"{middleware} in", f"{middleware} out") if middle else ("", "")
    opened, closed = f"open {dependency}", f"close {dependency}"
    late = random.random() < 0.5
    tasks = [] if fails else [f"task {first}", f"task {second}"]
    lines = [
        f'tasks.add_task(log.append, "task {first}")',
        f'tasks.add_task(log.append, "task {second}")',
    ]
    lines.insert(2 if late else 0, f'log.append("{endpoint}")')
    ending = [f"raise HTTPException({random.choice([403, 404, 409])})"] if fails else []

    def show(*events: str) -> str:
        return show_log(*[event for event in events if event])

    entry = (around[0], opened)
    return Variant(
        imports=import_lines("BackgroundTasks, Depends, FastAPI, HTTPException, Request"),
        code=join_code(
            "app = FastAPI()",
            "log = []",
            "",
            *([define_middleware(middleware) + "\n"] if middle else []),
            define_function(
                f"get_{dependency}",
                [],
                f'log.append("{opened}")',
                "try:",
                "    yield",
                "finally:",
                f'    log.append("{closed}")',
            ),
            "",
            f'@app.post("{resource.path}")',
            define_function(
                endpoint,
                ["tasks: BackgroundTasks", f"{dependency}=Depends(get_{dependency})"],
                *lines,
                *ending,
            ),
        ),
        call=call_client(f'post("{resource.path}")', PRINT_LOG),
        ask=f"What does `log` hold, in order, once `POST {resource.path}` is all over?",
        expected=show(*entry, endpoint, *([closed] if fails else []), around[1], *tasks)
        if fails
        else show(*entry, endpoint, around[1], *tasks, closed),
        explanation=(
            "The tasks belong to the response of the function; an exception takes its place, so "
            "they never run."
            if fails
            else "Background tasks run after the response was sent, in the order in which they "
            "were added; dependencies are cleaned up after that."
            + (" The middleware gets the response when it starts, before both." if middle else "")
        ),
        misconceptions=(
            Misconception(
                "a task runs as soon as it is added",
                show(*entry, f"task {first}", f"task {second}", endpoint, around[1], closed),
                "it is only noted down and waits for the response.",
            ),
            Misconception(
                "dependencies are cleaned up before the tasks",
                show(*entry, endpoint, around[1], closed, f"task {first}", f"task {second}"),
                "they stay open until response and tasks are done.",
            ),
            Misconception(
                "the last task added runs first",
                show(*entry, endpoint, around[1], f"task {second}", f"task {first}", closed),
                "tasks run in the order in which they were added.",
            ),
            Misconception(
                "middleware waits for the tasks",
                show(*entry, endpoint, f"task {first}", f"task {second}", around[1], closed),
                "`call_next` returns when the response starts.",
            ),
            Misconception(
                "clean-up comes right after the function, then the tasks",
                show(*entry, endpoint, closed, f"task {first}", f"task {second}", around[1]),
                "the dependency is needed until all is done.",
            ),
            Misconception(
                "tasks run whatever happens",
                show(*entry, endpoint, closed, around[1], f"task {first}", f"task {second}"),
                "an exception's response knows nothing of the tasks.",
            ),
            Misconception(
                "middleware goes around dependencies and clean-up",
                show(*entry, endpoint, closed, around[1]),
                "the clean-up of a successful request comes after the response.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "background-order",
        "When do background tasks run?",
        ("background", "dependencies", "middleware"),
        Level.FIVE_YEAR,
        build_background,
    ),
)
