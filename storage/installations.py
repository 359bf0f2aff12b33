"""Where a platform's app is installed, and tokens that are good once."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.installation import Installation
from storage.engine import WRITE, explaining_errors, queue_writers
from storage.secrets import Cipher
from storage.statements import connection_of, insert_or_replace
from storage.tables import InstallationRow, OneTimeTokenRow, WorkspaceRow


@asynccontextmanager
async def _writing(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    async with queue_writers(engine), explaining_errors(), engine.connect() as connection:
        await connection.execution_options(**WRITE)
        async with connection.begin():
            yield AsyncSession(bind=connection, expire_on_commit=False)


@dataclass
class SqlInstallations:
    """Implements `bot.ports.Installations` for one platform."""

    engine: AsyncEngine
    cipher: Cipher
    platform: str

    async def find(self, workspace: str) -> Installation | None:
        """Return the installation in the workspace."""
        return await self._find(col(InstallationRow.external_id) == workspace)

    async def find_by_bot(self, bot_user: str) -> Installation | None:
        """Return the installation whose bot is this user."""
        return await self._find(col(InstallationRow.bot_user) == bot_user)

    async def _find(self, wanted: ColumnElement[bool]) -> Installation | None:
        query = select(InstallationRow).where(InstallationRow.platform == self.platform, wanted)
        async with explaining_errors(), AsyncSession(self.engine) as session:
            row = (await session.exec(query)).first()
        return self._read(row) if row else None

    async def everyone(self) -> Sequence[Installation]:
        """Return all of the platform's installations.

        Raises:
            StorageError: a token can't be decrypted with the keys that there are.
        """
        async with explaining_errors(), AsyncSession(self.engine) as session:
            rows = await session.exec(
                select(InstallationRow).where(InstallationRow.platform == self.platform)
            )
            return [self._read(row) for row in rows]

    async def save(self, installation: Installation) -> None:
        """Store it; one that is there already is replaced, and its row is free again."""
        async with _writing(self.engine) as session:
            values, unique = self._write(installation), ("platform", "external_id")
            await insert_or_replace(connection_of(session), InstallationRow, values, unique)

    async def remove(self, workspace: str, before: datetime) -> None:
        """Forget the installation with its tokens, unless it was made at `before` or later."""
        installed_at = col(InstallationRow.installed_at)
        async with _writing(self.engine) as session:
            await session.exec(
                delete(InstallationRow).where(
                    col(InstallationRow.platform) == self.platform,
                    col(InstallationRow.external_id) == workspace,
                    or_(installed_at.is_(None), installed_at < before),
                )
            )

    async def unannounced(self) -> Sequence[Installation]:
        """Return installations in workspaces that are still marked as left before that."""
        wanted = (
            select(InstallationRow)
            .join(
                WorkspaceRow,
                and_(
                    col(WorkspaceRow.platform) == col(InstallationRow.platform),
                    col(WorkspaceRow.external_id) == col(InstallationRow.external_id),
                ),
            )
            .where(
                InstallationRow.platform == self.platform,
                col(InstallationRow.installed_at) > col(WorkspaceRow.left_at),
            )
        )
        async with explaining_errors(), AsyncSession(self.engine) as session:
            return [self._read(row) for row in await session.exec(wanted)]

    async def claim_rotation(self, workspace: str, now: datetime, until: datetime) -> bool:
        """Lock the row until then; False while somebody else has it."""
        free = or_(
            col(InstallationRow.rotating_until).is_(None),
            col(InstallationRow.rotating_until) <= now,
        )
        async with _writing(self.engine) as session:
            result = await session.exec(
                update(InstallationRow)
                .where(
                    col(InstallationRow.platform) == self.platform,
                    col(InstallationRow.external_id) == workspace,
                    free,
                )
                .values(rotating_until=until)
            )
        return bool(result.rowcount)

    def _read(self, row: InstallationRow) -> Installation:
        return Installation(
            workspace=row.external_id,
            name=row.name,
            bot_user=row.bot_user,
            bot_id=row.bot_id,
            token=self.cipher.decrypt(row.token),
            scopes=frozenset(row.scopes.split()),
            refresh_token=self.cipher.decrypt(row.refresh_token) if row.refresh_token else None,
            expires_at=row.expires_at,
            installed_at=row.installed_at,
        )

    def _write(self, installation: Installation) -> dict[str, Any]:
        refresh = installation.refresh_token
        return {
            "platform": self.platform,
            "external_id": installation.workspace,
            "name": installation.name,
            "bot_user": installation.bot_user,
            "bot_id": installation.bot_id,
            "scopes": " ".join(sorted(installation.scopes)),
            "token": self.cipher.encrypt(installation.token),
            "refresh_token": self.cipher.encrypt(refresh) if refresh else None,
            "expires_at": installation.expires_at,
            "rotating_until": None,
            "installed_at": installation.installed_at,
        }


@dataclass
class SqlOneTimeTokens:
    """Implements `bot.ports.OneTimeTokens`."""

    engine: AsyncEngine
    purpose: str

    async def add(self, token: str, now: datetime, expires_at: datetime) -> None:
        """Make the token good once until then; what has expired is swept away."""
        async with _writing(self.engine) as session:
            await session.exec(
                delete(OneTimeTokenRow).where(col(OneTimeTokenRow.expires_at) <= now)
            )
            session.add(
                OneTimeTokenRow(digest=_digest(token), purpose=self.purpose, expires_at=expires_at)
            )
            await session.flush()

    async def use(self, token: str, now: datetime) -> bool:
        """Use the token up; False if it is not good, or not any more."""
        async with _writing(self.engine) as session:
            result = await session.exec(
                delete(OneTimeTokenRow).where(
                    col(OneTimeTokenRow.digest) == _digest(token),
                    col(OneTimeTokenRow.purpose) == self.purpose,
                    col(OneTimeTokenRow.expires_at) > now,
                )
            )
        return bool(result.rowcount)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
