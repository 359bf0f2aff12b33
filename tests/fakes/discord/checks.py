"""What Discord refuses: sizes and shapes of messages, forms and commands, by its documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LAYOUT = 1 << 15
_NAME = re.compile(r"[-_\w]{1,32}")
LOCALES = frozenset(
    [
        "id",
        "da",
        "de",
        "en-GB",
        "en-US",
        "es-ES",
        "es-419",
        "fr",
        "hr",
        "it",
        "lt",
        "hu",
        "nl",
        "no",
        "pl",
        "pt-BR",
        "ro",
        "fi",
        "sv-SE",
        "vi",
        "tr",
        "cs",
        "el",
        "bg",
        "ru",
        "uk",
        "hi",
        "th",
        "zh-CN",
        "ja",
        "zh-TW",
        "ko",
    ]
)
_BUTTON, _TEXT, _CONTAINER = 2, 10, 17
_ROW, _LABEL = 1, 18


def check_message(payload: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a message to be created."""
    return [
        *_check_sizes(payload),
        *_check_embeds(payload),
        *_check_files(payload),
        *_check_components(payload),
    ]


def _check_sizes(payload: Mapping[str, Any]) -> Iterator[str]:
    content = payload.get("content") or ""
    if len(content) > 2000:
        yield "content: Must be 2000 or fewer in length."
    if len(str(payload.get("nonce") or "")) > 25:
        yield "nonce: Must be 25 or fewer in length."
    components = payload.get("components") or ()
    layout = bool(payload.get("flags", 0) & LAYOUT)
    if layout and (content or payload.get("embeds")):
        yield "flags: A layout can't have content or embeds."
    if layout and sum(len(text) for text in find_texts(components)) > 4000:
        yield "components: The total size of all displayed text is more than 4000."
    if not (content or payload.get("embeds") or (layout and components)):
        yield "Cannot send an empty message"


def _check_embeds(payload: Mapping[str, Any]) -> Iterator[str]:
    embeds = payload.get("embeds") or ()
    if len(embeds) > 10:
        yield "embeds: Must be 10 or fewer."
    total = 0
    for embed in embeds:
        sizes = {
            "title": (len(embed.get("title") or ""), 256),
            "description": (len(embed.get("description") or ""), 4096),
            "footer": (len((embed.get("footer") or {}).get("text") or ""), 2048),
        }
        total += sum(size for size, _ in sizes.values())
        for name, (size, limit) in sizes.items():
            if size > limit:
                yield f"embeds.{name}: Must be {limit} or fewer in length."
        if not any(size for size, _ in sizes.values()) and not embed.get("image"):
            yield "embeds: An embed is empty."
    if total > 6000:
        yield "embeds: The size of all embeds is more than 6000."


def _check_files(payload: Mapping[str, Any]) -> Iterator[str]:
    files = payload.get("attachments") or ()
    if len(files) > 10:
        yield "attachments: Must be 10 or fewer."
    if sum(file.get("size", 0) for file in files) > 10 * 2**20:
        yield "Request entity too large"
    if any(len(file.get("description") or "") > 1024 for file in files):
        yield "attachments.description: Must be 1024 or fewer in length."
    names = {file.get("filename") for file in files}
    for embed in payload.get("embeds") or ():
        url = (embed.get("image") or {}).get("url", "")
        if url.startswith("attachment://") and url.removeprefix("attachment://") not in names:
            yield "embeds.image.url: There is no such attachment."


def _check_components(payload: Mapping[str, Any]) -> Iterator[str]:
    components = payload.get("components") or ()
    if len(components) > (40 if payload.get("flags", 0) & LAYOUT else 5):
        yield "components: Too many rows."
    ids = []
    for component in walk(components):
        if component["type"] == _ROW and not 1 <= len(component["components"]) <= 5:
            yield "components: A row has 1 to 5 buttons."
        if component["type"] == _BUTTON:
            ids.append(component.get("custom_id", ""))
            if not 1 <= len(ids[-1]) <= 100:
                yield "custom_id: Must be between 1 and 100 in length."
            if len(component.get("label") or "") > 80 or not component.get("label"):
                yield "label: Must be between 1 and 80 in length."
    if len(set(ids)) < len(ids):
        yield "components: Component custom id cannot be duplicated"


