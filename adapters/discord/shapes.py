"""What the gateway's events must look like, as far as they are read.

`model_validate` raises ValueError for what Discord never sends.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

Snowflake = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
_OF_COMMANDS = (2, 4)
"""Calls and suggestions (interactions/receiving-and-responding)."""


class _Shape(BaseModel):
    """Fields that are not named here may be anything."""

    model_config = {"strict": True, "hide_input_in_errors": True}


class _User(_Shape):
    id: Snowflake
    username: str
    global_name: str | None = None
    bot: bool = False


class _Member(_Shape):
    user: _User
    nick: str | None = None
    roles: list[Snowflake]
    permissions: str = Field("0", pattern=r"^[0-9]+$")


class _Channel(_Shape):
    id: Snowflake
    type: int


class _Option(_Shape):
    name: str
    type: int = Field(ge=1, le=11)
    value: str | int | float | bool | None = None
    focused: bool = False
    options: list[_Option] = []

    @model_validator(mode="after")
    def _require_value(self) -> _Option:
        if self.type > 2 and self.value is None:
            raise ValueError("an option without a value")
        return self


class _Data(_Shape):
    """Of a call or of a component: `id` is a command's snowflake there, here a small number."""

    id: Snowflake | int | None = None
    name: str = ""
    type: Literal[1] = 1
    custom_id: str = ""
    component_type: int = 2
    options: list[_Option] = []
    components: list[Any] = []
    resolved: dict[str, dict[str, dict[str, Any]]] = {}


class _Message(_Shape):
    id: Snowflake
    flags: int = 0


class Interaction(_Shape):
    """A call, a completion, a pressed button or a filled form, as discord.py reads it."""

    id: Snowflake
    application_id: Snowflake
    type: int = Field(ge=1, le=5)
    token: str = Field(min_length=1)
    data: _Data
    guild_id: Snowflake | None = None
    channel: _Channel
    message: _Message | None = None
    member: _Member | None = None
    user: _User | None = None

    @model_validator(mode="after")
    def _require_somebody(self) -> Interaction:
        if (self.member if self.guild_id else self.user) is None:
            raise ValueError("an interaction of nobody")
        if self.type in _OF_COMMANDS and not (isinstance(self.data.id, str) and self.data.name):
            raise ValueError("a call of no command")
        return self


class _Emoji(_Shape):
    name: str | None = None


class Reaction(_Shape):
    """Somebody reacts to a message; in a server the member comes along."""

    user_id: Snowflake
    channel_id: Snowflake
    message_id: Snowflake
    guild_id: Snowflake | None = None
    message_author_id: Snowflake | None = None
    emoji: _Emoji
    member: _Member | None = None

    @property
    def is_bot(self) -> bool:
        """Whether a bot reacted."""
        return self.member is not None and self.member.user.bot

    @property
    def display_name(self) -> str:
        """The name that the server shows, or nothing where no member came along."""
        if self.member is None:
            return ""
        user = self.member.user
        return self.member.nick or user.global_name or user.username


class Server(_Shape):
    """A server that the bot is in, or was just added to: then `unavailable` is None."""

    id: Snowflake
    name: str = ""
    owner_id: Snowflake | None = None
    system_channel_id: Snowflake | None = None
    unavailable: bool | None = None


class LeftServer(_Shape):
    """A server that the bot was removed from, or that has an outage."""

    id: Snowflake
    unavailable: bool = False


class DeletedChannel(_Shape):
    """A channel that is no more."""

    id: Snowflake
    guild_id: Snowflake
