"""What interactions and reactions must look like for discord.py to make sense of them later.

The library reads some parts at once, where a fault is caught, and others in tasks of its own.
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


class _Member(_Shape):
    user: _User
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
    id: Snowflake | None = None
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


class _Interaction(_Shape):
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
    def _require_somebody(self) -> _Interaction:
        if (self.member if self.guild_id else self.user) is None:
            raise ValueError("an interaction of nobody")
        if self.type in _OF_COMMANDS and not (self.data.id and self.data.name):
            raise ValueError("a call of no command")
        return self


class _Emoji(_Shape):
    name: str | None = None


class _Reaction(_Shape):
    user_id: Snowflake
    channel_id: Snowflake
    message_id: Snowflake
    guild_id: Snowflake | None = None
    emoji: _Emoji
    member: _Member | None = None


SHAPES: dict[str, type[BaseModel]] = {
    "INTERACTION_CREATE": _Interaction,
    "MESSAGE_REACTION_ADD": _Reaction,
}
"""By the gateway's event; `model_validate` raises ValueError for what Discord never sends."""
