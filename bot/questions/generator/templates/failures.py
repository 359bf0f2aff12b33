"""Which handler answers an exception, and what of it the client sees."""

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
    show_json,
)
from bot.questions.generator.words import TEXTS, Resource, pick_resource

CODES = (400, 402, 403, 404, 409, 410, 418, 423, 429, 451)
JSON_RESPONSE = "from fastapi.responses import JSONResponse"
SAFE_CLIENT = "TestClient(app, raise_server_exceptions=False)"


def define_handler(exception: str, name: str, status: int) -> str:
    """Write an exception handler that answers with its own name."""
    return join_code(
        f"@app.exception_handler({exception})",
        define_function(
            name,
            ["request: Request", "error: Exception"],
            f'return JSONResponse("{name}", {status})',
        ),
    )


def name_errors(random: Random, resource: Resource) -> list[str]:
    """Name three exception classes, each the base of the next."""
    middle = random.choice(["State", "Access", "Limit", "Stock", "Owner", "Sync"])
    last = random.choice(["Closed", "Expired", "Locked", "Missing", "Stale", "Double"])
    return [f"{resource.model}Error", f"{middle}Error", f"{last}Error"]


def build_handlers(random: Random) -> Variant:
    """A tree of exceptions, handlers for some of its classes; which handler answers?"""
    resource = pick_resource(random)
    classes = name_errors(random, resource)
    bases = dict(zip(classes, ["Exception", *classes], strict=False))
    handled = random.sample([*classes, "Exception"], random.choice([2, 3]))
    raised = random.choice([*classes, classes[2], "ValueError"])
    statuses = dict(zip(handled, random.sample(CODES, len(handled)), strict=True))
    names = {each: f"on_{each.removesuffix('Error').lower()}" for each in handled}
    line = [*([*classes][: classes.index(raised) + 1] if raised in classes else [raised])][::-1]
    line = [*line, "Exception"]
    unhandled = "500"

    def respond(exception: str) -> str:
        return f'{statuses[exception]} "{names[exception]}"'

    matching = [each for each in line if each in handled]
    expected = respond(matching[0]) if matching else unhandled
    others = [
        Misconception(
            "the handler that was registered first answers"
            if position == 0
            else "the handler that was registered last answers"
            if position == len(handled) - 1
            else "any handler of the family answers",
            respond(each),
            "the order of registration doesn't matter, and a handler for one class doesn't see "
            "its siblings or bases.",
        )
        for position, each in enumerate(handled)
    ]
    return Variant(
        imports=import_lines("FastAPI, Request", "", JSON_RESPONSE),
        code=join_code(
            *[f"class {each}({bases[each]}): ...\n" for each in classes],
            "app = FastAPI()",
            "",
            *[define_handler(each, names[each], statuses[each]) + "\n" for each in handled],
            f'@app.get("{resource.path}")',
            define_function(f"list_{resource.plural}", [], f"raise {raised}"),
        ),
        call=call_client(
            f'get("{resource.path}")',
            'body = response.text if "json" in response.headers["content-type"] else ""\n'
            "print(response.status_code, body)",
            SAFE_CLIENT,
        ),
        ask=f"`GET {resource.path}`: which status, and if a handler answers, which body?",
        expected=expected,
        explanation=(
            f"The classes of the exception are looked at from the most derived one upwards, here "
            f"{', '.join(f'`{each}`' for each in line)}; the first that has a handler decides. "
            + (
                f"That is `{matching[0]}`."
                if matching
                else "None has one, so the server answers 500."
            )
        ),
        misconceptions=(
            *others,
            Misconception(
                "only a handler for exactly that class answers",
                respond(raised) if raised in handled else unhandled,
                "a handler for a base class answers for its subclasses too.",
            ),
            Misconception(
                "a handler changes the body but not the status",
                f'500 "{names[matching[-1]]}"' if matching else f'500 "{names[handled[0]]}"',
                "the handler's response is sent with the status that it has.",
            ),
            Misconception(
                "what a function raises is a bad request",
                "400",
                "without a handler, an exception is the server's fault.",
            ),
            Misconception(
                "exceptions in a path function are invalid input",
                "422",
                "422 is for requests that fail validation.",
            ),
            Misconception(
                "handlers are for `HTTPException` only",
                "500",
                "any exception class may have one.",
            ),
        ),
    )


