"""The commands' words in other languages."""

from __future__ import annotations

import pytest

from bot.commands import COMMANDS
from bot.commands.localising import Language, list_untranslated, load_languages


@pytest.mark.parametrize("language", load_languages().values(), ids=load_languages().keys())
def test_language_lacks_no_word_of_any_command(language: Language) -> None:
    assert list_untranslated(language, COMMANDS) == []


def test_german_ships() -> None:
    german = load_languages()["de"]
    assert german.names["streak"] == "serie"
    assert german.texts["show you the answer"] == "dir die Antwort zeigen"


def test_what_a_language_lacks_is_named() -> None:
    known = load_languages()["de"]
    names = {word: said for word, said in known.names.items() if word != "streak"}
    [lacking] = set(list_untranslated(Language("de", names, known.texts), COMMANDS)) - set(
        list_untranslated(known, COMMANDS)
    )
    assert lacking == "streak"
