"""Slack as a platform of the service: the Bolt app, wired, by Socket Mode or by HTTP."""

from __future__ import annotations

import asyncio
import traceback
from time import time

import structlog
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from starlette.routing import Route

from adapters.slack.authorize import StoredAuthorize
from adapters.slack.backlog import Backlog
from adapters.slack.chat import SlackChat
from adapters.slack.client import Watch, make_pace
from adapters.slack.clients import NOT_CONNECTED, Clients, OneInstallation
from adapters.slack.failures import CALL_ERRORS
from adapters.slack.files import Files
from adapters.slack.home import Home
from adapters.slack.http import SlackRoutes
from adapters.slack.inbound import require_shape
from adapters.slack.install import Renewal, announce, make_flow
from adapters.slack.lifecycle import Lifecycle
from adapters.slack.listeners import Listeners
from adapters.slack.log import SDK_LOG
from adapters.slack.once import Once
from adapters.slack.payload import NAME, Malformed, read_once_key
from adapters.slack.people import People
from adapters.slack.replies import Replies
from adapters.slack.settings import explain_refusal, require_settings
from bot.config import SlackSettings
from bot.domain.installation import Installation
from bot.errors import NotSent
from bot.logs import following_event
from bot.ports import (
    NO_METER,
    Clock,
    Handle,
    Installations,
    Meter,
    OneTimeTokens,
    ReceivedEvents,
)
from bot.services.connecting import FIRST_WAIT, LONGEST_WAIT, Connection

PING_SECONDS = 10
DRAIN = 20.0
"""Seconds that answers under way may take when the service stops: with the posts before them it
has a minute in all (docs/operations.md)."""
NOT_HERE = (
    "FastAPI Quiz can't answer here just now. Try again in a minute. If this stays, an admin of "
    "the workspace must install the app again."
)
log = structlog.get_logger(__name__)


