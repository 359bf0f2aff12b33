"""Which route answers a request, and under which path."""

from __future__ import annotations

from random import Random

from bot.domain.people import Level
from bot.questions.generator.template import (
    PRINT_SUCCESS,
    Misconception,
    Template,
    Variant,
    call_client,
    import_lines,
    join_code,
    show_response,
)
from bot.questions.generator.words import TEXTS, pick_resource

LITERALS = ("me", "latest", "search", "stats", "export", "new", "archive", "42", "7", "summary")


def show_route(path: str, function: str, answer: str, parameter: str = "") -> str:
    """Write a GET route that answers with a fixed word."""
    return join_code(
        f'@app.get("{path}")', f"def {function}({parameter}):", f'    return "{answer}"'
    )


def build_precedence(random: Random) -> Variant:
    """A fixed path and two with a parameter, in random order; which one answers?"""
    resource = pick_resource(random)
    literal, answers = random.choice(LITERALS), random.sample(TEXTS, 3)
    annotation, key = random.choice(["int", "str"]), f"{resource.name}_id"
    routes = [
        ("literal", f"{resource.path}/{literal}", "read_fixed", answers[0], ""),
        ("typed", f"{resource.path}/{{{key}}}", "read_one", answers[1], f"{key}: {annotation}"),
        ("path", f"{resource.path}/{{rest:path}}", "read_rest", answers[2], "rest: str"),
    ]
    random.shuffle(routes)
    by_kind = {kind: show_response(200, answer) for kind, _, _, answer, _ in routes}
    refused = annotation == "int" and not literal.isdigit()
    by_kind["typed"], typed = "422" if refused else by_kind["typed"], by_kind["typed"]
    first = routes[0]
    return Variant(
        imports=import_lines(),
        code="\n\n".join(["app = FastAPI()", *[show_route(*route[1:]) for route in routes]]),
        call=call_client(f'get("{resource.path}/{literal}")', PRINT_SUCCESS),
        ask=f"`GET {resource.path}/{literal}`: which status, and on success which body?",
        expected=by_kind[first[0]],
        explanation=(
            "Routes are tried in the order in which they were added, and the first whose path "
            f"matches answers, here `{first[1]}`. The match looks at the path alone: if a value "
            "then fails its validation, the answer is 422 and no later route is tried."
        ),
        misconceptions=(
            Misconception(
                "the most specific path wins",
                by_kind["literal"],
                "specificity takes no part in it; the order of definition decides.",
            ),
            Misconception(
                "the last route overrides",
                by_kind[routes[-1][0]],
                "a later route is reached only by requests that no earlier one matched.",
            ),
            Misconception(
                "validation picks the route",
                typed if first[0] != "typed" else by_kind[routes[1][0]],
                "validation runs after the route was chosen and can't pass a request on.",
            ),
            Misconception(
                "a path parameter always wins over fixed text",
                typed,
                "the order of definition decides.",
            ),
            Misconception(
                "`:path` catches everything first",
                by_kind["path"],
                "a `:path` parameter matches more, but only when its turn comes.",
            ),
            Misconception(
                "overlapping paths are an error",
                "500",
                "FastAPI accepts overlapping paths without a word.",
            ),
            Misconception(
                "a value of the wrong type is not found",
                "404",
                "404 means that no path matched; here one did.",
            ),
            Misconception(
                "every matching route must validate",
                "422",
                "only the chosen route's parameters are validated.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "route-precedence",
        "Which route answers?",
        ("routing",),
        Level.FRESHER,
        build_precedence,
    ),
)
