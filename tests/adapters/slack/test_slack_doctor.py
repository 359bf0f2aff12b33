"""What the doctor finds out from Slack, and what it says of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from adapters.local.simulation import VirtualClock
from adapters.slack import doctor
from adapters.slack.doctor import examine
from adapters.slack.scopes import BOT_SCOPES
from bot.config import SlackSettings
from bot.domain.installation import Installation
from bot.errors import ConfigError
from tests.fakes.slack_bot import make_settings
from tests.fakes.slack_server import SlackServer, run_slack
from tests.fakes.slack_state import Channel, Fault, Team

CLOCK = VirtualClock()
SITE = "https://quiz.example.com"


@dataclass
class World:
    server: SlackServer
    team: Team
    general: Channel

    def settings(self, mode: str = "socket", **more: str) -> SlackSettings:
        given = make_settings(self.server, self.team, mode).model_dump()
        return SlackSettings.model_validate(given | more)

    async def ask(self, *channels: str, mode: str = "socket", **more: str) -> str:
        places = [(self.team.id, channel) for channel in channels]
        return await examine(self.settings(mode, **more), CLOCK, places)

    async def complain(self, *channels: str, mode: str = "socket", **more: str) -> str:
        with pytest.raises(ConfigError) as caught:
            await self.ask(*channels, mode=mode, **more)
        return str(caught.value)

    async def ask_many(self, *installed: Installation, places: tuple[str, ...] = ()) -> str:
        scheduled = [(place, self.general.id) for place in places]
        return await examine(self.settings("oauth"), CLOCK, scheduled, installed, SITE)

    @property
    def methods(self) -> list[str]:
        return [method for method, _ in self.server.state.calls]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with run_slack() as server:
        team = server.add_team()
        yield World(server, team, server.add_channel(team, "general"))


def installed_in(team: Team, **more: object) -> Installation:
    words = {
        "workspace": team.id,
        "name": team.name,
        "bot_user": team.bot_user,
        "bot_id": team.bot_id,
        "token": min(team.tokens),
    }
    return Installation(**{**words, **more})  # type: ignore[arg-type]


async def test_all_is_well(world: World) -> None:
    direct = world.server.add_channel(world.team, "", kind="im")
    said = await world.ask(world.general.id, direct.id)

    assert (
        said
        == f"signed in to acme ({world.team.id}) as fastapi-quiz; may post in 2 scheduled channels"
    )
    assert world.methods == [
        *("apps.connections.open", "auth.test", "conversations.info", "conversations.history")
    ]


async def test_by_http_there_is_no_app_token_to_try(world: World) -> None:
    assert "0 scheduled channels" in await world.ask(mode="http", app_token="")
    assert world.methods == ["auth.test"]


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        ("socket", "app_token"),
        ("socket", "bot_token"),
        ("http", "signing_secret"),
        ("http", "bot_token"),
        ("oauth", "client_secret"),
    ],
)
async def test_what_is_missing_is_named_before_anything_is_asked(
    world: World, mode: str, name: str
) -> None:
    said = await world.complain(mode=mode, **{name: ""})

    assert f"needs slack.{name} (in the environment FASTAPI_QUIZ_SLACK__{name.upper()})" in said
    assert world.methods == []


async def test_both_tokens_are_told_at_once(world: World) -> None:
    said = await world.complain(bot_token="xoxb-other", app_token="xapp-other")

    assert 'Slack refuses slack.bot_token ("invalid_auth"). Copy the Bot User OAuth Token' in said
    assert 'Slack refuses slack.app_token ("invalid_auth"). Generate an app-level token' in said


async def test_an_app_that_was_removed_is_to_be_installed(world: World) -> None:
    world.team.installed = False

    said = await world.complain()

    assert 'slack.bot_token ("account_inactive")' in said
    assert "if the app was removed, install it first" in said


async def test_an_app_token_that_may_not_connect_is_told(world: World) -> None:
    world.server.inject("apps.connections.open", Fault(error="missing_scope"))

    assert "with the scope connections:write" in await world.complain()


async def test_each_missing_scope_is_named_with_what_it_is_for(world: World) -> None:
    world.team.scopes = frozenset(BOT_SCOPES) - {"files:write", "reactions:read"}
    world.general.archived = True

    said = await world.complain(world.general.id)

    assert f"In acme ({world.team.id}) the app lacks 2 scopes: files:write (show pictures" in said
    assert "reactions:read (see who reacts to a question)" in said
    assert "under OAuth & Permissions on the app's page, and install the app again" in said
    assert "#general is archived" in said


async def test_without_the_scope_to_look_at_channels_it_does_not_try(world: World) -> None:
    world.team.scopes = frozenset(BOT_SCOPES) - {"channels:read"}

    said = await world.complain(world.general.id)

    assert "lacks 1 scope: channels:read" in said
    assert "channels of acme" in said
    assert "conversations.info" not in world.methods


async def test_scopes_that_are_not_told_are_no_fault(world: World) -> None:
    world.server.tells_scopes = False

    said = await world.ask(world.general.id)

    assert said.endswith("are unknown: no x-oauth-scopes came.")
    assert "may post in 1 scheduled channel" in said


async def test_channels_are_told_in_the_words_of_schedule_add(world: World) -> None:
    away = world.server.add_channel(world.team, "away", bot=False)
    secret = world.server.add_channel(world.team, "secret", bot=False, kind="group")
    world.general.archived = True

    said = await world.complain(world.general.id, away.id, secret.id)

    for channel, sentence in (
        (world.general, "#general is archived. Unarchive it, or choose another channel."),
        (away, "The bot is not in #away. Type /invite @FastAPI Quiz there."),
        (secret, "The bot can't see that channel."),
    ):
        assert f"Channel {channel.id} of acme ({world.team.id}): {sentence}" in said


async def test_schedules_of_another_workspace_are_told(world: World) -> None:
    with pytest.raises(ConfigError, match="There are schedules for T999, but"):
        await examine(world.settings(), CLOCK, [("T999", "C1")])


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:9/api/", "{}/somewhere/else/"])
async def test_a_slack_that_is_not_there_is_told_once(world: World, base_url: str) -> None:
    said = await world.complain(base_url=base_url.format(world.server.url))

    assert said.count("Check slack.base_url.") == 1


async def test_a_fault_of_slack_ends_the_look_at_channels(world: World) -> None:
    world.server.inject("conversations.info", Fault(status=500))

    said = await world.complain(world.general.id, world.general.id)

    assert "Slack does not answer" in said
    assert world.methods.count("conversations.info") == 1


async def test_where_slack_asks_to_wait_it_stops_and_says_so(world: World) -> None:
    world.server.inject("apps.connections.open", Fault(status=429, retry_after=60))
    world.server.inject("conversations.info", Fault(), Fault(status=429, retry_after=30))

    said = await world.ask(*[world.general.id] * 5)

    assert "may post in 1 of 5 scheduled channels" in said
    assert f"4 channels of acme ({world.team.id}) not looked at: Slack asks to wait 30s" in said
    assert "slack.app_token was not tried: Slack asks to wait 1m" in said
    assert world.methods.count("conversations.info") == 2


async def test_a_token_that_could_not_be_tried_is_no_good_news(world: World) -> None:
    world.server.inject("auth.test", Fault(status=429, retry_after=30))

    assert "Slack asks to wait 30s. Try again then." in await world.complain()


async def test_only_so_many_channels_are_looked_at(world: World) -> None:
    said = await world.ask(*[world.general.id] * (doctor.MOST_CHANNELS + 3))

    assert f"may post in {doctor.MOST_CHANNELS} of {doctor.MOST_CHANNELS + 3}" in said
    assert world.methods.count("conversations.info") == doctor.MOST_CHANNELS


async def test_every_stored_token_is_tried(world: World) -> None:
    globex = world.server.add_team("globex")
    globex.tokens = {"xoxb-new"}
    globex.scopes = frozenset(BOT_SCOPES) - {"files:read"}
    initech = world.server.add_team("initech")
    initech.installed = False

    assert "signed in to 1 workspace; may post in 1" in await world.ask_many(
        installed_in(world.team), places=(world.team.id,)
    )
    with pytest.raises(ConfigError) as caught:
        await world.ask_many(*map(installed_in, (world.team, globex, initech)))
    said = str(caught.value)
    assert f"In globex ({globex.id}) the app lacks 1 scope: files:read" in said
    assert f"install the app again: open {SITE}/slack/install." in said
    assert f"initech ({initech.id}): The app was removed from Slack." in said
    assert f"acme ({world.team.id})" not in said


async def test_an_expired_token_that_will_be_renewed_is_no_fault(world: World) -> None:
    past = CLOCK.now() - timedelta(hours=1)
    stale = installed_in(world.team, token="xoxe-old", refresh_token="xoxe-1", expires_at=past)

    said = await world.ask_many(stale, places=(world.team.id,))

    assert said == (
        "signed in to 0 of 1 workspace; may post in 0 of 1 scheduled channel; "
        "1 expired token to be renewed when needed"
    )
    assert world.methods == []


async def test_a_token_near_its_end_is_tried_and_left_as_it_is(world: World) -> None:
    soon = CLOCK.now() + timedelta(minutes=5)
    near = installed_in(world.team, refresh_token="xoxe-1", expires_at=soon)

    assert "may post in 1" in await world.ask_many(near, places=(world.team.id,))
    assert world.methods == ["auth.test", "conversations.info"]


async def test_only_so_many_workspaces_are_tried_those_with_schedules_first(world: World) -> None:
    count = doctor.MOST_WORKSPACES + 20
    others = [installed_in(world.team, workspace=f"T{n}", name="a") for n in range(count - 1)]

    said = await world.ask_many(*others, installed_in(world.team), places=(world.team.id,))

    assert f"signed in to {doctor.MOST_WORKSPACES} of {count} workspaces" in said
    assert "may post in 1 scheduled channel" in said
    assert world.methods.count("auth.test") == doctor.MOST_WORKSPACES


async def test_where_nobody_installed_the_app_it_says_where_to(world: World) -> None:
    assert f"no workspace yet; to install it, open {SITE}/slack/install" in await world.ask_many()
    with pytest.raises(ConfigError, match="schedules for T999, where the app is not installed"):
        await world.ask_many(installed_in(world.team), places=("T999",))


async def test_one_workspace_that_slack_holds_back_does_not_stop_the_others(world: World) -> None:
    globex = world.server.add_team("globex")
    world.server.inject("auth.test", Fault(status=429, retry_after=30))

    said = await world.ask_many(installed_in(world.team), installed_in(globex))

    assert said.startswith("signed in to 1 of 2 workspaces; ")
    assert "not looked at: Slack asks to wait 30s" in said
    assert world.methods.count("auth.test") == 2
