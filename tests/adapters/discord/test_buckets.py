"""discord.py sweeps its buckets seldom, but it does."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from discord.http import HTTPClient

from adapters.discord.buckets import Buckets


class Bucket:
    """Counts how often it is looked at."""

    looks = 0

    def __init__(self, *_: Any) -> None:
        self.idle = False

    def is_inactive(self) -> bool:
        """As the library asks."""
        Bucket.looks += 1
        return self.idle


@pytest.fixture
async def http(monkeypatch: pytest.MonkeyPatch) -> HTTPClient:
    """The library's own client with our buckets and counted ones."""
    monkeypatch.setattr("discord.http.Ratelimit", Bucket)
    monkeypatch.setattr(Bucket, "looks", 0)
    client = discord.Client(intents=discord.Intents.none())
    client.http._buckets = Buckets()
    return client.http


async def test_ten_thousand_channels_are_looked_at_a_few_times_each(http: HTTPClient) -> None:
    for number in range(10_000):
        http.get_ratelimit(f"channel {number}")
    assert Bucket.looks < 40_000
    assert sum(1 for _ in http._buckets) == 10_000


async def test_idle_buckets_are_dropped(http: HTTPClient) -> None:
    for number in range(2_000):
        http.get_ratelimit(f"channel {number}").idle = True  # type: ignore[attr-defined]
    assert sum(1 for _ in http._buckets) < 1_000
