"""What is counted, in Prometheus' words. docs/operations.md explains each name."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from bot.domain.delivery import DeliveryState
from bot.domain.health import Fact, Tally
from bot.ports import CallOutcome

disable_created_metrics()  # type: ignore[no-untyped-call]
"""They would show when each series began, as one more series each, which no graph needs."""

_LATE = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 21600)
_CALL = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_ANSWER = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 10)
_LAG = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)
_LIVE = (DeliveryState.SCHEDULED, DeliveryState.CLAIMED, DeliveryState.SENDING)


class PrometheusMeter:
    """Implements `bot.ports.Meter`, over a registry of its own."""

    def __init__(self, version: str) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        build = Gauge(
            "fastapi_quiz_build_info", "The version that runs.", ["version"], registry=registry
        )
        build.labels(version).set(1)
        self._settled = Counter(
            "fastapi_quiz_deliveries",
            "Times that a delivery came into a state in this process.",
            ["state"],
            registry=registry,
        )
        self._of_state = {state: self._settled.labels(state) for state in DeliveryState}
        self._late = Histogram(
            "fastapi_quiz_delivery_lateness_seconds",
            "How long after it was due a post was made.",
            buckets=_LATE,
            registry=registry,
        )
        self._calls = Histogram(
            "fastapi_quiz_api_call_seconds",
            "Calls to a platform's API.",
            ["platform", "outcome"],
            buckets=_CALL,
            registry=registry,
        )
        self._answers = Histogram(
            "fastapi_quiz_event_seconds",
            "How long commands, buttons, forms and reactions took to be answered.",
            ["what", "outcome"],
            buckets=_ANSWER,
            registry=registry,
        )
        self._lag = Histogram(
            "fastapi_quiz_event_loop_lag_seconds",
            "How much later than asked the event loop came back.",
            buckets=_LAG,
            registry=registry,
        )
        self._make_gauges()

    def _make_gauges(self) -> None:
        registry = self.registry
        self._queue = Gauge(
            "fastapi_quiz_queue_depth",
            "Deliveries in the database that still want something done.",
            ["state"],
            registry=registry,
        )
        self._stuck = Gauge(
            "fastapi_quiz_stuck", "Deliveries that an operator must resolve.", registry=registry
        )
        self._overdue = Gauge(
            "fastapi_quiz_overdue",
            "Deliveries and schedules that no process took up for five minutes.",
            ["platform"],
            registry=registry,
        )
        self._flying = Gauge(
            "fastapi_quiz_posts_in_flight", "Posts under way in this process.", registry=registry
        )
        self._circuits = Gauge(
            "fastapi_quiz_circuits_open",
            "Workspaces that this process leaves alone after repeated failures.",
            registry=registry,
        )
        self._ready = Gauge(
            "fastapi_quiz_ready",
            "Whether a part is ready (see /readyz).",
            ["part"],
            registry=registry,
        )

    def note_delivery(self, state: str, late_by: timedelta | None = None) -> None:
        """Count a delivery that came into a state."""
        self._of_state[DeliveryState(state)].inc()
        if late_by is not None:
            self._late.observe(max(0.0, late_by.total_seconds()))

    def note_call(self, platform: str, outcome: CallOutcome, seconds: float) -> None:
        """Time a call to a platform."""
        self._calls.labels(platform, outcome).observe(seconds)

    def note_event(self, name: str, outcome: str, seconds: float) -> None:
        """Time an answer."""
        self._answers.labels(name, outcome).observe(seconds)

    def note_lag(self, seconds: float) -> None:
        """Keep the event loop's lateness."""
        self._lag.observe(seconds)

    def set_tally(self, tally: Tally) -> None:
        """Show what waits in the database."""
        for state in _LIVE:
            self._queue.labels(state).set(tally.live.get(state, 0))
        self._stuck.set(tally.stuck)
        self._overdue.clear()
        for platform, count in tally.overdue.items():
            self._overdue.labels(platform).set(count)

    def set_now(self, flying: int, circuits: int, facts: list[Fact]) -> None:
        """Show what this process is doing."""
        self._flying.set(flying)
        self._circuits.set(circuits)
        for fact in facts:
            self._ready.labels(fact.name).set(fact.ok)

    def render(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self.registry)
