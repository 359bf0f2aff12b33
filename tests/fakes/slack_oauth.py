"""Installing the app in the local Slack: codes and refresh tokens for tokens."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack_calls import Answer, Arguments, Refused
from tests.fakes.slack_state import State, Team

CLIENT_ID = "111.222"
CLIENT_SECRET = "client-secret"


def allow(state: State, team: Team, *, rotating: bool = False) -> str:
    """Return the code that Slack hands to the redirect page when an admin has allowed the app."""
    code = f"code-{state.next_number()}"
    state.codes[code] = (team.id, rotating)
    return code


def exchange(state: State, arguments: Arguments) -> Answer:
    """oauth.v2.access: a code or a refresh token for tokens."""
    if arguments.get("grant_type") == "refresh_token":
        team_id = state.refreshes.pop(str(arguments.get("refresh_token")), None)
        if team_id is None:
            raise Refused("invalid_refresh_token")
        return _issue(state, state.teams[team_id], rotating=True)
    code = state.codes.pop(str(arguments.get("code")), None)
    if code is None:
        raise Refused("invalid_code")
    team_id, rotating = code
    return _issue(state, state.teams[team_id], rotating=rotating)


def _issue(state: State, team: Team, *, rotating: bool) -> Answer:
    number = state.next_number()
    token = f"xoxe.xoxb-{number}" if rotating else f"xoxb-{number}"
    team.tokens.add(token)
    team.installed = True
    more: dict[str, Any] = {}
    if rotating:
        state.refreshes[f"xoxe-{number}"] = team.id
        more = {"refresh_token": f"xoxe-{number}", "expires_in": 43_200}
    return {
        "access_token": token,
        "token_type": "bot",
        "scope": ",".join(sorted(team.scopes)),
        "bot_user_id": team.bot_user,
        "app_id": "A001",
        "team": None if team.organization else {"id": team.id, "name": team.name},
        "enterprise": {"id": team.organization, "name": team.name} if team.organization else None,
        "is_enterprise_install": bool(team.organization),
        "authed_user": {"id": "U0INSTALLER"},
        **more,
    }
