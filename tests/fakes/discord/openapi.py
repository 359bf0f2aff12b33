"""Holds requests against Discord's own OpenAPI description, where its file is at hand."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

VARIABLE = "QUIZ_TEST_SPECS"
"""Names the folder that has `discord_openapi.json`."""


@cache
def _load() -> dict[str, Any] | None:
    folder = os.environ.get(VARIABLE)
    file = Path(folder) / "discord_openapi.json" if folder else None
    if file is None or not file.exists():
        return None
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    paths = (_load() or {"paths": {}})["paths"]
    ordered = sorted(paths, key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), path) for path in ordered]


@cache
def _validator(method: str, template: str) -> Any:
    from jsonschema import Draft202012Validator

    described = _load()
    assert described is not None
    operation = described["paths"][template].get(method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if schema is None:
        return None
    return Draft202012Validator({**schema, "components": described["components"]})


def find_violations(method: str, path: str, body: Any) -> list[str]:
    """Return how a request differs from the description; nothing without the file."""
    described = _load()
    if described is None:
        return []
    plain = re.sub(r"^/api/v\d+", "", path)
    for pattern, template in _patterns():
        if pattern.fullmatch(plain) and method.lower() in described["paths"][template]:
            validator = _validator(method, template)
            if validator is None or body is None:
                return []
            if "recipient_id" in body:
                # discord.py sends this one id as a number, which Discord takes.
                body = {**body, "recipient_id": str(body["recipient_id"])}
            return [
                f"{method} {plain}: {error.json_path}: {error.message[:300]}"
                for error in validator.iter_errors(body)
            ]
    return [f"{method} {plain}: Discord has no such route"]
