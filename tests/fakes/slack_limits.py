"""Refuses blocks and views as Slack does (docs.slack.dev/reference/block-kit)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

SPECS = "QUIZ_TEST_SPECS"
"""Names a folder with JSON schemas of Slack's arguments and blocks, if there is one."""
MAX_CHARACTERS = 13_200
_BLOCKS = {"header", "section", "context", "actions", "rich_text", "divider", "image", "input"}
_RICH = {"rich_text_section", "rich_text_preformatted", "rich_text_list", "rich_text_quote"}
_INPUTS = {
    "plain_text_input",
    "static_select",
    "timepicker",
    "datepicker",
    "conversations_select",
    "users_select",
    "file_input",
}


def kind_of(blocks: list[dict[str, Any]]) -> str:
    """Return the name of the first block, without the number of a further page."""
    return str(blocks[0].get("block_id", "")).partition("-")[0] if blocks else ""


def all_text(part: Any) -> str:
    """Return all text in a block."""
    if isinstance(part, list):
        return "".join(map(all_text, part))
    if isinstance(part, dict):
        own = part.get("text", "")
        words = own if isinstance(own, str) else all_text(own)
        return words + all_text(part.get("elements"))
    return ""


def find_faults(blocks: Any, *, most: int = 50) -> Iterator[str]:
    """Yield what Slack would refuse in a message's or a view's blocks."""
    if not isinstance(blocks, list) or len(blocks) > most:
        yield f"more than {most} blocks"
        return
    names = [block.get("block_id") for block in blocks if block.get("block_id")]
    if len(names) != len(set(names)):
        yield "a block_id comes twice"
    if len(all_text(blocks)) > MAX_CHARACTERS:
        yield "too much text"
    for block in blocks:
        yield from _find_block_faults(block)
    yield from _find_schema_faults(blocks)


def _find_block_faults(block: dict[str, Any]) -> Iterator[str]:
    kind = block.get("type")
    if kind not in _BLOCKS:
        yield f"unknown block {kind}"
    if len(block.get("block_id", "")) > 255:
        yield "block_id is too long"
    if kind == "header" and not 1 <= len(block["text"]["text"]) <= 150:
        yield "a header takes 1 to 150 characters"
    if kind == "section" and not 1 <= len(block["text"]["text"]) <= 3000:
        yield "a section takes 1 to 3000 characters"
    if kind == "context" and not 1 <= len(block["elements"]) <= 10:
        yield "a context takes 1 to 10 elements"
    if kind == "actions":
        yield from _find_action_faults(block["elements"])
    if kind == "rich_text":
        yield from _find_rich_faults(block["elements"])
    if kind == "input":
        yield from _find_input_faults(block)


def _find_action_faults(elements: list[dict[str, Any]]) -> Iterator[str]:
    if not 1 <= len(elements) <= 25:
        yield "actions take 1 to 25 elements"
    names = [element["action_id"] for element in elements]
    if len(names) != len(set(names)):
        yield "an action_id comes twice"
    for element in elements:
        if not 1 <= len(element["text"]["text"]) <= 75:
            yield "a button's text takes 1 to 75 characters"
        if len(element.get("value", "")) > 2000 or len(element["action_id"]) > 255:
            yield "a button's value takes 2000 characters, its action_id 255"


def _find_rich_faults(elements: list[dict[str, Any]]) -> Iterator[str]:
    if not elements:
        yield "rich_text is empty"
    for element in elements:
        if element.get("type") not in _RICH:
            yield f"unknown rich text {element.get('type')}"
        runs = element.get("elements", [])
        if not runs:
            yield "a rich text element is empty"
        for run in runs:
            inner = run["elements"] if run["type"] == "rich_text_section" else [run]
            if any(part["type"] == "text" and not part["text"] for part in inner):
                yield "a text run is empty"


def _find_input_faults(block: dict[str, Any]) -> Iterator[str]:
    element = block["element"]
    if element["type"] not in _INPUTS:
        yield f"unknown input {element['type']}"
    if not 1 <= len(block["label"]["text"]) <= 2000:
        yield "a label takes 1 to 2000 characters"
    if element.get("max_length", 1) > 3000:
        yield "a text input takes 3000 characters"
    if element["type"] == "static_select" and not 1 <= len(element["options"]) <= 100:
        yield "a select takes 1 to 100 options"


def find_view_faults(view: dict[str, Any]) -> Iterator[str]:
    """Yield what Slack would refuse in a modal or a Home tab."""
    if view.get("type") == "modal":
        if not 1 <= len(view["title"]["text"]) <= 24:
            yield "a modal's title takes 1 to 24 characters"
        if any(block["type"] == "input" for block in view["blocks"]) and "submit" not in view:
            yield "a modal with inputs needs submit"
    if len(view.get("private_metadata", "")) > 3000:
        yield "private_metadata takes 3000 characters"
    yield from find_faults(view.get("blocks"), most=100)


@cache
def _validator(name: str, root: str) -> Any:
    """Return what checks values against one of the schemas, or None without them."""
    folder = os.environ.get(SPECS)
    if not folder:
        return None
    from jsonschema import Draft7Validator

    schema = json.loads((Path(folder) / name).read_text())
    if root:
        schema["$ref"] = schema["x-methods"][root]["$ref"]
    return Draft7Validator(schema)


@cache
def _known_methods() -> frozenset[str]:
    folder = os.environ.get(SPECS)
    if not folder:
        return frozenset()
    schema = json.loads((Path(folder) / _ARGUMENTS).read_text())
    return frozenset(schema["x-methods"])


_ARGUMENTS = "slack_webapi_args.schema.json"


def _find_schema_faults(blocks: list[dict[str, Any]]) -> Iterator[str]:
    validator = _validator("slack_blocks.schema.json", "")
    if validator is not None:
        yield from _describe(validator, {"blocks": blocks})


def find_argument_faults(method: str, arguments: dict[str, Any]) -> Iterator[str]:
    """Yield what the method's schema refuses in its arguments."""
    if method in _known_methods():
        yield from _describe(_validator(_ARGUMENTS, method), arguments)


def _describe(validator: Any, value: dict[str, Any]) -> Iterator[str]:
    for error in validator.iter_errors(value):
        yield error.message[:300]
