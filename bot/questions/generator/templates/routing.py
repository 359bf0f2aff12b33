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
    define_function,
    import_lines,
    join_code,
    show_response,
)
from bot.questions.generator.templates.parts import ASK_RESPONSE
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
    by_kind = {kind: show_response(answer) for kind, _, _, answer, _ in routes}
    refused = annotation == "int" and not literal.isdigit()
    by_kind["typed"], typed = "422" if refused else by_kind["typed"], by_kind["typed"]
    first = routes[0]
    return Variant(
        imports=import_lines(),
        code="\n\n".join(["app = FastAPI()", *[show_route(*route[1:]) for route in routes]]),
        call=call_client(f'get("{resource.path}/{literal}")', PRINT_SUCCESS),
        ask=f"`GET {resource.path}/{literal}`: {ASK_RESPONSE}",
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
                "a failed validation tries the next route",
                by_kind[routes[1][0]],
                "validation runs after the route was chosen and can't pass a request on.",
                fits=refused and first[0] == "typed",
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
                "a value of the wrong type is not found"
                if refused
                else "an ambiguous path is not found",
                "404",
                "404 means that no path matched; here one did.",
            ),
            Misconception(
                "every matching route must validate",
                "422",
                "only the chosen route's parameters are validated.",
                fits=refused,
            ),
        ),
    )


VERSIONS = ("/v1", "/v2", "/v3", "/beta", "/2026")
AREAS = ("/api", "/admin", "/public", "/internal", "/shop", "/mobile", "/partners", "/staff")


def build_prefixes(random: Random) -> Variant:
    """A router in a router in an app, each step with or without a prefix."""
    resource, number = pick_resource(random), random.randint(2, 99)
    areas = random.sample(AREAS, 2)
    own, inner, inner_own = areas[0], random.choice(["", areas[1]]), resource.path
    outer = random.choice(["", random.choice(VERSIONS), random.choice(VERSIONS)])
    key, name = f"{resource.name}_id", f"read_{resource.name}"
    tail = f"/{number}"

    def include(target: str, router: str, prefix: str) -> str:
        return f"{target}.include_router({router}{f', prefix={prefix!r}' if prefix else ''})"

    right = outer + own + inner + inner_own + tail
    return Variant(
        imports=import_lines("APIRouter, FastAPI"),
        code=join_code(
            "app = FastAPI()",
            f'area = APIRouter(prefix="{own}")',
            f'{resource.plural} = APIRouter(prefix="{inner_own}")',
            "",
            f'@{resource.plural}.get("/{{{key}}}")',
            define_function(name, [f"{key}: int"], f"return {key}"),
            "",
            include("area", resource.plural, inner),
            include("app", "area", outer),
        ).replace("'", '"'),
        call=f'print(app.url_path_for("{name}", {key}={number}))',
        ask=f'What is `app.url_path_for("{name}", {key}={number})`?',
        expected=right,
        explanation=(
            "A path grows from the outside inwards: the prefix of each `include_router` call comes "
            "before the prefix of the router that it includes, and both before the route's path."
        ),
        misconceptions=(
            Misconception(
                "a router's own prefix comes before that of its inclusion",
                own + outer + inner_own + inner + tail,
                "the prefix given to `include_router` is put in front.",
            ),
            Misconception(
                "a prefix at the inclusion replaces the router's own",
                (outer or own) + (inner or inner_own) + tail,
                "both are used, one after the other.",
            ),
            Misconception(
                "inner prefixes come first",
                inner + inner_own + outer + own + tail,
                "the outermost prefix stands first.",
            ),
            Misconception(
                "a router inside a router loses the outer prefixes",
                inner + inner_own + tail,
                "the routes are added to the outer router with all prefixes.",
            ),
            Misconception(
                "the name resolves to the path as it is written at the route",
                tail,
                "the route was added under its whole path.",
            ),
            Misconception(
                "only the app's own prefixes count",
                outer + inner_own + tail,
                "no prefix on the way gets lost.",
            ),
        ),
    )


