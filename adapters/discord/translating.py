"""The commands in a member's own language, as Discord's client shows them."""

from __future__ import annotations

from collections.abc import Mapping

from discord import Locale, app_commands
from discord.app_commands import TranslationContextLocation as Location
from discord.app_commands.translator import TranslationContextTypes

from adapters.discord import limits
from adapters.discord.text import shorten
from bot.commands.localising import Language

_DESCRIPTIONS = (
    Location.command_description,
    Location.group_description,
    Location.parameter_description,
)


class Words(app_commands.Translator):
    """Looks words up in the languages' tables; where there is none, Discord shows English."""

    def __init__(self, languages: Mapping[str, Language]) -> None:
        self._languages = languages

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: Locale,
        context: TranslationContextTypes,
    ) -> str | None:
        """Return the word or description in that language."""
        language = self._languages.get(locale.value)
        if language is None:
            return None
        if context.location not in _DESCRIPTIONS:
            return language.names.get(string.message)
        text = language.texts.get(string.message)
        return shorten(text, limits.COMMAND_DESCRIPTION) if text else None
