"""What the app asks Slack for; docs/slack/manifest.yaml says the same (a test compares)."""

from __future__ import annotations

BOT_SCOPES = {
    "channels:history": "find a post whose reply was lost; add counts to a question",
    "channels:read": "see whether the bot is in a public channel, and when it is invited",
    "chat:write": "post questions and answers",
    "commands": "the command /fastapi-quiz",
    "files:read": "read the file that an admin hands in as a pack of questions",
    "files:write": "show pictures such as the streak calendar, and hand out reports as files",
    "groups:history": "as channels:history, for private channels",
    "groups:read": "as channels:read, for private channels",
    "im:history": "as channels:history, for a schedule in a direct message",
    "mpim:history": "as channels:history, for group direct messages",
    "mpim:read": "as channels:read, for group direct messages",
    "reactions:read": "see who reacts to a question",
    "users:read": "names, time zones, who is an admin, who is a bot",
}
"""Each scope with what it is for."""

EVENTS = (
    "app_home_opened",
    "app_uninstalled",
    "channel_archive",
    "channel_left",
    "group_archive",
    "group_left",
    "member_joined_channel",
    "member_left_channel",
    "reaction_added",
    "tokens_revoked",
)
