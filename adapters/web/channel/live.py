"""The channel, as its page needs it; the local adapter plays it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.cards import Button, Card
from bot.domain.events import Upload


class Entry(Protocol):
    """One line: a card of the bot (then `member` is empty), or a member's words."""

    @property
    def number(self) -> int: ...

    @property
    def at(self) -> datetime: ...

    @property
    def member(self) -> str: ...

    @property
    def only(self) -> str | None: ...

    @property
    def text(self) -> str: ...

    @property
    def card(self) -> Card | None: ...

    @property
    def buttons(self) -> Sequence[Button]: ...

    @property
    def takes_reactions(self) -> bool: ...


class Live(Protocol):
    """What there is to see and to do. Deeds raise NotFound for what the member doesn't see."""

    members: Sequence[str]
    filled: set[int]
    closed: bool

    def seen_by(self, member: str) -> Sequence[Entry]: ...

    def count_reactions(self, number: int) -> int: ...

    async def say(self, member: str, text: str) -> None: ...

    async def press(self, member: str, number: int, button: int) -> None: ...

    async def react(self, member: str, number: int) -> None: ...

    async def fill_in(
        self, member: str, number: int, values: Mapping[str, str], upload: Upload | None = None
    ) -> None: ...

    async def skip(self, by: timedelta) -> None: ...

    async def skip_to_next(self) -> None: ...

    async def break_off(self, duration: timedelta) -> None: ...

    async def crash(self) -> None: ...

    async def wait(self) -> None: ...

    async def describe_time(self) -> tuple[datetime, timedelta | None]: ...
