"""Which model, where it is, and how it is spoken to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from openai import AsyncOpenAI
from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.openai import OpenAIProvider

from bot.config import AiSettings
from bot.errors import ConfigError

OLLAMA = "http://localhost:11434/v1"
PROVIDERS = ("openai", "anthropic", "ollama")
NO_KEY = "none"
"""Local servers want some key, and the machine's own one for OpenAI must not go to them."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A model that can be asked, and its name and address as people see them."""

    name: str
    address: str
    model: Model
    close: Callable[[], Awaitable[None]]


def connect(settings: AiSettings) -> Connection:
    """Prepare a connection; nothing is sent yet.

    `ai.model` is `openai:NAME`, `anthropic:NAME` or `ollama:NAME`; without a provider, NAME at
    any server that speaks OpenAI's protocol, at `ai.base_url`.

    Raises:
        ConfigError: the provider, a key or an address is missing.
    """
    provider, name = split_model(settings.model)
    key, address = settings.api_key.get_secret_value(), settings.base_url
    if provider == "anthropic":
        _require(key or address, settings.model)
        return _connect_anthropic(settings, name, key or NO_KEY)
    if provider == "openai":
        _require(key or address, settings.model)
    elif provider == "ollama":
        address = address or OLLAMA
    elif not address:
        raise ConfigError(
            f'ai.model = "{settings.model}" names no provider. Write openai:, anthropic: or '
            "ollama: before it, or set ai.base_url to a server that speaks OpenAI's protocol."
        )
    return _connect_openai(settings, name, address, key or NO_KEY)


def split_model(model: str) -> tuple[str, str]:
    """Take the provider from the name, if it is one that we know: names may hold colons."""
    provider, _, name = model.partition(":")
    return (provider, name) if provider in PROVIDERS and name else ("", model)


def _require(key: str, model: str) -> None:
    if not key:
        raise ConfigError(
            f"ai.api_key is missing, and {model} needs one. Set it, or FASTAPI_QUIZ_AI__API_KEY."
        )


def _connect_openai(settings: AiSettings, name: str, address: str, key: str) -> Connection:
    client = AsyncOpenAI(
        api_key=key,
        base_url=address or None,
        timeout=None,  # `Asking` ends what takes too long
        max_retries=0,
    )
    # Of the servers that speak this protocol some refuse `response_format`; the schema in the
    # instructions does for all of them.
    profile = OpenAIModelProfile(supports_json_object_output=False)
    provider = OpenAIProvider(openai_client=client)
    model = OpenAIChatModel(name, provider=provider, profile=profile)
    address = str(client.base_url.copy_with(userinfo=b""))
    return Connection(settings.model, address, model, client.close)


def _connect_anthropic(settings: AiSettings, name: str, key: str) -> Connection:
    from anthropic import AsyncAnthropic
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    client = AsyncAnthropic(
        api_key=key,
        base_url=settings.base_url or None,
        timeout=None,  # `Asking` ends what takes too long
        max_retries=0,
    )
    model = AnthropicModel(name, provider=AnthropicProvider(anthropic_client=client))
    address = str(client.base_url.copy_with(userinfo=b""))
    return Connection(settings.model, address, model, client.close)
