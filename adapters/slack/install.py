"""Installing the app in a workspace, and renewing its tokens (OAuth v2)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import SecretStr
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation as SlackInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.clients import Clients
from adapters.slack.failures import CALL_ERRORS, explain, word_of
from adapters.slack.log import SDK_LOG
from adapters.slack.payload import NAME
from adapters.slack.scopes import BOT_SCOPES
from bot.config import SlackSettings
from bot.domain.events import AccessRegained, Origin
from bot.domain.installation import Installation
from bot.errors import ChatError, QuizError, Rejected, RejectReason
from bot.ports import Clock, Handle, OneTimeTokens

INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"
STATE_LIVES = timedelta(minutes=10)
log = structlog.get_logger(__name__)


class _StateStore(AsyncOAuthStateStore):
    """Bolt's view of our one-time tokens."""

    def __init__(self, tokens: OneTimeTokens, clock: Clock) -> None:
        self._tokens = tokens
        self._clock = clock

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        state = secrets.token_urlsafe(32)
        now = self._clock.now()
        await self._tokens.add(state, now, now + STATE_LIVES)
        return state

    async def async_consume(self, state: str) -> bool:
        return await self._tokens.use(state, self._clock.now())


class _InstallationStore(AsyncInstallationStore):
    """Bolt's view of our installations; its flow only saves."""

    def __init__(self, clients: Clients, handle: Handle) -> None:
        self._clients = clients
        self._handle = handle

    async def async_save(self, installation: SlackInstallation) -> None:
        found = read_installation(installation)
        await self._clients.installations.save(found)
        self._clients.forget(found.workspace)
        log.info("slack_installed", workspace=found.workspace)
        await announce(found, self._handle)


async def announce(found: Installation, handle: Handle) -> None:
    """Tell the core that the app is in a workspace again, or for the first time."""
    await handle(AccessRegained(Origin(NAME, found.workspace, "", "", found.name)))


class _Flow(AsyncOAuthFlow):
    """Bolt's pages; the exchange is ours.

    Bolt's own lets a broken connection end in an error page of the web server, takes
    organizations for workspaces, and passes the secret by a class that aiohttp has deprecated.
    """

    def __init__(self, clock: Clock, client: AsyncWebClient, settings: AsyncOAuthSettings) -> None:
        super().__init__(client=client, logger=SDK_LOG, settings=settings)
        self._clock = clock

    async def handle_callback(self, request: AsyncBoltRequest) -> BoltResponse:
        """Take the code; what we or Slack do not get done is told on the page."""
        try:
            return await super().handle_callback(request)
        except QuizError as error:
            log.warning("slack_install_failed", problem=str(error))
            return BoltResponse(
                status=503,
                headers={"Content-Type": "text/html; charset=utf-8"},
                body=self.settings.redirect_uri_page_renderer.render_failure_page(str(error)),
            )

    async def run_installation(self, code: str) -> SlackInstallation:
        installed_at = self._clock.now()
        try:
            answer = await exchange(
                self.client, self.settings, code=code, redirect_uri=self.settings.redirect_uri or ""
            )
            token = answer["access_token"]
            identity = await self.client.auth_test(token=token)
        except CALL_ERRORS as error:
            raise _explain_exchange(error) from error
        team = answer.get("team")
        if not team:
            raise Rejected(
                RejectReason.INVALID,
                "It was installed for a whole organization, where it would answer nobody.",
                "Remove it there, and install it in a workspace.",
            )
        return SlackInstallation(
            app_id=answer.get("app_id"),
            team_id=team["id"],
            team_name=team.get("name"),
            bot_token=token,
            bot_id=identity.get("bot_id"),
            bot_user_id=answer.get("bot_user_id"),
            bot_scopes=answer.get("scope") or "",
            bot_refresh_token=answer.get("refresh_token"),
            bot_token_expires_at=self._expiry(answer.get("expires_in")),
            user_id=(answer.get("authed_user") or {}).get("id") or "",
            installed_at=installed_at.timestamp(),
        )

    def _expiry(self, seconds: int | None) -> int | None:
        return int(self._clock.now().timestamp()) + seconds if seconds else None


def _explain_exchange(error: Exception) -> ChatError:
    word, meaning = word_of(error), explain(error)
    if isinstance(meaning, Rejected):
        return Rejected(meaning.reason, f'Slack says "{word}".', "Begin again.")
    return meaning


async def exchange(
    client: AsyncWebClient, given: AsyncOAuthSettings | SlackSettings, **what: str
) -> AsyncSlackResponse:
    """Call `oauth.v2.access` with the app's own credentials in the body."""
    secret = given.client_secret
    shown = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
    credentials = {"client_id": given.client_id, "client_secret": shown}
    return await client.api_call("oauth.v2.access", data={**credentials, **what})


def read_installation(given: SlackInstallation) -> Installation:
    """Return what Bolt read from `oauth.v2.access`."""
    scopes = given.bot_scopes or ()
    expires_at = given.bot_token_expires_at
    return Installation(
        workspace=given.team_id or "",
        name=given.team_name or "",
        bot_user=given.bot_user_id or "",
        bot_id=given.bot_id or "",
        token=given.bot_token or "",
        scopes=frozenset(scopes.split(",") if isinstance(scopes, str) else scopes),
        refresh_token=given.bot_refresh_token,
        expires_at=datetime.fromtimestamp(expires_at, UTC) if expires_at else None,
        installed_at=datetime.fromtimestamp(given.installed_at, UTC),
    )


def make_flow(
    settings: SlackSettings,
    clients: Clients,
    tokens: OneTimeTokens,
    clock: Clock,
    public_url: str,
    handle: Handle,
) -> AsyncOAuthFlow:
    """Return the pages that install the app: Bolt's flow over our stores."""
    site = clients.base_url.removesuffix("/").removesuffix("/api")
    return _Flow(
        clock,
        client=clients.make(),
        settings=AsyncOAuthSettings(
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            scopes=sorted(BOT_SCOPES),
            user_scopes=[],
            redirect_uri=f"{public_url.rstrip('/')}{REDIRECT_PATH}",
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            authorization_url=f"{site}/oauth/v2/authorize",
            installation_store=_InstallationStore(clients, handle),
            installation_store_bot_only=True,
            state_store=_StateStore(tokens, clock),
            state_expiration_seconds=int(STATE_LIVES.total_seconds()),
            logger=SDK_LOG,
        ),
    )


@dataclass
class Renewal:
    """Exchanges a refresh token for new tokens."""

    settings: SlackSettings
    clients: Clients
    clock: Clock

    async def renew(self, stale: Installation) -> Installation:
        """Return the installation with new tokens; the old refresh token is used up.

        Raises:
            ChatError: Slack does not answer, or takes the refresh token no more.
        """
        try:
            answer = await exchange(
                self.clients.make(),
                self.settings,
                grant_type="refresh_token",
                refresh_token=stale.refresh_token or "",
            )
        except CALL_ERRORS as error:
            if word_of(error) == "invalid_refresh_token":
                raise Rejected(
                    RejectReason.REVOKED,
                    "Slack takes the app's refresh token no more.",
                    "An admin of the workspace must install the app again.",
                ) from error
            raise explain(error) from error
        log.info("slack_token_renewed", workspace=stale.workspace)
        return replace(
            stale,
            token=answer["access_token"],
            refresh_token=answer.get("refresh_token"),
            expires_at=self.clock.now() + timedelta(seconds=int(answer["expires_in"])),
        )
