"""What `fastapi-quiz check` asks Slack: are tokens and scopes good, and may the bot post."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.client import outcome_of
from adapters.slack.clients import Clients, OneInstallation
from adapters.slack.failures import CALL_ERRORS, explain
from adapters.slack.install import INSTALL_PATH
from adapters.slack.rights import find_missing
from adapters.slack.scopes import BOT_SCOPES
from adapters.slack.settings import explain_refusal, explain_silence, require_settings
from bot.config import SlackSettings
from bot.domain.formatting import count_part, plural
from bot.domain.installation import Installation
from bot.errors import ConfigError, Rejected
from bot.ports import CallOutcome, Clock

MOST_WORKSPACES = 100
MOST_CHANNELS = 50
"""Of a workspace: docs.slack.dev/apis/web-api/rate-limits lets an app ask for about as many
channels a minute (tier 3)."""
AT_ONCE = 10
_SCOPES_TO_LOOK = {"channels:read", "groups:read", "mpim:read"}


async def examine(
    settings: SlackSettings,
    clock: Clock,
    places: Sequence[tuple[str, str]],
    installed: Sequence[Installation] | None = None,
    public_url: str = "",
) -> str:
    """Try the tokens without connecting, and look at the channels (workspace and channel ids)
    that are posted to; nothing is changed, and no token is renewed.

    `installed` are all workspaces that the app is installed in, where any may install it below
    `public_url`; without, `slack.bot_token` is the only token.

    Raises:
        ConfigError: says all that is wrong and how to mend it.
    """
    require_settings(settings)
    clients = Clients(clock, settings.base_url.rstrip("/") + "/", OneInstallation())
    clients.open()
    try:
        examination = _Examination(clients, _group(places), public_url)
        if installed is None:
            said = await examination.try_settings(settings)
        else:
            said = await examination.try_installations(installed, clock.now())
    finally:
        await clients.close()
    if examination.faults:
        raise ConfigError(" ".join(dict.fromkeys([*examination.faults, *examination.notes])))
    return ". ".join(["; ".join(said), " ".join(examination.notes)]).removesuffix(". ")


def _group(places: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    channels = defaultdict(list)
    for workspace, channel in places:
        channels[workspace].append(channel)
    return dict(channels)


@dataclass
class _Examination:
    """What came to light so far. A fault ends nothing: all are told at once."""

    clients: Clients
    channels: dict[str, list[str]]
    public_url: str
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What was not looked at, without anything being wrong."""
    signed_in: int = 0
    looked: int = 0
    expired: int = 0
    """How many tokens are due to be renewed, which whoever needs them does."""

    async def try_settings(self, settings: SlackSettings) -> list[str]:
        """Try the tokens of the settings, and say whose they are."""
        if settings.mode == "socket":
            await self._try_app_token(settings.app_token.get_secret_value())
        client = self.clients.make(settings.bot_token.get_secret_value())
        try:
            answer = await client.auth_test()
        except CALL_ERRORS as error:
            self.faults.append(str(explain_refusal("bot_token", error)))
            return []
        team = f"{answer.get('team')} ({answer['team_id']})"
        await self._look_around(client, answer, answer["team_id"], team)
        self.faults += [
            f"There are schedules for {other}, but slack.bot_token is that of {team}. Put the "
            f"other workspace's token there, or serve both as docs/slack/guide.md says; if it is "
            f"gone for good, erase what is held on it: fastapi-quiz workspace purge slack:{other}"
            for other in sorted(self.channels.keys() - {answer["team_id"]})
        ]
        return [f"signed in to {team} as {answer.get('user')}", self._count_channels()]

    async def _try_app_token(self, token: str) -> None:
        try:
            await self.clients.make().apps_connections_open(app_token=token)
        except CALL_ERRORS as error:
            if outcome_of(error) is CallOutcome.RATE_LIMITED:
                self.notes.append(f"slack.app_token was not tried: {explain_silence(error)}")
            else:
                self.faults.append(str(explain_refusal("app_token", error)))

    async def try_installations(
        self, installed: Sequence[Installation], now: datetime
    ) -> list[str]:
        """Try the stored tokens, those of workspaces with schedules first."""
        first = sorted(installed, key=lambda one: (one.workspace not in self.channels, one.name))
        tried = first[:MOST_WORKSPACES]
        turns = asyncio.Semaphore(AT_ONCE)

        async def take_turn(one: Installation) -> None:
            async with turns:
                await self._try_installation(one, now)

        await asyncio.gather(*map(take_turn, tried))
        self.faults += [
            f"There are schedules for {other}, where the app is not installed. Install it: "
            f"{self._where_to_install}."
            for other in sorted(self.channels.keys() - {one.workspace for one in installed})
        ]
        if not installed:
            return [f"installed in no workspace yet; to install it, {self._where_to_install}"]
        count = count_part(self.signed_in, len(installed), "workspace")
        said = [f"signed in to {count}", self._count_channels()]
        if self.expired:
            said.append(f"{plural(self.expired, 'expired token')} to be renewed when needed")
        return said

    async def _try_installation(self, one: Installation, now: datetime) -> None:
        team = f"{one.name} ({one.workspace})"
        if one.refresh_token and one.expires_at and one.expires_at <= now:
            self.expired += 1
            return
        client = self.clients.make(one.token, one.workspace)
        try:
            answer = await client.auth_test()
        except CALL_ERRORS as error:
            self._break_off(error, team)
            return
        await self._look_around(client, answer, one.workspace, team)

    async def _look_around(
        self, client: AsyncWebClient, answer: AsyncSlackResponse, workspace: str, team: str
    ) -> None:
        """Compare the scopes, and look at the workspace's channels."""
        self.signed_in += 1
        missing = self._compare_scopes(answer, team)
        channels = self.channels.get(workspace, [])
        if channels and _SCOPES_TO_LOOK.intersection(missing):
            self.notes.append(f"The channels of {team} can't be looked at before.")
            return
        for number, channel in enumerate(channels[:MOST_CHANNELS]):
            try:
                problem = await find_missing(client, channel)
            except CALL_ERRORS as error:
                left = plural(len(channels) - number, "channel")
                self._break_off(error, f"{left} of {team}")
                return
            self.looked += 1
            if problem:
                self.faults.append(f"Channel {channel} of {team}: {problem}")

    def _compare_scopes(self, answer: AsyncSlackResponse, team: str) -> list[str]:
        """Return which scopes are missing among those that the answer's header names."""
        told = answer.headers.get("x-oauth-scopes")
        granted = {scope.strip() for scope in (told or "").split(",")}
        missing = [scope for scope in BOT_SCOPES if told is not None and scope not in granted]
        if told is None:  # a proxy before Slack may drop it
            self.notes.append(f"The scopes of {team} are unknown: no x-oauth-scopes came.")
        if missing:
            named = ", ".join(f"{scope} ({BOT_SCOPES[scope]})" for scope in missing)
            self.faults.append(
                f"In {team} the app lacks {plural(len(missing), 'scope')}: {named}. Add what is "
                f"missing under OAuth & Permissions on the app's page, and install the app again: "
                f"{self._where_to_install}."
            )
        return missing

    def _break_off(self, error: Exception, what: str) -> None:
        """Note what Slack did not let be looked at; asking for more would be refused as well."""
        meaning = explain(error)
        if outcome_of(error) is CallOutcome.RATE_LIMITED:
            self.notes.append(f"{what} not looked at: {explain_silence(error)}")
        elif isinstance(meaning, Rejected):
            self.faults.append(f"{what}: {meaning}")
        else:
            self.faults.append(str(explain_silence(error)))

    @property
    def _where_to_install(self) -> str:
        if self.public_url:
            return f"open {self.public_url.rstrip('/')}{INSTALL_PATH}"
        return "there, under Install App"

    def _count_channels(self) -> str:
        total = sum(map(len, self.channels.values()))
        return f"may post in {count_part(self.looked, total, 'scheduled channel')}"
