"""Parts of programs that several families of templates share."""

from __future__ import annotations

from collections.abc import Sequence

from bot.questions.generator.template import define_function, join_code

PRINT_LOG = 'print(" > ".join(log))'
"""Prints the list `log` as `show_log` writes it."""

ANNOTATED = ("from typing import Annotated", "")
"""What `show_parameters` needs to be imported."""

ASK_RESPONSE = "which status does the client get, and on success which body?"


def show_log(*events: str) -> str:
    """Write events as the programs print them."""
    return " > ".join(events)


def show_literal(value: object) -> str:
    """Write a value as Python source, with double quotes."""
    return f'"{value}"' if isinstance(value, str) else repr(value)


def show_parameters(needs: Sequence[str], kind: str = "None") -> list[str]:
    """Write the parameters that declare dependencies, whose results have this type."""
    return [f"{name}: Annotated[{kind}, Depends(get_{name})]" for name in needs]


def define_middleware(name: str, stops: str = "") -> str:
    """Write a middleware that logs its name before and after; `stops` answers by itself."""
    body = [stops] if stops else ["response = await call_next(request)"]
    return join_code(
        '@app.middleware("http")',
        define_function(
            f"add_{name}",
            ["request: Request", "call_next"],
            f'log.append("{name} in")',
            *body,
            *([] if stops else [f'log.append("{name} out")', "return response"]),
            word="async def",
        ),
    )