def walk(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield all components, at any depth."""
    for component in components:
        yield component
        yield from walk(component.get("components") or ())
        if component.get("component"):
            yield from walk([component["component"]])


def find_texts(components: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the texts that a layout displays."""
    return [part["content"] for part in walk(components) if part["type"] == _TEXT]


def is_hidden(components: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a layout has a container behind a spoiler."""
    return any(part["type"] == _CONTAINER and part.get("spoiler") for part in walk(components))


def check_modal(modal: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a form to be opened."""
    problems = []
    if not 1 <= len(modal.get("title") or "") <= 45:
        problems.append("title: Must be between 1 and 45 in length.")
    if not 1 <= len(modal.get("custom_id") or "") <= 100:
        problems.append("custom_id: Must be between 1 and 100 in length.")
    labels = modal.get("components") or []
    if not 1 <= len(labels) <= 5:
        problems.append("components: Must be between 1 and 5.")
    for label in labels:
        problems += _check_text(label) if label.get("type") == _TEXT else _check_label(label)
    return problems


def _check_text(part: Mapping[str, Any]) -> list[str]:
    fits = 1 <= len(part.get("content") or "") <= 4000
    return [] if fits else ["content: Must be between 1 and 4000 in length."]


def _check_label(label: Mapping[str, Any]) -> Iterator[str]:
    if label["type"] != _LABEL:
        yield "components: Only labels are taken here."
        return
    if not 1 <= len(label["label"]) <= 45:
        yield "label: Must be between 1 and 45 in length."
    if len(label.get("description") or "") > 100:
        yield "description: Must be 100 or fewer in length."
    inner = label["component"]
    if not 1 <= len(inner.get("custom_id") or "") <= 100:
        yield "custom_id: Must be between 1 and 100 in length."
    if not 1 <= inner.get("max_length", 1) <= 4000:
        yield "max_length: Must be between 1 and 4000."
    if inner["type"] == 3 and not 1 <= len(inner.get("options") or ()) <= 25:
        yield "options: Must be between 1 and 25."


def check_commands(commands: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is wrong with commands to be registered."""
    problems = [problem for command in commands for problem in _check_option(command)]
    problems += ["A command has more than 8000 characters."] * sum(
        _count(command) > 8000 for command in commands
    )
    return problems


def _check_option(option: Mapping[str, Any]) -> Iterator[str]:
    name = option["name"]
    if not _NAME.fullmatch(name) or name != name.lower():
        yield f"name: {name!r} is no name."
    if not 1 <= len(option["description"]) <= 100:
        yield f"{name}.description: Must be between 1 and 100 in length."
    yield from _check_localised(option)
    options = option.get("options") or ()
    yield from _check_siblings(name, options)
    if len(options) > 25 or len(option.get("choices") or ()) > 25:
        yield f"{name}: Has more than 25 options or choices."
    required = [bool(inner.get("required")) for inner in options]
    if required != sorted(required, reverse=True):
        yield f"{name}: Required options must be placed before non-required options."
    if len({inner["name"] for inner in options}) < len(options):
        yield f"{name}: Two options have one name."
    if option.get("choices") and option.get("autocomplete"):
        yield f"{name}: Has choices and autocompletion."
    for inner in options:
        yield from _check_option(inner)


def _check_localised(option: Mapping[str, Any]) -> Iterator[str]:
    names = option.get("name_localizations") or {}
    texts = option.get("description_localizations") or {}
    for tag in {*names, *texts} - LOCALES:
        yield f"{option['name']}: {tag} is no locale."
    for word in names.values():
        if not _NAME.fullmatch(word) or word != word.lower():
            yield f"{option['name']}.name_localizations: {word!r} is no name."
    for text in texts.values():
        if not 1 <= len(text) <= 100:
            yield f"{option['name']}.description_localizations: Must be between 1 and 100."
    for choice in option.get("choices") or ():
        for word in [choice["name"], *(choice.get("name_localizations") or {}).values()]:
            if not 1 <= len(word) <= 100:
                yield f"{option['name']}.choices: Must be between 1 and 100 in length."


def _check_siblings(name: str, options: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for tag in LOCALES:
        shown = [
            (option.get("name_localizations") or {}).get(tag, option["name"]) for option in options
        ]
        if len(set(shown)) < len(shown):
            yield f"{name}: Two options have one name in {tag}."


def _longest(option: Mapping[str, Any], field: str) -> int:
    """Of a localised field the longest counts."""
    localised = (option.get(f"{field}_localizations") or {}).values()
    return max(len(text) for text in [option[field], *localised])


def _count(option: Mapping[str, Any]) -> int:
    own = _longest(option, "name") + _longest(option, "description")
    own += sum(
        _longest(choice, "name") + len(str(choice["value"]))
        for choice in option.get("choices") or ()
    )
    return own + sum(_count(inner) for inner in option.get("options") or ())
