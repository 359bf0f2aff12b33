"""Settings that can't work, the pace of requests, and what is kept between two runs."""

from __future__ import annotations

import random

import pytest
from pydantic import SecretStr

from adapters.discord.pacing import Pacer
from adapters.discord.platform import DiscordPlatform
from bot.config import DiscordSettings, Settings, load_settings
from bot.errors import ConfigError, NotSent, Rejected
from storage.adapter_words import AdapterWords
from storage.engine import open_engine
from tests.adapters.discord.conftest import Stage
from tests.adapters.discord.questions import make_card
from tests.fakes.discord_server import TOKEN


def make_platform(**settings: object) -> DiscordPlatform:
    """Return a platform that is not connected."""
    words = AdapterWords(open_engine("sqlite+aiosqlite://"), "discord")
    given = {"token": SecretStr(TOKEN), **settings}
    return DiscordPlatform(DiscordSettings.model_validate(given), words)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"token": SecretStr(" ")}, "discord.token is missing"),
        ({"shard_ids": [2], "shard_count": 2}, "Shards count from 0"),
        ({"shard_ids": [0]}, "discord.shard_count is 0"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        make_platform(**settings)


def test_lists_come_from_the_environment_too() -> None:
    variables = {
        "FASTAPI_QUIZ_DISCORD__SHARD_IDS": "0, 1",
        "FASTAPI_QUIZ_DISCORD__SHARD_COUNT": "2",
    }
    assert load_settings(None, variables).discord.shard_ids == (0, 1)


def test_the_token_is_not_shown() -> None:
    assert "x-secret" not in repr(Settings.model_validate({"discord": {"token": "x-secret"}}))


async def test_nothing_is_sent_before_it_is_connected() -> None:
    with pytest.raises(NotSent, match="not connected"):
        await make_platform().chat.post("1", "2", make_card(), "k")


class Timer:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0

    async def sleep(self, seconds: float) -> None:
        """Pass the time."""
        self.now += seconds


async def test_no_second_has_more_requests_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    timer = Timer()
    monkeypatch.setattr("asyncio.sleep", timer.sleep)
    pacer = Pacer(50, "http://x", lambda: timer.now)
    times = []
    for _ in range(500):
        turn = await pacer.wait_turn()
        turn.took = 0.003
        times.append(timer.now)
    assert all(later - first >= 1 for first, later in zip(times, times[50:], strict=False))
    assert 450 / (times[-1] - times[49]) >= 0.97 * 50


async def test_processes_that_share_the_bot_keep_its_limit_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    timer = Timer()
    monkeypatch.setattr("asyncio.sleep", timer.sleep)
    pacer = Pacer(50, "http://x", lambda: timer.now)

    async def send_for_ten_seconds() -> int:
        until, count = timer.now + 10, 0
        while timer.now < until:
            turn = await pacer.wait_turn()
            turn.took = 0.003
            count += 1
        return count

    await send_for_ten_seconds()
    pacer.share(4)
    assert 11 * 10 < await send_for_ten_seconds() <= 50 / 4 * 10 + 1
    pacer.share(1)
    assert 48 * 10 < await send_for_ten_seconds() <= 50 * 10 + 1


async def test_busy_process_and_late_answers_keep_the_limit_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Discord may have counted a request at any moment between its writing and its answer."""
    timer = Timer()
    monkeypatch.setattr("asyncio.sleep", timer.sleep)
    dice = random.Random(5)
    pacer = Pacer(50, "http://x", lambda: timer.now)
    written, counted = [], []
    for _ in range(500):
        turn = await pacer.wait_turn()
        timer.now += dice.choice([0.0, 0.0, 0.0, 0.01])
        pacer.note_sent(turn)
        written.append(timer.now)
        stalled = dice.choice([0.0, 0.015, 0.015, 0.015, 0.03])
        turn.took = 0.003 + stalled
        counted.append(timer.now + stalled)
    assert all(later - first >= 1 for first, later in zip(counted, written[50:], strict=False))
    assert 450 / (written[-1] - written[49]) >= 0.93 * 50


async def test_half_of_the_invalid_requests_pause_the_bot() -> None:
    timer = Timer()
    pacer = Pacer(50, "http://x", lambda: timer.now)
    for status in (200, 404, 500):
        pacer.note_status(status)
    for _ in range(4_999):
        pacer.note_status(403)
    assert not pacer.is_blocked
    pacer.note_status(401)
    assert pacer.is_blocked
    timer.now += 600.1
    assert not pacer.is_blocked


async def test_words_are_kept_replaced_and_forgotten(database_url: str) -> None:
    engine = open_engine(database_url)
    words, other = AdapterWords(engine, "discord"), AdapterWords(engine, "slack")
    await words.keep("a", "1")
    await words.keep("a", "2")
    assert (await words.recall("a"), await other.recall("a")) == ("2", None)
    await words.forget("a")
    assert await words.recall("a") is None
    await words.keep("b", "3")
    await words.close()
    assert await words.recall("b") is None
    await engine.dispose()


async def test_a_channel_is_named_from_what_the_gateway_told_or_by_asking(stage: Stage) -> None:
    assert stage.platform is not None
    server, chat = stage.server, stage.platform.chat
    ours = str(server.guild.id)
    assert await chat.channel_name(ours, str(server.general.id)) == "#general"
    untold = server.world.add_channel(server.guild, "untold")
    assert await chat.channel_name(ours, str(untold.id)) == "#untold"
    other = server.world.add_guild("Globex")
    theirs = next(iter(other.channels))
    assert await chat.channel_name(ours, str(theirs)) is None, "another server's"
    assert await chat.channel_name(ours, "4711") is None
    with pytest.raises(Rejected):
        await chat.channel_name(ours, "#general")
