"""Under which name a header or a cookie is looked for."""

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
    show_response,
)
from bot.questions.generator.words import TEXTS, pick_resource

HEADER_WORDS = ("token", "tenant", "device", "trace", "client", "region", "signature", "version")


SPELLINGS = {
    "plain": "By default `Header` replaces the underscores of the name by hyphens.",
    "exact": "`convert_underscores=False` keeps the underscores of the name.",
    "alias": "An alias replaces the name altogether.",
    "cookie": "`Cookie` looks for exactly the name of the parameter, nothing is converted.",
}


def build_header_name(random: Random) -> Variant:
    """Three spellings are sent, one is read."""
    resource, (first, second) = pick_resource(random), random.sample(HEADER_WORDS, 2)
    name, alias = f"{first}_{second}", f"x-{first}"
    kind = random.choice(list(SPELLINGS))
    source = {
        "plain": "Header()",
        "exact": "Header(convert_underscores=False)",
        "alias": f'Header(alias="{alias}")',
        "cookie": "Cookie()",
    }[kind]
    hyphens = name.replace("_", "-")
    sent = dict(zip([hyphens, name, alias], random.sample(TEXTS, 3), strict=True))
    if random.random() < 0.4:
        del sent[random.choice(list(sent))]
    wanted = {"plain": hyphens, "exact": name, "alias": alias, "cookie": name}[kind]
    where = "cookies" if kind == "cookie" else "headers"
    spelt = {key if where == "cookies" else key.title(): value for key, value in sent.items()}
    listed = ", ".join(f"`{key}: {value}`" for key, value in spelt.items())

    def respond(value: object) -> str:
        return show_response({name: value})

    return Variant(
        imports=import_lines("Cookie, FastAPI, Header", "from typing import Annotated", ""),
        code=join_code(
            "app = FastAPI()",
            "",
            f'@app.get("{resource.path}")',
            define_function(
                f"list_{resource.plural}",
                [f"{name}: Annotated[str | None, {source}] = None"],
                f'return {{"{name}": {name}}}',
            ),
        ),
        call=call_client(
            f'get("{resource.path}")'
            if where == "cookies"
            else f'get("{resource.path}", headers={spelt!r})',
            client=f"TestClient(app, cookies={spelt!r})"
            if where == "cookies"
            else "TestClient(app)",
        ),
        ask=f"`GET {resource.path}` with the {where} {listed}: what does the client get?",
        expected=respond(sent.get(wanted)),
        explanation=(
            f"{SPELLINGS[kind]} So `{wanted}` is read"
            f"{'' if where == 'cookies' else ', in upper or lower case'}; "
            + ("it was sent." if wanted in sent else "it was not sent, and the default is used.")
        ),
        misconceptions=(
            Misconception(
                "underscores always become hyphens",
                respond(sent.get(hyphens)),
                "only `Header` does that, and neither with an alias nor when told not to.",
            ),
            Misconception(
                "the name of the parameter is looked up as it is",
                respond(sent.get(name)),
                "a `Header` is looked up with hyphens unless told otherwise.",
            ),
            Misconception(
                "the prefix x- is understood",
                respond(sent.get(alias)),
                "no prefix is added or taken off; only an alias names another header.",
            ),
            Misconception(
                "similar names are joined",
                respond(", ".join(sent.values())),
                "names that are spelt differently are different ones.",
            ),
            Misconception(
                "such names can't be read",
                respond(None),
                "the header or cookie of the right name is found.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "header-name",
        "Which header is read?",
        ("routing",),
        Level.TWO_YEAR,
        build_header_name,
    ),
)
