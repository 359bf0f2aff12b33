"""Channels' names: asked once, never waited for long, and never in the way."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from adapters.local.simulation import VirtualClock
from bot.domain.people import Workspace, WorkspaceId
from bot.errors import NotSent
from bot.services.naming import ASKED_AGAIN_AFTER, KEPT_FOR, MOST_ASKED, ChannelNames

ACME = Workspace(WorkspaceId(1), "there", "T1", "acme", 1, "bulb")
START = datetime(2026, 3, 23, 9, tzinfo=UTC)


@dataclass
class Directory:
    """A platform's side: names by id. `shut` answers nothing, `mute` never comes back."""

    names: dict[str, str] = field(default_factory=lambda: {"C1": "#general"})
    asked: list[str] = field(default_factory=list)
    shut: bool = False
    mute: bool = False

    async def channel_name(self, workspace: str, channel: str) -> str | None:
        self.asked.append(channel)
        if self.mute:
            await asyncio.Event().wait()
        if self.shut:
            raise NotSent("Not now.")
        return self.names.get(channel)


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
def naming(directory: Directory) -> ChannelNames:
    return ChannelNames({"there": directory}, VirtualClock(START))  # type: ignore[dict-item]


def pass_time(naming: ChannelNames, by: timedelta) -> None:
    assert isinstance(naming.clock, VirtualClock)
    naming.clock.move_to(naming.clock.now() + by)


async def test_a_name_is_asked_once_and_again_when_it_is_old(
    naming: ChannelNames, directory: Directory
) -> None:
    for _ in range(2):
        assert await naming.look_up(ACME, ["C1", "C1", "C2"]) == {"C1": "#general"}
    assert directory.asked == ["C1", "C2"]
    pass_time(naming, KEPT_FOR)
    directory.names["C1"] = "#all"
    assert await naming.look_up(ACME, ["C1"]) == {"C1": "#all"}


async def test_a_platform_that_fails_leaves_the_last_name_and_is_left_alone(
    naming: ChannelNames, directory: Directory
) -> None:
    await naming.look_up(ACME, ["C1"])
    pass_time(naming, KEPT_FOR)
    directory.shut = True
    for _ in range(2):
        assert await naming.look_up(ACME, ["C1", "C2"]) == {"C1": "#general"}
    assert directory.asked == ["C1", "C1", "C2"]
    pass_time(naming, ASKED_AGAIN_AFTER)
    directory.shut = False
    directory.names["C2"] = "#two"
    assert await naming.look_up(ACME, ["C1", "C2"]) == {"C1": "#general", "C2": "#two"}


async def test_who_looks_waits_no_longer_than_their_patience(
    naming: ChannelNames, directory: Directory
) -> None:
    directory.mute, naming.patience = True, 0.0
    assert await naming.look_up(ACME, ["C1"]) == {}
    assert asyncio.all_tasks() == {asyncio.current_task()}, "nobody goes on asking"


async def test_few_are_asked_at_once_and_the_others_the_next_time(
    naming: ChannelNames, directory: Directory
) -> None:
    directory.names = {f"C{number}": f"#{number}" for number in range(MOST_ASKED + 3)}
    assert len(await naming.look_up(ACME, directory.names)) == MOST_ASKED
    assert await naming.look_up(ACME, directory.names) == directory.names


async def test_what_is_kept_is_bounded(naming: ChannelNames, directory: Directory) -> None:
    naming._known.most = 3
    directory.names = {f"C{number}": f"#{number}" for number in range(5)}
    assert len(await naming.look_up(ACME, directory.names)) == 3


async def test_a_platform_that_another_process_serves_is_not_asked(directory: Directory) -> None:
    naming = ChannelNames({}, VirtualClock(START))
    assert await naming.look_up(ACME, ["C1"]) == {}
    assert directory.asked == []
