"""In which order dependencies run."""

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
from bot.questions.generator.templates.parts import ANNOTATED, PRINT_LOG, show_parameters
from bot.questions.generator.words import DEPENDENCIES, pick_resource

Graph = dict[str, tuple[str, ...]]

"""Which dependencies each one needs, in the order of its parameters."""


def show_dependency(name: str, needs: tuple[str, ...]) -> str:
    """Write a dependency that logs its name."""
    return define_function(f"get_{name}", show_parameters(needs), f'log.append("{name}")')


def walk_graph(graph: Graph, needs: tuple[str, ...], cached: bool = True) -> list[str]:
    """Give the order in which FastAPI resolves: depth first, each once if cached."""
    order: list[str] = []
    for name in needs:
        for each in [*walk_graph(graph, graph[name], cached), name]:
            if not cached or each not in order:
                order.append(each)
    return order


def walk_breadth_first(graph: Graph, needs: tuple[str, ...]) -> list[str]:
    """Give the order of one who resolves level by level, each once."""
    order: list[str] = []
    level = list(needs)
    while level:
        order += [name for name in dict.fromkeys(level) if name not in order]
        level = [below for name in level for below in graph[name]]
    return order


def build_order(random: Random) -> Variant:
    """A small graph of dependencies, two of which share one; in which order do they run?"""
    resource = pick_resource(random)
    shared, left, right, top = random.sample(DEPENDENCIES, 4)
    graph: Graph = {shared: (), left: (shared,), right: random.choice([(shared,), (), (left,)])}
    graph[top] = random.choice([(), (shared,), (right,)])
    needs = tuple(random.sample([left, right, top], 3))
    endpoint = f"read_{resource.plural}"
    order = [*walk_graph(graph, needs), endpoint]
    return Variant(
        imports=import_lines("Depends, FastAPI", *ANNOTATED),
        code=join_code(
            "app = FastAPI()",
            "log = []",
            "",
            *[show_dependency(name, graph[name]) + "\n" for name in graph],
            f'@app.get("{resource.path}")',
            define_function(endpoint, show_parameters(needs), f'log.append("{endpoint}")'),
        ),
        call=call_client(f'get("{resource.path}")', PRINT_LOG),
        ask=f"What does `log` hold, in order, after one `GET {resource.path}`?",
        expected=" > ".join(order),
        explanation=(
            "FastAPI resolves the parameters from left to right, and before each dependency the "
            "ones that it needs itself: depth first. Within one request each dependency runs "
            "once, its result is used again. The path function comes last."
        ),
        misconceptions=(
            Misconception(
                "in the order of definition",
                " > ".join([*graph, endpoint]),
                "where a function is written doesn't matter, only where it is depended on.",
            ),
            Misconception(
                "every use runs it again",
                " > ".join([*walk_graph(graph, needs, cached=False), endpoint]),
                "within a request the result is cached (`use_cache=True`).",
            ),
            Misconception(
                "level by level",
                " > ".join([*walk_breadth_first(graph, needs), endpoint]),
                "what a dependency needs must be there before it can be called.",
            ),
            Misconception(
                "the path function runs first",
                " > ".join([endpoint, *order[:-1]]),
                "its arguments must be known before it can be called.",
            ),
            Misconception(
                "the parameters are resolved from right to left",
                " > ".join([*walk_graph(graph, needs[::-1]), endpoint]),
                "they are resolved in the order in which they are declared.",
            ),
        ),
    )


def build_levels(random: Random) -> Variant:
    """Dependencies of the app, of an inclusion, of a router, of a decorator, of a function."""
    resource = pick_resource(random)
    names = random.sample(DEPENDENCIES, 5)
    places = ["app", "inclusion", "router", "decorator", "parameter"]
    dropped = random.choice([*places[:4], ""])
    by_place = {place: name for place, name in zip(places, names, strict=True) if place != dropped}
    order = list(by_place.values())

    def option(place: str, lead: str = "") -> str:
        name = by_place.get(place)
        return f"{lead}dependencies=[Depends(get_{name})]" if name else ""

    def show(*places: str) -> str:
        return " > ".join(by_place[place] for place in places if place in by_place)

    written = random.sample(order, len(order))
    return Variant(
        imports=import_lines("APIRouter, Depends, FastAPI", *ANNOTATED),
        code=join_code(
            "log = []",
            "",
            *[show_dependency(name, ()) + "\n" for name in written],
            f"app = FastAPI({option('app')})",
            f"router = APIRouter({option('router')})",
            "",
            f'@router.get("{resource.path}"{option("decorator", ", ")})',
            define_function(
                f"list_{resource.plural}", show_parameters([by_place["parameter"]]), 'return "ok"'
            ),
            "",
            f"app.include_router(router{option('inclusion', ', ')})",
        ),
        call=call_client(f'get("{resource.path}")', PRINT_LOG),
        ask=f"What does `log` hold, in order, after `GET {resource.path}`?",
        expected=" > ".join(order),
        explanation=(
            "The dependencies run from the outside inwards: the app's, those of "
            "`include_router`, the router's own, the decorator's, and at last the parameters'."
        ),
        misconceptions=(
            Misconception(
                "from the inside outwards",
                " > ".join(order[::-1]),
                "the outermost come first, so that they can refuse early.",
            ),
            Misconception(
                "in the order of definition",
                " > ".join(written),
                "where the functions are written doesn't matter.",
            ),
            Misconception(
                "the router's own before those of its inclusion",
                show("app", "router", "inclusion", "decorator", "parameter"),
                "what `include_router` is given is put in front.",
            ),
            Misconception(
                "parameters before the decorator",
                show("app", "inclusion", "router", "parameter", "decorator"),
                "the decorator's list comes before the function's parameters.",
            ),
            Misconception(
                "the parameters come first of all",
                show("parameter", "decorator", "app", "inclusion", "router"),
                "they come last; nothing of the function is looked at before.",
            ),
            Misconception(
                "dependencies without a result are not run",
                show("parameter"),
                "those in a list run all the same; only their results are dropped.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "dependency-order",
        "The order of dependencies",
        ("dependencies",),
        Level.TWO_YEAR,
        build_order,
    ),
    Template(
        "dependency-levels",
        "Dependencies of app, router and route",
        ("dependencies", "structure"),
        Level.FIVE_YEAR,
        build_levels,
    ),
)
