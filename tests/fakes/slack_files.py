"""Files of the local Slack: the external upload flow, and blocks that show what was uploaded.

Slack finishes an upload in the background: until then it refuses a block that names the
file. `State.slow_files` is how often it does.
"""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.slack_calls import Answer, Arguments, Refused, find_channel, require_scope
from tests.fakes.slack_state import File, Message, State, Team

PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8")


def begin_upload(state: State, team: Team, arguments: Arguments) -> Answer:
    """files.getUploadURLExternal: name a file and get the address for its content."""
    require_scope(team, "files:write")
    length = int(arguments.get("length") or 0)
    if not arguments.get("filename") or length <= 0:
        raise Refused("invalid_arguments")
    file = File(f"F{state.next_number():08}", team.id, str(arguments["filename"]), length)
    state.files[file.id] = file
    return {"file_id": file.id, "upload_url": f"{state.url}/upload/v1/{file.id}"}


def give_file(state: State, team: Team, name: str, content: bytes, size: int | None = None) -> str:
    """Upload a file as a member does in a form; return its id. `size` may claim another one."""
    length = len(content) if size is None else size
    file = File(f"F{state.next_number():08}", team.id, name, length, content, name)
    state.files[file.id] = file
    return file.id


def describe_file(state: State, file_id: str) -> dict[str, Any]:
    """Return the file object that a filled form carries."""
    file = state.files[file_id]
    url = f"{state.url}/files-pri/{file.id}/download/{file.name}"
    return {"id": file.id, "name": file.name, "size": file.length, "url_private_download": url}


def hand_out(state: State, file_id: str, token: str) -> bytes | None:
    """Return a file's content to whoever may read it, else None: Slack shows a sign-in page."""
    file = state.files.get(file_id)
    team = state.team_of_token(token)
    if file is None or team is None or file.team != team.id or "files:read" not in team.scopes:
        return None
    return file.content


def take_content(state: State, file_id: str, content: bytes) -> int:
    """Take what was sent to the address; return the status to answer with."""
    file = state.files.get(file_id)
    if file is None or file.content is not None:
        return 404
    if len(content) != file.length:
        return 400
    file.content = content
    return 200


def complete_upload(state: State, team: Team, arguments: Arguments) -> Answer:
    """files.completeUploadExternal: the file is there, and shared if a channel is named."""
    require_scope(team, "files:write")
    wanted = json.loads(arguments.get("files") or "[]")
    files = [state.files.get(str(each.get("id"))) for each in wanted]
    if not files or any(f is None or f.team != team.id or f.content is None for f in files):
        raise Refused("file_not_found")
    channel = arguments.get("channel_id")
    place = _find_place(team, str(channel)) if channel else ""
    for file, each in zip(files, wanted, strict=True):
        assert file is not None
        file.title, file.reads_left = str(each.get("title") or file.name), state.slow_files
        if place:
            _share(state, team, file, place, arguments.get("thread_ts"))
    return {"files": [{"id": f.id, "title": f.title} for f in files if f]}


def _find_place(team: Team, channel: str) -> str:
    if channel.startswith("D") and channel[1:] in team.users:
        return channel
    return find_channel(team, channel).id


def _share(state: State, team: Team, file: File, channel: str, thread: str | None) -> None:
    file.shared_in.append(channel)
    only = channel[1:] if channel.startswith("D") else None
    message = Message(
        state.next_ts(), team.id, channel, file.title, [], only, thread, via="file_share"
    )
    state.show(team, message)


def find_file_faults(state: State, team: Team, blocks: list[dict[str, Any]]) -> list[str]:
    """Return what Slack would refuse in blocks that show uploaded files."""
    return [
        f"invalid slack file [json-pointer:/blocks/{number}/slack_file]"
        for number, block in enumerate(blocks)
        if "slack_file" in block and not _can_show(state, team, block["slack_file"])
    ]


def _can_show(state: State, team: Team, named: dict[str, Any]) -> bool:
    file = state.files.get(str(named.get("id")))
    if file is None or file.team != team.id or file.deleted or not file.title:
        return False
    if file.reads_left:
        file.reads_left -= 1
        return False
    return file.content is not None and file.content.startswith(PICTURES)
