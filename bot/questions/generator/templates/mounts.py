"""What of the outer app holds for a mounted app, and what for an included router."""

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

PREFIXES = ("/api", "/admin", "/shop", "/v1", "/v2", "/partners")


def build_mount(random: Random) -> Variant:
    """An app with middleware and a dependency, and a part that has dependencies of its own."""
    resource, prefix = pick_resource(random), random.choice(PREFIXES)
    middleware = random.choice(MIDDLEWARE)
    names = random.sample(tuple(name for name in DEPENDENCIES if name != middleware), 3)
    outer, inner, own = names
    mounted, endpoint = random.random() < 0.6, f"list_{resource.plural}"
    made = "FastAPI" if mounted else "APIRouter"
    attached = "mount" if mounted else "include_router"
    arguments = f'"{prefix}", part' if mounted else f'part, prefix="{prefix}"'
    around = (f"{middleware} in", f"{middleware} out")

    def show(*events: str) -> str:
        return show_log(around[0], *events, around[1])

    return Variant(
        imports=import_lines("APIRouter, Depends, FastAPI, Request", *ANNOTATED),
        code=join_code(
            "log = []",
            "",
            *[
                define_function(f"get_{name}", [], f'log.append("{name}")') + "\n"
                for name in random.sample(names, 3)
            ],
            f"app = FastAPI(dependencies=[Depends(get_{outer})])",
            f"part = {made}(dependencies=[Depends(get_{inner})])",
            "",
            define_middleware(middleware),
            "",
            f'@part.get("{resource.path}")',
            define_function(endpoint, show_parameters([own]), f'log.append("{endpoint}")'),
            "",
            f"app.{attached}({arguments})",
        ),
        call=call_client(f'get("{prefix}{resource.path}")', PRINT_LOG),
        ask=f"What does `log` hold, in order, after `GET {prefix}{resource.path}`?",
        expected=show(*([] if mounted else [outer]), inner, own, endpoint),
        explanation=(
            "A mounted app is an app of its own: the outer app's dependencies don't hold for it. "
            "Its middleware does, for it wraps all that the outer app answers."
            if mounted
            else "An included router's routes become routes of the app: the app's dependencies "
            "come first, then the router's own, then the parameters'. Middleware wraps it all."
        ),
        misconceptions=(
            Misconception(
                "the app's dependencies hold for everything attached to it",
                show(outer, inner, own, endpoint),
                "they hold for its own and for included routes, not for mounted apps.",
            ),
            Misconception(
                "what is attached stands on its own",
                show(inner, own, endpoint),
                "that is true of a mounted app, not of an included router.",
            ),
            Misconception(
                "middleware sees only the app's own routes",
                show_log(inner, own, endpoint),
                "it wraps everything that the app passes on.",
            ),
            Misconception(
                "the inner dependencies run first",
                show(inner, outer, own, endpoint),
                "where both hold, the outer ones come first.",
            ),
            Misconception(
                "the app's dependencies replace the part's own",
                show(outer, own, endpoint),
                "dependencies are added, none is replaced.",
            ),
            Misconception(
                "only the parameters' dependencies run",
                show(own, endpoint),
                "a list of dependencies runs as well, though its results are dropped.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "mounted-app",
        "Mounted or included?",
        ("structure", "middleware", "dependencies"),
        Level.FIVE_YEAR,
        build_mount,
    ),
)
