"""In which order dependencies run, how often, and what takes their place."""

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
from bot.questions.generator.words import DEPENDENCIES, pick_names, pick_resource

PRINT_LOG = 'print(" > ".join(log))'

Graph = dict[str, tuple[str, ...]]
"""Which dependencies each one needs, in the order of its parameters."""


def show_parameters(needs: Sequence[str]) -> list[str]:
    """Write the parameters that declare dependencies."""
    return [f"{name}=Depends(get_{name})" for name in needs]


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
    shared, left, right, top = pick_names(random, DEPENDENCIES, 4)
    graph: Graph = {shared: (), left: (shared,), right: random.choice([(shared,), (), (left,)])}
    graph[top] = random.choice([(), (shared,), (right,)])
    needs = tuple(random.sample([left, right, top], 3))
    endpoint = f"read_{resource.plural}"
    order = [*walk_graph(graph, needs), endpoint]
    return Variant(
        imports=import_lines("Depends, FastAPI"),
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


TEMPLATES = (
    Template(
        "dependency-order",
        "The order of dependencies",
        ("dependencies",),
        Level.TWO_YEAR,
        build_order,
    ),
)
