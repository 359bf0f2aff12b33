"""Settings: how they are read, and what follows from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import WebSettings, list_secrets, load_settings
from bot.errors import ConfigError

TOKEN = "FASTAPI_QUIZ_DISCORD__TOKEN"
TOKEN_FILE = f"{TOKEN}_FILE"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
        ("quiz.internal", "http://quiz.internal:8000"),
    ],
)
def test_where_this_machine_reaches_the_web_server(host: str, url: str) -> None:
    assert WebSettings(host=host).local_url == url


@pytest.mark.parametrize("written", ["0, 2", "0 2", "[0, 2]", '["0","2"]', "[0,\n2]"])
def test_a_list_in_the_environment_is_written_as_words_or_as_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.chdir(tmp_path)
    variables = (
        "FASTAPI_QUIZ_DISCORD__SHARD_COUNT",
        "FASTAPI_QUIZ_DISCORD__SHARD_IDS",
        "FASTAPI_QUIZ_SECURITY__ENCRYPTION_KEYS",
    )
    keys = "0123456789abcdef0123456789abcdef0123456789A="
    given = dict(zip(variables, ("4", written, f"['{keys}']"), strict=True))
    settings = load_settings(None, given)
    assert settings.discord.shard_ids == (0, 2)
    assert [key.get_secret_value() for key in settings.security.encryption_keys] == [keys]


def test_a_value_comes_from_the_file_that_a_variable_names(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("  of the bot\n", "utf-8")
    settings = load_settings(None, {TOKEN_FILE: str(secret)})
    assert settings.discord.token.get_secret_value() == "of the bot"


def test_a_secret_that_cannot_be_read_or_is_given_twice_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=rf"{TOKEN_FILE} names a file .*{tmp_path}.* Check"):
        load_settings(None, {TOKEN_FILE: str(tmp_path / "nowhere")})
    with pytest.raises(ConfigError, match="are both set") as refused:
        load_settings(None, {TOKEN: "hidden", TOKEN_FILE: str(tmp_path / "token")})
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("SCHEDULER__GRACE", "99999999999999999w", "Write a duration like 60s, 30m or 6h."),
        ("SCHEDULER__GRACE", "9" * 5000, "Write a duration like 60s, 30m or 6h."),
        ("SCHEDULER__SPREAD", "999999999999w", "Write 36500d at most."),
        ("PRIVACY__KEEP_AFTER_LEAVING", "36501d", "Write 36500d at most."),
        ("DISCORD__REQUESTS_PER_SECOND", "inf", "less than or equal to 10000."),
        ("AI__DAILY_LIMIT_PER_WORKSPACE", "9" * 20, "less than or equal to 1000000000."),
    ],
)
def test_a_number_that_nothing_could_reckon_with_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, value: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        ConfigError, match=f"{key.lower().replace('__', '.')} does not fit.* {said}$"
    ):
        load_settings(None, {f"FASTAPI_QUIZ_{key}": value})


def test_the_passwords_in_addresses_are_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = {
        "FASTAPI_QUIZ_DATABASE__URL": "postgresql://quiz:of-the-database@db/quiz",
        "FASTAPI_QUIZ_AI__BASE_URL": "https://us:of-the-model@model.example/v1",
    }
    secrets = list_secrets(load_settings(None, given))
    assert secrets == ["of-the-database", "of-the-model"]
