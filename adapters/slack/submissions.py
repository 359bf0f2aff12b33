"""Slack's filled forms as the core's events; pure."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.slack.carried import Place, read_place
from adapters.slack.payload import (
    NAME,
    Malformed,
    Payload,
    get_part,
    get_text,
    read_actor,
)
from bot.domain.events import FormSubmitted, Origin
from bot.domain.typed import drop_unstorable


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file that a form was given, still with Slack; `size` in bytes as Slack says."""

    name: str
    size: int
    url: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """A filled form, with where its answer goes and the fields that can show an error."""

    event: FormSubmitted
    place: Place
    fields: tuple[str, ...]
    file: SharedFile | None = None


def read_submission(body: Payload) -> Submitted:
    """Read `view_submission`."""
    view = get_part(body, "view")
    place = read_place(get_text(view, "private_metadata"))
    values = get_part(get_part(view, "state"), "values")
    filled = {
        drop_unstorable(str(name)): _read_field(field)
        for name, field in values.items()
        if isinstance(field, dict)
    }
    actor = read_actor(body)
    origin = Origin(
        platform=NAME,
        workspace=actor.workspace,
        channel=place.channel,
        member=actor.member,
        workspace_name=actor.workspace_name,
        member_name=actor.member_name,
    )
    return Submitted(
        FormSubmitted(origin, place.form, place.key, filled),
        place,
        tuple(map(str, values)),
        _find_file(values),
    )


def _find_file(values: Payload) -> SharedFile | None:
    """Return the first file of a form's file field, if it has one and was given one."""
    for field in values.values():
        for element in field.values() if isinstance(field, dict) else ():
            files = element.get("files") if isinstance(element, dict) else None
            if isinstance(files, list) and files and isinstance(files[0], dict):
                return _read_file(files[0])
    return None


def _read_file(file: Payload) -> SharedFile:
    size = file.get("size", 0)
    if not isinstance(size, int):
        raise Malformed("size is no number")
    url = get_text(file, "url_private_download") or get_text(file, "url_private")
    return SharedFile(get_text(file, "name"), size, url)


_VALUES = (
    "value",
    "selected_time",
    "selected_date",
    "selected_conversation",
    "selected_channel",
    "selected_user",
)


def _read_field(field: Payload) -> str:
    """Return what a field's one element holds, as the text that somebody would have typed."""
    for element in field.values():
        if not isinstance(element, dict):
            continue
        option = element.get("selected_option")
        if isinstance(option, dict):
            return get_text(option, "value")
        for name in _VALUES:
            if element.get(name):
                return get_text(element, name)
    return ""
