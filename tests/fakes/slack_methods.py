"""The Web API's methods, as far as the bot uses them; each refuses what Slack refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.slack_calls import (
    Answer,
    Arguments,
    Refused,
    find_channel,
    read_json,
    require_scope,
)
from tests.fakes.slack_files import begin_upload, complete_upload, find_file_faults
from tests.fakes.slack_limits import find_faults
from tests.fakes.slack_state import Message, State, Team
from tests.fakes.slack_views import open_view, publish_view


def require_blocks(state: State, team: Team, arguments: Arguments) -> list[dict[str, Any]]:
    """Return the blocks, which have to be within Slack's limits."""
    blocks = read_json(arguments.get("blocks") or [])
    faults = [*find_faults(blocks), *find_file_faults(state, team, blocks)]
    if faults:
        raise Refused("invalid_blocks", errors=faults)
    if not blocks and not arguments.get("text"):
        raise Refused("no_text")
    return list(blocks)


def auth_test(state: State, team: Team, arguments: Arguments) -> Answer:
    """Who am I."""
    return {
        "url": f"https://{team.name}.example/",
        "team": team.name,
        "team_id": team.id,
        "user": "fastapi-quiz",
        "user_id": team.bot_user,
        "bot_id": team.bot_id,
    }


def post_message(state: State, team: Team, arguments: Arguments) -> Answer:
    """Post in a channel, or to a user in private."""
    require_scope(team, "chat:write")
    blocks = require_blocks(state, team, arguments)
    target = str(arguments["channel"])
    if target in team.users:
        channel, only = f"D{target}", target
    else:
        channel, only = find_channel(team, target).id, None
    if not state.may_post(channel):
        raise Refused("ratelimited")
    message = Message(
        ts=state.next_ts(),
        team=team.id,
        channel=channel,
        text=str(arguments.get("text", "")),
        blocks=blocks,
        only=only,
        thread=arguments.get("thread_ts"),
        metadata=read_json(arguments["metadata"]) if arguments.get("metadata") else None,
    )
    state.show(team, message)
    return {"channel": channel, "ts": message.ts, "message": describe(team, message)}


def post_ephemeral(state: State, team: Team, arguments: Arguments) -> Answer:
    """Show something to one member. In a thread that nobody began Slack shows nothing."""
    require_scope(team, "chat:write")
    blocks = require_blocks(state, team, arguments)
    channel = find_channel(team, str(arguments["channel"]))
    user = str(arguments["user"])
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    thread = arguments.get("thread_ts")
    active = not thread or any(m.thread == thread and not m.only for m in team.messages)
    message = Message(
        ts=state.next_ts(),
        team=team.id,
        channel=channel.id,
        text=str(arguments.get("text", "")),
        blocks=blocks,
        only=user,
        thread=thread,
        via="chat.postEphemeral",
        shown=active,
    )
    state.show(team, message)
    return {"message_ts": message.ts}


def update_message(state: State, team: Team, arguments: Arguments) -> Answer:
    """Replace a message's content; metadata stays unless it is given."""
    require_scope(team, "chat:write")
    blocks = require_blocks(state, team, arguments)
    message = state.find(team, str(arguments["ts"]))
    if message is None or message.only:
        raise Refused("message_not_found")
    message.blocks, message.text = blocks, str(arguments.get("text", ""))
    message.edits += 1
    return {"channel": message.channel, "ts": message.ts, "text": message.text}


def describe(team: Team, message: Message) -> Answer:
    """Return a message as the API does."""
    replies = [m for m in team.messages if m.thread == message.ts and m.via == "chat.postMessage"]
    return {
        "type": "message",
        "ts": message.ts,
        "user": team.bot_user,
        "bot_id": team.bot_id,
        "text": message.text,
        "blocks": message.blocks,
        **({"metadata": message.metadata} if message.metadata else {}),
        **({"thread_ts": message.thread} if message.thread else {}),
        **({"reply_count": len(replies), "thread_ts": message.ts} if replies else {}),
    }


def read_history(state: State, team: Team, arguments: Arguments) -> Answer:
    """List a channel's messages, newest first; replies are not among them."""
    channel = find_channel(team, str(arguments["channel"]))
    require_scope(team, channel.scope("history"))
    oldest, latest = float(arguments.get("oldest") or 0), float(arguments.get("latest") or 9e12)
    messages = [
        message
        for message in reversed(team.messages)
        if message.channel == channel.id
        and message.via == "chat.postMessage"
        and not message.thread
        and oldest <= float(message.ts) <= latest
    ]
    return _page(team, messages, arguments)


def read_replies(state: State, team: Team, arguments: Arguments) -> Answer:
    """List a thread, its parent first."""
    channel = find_channel(team, str(arguments["channel"]))
    require_scope(team, channel.scope("history"))
    parent = state.find(team, str(arguments["ts"]))
    if parent is None:
        raise Refused("thread_not_found")
    oldest = float(arguments.get("oldest") or 0)
    replies = [
        message
        for message in team.messages
        if message.thread == parent.ts
        and message.via == "chat.postMessage"
        and float(message.ts) >= oldest
    ]
    return _page(team, [parent, *replies], arguments)


def _page(team: Team, messages: list[Message], arguments: Arguments) -> Answer:
    """Return a page; its cursor is the next message, whatever comes meanwhile."""
    limit = int(arguments.get("limit") or 100)
    times = [message.ts for message in messages]
    start = times.index(arguments["cursor"]) if arguments.get("cursor") else 0
    page = [describe(team, message) for message in messages[start : start + limit]]
    if str(arguments.get("include_all_metadata", "0")) in ("0", "false", "False"):
        page = [{name: m[name] for name in m if name != "metadata"} for m in page]
    cursor = next(iter(times[start + limit :]), "")
    return {
        "messages": page,
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


def describe_channel(state: State, team: Team, arguments: Arguments) -> Answer:
    """Tell about a channel."""
    channel = find_channel(team, str(arguments["channel"]), member=False)
    require_scope(team, channel.scope("read"))
    return {
        "channel": {
            "id": channel.id,
            "name": channel.name,
            "is_channel": channel.kind in ("channel", "group"),
            "is_mpim": channel.kind == "mpim",
            "is_private": not channel.is_open,
            "is_archived": channel.archived,
            "is_member": team.bot_user in channel.members,
        }
    }


def describe_user(state: State, team: Team, arguments: Arguments) -> Answer:
    """Tell about a member."""
    require_scope(team, "users:read")
    user = team.users.get(str(arguments["user"]))
    if user is None:
        raise Refused("user_not_found")
    return {
        "user": {
            "id": user.id,
            "team_id": user.home or team.id,
            "name": user.name,
            "tz": user.tz,
            "deleted": user.is_deleted,
            "is_bot": user.is_bot,
            "is_admin": user.is_admin,
            "is_owner": user.is_owner,
            "profile": {"display_name": user.name, "real_name": user.name},
        }
    }


METHODS: Mapping[str, Callable[[State, Team, Arguments], Answer]] = {
    "auth.test": auth_test,
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update_message,
    "conversations.history": read_history,
    "conversations.replies": read_replies,
    "conversations.info": describe_channel,
    "files.completeUploadExternal": complete_upload,
    "files.getUploadURLExternal": begin_upload,
    "users.info": describe_user,
    "views.open": open_view,
    "views.publish": publish_view,
}
