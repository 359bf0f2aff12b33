"""Tokens encrypted at rest."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.errors import ConfigError, StorageError

_MAKE_ONE = (
    "Make one with: python -c "
    '"from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
)


class Cipher:
    """Encrypts with the first key and decrypts with any of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Take the keys, newest first.

        Raises:
            ConfigError: there is none, or one is no Fernet key.
        """
        if not keys:
            raise ConfigError(f"security.encryption_keys is empty. {_MAKE_ONE}")
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise ConfigError(
                f"security.encryption_keys holds something that is no key. {_MAKE_ONE}"
            ) from None

    def encrypt(self, secret: str) -> str:
        """Return the secret as ciphertext."""
        return self._fernet.encrypt(secret.encode()).decode()

    def decrypt(self, ciphertext: str) -> str:
        """Return the secret.

        Raises:
            StorageError: none of the keys made this.
        """
        try:
            return self._fernet.decrypt(ciphertext).decode()
        except InvalidToken:
            raise StorageError(
                "A stored token can't be decrypted. Put the key it was stored with into "
                "security.encryption_keys again, behind the newest one."
            ) from None
