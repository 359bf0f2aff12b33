"""One question to a model: metered, in time, once more after a broken line, and typed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from pydantic import BaseModel
from pydantic_ai import Agent, ModelSettings, PromptedOutput, RunUsage, UsageLimits
from pydantic_ai.exceptions import (
    AgentRunError,
    ModelAPIError,
    ModelHTTPError,
    UnexpectedModelBehavior,
    UsageLimitExceeded,
)

from adapters.ai.connecting import Connection
from bot.domain.writing import Asker
from bot.errors import ModelError
from bot.ports import ModelMeter

Output = TypeVar("Output", bound=BaseModel)

REQUESTS = 2
"""A first try, and one more where what came back does not fit the schema."""


@dataclass
class Asking:
    """Asks one model. Its instructions are ours; everything else goes as one JSON object."""

    connection: Connection
    meter: ModelMeter
    timeout: timedelta

    async def ask(
        self,
        instructions: str,
        facts: Mapping[str, object],
        output: type[Output],
        asker: Asker | None,
        longest: int = 4_000,
        patience: int = 1,
    ) -> Output:
        """Ask and read the answer; `longest` is its limit in tokens.

        It may take `patience` times the usual time.

        Raises:
            ModelError: the limit of the day, a time-out, a refusal, or nothing readable.
        """
        await self.meter.take_call(asker)
        agent = Agent(
            self.connection.model,
            output_type=PromptedOutput(output),
            instructions=instructions,
            model_settings=ModelSettings(temperature=0.0, max_tokens=longest),
            retries=1,
        )
        usage = RunUsage()
        seconds = self.timeout.total_seconds() * patience
        try:
            async with asyncio.timeout(seconds):
                return await self._run(agent, json.dumps(facts, ensure_ascii=False), usage)
        except TimeoutError:
            raise ModelError(
                f"{self.connection.name} did not answer within {seconds:g} s. Raise ai.timeout, "
                "or take a faster model."
            ) from None
        except AgentRunError as error:
            raise ModelError(self._explain(error)) from error
        finally:
            await self.meter.book(asker, usage.input_tokens, usage.output_tokens)

    async def _run(self, agent: Agent[object, Output], prompt: str, usage: RunUsage) -> Output:
        """Run, and once more where the line broke or the server failed; a 429 is obeyed."""
        limits = UsageLimits(request_limit=REQUESTS)
        try:
            return (await agent.run(prompt, usage=usage, usage_limits=limits)).output
        except ModelAPIError as error:
            if isinstance(error, ModelHTTPError) and error.status_code < 500:
                raise
        return (await agent.run(prompt, usage=usage, usage_limits=limits)).output

    def _explain(self, error: AgentRunError) -> str:
        name, address = self.connection.name, self.connection.address
        match error:
            case ModelHTTPError(status_code=401 | 403):
                return f"{address} refuses the key. Check ai.api_key."
            case ModelHTTPError(status_code=404):
                return f"{address} knows no model {name}. Check ai.model and ai.base_url."
            case ModelHTTPError(status_code=429):
                return f"{address} asks to wait: too many calls, or no credit. Try again later."
            case ModelHTTPError():
                return f"{address} answers with status {error.status_code}. Try again later."
            case ModelAPIError():
                return f"{address} can't be reached. Check ai.base_url and that it runs."
            case UnexpectedModelBehavior() | UsageLimitExceeded():
                return f"{name} gave nothing that can be read. Try another model."
            case _:
                return f"{name} did not answer: {type(error).__name__}. Try again later."
