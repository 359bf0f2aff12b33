"""Settings from TOML and from the environment (`FASTAPI_QUIZ_SECTION__KEY`).

What can't be used is refused with the key's name: a misspelt key never passes silently.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from bot.config_sources import read_values
from bot.errors import ConfigError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = re.compile(r"(\d{1,12})([smhdw])")
_PASSWORD = re.compile(r"://[^/@]*?:([^@]+)@")
_PYTHON_SECONDS = re.compile(r"datetime\.timedelta\(seconds=(\d+)\)")
_LONGEST = 36_500 * _UNITS["d"]
"""Seconds: what is added to a date must not lead behind the year 9999."""


def _read_duration(value: object) -> object:
    """Read `60s`, `6h`, `1h30m`; a plain number means seconds."""
    if isinstance(value, timedelta):
        return value
    text = "".join(str(value).lower().split())
    text = f"{text}s" if text.isdecimal() else text
    parts = _PART.findall(text)
    if not parts or _PART.sub("", text):
        raise ValueError("Write a duration like 60s, 30m or 6h")
    seconds = sum(int(number) * _UNITS[unit] for number, unit in parts)
    if seconds > _LONGEST:
        raise ValueError("Write 36500d at most")
    return timedelta(seconds=seconds)


Duration = Annotated[timedelta, BeforeValidator(_read_duration)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]


def _split_words(value: object) -> object:
    """Read a list that came as one text: words, or written as in the settings file."""
    return re.sub(r"""[][,"']""", " ", value).split() if isinstance(value, str) else value


Numbers = Annotated[tuple[int, ...], BeforeValidator(_split_words)]


def _read_address(value: object) -> object:
    """Read where something is: what lacks its `https://` could be opened by nobody."""
    text = value.strip() if isinstance(value, str) else value
    if isinstance(text, str) and text and not text.startswith(("http://", "https://")):
        raise ValueError("Write an address like https://example.com")
    return text


Address = Annotated[str, BeforeValidator(_read_address)]

_MESSAGES = {
    "int_parsing": "Write a whole number",
    "int_type": "Write a whole number",
    "float_parsing": "Write a number",
    "bool_parsing": "Write true or false",
    "bool_type": "Write true or false",
    "string_type": 'Write a text in quotes, like "this"',
}


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


Word = BeforeValidator(_lower)
"""Marks a choice among words, which may be written in capitals."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DatabaseSettings(_Section):
    """Where everything is kept."""

    url: str = "sqlite+aiosqlite:///fastapi-quiz.db"


class LocalSettings(_Section):
    """The channel without a platform; posts appear in the service's own output."""

    enabled: bool = False


class DiscordSettings(_Section):
    """Discord: one bot in any number of servers.

    Without `gateway_url` it is what the API answers, and without `shard_count` (0) what
    Discord recommends. `guild_ids` get the commands at once and alone. With `shard_ids`
    several processes share the gateway. `requests_per_second` is the whole bot's
    (Discord's 50; 0: no limit of our own): processes on one database divide it.
    """

    enabled: bool = False
    token: SecretStr = SecretStr("")
    api_url: Address = "https://discord.com/api/v10"
    gateway_url: str = ""
    shard_count: Count = 0
    shard_ids: Numbers = ()
    guild_ids: Numbers = ()
    requests_per_second: Annotated[float, Field(ge=0, le=10_000)] = 50.0


class SlackSettings(_Section):
    """Slack: one workspace by Socket Mode, or many by HTTP.

    `base_url` is where the Web API is; GovSlack and proxies have another. Questions keep to
    one message a second a channel and to `messages_per_minute` a workspace (0: neither).
    """

    enabled: bool = False
    mode: Annotated[Literal["socket", "http"], Word] = "socket"
    bot_token: SecretStr = SecretStr("")
    app_token: SecretStr = SecretStr("")
    signing_secret: SecretStr = SecretStr("")
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    base_url: Address = "https://slack.com/api/"
    messages_per_minute: Count = 300


class WebSettings(_Section):
    """The web server: Slack's requests and installation pages, health.

    `public_url` is how the outside reaches it, behind whatever proxy.
    """

    enabled: bool = False
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    public_url: Address = ""

    @property
    def local_url(self) -> str:
        """Where this machine reaches it; an address that means all of a machine's opens none."""
        host = self.host if self.host not in ("0.0.0.0", "::") else "127.0.0.1"  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