def list_requests(
    path: str, number: int, refusal: str, created: str
) -> tuple[tuple[str, str, str], ...]:
    """Give requests as code, the status of each and the reason."""
    return (
        (
            f'delete("{path}/{number}")',
            "405",
            "the path is known, but no route takes DELETE there",
        ),
        (
            f'get("{path}/{number}/history")',
            "404",
            "no path matches: a path parameter takes one segment alone",
        ),
        (
            f'get("{path}/latest")',
            "422",
            "the path matches and its value is no whole number",
        ),
        (
            f'post("{path}")',
            "422",
            "`data: dict` is the body, has no default, and none was sent",
        ),
        (
            f'post("{path}", content="{{", headers={{"content-type": "application/json"}})',
            "422",
            "a body that can't be parsed as JSON is invalid input",
        ),
        (
            f'get("{path}/{number + 100}")',
            "500",
            "a `KeyError` has no handler, so that the request fails as the server's fault",
        ),
        (
            f'get("{path}/0")',
            refusal,
            "the function raises an `HTTPException`, and that names the status",
        ),
        (
            f'get("{path}/{number}")',
            "200",
            "all is as declared, and 200 is the default",
        ),
        (
            f'post("{path}", json={{}})',
            created,
            "the decorator sets the status of what the function returns",
        ),
        (
            f'get("{path}/{number}/", follow_redirects=False)',
            "307",
            "the path exists without the slash, and the client is sent there",
        ),
    )


def build_error_status(random: Random) -> Variant:
    """Which status does a good or a mistaken request get?"""
    resource, number = pick_resource(random), random.randint(2, 99)
    refusal, created = (
        random.choice(["400", "403", "404", "409", "410"]),
        random.choice(["201", "202"]),
    )
    key = f"{resource.name}_id"
    requests = list_requests(resource.path, number, refusal, created)
    request, status, reason = random.choice(requests)
    return Variant(
        imports=import_lines("FastAPI, HTTPException"),
        code=join_code(
            "app = FastAPI()",
            f'{resource.plural} = {{{number}: "{random.choice(TEXTS)}"}}',
            "",
            f'@app.get("{resource.path}/{{{key}}}")',
            define_function(
                f"read_{resource.name}",
                [f"{key}: int"],
                f"if {key} == 0:",
                f"    raise HTTPException({refusal})",
                f"return {resource.plural}[{key}]",
            ),
            "",
            f'@app.post("{resource.path}", status_code={created})',
            define_function(f"add_{resource.name}", ["data: dict"], "return data"),
        ),
        call=call_client(
            request, "print(response.status_code)", "TestClient(app, raise_server_exceptions=False)"
        ),
        ask=f"Which status does `client.{request}` get?",
        expected=status,
        explanation=f"It is {status}, for {reason}.",
        misconceptions=(
            Misconception(
                "a bad request is 400", "400", "FastAPI itself answers invalid input with 422."
            ),
            Misconception(
                "what can't be served is not found", "404", "404 means that no path matches."
            ),
            Misconception(
                "what is wrong is the method", "405", "405 takes a known path, other methods."
            ),
            Misconception(
                "what is refused is invalid input", "422", "422 is for what fails its validation."
            ),
            Misconception(
                "every failure is the server's", "500", "500 takes an exception without a handler."
            ),
            Misconception("whatever answers is 200", "200", "the status tells how it went."),
            Misconception(
                "the decorator's status holds for all",
                created,
                "it is for that route's successes only.",
            ),
            Misconception(
                "unknown paths are redirected", "307", "only those known but for the slash."
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
    Template(
        "router-prefix",
        "The path of a route in a router",
        ("routing", "structure"),
        Level.TWO_YEAR,
        build_prefixes,
    ),
    Template(
        "request-status",
        "Which status does this request get?",
        ("errors", "routing"),
        Level.FRESHER,
        build_error_status,
    ),
)
