"""What is remembered of the newest alone."""

from __future__ import annotations

from bot.domain.newest import Newest


def test_the_oldest_goes_when_there_are_too_many() -> None:
    known: Newest[str, int] = Newest(2)
    for number, name in enumerate("abc"):
        known[name] = number
    assert dict(known) == {"b": 1, "c": 2}


def test_what_is_written_again_is_new() -> None:
    known: Newest[str, int] = Newest(2)
    known["a"], known["b"], known["a"], known["c"] = 1, 2, 3, 4
    assert dict(known) == {"a": 3, "c": 4}