class GradingSettings(_Section):
    """Who grades answers to open questions.

    `auto` takes a language model if `[ai]` names one, else the semantic grader if its extra is
    installed, else the lexical one, which is always there.
    """

    grader: Annotated[Literal["auto", "lexical", "semantic", "llm"], Word] = "auto"


class AiSettings(_Section):
    """A language model, for grading and for drafts of questions; none without `model`.

    `daily_limit_per_workspace` counts calls of a day in UTC; 0: no limit.
    """

    model: str = ""
    base_url: Address = ""
    api_key: SecretStr = SecretStr("")
    timeout: Duration = timedelta(seconds=20)
    daily_limit_per_workspace: Count = 500


class SecuritySettings(_Section):
    """Keys that encrypt tokens at rest, newest first; older ones still decrypt."""

    encryption_keys: Annotated[tuple[SecretStr, ...], BeforeValidator(_split_words)] = ()


class PrivacySettings(_Section):
    """What is kept, and for how long: a workspace that the bot was removed from, here."""

    keep_after_leaving: Duration = timedelta(days=30)


class SchedulerSettings(_Section):
    """Daily delivery."""

    enabled: bool = True
    grace: Annotated[Duration, Field(ge=timedelta(seconds=1))] = timedelta(hours=6)
    lease: Annotated[Duration, Field(ge=timedelta(seconds=1))] = timedelta(seconds=60)
    concurrency: Annotated[int, Field(ge=1, le=1000)] = 100
    spread: Duration = timedelta(0)


class LoggingSettings(_Section):
    """What the service writes to stderr."""

    level: Annotated[Literal["debug", "info", "warning", "error"], Word] = "info"
    format: Annotated[Literal["console", "json"], Word] = "console"


class Settings(_Section):
    """All settings. The environment wins over the file."""

    database: DatabaseSettings = DatabaseSettings()
    local: LocalSettings = LocalSettings()
    discord: DiscordSettings = DiscordSettings()
    slack: SlackSettings = SlackSettings()
    web: WebSettings = WebSettings()
    grading: GradingSettings = GradingSettings()
    ai: AiSettings = AiSettings()
    security: SecuritySettings = SecuritySettings()
    privacy: PrivacySettings = PrivacySettings()
    scheduler: SchedulerSettings = SchedulerSettings()
    logging: LoggingSettings = LoggingSettings()


def load_settings(
    file: Path | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Read the file (default `./config.toml`, if it exists) and the environment.

    A secret may come from a file: `FASTAPI_QUIZ_DATABASE__URL_FILE` names one that holds
    the value.

    Raises:
        ConfigError: names every key that does not fit, with the nearest right one.
    """
    given = os.environ if environment is None else environment
    values = read_values(file, given, known_keys())
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise ConfigError("\n".join(_describe(error))) from None


def list_secrets(settings: Settings) -> list[str]:
    """Return every secret that the settings hold, and the passwords in their addresses."""
    sections = [getattr(settings, name) for name in Settings.model_fields]
    values = [getattr(section, name) for section in sections for name in type(section).model_fields]
    flat = [each for value in values for each in (value if isinstance(value, tuple) else (value,))]
    found = [each.get_secret_value() for each in flat if isinstance(each, SecretStr)]
    addressed = [_PASSWORD.search(each) for each in flat if isinstance(each, str)]
    return [secret for secret in [*found, *(each[1] for each in addressed if each)] if secret]


def known_keys() -> dict[str, tuple[str, ...]]:
    """Return each section's keys."""
    sections = Settings.model_fields
    return {name: tuple(_fields_of(field.annotation)) for name, field in sections.items()}


def _fields_of(section: object) -> Iterable[str]:
    assert isinstance(section, type)
    assert issubclass(section, BaseModel)
    return section.model_fields


def _describe(error: ValidationError) -> Iterator[str]:
    for fault in error.errors():
        key = ".".join(map(str, fault["loc"]))
        told = fault["msg"].removeprefix("Value error, ").replace("Input should be", "It should be")
        told = _PYTHON_SECONDS.sub(r"\1s", told)
        message = _MESSAGES.get(fault["type"], told)
        shown = "" if _is_secret(*map(str, fault["loc"])) else f": it is {fault['input']!r}"
        yield f"{key} does not fit{shown}. {message}."


def _is_secret(section: str, key: str = "", *_: str) -> bool:
    """Tell whether what stands there is not to be shown: a token, or what may hold a password."""
    field = getattr(Settings.model_fields[section].annotation, "model_fields", {}).get(key)
    kinds = (field.annotation, *get_args(field.annotation)) if field else ()
    return SecretStr in kinds or (section, key) == ("database", "url")
