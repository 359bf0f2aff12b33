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
from bot.questions.generator.templates.parts import (
    ANNOTATED,
    PRINT_LOG,
    define_middleware,
    show_log,
    show_parameters,
)
from bot.questions.generator.words import DEPENDENCIES, MIDDLEWARE, pick_resource


def build_background(random: Random) -> Variant:
    """Middleware, a dependency with clean-up, and background tasks around one function."""
    resource = pick_resource(random)
    middleware = random.choice(MIDDLEWARE)
    dependency, first, second = random.sample(
        tuple(name for name in DEPENDENCIES if name != middleware), 3
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
    both = (f"task {first}", f"task {second}")
    at_once = (*both, endpoint) if late else (endpoint, *both)
    after_success = (
        Misconception(
            "a task runs as soon as it is added",
            show(*entry, *at_once, around[1], closed),
            "it is only noted down and waits for the response.",
        ),
        Misconception(
            "dependencies are cleaned up before the tasks",
            show(*entry, endpoint, around[1], closed, *both),
            "they stay open until response and tasks are done.",
        ),
        Misconception(
            "the last task added runs first",
            show(*entry, endpoint, around[1], *both[::-1], closed),
            "tasks run in the order in which they were added.",
        ),
        Misconception(
            "the test client runs no tasks",
            show(*entry, endpoint, around[1], closed),
            "they are a part of the application's call, whoever makes it.",
        ),
        Misconception(
            "middleware waits for the tasks",
            show(*entry, endpoint, *both, around[1], closed),
            "`call_next` returns when the response starts.",
            fits=middle,
        ),
        Misconception(
            "clean-up comes right after the function, then the tasks",
            show(*entry, endpoint, closed, *both, around[1]),
            "the dependency stays open until all is done.",
        ),
    )
    after_exception = (
        Misconception(
            "a task runs as soon as it is added",
            show(*entry, *at_once, closed, around[1]),
            "it is only noted down and waits for the response of the function.",
        ),
        Misconception(
            "tasks run whatever happens",
            show(*entry, endpoint, closed, around[1], *both),
            "an exception's response knows nothing of the tasks.",
        ),
        Misconception(
            "what was added before the exception is still done first",
            show(*entry, endpoint, *both, closed, around[1]),
            "the tasks belong to the response that never came to be.",
        ),
        Misconception(
            "an exception skips the clean-up",
            show(*entry, endpoint, around[1]),
            "a `finally` runs whatever happened.",
        ),
        Misconception(
            "an exception passes the middleware by",
            show(*entry, endpoint, closed),
            "an `HTTPException` has become a response before the middleware sees it.",
            fits=middle,
        ),
        Misconception(
            "clean-up always comes after the response",
            show(*entry, endpoint, around[1], closed),
            "the exception goes through the dependency first, then it is answered.",
        ),
    )
    return Variant(
        imports=import_lines(
            "BackgroundTasks, Depends, FastAPI, HTTPException, Request", *ANNOTATED
        ),
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
                ["tasks: BackgroundTasks", *show_parameters([dependency])],
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
        misconceptions=after_exception if fails else after_success,
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
