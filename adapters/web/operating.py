"""What an operator's tools ask: /healthz, /readyz, /metrics."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from typing import Any, Protocol

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from adapters.web.metrics import PrometheusMeter
from bot.domain.health import Fact, Tally
from bot.errors import QuizError

_METHODS = ["GET", "HEAD"]
"""Uptime monitors ask by HEAD unless told otherwise."""


class Examined(Protocol):
    """The running service, as far as these pages show it."""

    async def examine(self) -> list[Fact]: ...

    async def tally(self) -> Tally: ...

    def count_flying(self) -> int: ...

    def count_circuits(self) -> int: ...


def make_operating_routes(service: Examined, meter: PrometheusMeter) -> APIRouter:
    """Return the pages. None of them shows a secret, a name or what anybody wrote."""
    router = APIRouter()

    @router.api_route("/healthz", methods=_METHODS)
    async def healthz(response: Response) -> dict[str, str]:
        """Whether the process can work at all: restart it where this fails for long."""
        database = next(fact for fact in await service.examine() if fact.name == "database")
        if not database.ok:
            response.status_code = 503
            return {"status": "unhealthy", "problem": str(database)}
        return {"status": "ok"}

    @router.api_route("/readyz", methods=_METHODS)
    async def readyz(response: Response) -> dict[str, Any]:
        """Whether every part does its work, each with what to do where it doesn't."""
        facts = await service.examine()
        ready = all(fact.ok for fact in facts)
        response.status_code = 200 if ready else 503
        return {"ready": ready, "facts": [asdict(fact) for fact in facts]}

    @router.get("/metrics")
    async def metrics() -> Response:
        """Counters and gauges. Without a database the counters are still true."""
        facts = await service.examine()
        meter.set_now(service.count_flying(), service.count_circuits(), facts)
        with suppress(QuizError):  # fastapi_quiz_ready says that the database is out of reach
            meter.set_tally(await service.tally())
        return Response(meter.render(), media_type=CONTENT_TYPE_LATEST)

    return router
