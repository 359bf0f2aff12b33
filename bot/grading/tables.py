"""Counts made from our own questions by `scripts/make_grading_tables.py`."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from functools import lru_cache
from importlib.resources import files

from bot.grading.text import Token, stem_word
from bot.grading.words import COMMON_WORDS

RAREST = 1.0
COMMONEST = 0.3


@lru_cache(maxsize=1)
def load_relatives() -> dict[str, frozenset[str]]:
    """Give for a stem the stems that may stand for it: a line of `families.txt` is a family."""
    return _load_groups("families.txt")


@lru_cache(maxsize=1)
def load_opposites() -> dict[str, frozenset[str]]:
    """Give for a stem the stems that deny it: a line of `opposites.txt` is a pair."""
    groups = _load_groups("opposites.txt")
    return {stem: others - {stem} for stem, others in groups.items()}


def _load_groups(name: str) -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = defaultdict(set)
    for line in files("bot.grading").joinpath(name).read_text("utf-8").splitlines():
        stems = {stem_word(word) for word in line.split()}
        for stem in stems:
            groups[stem] |= stems
    return {stem: frozenset(others) for stem, others in groups.items()}


def rarity_of(token: Token) -> float:
    """Say how much a content word tells, from 0.3 (in every question) to 1 (in few or none)."""
    if token.word in COMMON_WORDS:
        return COMMONEST
    return _load_rarities().get(token.stem, RAREST)


@lru_cache(maxsize=1)
def _load_rarities() -> dict[str, float]:
    tables = json.loads(files("bot.grading").joinpath("tables.json").read_text("utf-8"))
    documents = int(tables["documents"])
    return {
        stem: COMMONEST + (RAREST - COMMONEST) * math.log(documents / count) / math.log(documents)
        for stem, count in tables["frequencies"].items()
        if count > 1
    }