HEADER_NAMES = ("X-Reason", "X-Retry", "X-Limit", "X-Owner", "X-Lock", "X-Quota", "X-Hint")


def build_http_exception(random: Random) -> Variant:
    """An `HTTPException` with a detail and a header, and perhaps a header set before."""
    resource, status = pick_resource(random), random.choice(CODES)
    raised_header, set_header = random.sample(HEADER_NAMES, 2)
    word, other = random.sample(TEXTS, 2)
    key, number = random.choice(resource.numbers), random.randint(2, 99)
    detail: object = random.choice([word, {key: number}, [word, number], None])
    asked = random.choice([raised_header, set_header])
    phrases = {
        400: "Bad Request",
        402: "Payment Required",
        403: "Forbidden",
        404: "Not Found",
        409: "Conflict",
        410: "Gone",
        418: "I'm a Teapot",
        423: "Locked",
        429: "Too Many Requests",
        451: "Unavailable For Legal Reasons",
    }
    given = f", {show_json(detail)}" if detail is not None else ""
    body = phrases[status] if detail is None else detail

    def respond(status: int, body: object, header: str) -> str:
        return f"{status} {show_json(body)} {header}"

    header = word if asked == raised_header else "-"
    return Variant(
        imports=import_lines("FastAPI, HTTPException, Response"),
        code=join_code(
            "app = FastAPI()",
            "",
            f'@app.get("{resource.path}")',
            define_function(
                f"list_{resource.plural}",
                ["response: Response"],
                f'response.headers["{set_header}"] = "{other}"',
                f'headers = {{"{raised_header}": "{word}"}}',
                f"raise HTTPException({status}{given}, headers=headers)",
            ),
        ),
        call=call_client(
            f'get("{resource.path}")',
            f'header = response.headers.get("{asked}", "-")\n'
            "print(response.status_code, json.dumps(response.json()), header)",
            SAFE_CLIENT,
        ),
        ask=(
            f"`GET {resource.path}`: what are the status, the body and the header `{asked}` "
            "(`-` if it isn't sent)?"
        ),
        expected=respond(status, {"detail": body}, header),
        explanation=(
            "The body is an object with the key `detail`, which holds any JSON value, by default "
            "the phrase of the status. Only the headers of the exception are sent: those set on "
            "the `Response` parameter belong to a response that never came to be."
        ),
        misconceptions=(
            Misconception(
                "the detail is the whole body",
                respond(status, body, header),
                'it is wrapped as `{"detail": …}`.',
            ),
            Misconception(
                "the detail is always text",
                respond(status, {"detail": str(detail)}, header),
                "any JSON value may be given, and it goes out as such.",
            ),
            Misconception(
                "headers set on the response are kept",
                respond(status, {"detail": body}, other if asked == set_header else "-"),
                "an exception starts a response of its own, with its own headers.",
            ),
            Misconception(
                "errors carry no headers of one's own",
                respond(status, {"detail": body}, "-"),
                "`HTTPException` takes `headers`, and they are sent.",
            ),
            Misconception(
                "the headers of both are merged",
                respond(status, {"detail": body}, word if asked == raised_header else other),
                "the `Response` parameter is forgotten when an exception is raised.",
            ),
            Misconception(
                "an exception in the function is a 500",
                respond(500, {"detail": "Internal Server Error"}, "-"),
                "FastAPI has a handler for `HTTPException`.",
            ),
            Misconception(
                "the body is called message",
                respond(status, {"message": body}, header),
                "the key is `detail`.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "exception-handler",
        "Which exception handler answers?",
        ("errors",),
        Level.TWO_YEAR,
        build_handlers,
    ),
    Template(
        "http-exception",
        "What of an HTTPException is sent?",
        ("errors", "responses"),
        Level.FRESHER,
        build_http_exception,
    ),
)
