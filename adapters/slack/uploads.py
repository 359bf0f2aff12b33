"""Files that members give a form. Limits: docs.slack.dev/reference/block-kit/block-elements."""

from __future__ import annotations

from urllib.parse import urlsplit

import structlog

from adapters.slack.clients import Clients
from adapters.slack.failures import CALL_ERRORS
from adapters.slack.submissions import SharedFile
from bot.domain.events import MOST_UPLOADED, Upload
from bot.errors import ChatError

_HOSTS = (".slack.com", ".slack-gov.com")
_CHUNK = 64 * 1024
_NO_SCOPE = (
    "Slack does not hand over the file. If the app was installed before it could read files, an "
    "admin must install it again; see files:read in docs/slack/guide.md."
)
_NOT_NOW = "Slack does not hand over the file just now. Try again in a minute."
log = structlog.get_logger(__name__)


async def fetch_upload(clients: Clients, workspace: str, file: SharedFile) -> Upload:
    """Fetch a file from Slack; one that is too large or does not come says so itself.

    The token goes to Slack's own hosts alone. Slack answers a token that may not read the
    file with its sign-in page, so whatever is a page or leads elsewhere is none.
    """
    if file.size > MOST_UPLOADED:
        return Upload.too_large(file.name)
    if not _is_slack(file.url, clients.base_url):
        return Upload(file.name, problem=_NO_SCOPE)
    try:
        return await _fetch(clients, workspace, file)
    except (*CALL_ERRORS, ChatError) as error:
        log.warning("upload_not_fetched", workspace=workspace, problem=type(error).__name__)
        return Upload(file.name, problem=_NOT_NOW)


async def _fetch(clients: Clients, workspace: str, file: SharedFile) -> Upload:
    client = await clients.of(workspace)
    headers = {"Authorization": f"Bearer {client.token}"}
    async with clients.session.get(file.url, headers=headers, allow_redirects=False) as answer:
        if answer.status >= 500:
            return Upload(file.name, problem=_NOT_NOW)
        if answer.status != 200 or answer.content_type == "text/html":
            return Upload(file.name, problem=_NO_SCOPE)
        content = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            content += chunk
            if len(content) > MOST_UPLOADED:
                return Upload.too_large(file.name)
        return Upload(file.name, bytes(content))


def _is_slack(url: str, base_url: str) -> bool:
    try:
        wanted, base = urlsplit(url), urlsplit(base_url)
    except ValueError:
        return False
    secure = wanted.scheme == "https" and str(wanted.hostname).endswith(_HOSTS)
    return secure or (wanted.scheme, wanted.netloc) == (base.scheme, base.netloc)
