"""`fastapi-quiz demo --web`: the local channel and its console in a browser."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass

import typer
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from adapters.local.live import LiveChannel
from adapters.local.platform import NAME
from adapters.web.channel import make_channel
from adapters.web.console import make_console
from adapters.web.server import WebServer
from bot.app import Application
from bot.cli.demo import FIRST_COMMAND, machine_zone, start_clock
from bot.cli.local import open_simulation
from bot.config import Settings, WebSettings
from bot.domain.health import Fact
from bot.errors import ConfigError

MEMBERS = ("you", "ben", "cem")


async def serve(url: str, settings: Settings, port: int) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        ConfigError: the port is taken.
    """
    live = LiveChannel(MEMBERS)
    address = ""
    zone = machine_zone()
    async with open_simulation(
        url,
        start_clock(zone),
        live.show,
        live.hear,
        settings=settings,
        console_address=lambda: address,
    ) as simulation:
        simulation.begin(zone)
        console = LiveConsole(live)
        pages = Starlette(routes=[Mount("/console", console), Mount("/", make_channel(live))])
        server = WebServer(WebSettings(host="127.0.0.1", port=port), pages)
        await live.open(simulation, [FIRST_COMMAND])
        try:
            await server.start()
        except ConfigError:
            raise ConfigError(
                f"Port {port} can't be used. Choose another: fastapi-quiz demo --web --port 0"
            ) from None
        address = server.url
        ticking = asyncio.create_task(live.run())
        typer.echo(f"Open {address}/ in your browser. Ctrl-C ends the demo.")
        await _wait_for_end()
        await live.close()
        await ticking
        await server.stop()


@dataclass
class LiveConsole:
    """The console of the program that runs: after a crash that of the next one."""

    live: LiveChannel
    _program: Application | None = None
    _console: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        program = self.live.simulation.program
        assert isinstance(program, Application)
        if self._console is None or self._program is not program:
            self._console = make_console(
                program.visiting, program.naming, self.live.handle, _examine, [NAME]
            )
            self._program = program
        await self._console(scope, receive, send)


async def _examine() -> list[Fact]:
    return [Fact("demo", True, "runs on this machine alone, with a clock that can be moved")]


async def _wait_for_end() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
