"""What is dropped out of what people typed."""

from __future__ import annotations

import pytest

from bot.domain.typed import break_pings, drop_controls, drop_unstorable


def test_what_moves_a_cursor_or_turns_writing_is_dropped() -> None:
    assert drop_controls("a\x1b[2J\r\x00\x7f\x9b b\u202e\u2066c") == "a[2J bc"


def test_what_no_encoding_takes_is_dropped() -> None:
    assert drop_controls("a\ud800b\udfff").encode() == b"ab"


def test_lines_letters_and_signs_stay() -> None:
    text = "Ωμέγα\n\tdef f(): 💡"
    assert drop_controls(text) == text


def test_what_no_database_holds_is_dropped() -> None:
    assert drop_unstorable("a\x00b\ud800c\n\x1b") == "abc\n\x1b"


@pytest.mark.parametrize("ping", ["@everyone", "@here", "@channel", "<!here>", "<@U1>", "<#C1>"])
def test_what_calls_people_is_broken(ping: str) -> None:
    assert ping not in break_pings(f"a{ping}b")


@pytest.mark.parametrize("code", ['@app.get("/items/{id}")', "@dataclass", "a @ b", "a<b", "x@y.z"])
def test_code_can_be_copied_as_it_is(code: str) -> None:
    assert break_pings(code) == code