class SlackPlatform:
    """Implements `bot.ports.Platform`.

    With `installations` it serves every workspace that installed it; without, the one
    whose `bot_token` stands in the settings.
    """

    name = NAME

    def __init__(
        self,
        settings: SlackSettings,
        clock: Clock,
        received: ReceivedEvents,
        installations: Installations | None = None,
        states: OneTimeTokens | None = None,
        public_url: str = "",
        meter: Meter = NO_METER,
    ) -> None:
        require_settings(settings)
        self._settings = settings
        self._clock = clock
        self._states = states
        self._public_url = public_url
        self._single = OneInstallation() if installations is None else None
        base_url = settings.base_url.rstrip("/") + "/"
        self.pace = make_pace(settings.messages_per_minute)
        self.clients = Clients(
            clock,
            base_url,
            installations or self._single,  # type: ignore[arg-type]
            watch=Watch(clock, meter, self.pace),
        )
        if installations is not None:
            self.clients.renew = Renewal(settings, self.clients, clock).renew
        self._people = People(self.clients, clock)
        self.files = Files(self.clients)
        self._replies = Replies(self.clients, self.files)
        self._backlog = Backlog()
        self._once = Once(received, clock)
        self._connection = Connection(NAME)
        self._silence = NOT_CONNECTED
        self._socket: SocketModeClient | None = None
        self._app: AsyncApp | None = None
        self._flow: AsyncOAuthFlow | None = None
        self.chat = SlackChat(self.clients, self._people, self.files)

    @property
    def routes(self) -> list[Route]:
        """What the web server has to serve for this platform; nothing in Socket Mode."""
        if self._settings.mode == "socket":
            return []
        secret = self._settings.signing_secret.get_secret_value()
        return SlackRoutes(secret, self.dispatch, lambda: self._flow).routes()

    def problem(self) -> str | None:
        """Look at the socket; by HTTP it is Slack that connects."""
        if self._connection.refusal:
            return self._connection.refusal
        if self._silence:
            return f"{self._silence} It is tried again by itself."
        socket = self._socket
        session = socket.current_session if socket else None
        if socket and (socket.closed or session is None or session.closed):
            return (
                "The socket to Slack is down; it is opened again by itself. If this stays, look "
                "at https://slack-status.com and whether this machine reaches slack.base_url."
            )
        return None

    def share_limits(self, processes: int) -> None:
        """Divide what a workspace bears a minute."""
        if self.pace:
            self.pace.share(processes)

    async def start(self, handle: Handle) -> None:
        """Check the tokens, and connect.

        Slack being out of reach does not keep the service from starting: it goes on trying.
        Being refused does.
        """
        self.clients.open()
        try:
            await self._connection.begin(self._connect_at_last(handle))
        except BaseException:
            await self.stop()
            raise

    async def _connect_at_last(self, handle: Handle) -> None:
        wait = FIRST_WAIT
        while True:
            try:
                return await self._connect(handle)
            except NotSent as silence:
                self._silence = str(silence)
                pause = max(wait, silence.retry_after.total_seconds())
                log.warning("slack_not_connected", problem=self._silence, again_in=pause)
            self._connection.tried.set()
            await asyncio.sleep(pause)
            wait = min(2 * wait, LONGEST_WAIT)

    async def _connect(self, handle: Handle) -> None:
        if self._single is not None:
            found = await self._identify()
            await self._single.save(found)
            await announce(found, handle)
        for unannounced in await self.clients.installations.unannounced():
            await announce(unannounced, handle)
        self._app = self._make_app(handle)
        if self._states is not None:
            self._flow = make_flow(
                self._settings, self.clients, self._states, self._clock, self._public_url, handle
            )
        if self._settings.mode == "socket":
            await self._open_socket()
        self._silence = ""
        log.info("slack_connected", mode=self._settings.mode)

    async def stop(self) -> None:
        """Take no more, answer what was acknowledged, disconnect."""
        await self._connection.end()
        if self._socket:
            await self._socket.close()  # type: ignore[no-untyped-call]
        await self._backlog.drain(DRAIN)
        await self.clients.close()

    async def drain(self) -> None:
        """Wait until everything that was acknowledged is answered."""
        await self._backlog.drain()

    def _make_app(self, handle: Handle) -> AsyncApp:
        app = AsyncApp(
            logger=SDK_LOG,
            name="fastapi-quiz",
            client=self.clients.make(),
            authorize=StoredAuthorize(self.clients),  # type: ignore[arg-type] # Bolt takes it
            request_verification_enabled=False,  # SlackRoutes does it before parsing
            attaching_function_token_enabled=False,  # for workflow steps; there are none
            attaching_conversation_kwargs_enabled=False,  # for AI assistants' threads
            process_before_response=True,
            user_facing_authorize_error_message=NOT_HERE,
        )
        app.error(self._explain_fault)
        home = Home(handle, self.clients, self._people, self.files, self._backlog)
        Listeners(
            handle, self._people, self._replies, home, self._backlog, self._once, self.clients
        ).register(app)
        home.register(app)
        lifecycle = Lifecycle(handle, self.clients, self._replies, self._backlog, self._once)
        lifecycle.register(app)
        if self._single is None:  # a token in the settings may be that of another app
            self.chat.on_removal = lifecycle.note_removal
        return app

    async def dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
        """Answer a request; one that Slack never sends gets 400."""
        if self._app is None:
            return BoltResponse(status=503, body="")
        try:
            require_shape(request.body)
        except Malformed as error:
            return await self._explain_fault(error)
        with following_event(read_once_key(request.body)):
            return await self._app.async_dispatch(request)

    async def _explain_fault(self, error: Exception) -> BoltResponse:
        """Tell what Slack never sends from a fault of ours; the payload is not logged."""
        if isinstance(error, Malformed) or not _is_ours(error):
            problem = str(error) if isinstance(error, Malformed) else type(error).__name__
            log.warning("slack_request_malformed", problem=problem)
            return BoltResponse(status=400, body="")
        log.error("slack_request_failed", exc_info=error)
        return BoltResponse(status=500, body="")

    async def _identify(self) -> Installation:
        """Ask Slack once whose token it is."""
        client = self.clients.make(self._settings.bot_token.get_secret_value(), patient=True)
        asked_at = self._clock.now()
        try:
            answer = await client.auth_test()
        except CALL_ERRORS as error:
            raise explain_refusal("bot_token", error) from error
        return Installation(
            workspace=answer["team_id"],
            name=answer.get("team") or "",
            bot_user=answer["user_id"],
            bot_id=answer.get("bot_id") or "",
            token=client.token or "",
            scopes=frozenset((answer.headers.get("x-oauth-scopes") or "").split(",")),
            installed_at=asked_at,
        )

    async def _open_socket(self) -> None:
        token = self._settings.app_token.get_secret_value()
        client = SocketModeClient(
            app_token=token,
            logger=SDK_LOG,
            web_client=self.clients.make(),
            ping_interval=PING_SECONDS,
        )
        client.socket_mode_request_listeners.append(self._on_socket_request)
        self._socket = client
        try:
            await client.connect_to_new_endpoint()
        except CALL_ERRORS as error:
            await client.close()  # type: ignore[no-untyped-call]
            raise explain_refusal("app_token", error) from error

    async def _on_socket_request(
        self, client: AsyncBaseSocketModeClient, request: SocketModeRequest
    ) -> None:
        """Answer an envelope; also one that can't be used, or Slack would send it again. Where
        the fault is ours, it should."""
        response = BoltResponse(status=200, body="")
        try:
            require_shape(request.payload)
            answer = await self.dispatch(AsyncBoltRequest(mode="socket_mode", body=request.payload))
            response = response if 400 <= answer.status < 500 else answer
        except (Malformed, ValueError, TypeError, AttributeError, LookupError) as error:
            log.warning("slack_request_malformed", problem=type(error).__name__)
        await send_async_response(client, request, response, time())


def _is_ours(error: Exception) -> bool:
    """Tell whether our code had a part in it; Bolt alone fails at what it can't read."""
    frames = traceback.walk_tb(error.__traceback__)
    return any(frame.f_globals.get("__name__", "").startswith("adapters.") for frame, _ in frames)
